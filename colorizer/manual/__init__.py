"""The manual: one page for each topic, as Markdown files next to this module.

Only the standard library and the declarations of the settings are imported.
"""

from __future__ import annotations

from importlib.resources import files

TOPICS = (
    "photos",
    "folders",
    "provenance",
    "films",
    "sequences",
    "hints",
    "window",
    "models",
    "measuring",
    "formats",
    "options",
    "limits",
    "speed",
    "clusters",
)
"""The pages, in the order in which they are listed."""


def page(topic: str) -> str:
    """Return a page as Markdown.

    Args:
        topic: one of TOPICS.

    Raises:
        KeyError: no page has this name.
    """
    if topic not in TOPICS:
        raise KeyError(topic)
    return (files(__name__) / f"{topic}.md").read_text(encoding="utf-8")


def summary(topic: str) -> str:
    """Return what a page is about, in one line: the line below its title."""
    return page(topic).split("\n", 3)[2]

"""The page of all options, generated from the declarations of the settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

from colorizer.settings import Settings
from colorizer.settings.option import GROUPS, flag, told

_HEAD = """\
# Options

Every setting of a result: option, default, allowed values and meaning.

`colorizer run`, `watch` and `queue add` take these options. An option that is on by default is
turned off by its `--no-` form, such as `--no-smooth`. The same names, with `_` for `-`, are the
keys of sidecars and the arguments of `colorizer.Settings`. `colorizer run --help-all` also lists
the options that concern a run as a whole, such as `--jobs` and `--json`.

`--settings FILE` takes them from a TOML file, one line for each: `codec = "ffv1"`. Options given on
the command line come first. `colorizer settings` prints such a file with every setting, its meaning
and its default, and `colorizer settings FILE` checks and explains one. The window's presets are
imported from and exported to the same files.
"""
_FOOT = """
*This page is generated: change `colorizer/settings/`, then run `python -m colorizer.manual`.*
"""


def option_page() -> str:
    """Return the page as Markdown."""
    return _HEAD + "".join(_section(name, title) for name, title in GROUPS.items()) + _FOOT


def _section(group: str, title: str) -> str:
    rows = list(_rows(group))
    if not rows:
        return ""
    head = "| option | default | values | meaning |\n|---|---|---|---|\n"
    return f"\n## {title[:1].upper()}{title[1:]}\n\n{head}{''.join(rows)}"


def _rows(group: str) -> Iterator[str]:
    for item in fields(Settings):
        if item.metadata["group"] == group:
            text = told(item).replace("|", "\\|")
            yield f"| `{flag(item.name)}` | {_default(item)} | {_values(item)} | {text} |\n"


def _default(item: Field[Any]) -> str:
    if isinstance(item.default, bool):
        return "on" if item.default else "off"
    return "" if item.default in (None, "") else f"`{item.default}`"


def _values(item: Field[Any]) -> str:
    if isinstance(item.default, bool):
        return "on, off"
    if item.metadata["choices"] and not item.metadata["others"]:
        return ", ".join(item.metadata["choices"])
    if item.metadata["range"]:
        low, high = item.metadata["range"]
        return f"{low:g} to {high:g}"
    return item.metadata["metavar"] or ""

"""What the core says, in the person's language: the core speaks English, the window translates.

A message is known by its template, such as `is cut off: %1 of %2 bytes are present`; the values
in it are translated in turn where they are templates themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

CONTEXT = "core"
"""Of messages among the texts that are translated."""
_PLACE = re.compile(r"%(\d)")
_DEEPEST = 6
"""Messages within messages."""
_BREAKS = re.compile(r": |; |, | (?=(?:is|was|has|holds|exists|failed|can't)\b)")
"""What stands between a path and its reason, a reason and its remedy, two of a list."""

_BRACKETS = re.compile(r"( ?\()(.*)(\))", re.DOTALL)


class Messages:
    """Translates by templates.

    Args:
        templates: from English to the language, with %1, %2 for values.
    """

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._whole = {text: words for text, words in templates.items() if "%" not in text}
        with_values = [text for text in templates if "%" in text]
        # Of two that fit, the one with more words of its own says more.
        with_values.sort(key=lambda text: len(_PLACE.sub("", text)), reverse=True)
        self._patterns = [(_pattern(text), templates[text]) for text in with_values]
        self.translate = lru_cache(maxsize=4096)(self._translate)

    def _translate(self, message: str) -> str:
        """Return the message in the language; parts that no template fits stay."""
        found = self._find(message, 0)
        return message if found is None else found

    def _find(self, text: str, depth: int) -> str | None:
        """Translate a whole text, None where no template fits it or a part of it."""
        if text in self._whole:
            return self._whole[text]
        if depth == _DEEPEST:
            return None
        for pattern, words in self._patterns:
            if match := pattern.fullmatch(text):
                values = [self._find(value, depth + 1) or value for value in match.groups()]
                return _PLACE.sub(lambda place, v=values: v[int(place[1]) - 1], words)
        if inner := _BRACKETS.fullmatch(text):
            found = self._find(inner[2], depth + 1)
            return None if found is None else inner[1] + found + inner[3]
        return self._find_parts(text, depth + 1)

    def _find_parts(self, text: str, depth: int) -> str | None:
        """Translate what follows a path or a reason, and that, as far as they are known."""
        for mark in _BREAKS.finditer(text):
            first, rest = text[: mark.start()], text[mark.end() :]
            head, tail = self._find(first, depth), self._find(rest, depth)
            if head is not None or tail is not None:
                return (head or first) + mark[0] + (tail or rest)
        return None


def _pattern(template: str) -> re.Pattern[str]:
    parts = _PLACE.split(template)
    # Every second part is the number of a place; places stand in their order.
    words = [re.escape(part) if place % 2 == 0 else "(.*?)" for place, part in enumerate(parts)]
    return re.compile("".join(words), re.DOTALL)

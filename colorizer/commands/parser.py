"""The parser of the command line: what is wrong in one line, with what was meant."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

from colorizer.commands.streams import shown


class Parser(argparse.ArgumentParser):
    """Says what is wrong with options in one line, whatever a person has written."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and exit with 2."""
        super().error(shown(message))

    def parse_known_args(self, *given: Any, **named: Any) -> Any:
        """Parse as usual; what a command does not know is an error of its own, with its usage."""
        found, unknown = super().parse_known_args(*given, **named)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}{self._meant(unknown)}")
        return found, unknown

    def _meant(self, unknown: Sequence[str]) -> str:
        """Return, as a question, what is meant: the option of a value, or one misspelt."""
        known = [name for name in self._option_string_actions if name.startswith("--")]
        values = {
            f"--{value}": f"{action.option_strings[-1]} {value}"
            for action in reversed(self._actions)  # of two options with this value, the first
            if action.option_strings and action.help != argparse.SUPPRESS
            for value in action.choices or ()
        }
        typed = [text.partition("=")[0] for text in unknown if text.startswith("--")]
        near = [
            name
            for text in typed
            for name in ([values[text]] if text in values else get_close_matches(text, known, 1))
        ]
        return f"; did you mean {' '.join(near)}?" if near else ""

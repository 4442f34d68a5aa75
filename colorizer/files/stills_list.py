"""The list in a folder of stills: what was written there, so that what was painted is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from colorizer.files.strangers import LIST_BYTES, parse_json, read_text

LIST = "stills.json"
SHEET = "contact_sheet"
"""Begins the names of the contact sheets."""
GRAY, COLOUR = "gray", "colour"
"""Folders of the stills."""
_SCHEMA = 1


@dataclass(slots=True)
class StillsList:
    """What was written into a folder of stills."""

    film: str
    """The name of the film."""
    identity: dict[str, Any]
    """All that the stills depend on."""
    complete: bool = False
    next: int = 0
    """Index of the first frame of the first shot that is not complete."""
    shots: list[dict[str, Any]] = field(default_factory=list)
    """Number, first frame and stills of each; a still has frame, name, and a hash of each kind."""

    def stills(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Yield every still with its shot."""
        for shot in self.shots:
            for still in shot["stills"]:
                yield shot, still

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of all pictures written, by their names relative to the folder."""
        return {
            f"{kind}/{still['name']}": still[kind]
            for _, still in self.stills()
            for kind in (GRAY, COLOUR)
        }

    def as_json(self) -> str:
        """Return it as text."""
        values = {"schema": _SCHEMA, "film": self.film, "complete": self.complete}
        values |= {"next": self.next, "identity": self.identity, "shots": self.shots}
        return json.dumps(values, indent=1) + "\n"


def read_list(folder: Path) -> StillsList | None:
    """Return the list of a folder; None where it has none that this program wrote."""
    try:
        values = parse_json(read_text(folder / LIST, LIST_BYTES))
        shots = [_shot(one) for one in values["shots"]]
        film, identity, begin = values["film"], values["identity"], values["next"]
        sound = isinstance(film, str) and isinstance(identity, dict) and isinstance(begin, int)
        if not sound or begin < 0 or values["schema"] != _SCHEMA:
            return None
        return StillsList(film, identity, values["complete"] is True, begin, shots)
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def _shot(values: Any) -> dict[str, Any]:
    """Return one entry, checked.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    stills = [
        {
            "frame": int(one["frame"]),
            "name": str(one["name"]),
            GRAY: str(one[GRAY]),
            COLOUR: str(one[COLOUR]),
        }
        for one in values["stills"]
    ]
    if any(Path(one["name"]).name != one["name"] for one in stills):
        raise ValueError("a name is no name of a file")
    return {
        "shot": int(values["shot"]),
        "first_frame": int(values["first_frame"]),
        "stills": stills,
    }

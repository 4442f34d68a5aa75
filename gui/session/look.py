"""How a file is looked at: which of before and after, and what is drawn over them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Mode(Enum):
    """How before and after are shown."""

    SPLIT = "split"
    SIDE = "side"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Look:
    """What a person chose for the picture; it stays when another file is shown."""

    mode: Mode = Mode.SPLIT
    hints: bool = False
    """Clicks place hints."""
    unsure: bool = False
    """Places where the network has low confidence are covered."""
    follows: bool = False
    """The file in progress is shown, with the frame just finished."""

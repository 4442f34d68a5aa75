"""Which light the material of a picture saw, as the network is told it.

Until about 1906 most plates saw blue alone (orthochromatic ones were sold from the 1880s), until
the middle of the 1920s most film saw no red.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from colorizer.frame import Frame
from colorizer.models.emulsion_input import LUMA
from colorizer.notes import Note, note

WEIGHTS = {"pan": LUMA, "ortho": (0.05, 0.40, 0.55), "blue": (0.0, 0.125, 0.875)}
"""Emulsion -> weights of linear R, G, B in its gray: the middle of what training draws."""
BLUE_UNTIL, ORTHO_UNTIL = 1906, 1925
"""Years before which a picture was most likely made on such an emulsion."""


def tell_emulsion(
    frames: Iterable[Frame], wished: Callable[[int], str], tell: Callable[[Note], object]
) -> Iterator[Frame]:
    """Set what the network is told of the emulsion of every frame.

    Args:
        frames: with `year` where it is known.
        wished: gives one of `settings.EMULSIONS` by the index of the frame; auto goes by the year.
        tell: told once where the year decides.
    """
    told = False
    for frame in frames:
        wish = wished(frame.index)
        found = emulsion_of(frame.year) if wish == "auto" else wish
        if wish == "auto" and found and not told:
            told = True
            blue = found == "blue"
            tell(
                note("picture.emulsion_blue", year=frame.year)
                if blue
                else note("picture.emulsion_ortho", year=frame.year)
            )
        yield replace(frame, emulsion=WEIGHTS[found]) if found else frame


def emulsion_of(year: int | None) -> str:
    """Return the emulsion of a year, one of `WEIGHTS`; empty where it is not known."""
    if year is None or year >= ORTHO_UNTIL:
        return ""
    return "blue" if year < BLUE_UNTIL else "ortho"

"""What a few frames spread over a film tell of all of it: its raster, and whether it is a negative.

They are read once, for the run, for what follows hints in it, and for the preview of a frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from colorizer.frame import Frame
from colorizer.media.film.protocol import Film
from colorizer.media.seek import frames_spread
from colorizer.settings import Reading, Settings
from colorizer.stages.fields import separate_fields
from colorizer.stages.negatives import looks_negative
from colorizer.stages.region.screens import Screen, behind, common_screen

_PLACES = 3
"""Places of a film that are looked at."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What was found at all the places."""

    screen: Screen | None = None
    """The raster that all of them show, such as the lines of a kinescope; of a field, where the
    film has fields."""
    negative: bool = False
    """Whether all of them look like a negative."""

    def hidden(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Take the raster out of the `L` of frames, or of fields; their luma is not touched."""
        for frame in frames:
            yield frame if self.screen is None else behind(frame, self.screen)


def overview_of(source: Film, settings: Settings) -> Overview:
    """Look at a film; of one that comes through a pipe nothing can be seen before its turn.

    Args:
        source: the film; what it is asked stays known when it is closed.
        settings: size, negative and screens are used.

    Raises:
        MediaError: it can't be read.
    """
    path = source.sequence.pattern if source.sequence else source.path
    file = path.parent if source.sequence else path
    if not (source.sequence or file.is_file()):
        return Overview()
    asked = settings.size, settings.negative, settings.screens
    return _found(path, asked, source.first_field, file.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _found(
    path: Path, asked: tuple[int, bool, str], first_field: str | None, stamp: int
) -> Overview:
    """Look at a film; `stamp` changes with it."""
    side, negative, screens = asked
    seen = list(frames_spread(path, _PLACES, side=side, reading=Reading(negative=negative)))
    inverse = bool(seen) and not negative and all(looks_negative(frame.L) for frame in seen)
    if first_field:  # a field has another raster than the frame
        seen = list(separate_fields(seen, first_field))
    return Overview(common_screen(seen, screens), inverse)

"""What a film answers, whether it is one file or numbered frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from av import VideoStream

    from colorizer.frame import Frame
    from colorizer.media.film.anchor import Anchor, Counts
    from colorizer.media.film.clock import Epoch
    from colorizer.media.film.colour_tags import ColourTags
    from colorizer.media.film.luma import LumaLayout


class FrameFiles(Protocol):
    """The files of an image sequence."""

    pattern: Path
    """All frames."""
    path: Path
    """The first of them."""
    numbers: list[int]
    """Number of each frame wanted."""
    transfer: str
    """What the codes of the frames are: video, log or linear."""
    coded: tuple[str, int]
    """Format and bits of the files."""

    def file(self, number: int) -> Path:
        """Return the file of a frame."""
        ...

    def take(self, index: int) -> Any:
        """Return what a frame's file held next to its picture; once, so its memory is freed."""
        ...


class Film(Protocol):
    """A film being read, from a file or from numbered frames; a `Source`."""

    path: Path
    frame_count: int | None
    """Frames announced by the container, else estimated from its duration, else None."""
    counted: bool
    """Whether `frame_count` is the container's own count."""
    warnings: list[str]
    size: tuple[int, int]
    """(height, width) of the coded picture, before any rotation for display."""
    layout: LumaLayout
    """Pixel format, bit depth and chroma sampling."""
    siting: str
    """Where the chroma of 4:2:0 lies, see `chroma_shift`; of files it is not told, so left."""
    tags: ColourTags
    """Matrix, primaries, transfer and range."""
    rate: Fraction
    """Average frames per second."""
    time_base: Fraction
    """Seconds per unit of pts."""
    origin: Fraction
    """Seconds at which the clock starts; sinks write times less this."""
    sample_aspect_ratio: Fraction | None
    """Width to height of a pixel, None where unknown or 1."""
    field_order: int
    """FFmpeg's AVFieldOrder, 0 unknown, 1 progressive."""
    first_field: str | None
    """top or bottom, whichever is shown first; None where frames are whole."""
    mixed_scan: bool
    """Whether `Frame.scan` says of every frame if it has fields; `first_field` is of those."""
    display_matrix: Any
    """How players turn it; None where they don't."""
    first_index: int
    """Index in the whole film of the first frame wanted."""
    seconds: Fraction | None
    """How long the part wanted is; None up to the film's end."""
    timecode: str
    """Of the film's first frame, as its container says; "" where nothing does."""
    side_data: Mapping[str, bytes]
    """What its first frames hold besides the picture; see `first_side_data`."""
    late_side_data: frozenset[str]
    """Kinds that only later frames hold, as far as they were met."""
    epochs: Sequence[Epoch]
    """The new clocks that its frames have come to."""
    container_name: str
    codec_name: str

    @property
    def sequence(self) -> FrameFiles | None:
        """Its files, where it is an image sequence."""
        ...

    @property
    def stream(self) -> VideoStream:
        """What describes it to film containers."""
        ...

    @property
    def is_part(self) -> bool:
        """Whether only a part of it is wanted."""
        ...

    def frames(
        self, start: int = 0, anchor: Anchor | None = None, *, video: bool = ...
    ) -> Iterator[Frame]:
        """Yield every frame in order with strictly increasing pts; call once.

        Args:
            start: index of the first frame to yield.
            anchor: frames before it, from which to continue without decoding all that came before.
            video: give gray codes as films have them, whatever the files hold.

        Raises:
            MediaError: it is damaged beyond what can be read.
        """
        ...

    def chapters(self) -> list[Any]:
        """Return the chapters of the part wanted, with times on the output's clock."""
        ...

    def seek_side_data(self) -> None:
        """Look at places spread over the film for kinds of side data that begin later."""
        ...

    def counts_before(self, index: int) -> Counts:
        """Return what was damaged, mended and left out before a frame just read."""
        ...

    def restore_counts(self, counts: Counts) -> None:
        """Take back what `counts_before` gave the run whose frames an anchor stands for."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...

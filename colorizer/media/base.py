"""What every source and every sink promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from colorizer.frame import Frame
    from colorizer.media.film.adopting import State
    from colorizer.media.film.anchor import Anchor


class Source(Protocol):
    """An opened photo or film. A context manager: closed on exit, whatever happened."""

    frame_count: int | None
    """Frames to come, None where the container does not say."""
    warnings: list[str]
    """What could not be understood or kept, one line each; grows while reading."""

    def frames(self) -> Iterator[Frame]:
        """Yield every frame in order with Y and L set, ab None; call once.

        Raises:
            MediaError: the file is damaged beyond what can be read.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


class Sink(Protocol):
    """An output being written as `TARGET.<mark>.part`, see `colorizer.files.durable`.

    A context manager: on a clean exit the file is finished, flushed to disk and renamed to its
    name; on any exception (GeneratorExit and KeyboardInterrupt too) the `.part` is deleted.
    """

    warnings: list[str]
    """What the container can't hold, one line each."""
    before_naming: Callable[[Path], None] | None
    """Called with the complete `.part` before it gets its name; what it raises discards it."""

    @property
    def start(self) -> int:
        """Index of the first frame it wants; those before are finished. Valid after entry."""
        ...

    def facts(self) -> dict[str, Any]:
        """Return what was measured while writing, as JSON values; valid in `before_naming`."""
        ...

    def chroma_size(self, frame: Frame) -> tuple[int, int]:
        """Return (height, width) at which `write` wants ab of this frame."""
        ...

    def write(self, frame: Frame) -> None:
        """Write one frame whose ab has the chroma size.

        Raises:
            TargetError: the disk is full or the file can't be written.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


class Continued(Protocol):
    """What the stages of a film ask of its output: where it continues, and how it wants chroma."""

    video: bool
    """Whether it wants gray codes as films have them; else what the source's files hold."""

    @property
    def start(self) -> int:
        """Index of the first frame it wants."""
        ...

    def chroma_size(self, frame: Frame) -> tuple[int, int]:
        """Return (height, width) at which it wants ab of this frame."""
        ...

    @property
    def by_rows(self) -> bool:
        """Whether it takes `ab_rows` in place of `ab`."""
        ...

    def chroma_shift(self, frame: Frame) -> tuple[float, float]:
        """Return how far samples of chroma lie (down, right) of the middle of theirs of luma."""
        ...

    def anchor(self, count: int) -> Anchor | None:
        """Return the last finished frames, at most `count`; None at the beginning."""
        ...

    def state(self) -> State:
        """Return what `keep_state` was given for `start` by the run that came so far."""
        ...

    def keep_state(self, index: int, state: State) -> None:
        """Remember arrays that the stages need to continue at frame `index`, before it comes.

        They are forgotten again when no segment begins there.
        """
        ...


class FilmOutput(Sink, Continued, Protocol):
    """The output of a film: it continues where an earlier run of the same identity ended."""

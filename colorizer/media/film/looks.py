"""What all frames of one output have in common, and what of it changes inside a film."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.errors import MediaError
from colorizer.media.film.colour_tags import FULL, UNSPECIFIED
from colorizer.media.film.luma import luma_layout
from colorizer.notes import note

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream

_NAMES = {
    "size": note("look.size"),
    "samples": note("look.pixel_format"),
    "ratio": note("look.pixel_aspect"),
    "matrix": note("look.matrix"),
    "primaries": note("look.primaries"),
    "transfer": note("look.transfer"),
    "full_range": note("look.range"),
    "fields": note("look.scan"),
}
PROGRESSIVE = "progressive"
_SCAN = {"top": note("look.top_first"), "bottom": note("look.bottom_first")}
_SCALE, _MOST_WIDTH = 1024, 8192
"""Pixels of width for a pixel aspect of 1, and the largest width drawn."""
_MOST_DENOMINATOR = 700
"""Of an aspect that is read from two such widths alone."""


@dataclass(frozen=True, slots=True)
class Look:
    """What frames of one output have in common; None is not known and agrees with everything."""

    size: str
    """WIDTHxHEIGHT."""
    samples: str
    """Bits and chroma sampling."""
    ratio: Fraction
    """Width to height of a pixel, as the coded picture says; 1 where it says nothing."""
    matrix: int | None
    primaries: int | None
    transfer: int | None
    """As the three tags of ITU-T H.273."""
    full_range: bool | None
    fields: str | None
    """progressive, or which field is shown first: top or bottom."""

    def change_to(self, other: Look) -> str:
        """Say what is different in a later frame; "" where the same output holds it."""
        for name, words in _NAMES.items():
            was, now = getattr(self, name), getattr(other, name)
            if was is not None and now is not None and was != now:
                return note("look.changes", what=words, was=_shown(was), now=_shown(now))
        return ""

    def completed(self, other: Look) -> Look:
        """Return this look with what is known only of another."""
        unknown = [item.name for item in fields(self) if getattr(self, item.name) is None]
        return replace(self, **{name: getattr(other, name) for name in unknown})


def is_mixed(interlaced: str) -> bool:
    """Return whether the setting lets every frame say itself whether it has fields."""
    return interlaced.startswith("mixed-")


class FilmChange(MediaError):
    """Frames of a film differ from those before in what one output can't follow.

    Attributes:
        frame: index in the whole film of the first frame that is different.
    """

    def __init__(self, path: Path, what: str, frame: int, seconds: float, more: int = 0) -> None:
        """Name the change.

        Args:
            path: the film.
            what: of `Look.change_to`.
            frame: see the attribute.
            seconds: its time from the film's first frame.
            more: number of changes after it.
        """
        told = note("film.changes", what=what, frame=frame, seconds=seconds)
        if more:
            told = note("film.changes_more", why=told, count=more)
        super().__init__(path, note("film.split_advice", why=told))
        self.frame = frame


class LookReader:
    """Reads the looks of decoded frames.

    PyAV gives neither a frame's pixel aspect nor which of its fields is first; filters that obey
    them do. The decoder's own aspect is that of the latest packet, some frames ahead.
    """

    def __init__(self, stream: VideoStream, *, interlaced: str = "auto") -> None:
        """Begin to read.

        Args:
            stream: that the frames are decoded from.
            interlaced: see `Reading`; only auto and mixed believe the frames.
        """
        self._stream = stream
        self._believed = interlaced == "auto" or is_mixed(interlaced)
        self._ratios: set[Fraction] = set()
        self._graphs: dict[tuple[Any, ...], Any] = {}

    def look(self, frame: VideoFrame, like: Look | None = None) -> Look:
        """Return what a frame looks like.

        Args:
            frame: just decoded.
            like: of the frames before, for speed.

        Raises:
            ValueError: its pixel format has no readable luma.
        """
        layout = luma_layout(frame.format)
        coded = layout.sampling in ("420", "422", "444")
        return Look(
            size=f"{frame.width}x{frame.height}",
            samples=f"{layout.bits} bit {layout.sampling}",
            ratio=self._ratio(frame, like.ratio if like else None),
            matrix=_known(frame.colorspace) if coded else None,
            primaries=_known(frame.color_primaries),
            transfer=_known(frame.color_trc),
            full_range=frame.color_range == FULL if coded else None,
            fields=self._fields(frame),
        )

    def _ratio(self, frame: VideoFrame, like: Fraction | None) -> Fraction:
        told = self._stream.codec_context.sample_aspect_ratio
        now = Fraction(told) if told else Fraction(1)  # as players take it
        self._ratios |= {now, like or now}
        if len(self._ratios) == 1 and like is not None:
            return now
        whole = self._drawn(frame, f"{_SCALE}*sar")
        near = min(self._ratios, key=lambda ratio: abs(ratio * _SCALE - whole))
        if abs(near * _SCALE - whole) <= 1:
            return near
        rest = self._drawn(frame, f"{_SCALE}*({_SCALE}*sar-{whole})+{_SCALE}") - _SCALE
        exact = Fraction(whole * _SCALE + rest, _SCALE**2).limit_denominator(_MOST_DENOMINATOR)
        self._ratios.add(exact)
        return exact

    def _drawn(self, frame: VideoFrame, width: str) -> int:
        """Return a number that is computed of a frame's own pixel aspect, sar."""
        width = f"clip(round({width})\\,1\\,{_MOST_WIDTH})"
        steps = [("scale", f"w={width}:h=2:flags=neighbor:eval=frame")]
        return self._through(frame, steps).width

    def _fields(self, frame: VideoFrame) -> str | None:
        if not self._believed:
            return None
        if not frame.interlaced_frame:
            return PROGRESSIVE
        return self.first_field(frame)

    def first_field(self, frame: VideoFrame) -> str:
        """Return which field of an interlaced frame is shown first, top or bottom."""
        # separatefields obeys the flag: with every other line white, its first field tells.
        steps = [
            ("crop", "min(16\\,iw):min(16\\,ih):0:0"),
            ("format", "gray"),
            ("geq", "lum=255*mod(Y\\,2)"),
            ("separatefields", ""),
        ]
        field = self._through(frame, steps, fresh=True)
        return "bottom" if memoryview(field.planes[0])[0] else "top"

    def _through(self, frame: VideoFrame, steps: list[tuple[str, str]], fresh: bool = False) -> Any:
        from av.filter import Graph

        # FFmpeg converts nothing of matrices it does not know (YCgCo, ICtCp), not even its size.
        steps = [("setparams", "colorspace=unknown"), *steps]
        key = (frame.width, frame.height, frame.format.name, *steps)
        graph = None if fresh else self._graphs.get(key)
        if graph is None:
            graph = Graph()
            size = {"width": frame.width, "height": frame.height, "format": frame.format}
            parts = [graph.add_buffer(**size, time_base=Fraction(1, 25))]
            for name, options in [*steps, ("buffersink", "")]:
                parts.append(graph.add(name, options) if options else graph.add(name))
            for one, other in pairwise(parts):
                one.link_to(other)
            graph.configure()
            self._graphs = {key: graph}
        graph.push(frame)
        return graph.pull()


def _known(tag: int) -> int | None:
    return None if tag in (0, UNSPECIFIED) else tag


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "full" if value else "limited"
    if isinstance(value, Fraction):
        return f"{value.numerator}:{value.denominator}"
    return _SCAN.get(str(value), str(value))

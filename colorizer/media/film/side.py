"""What frames hold besides their picture: captions, luminance of the master, time codes, ...

FFmpeg calls it side data. PyAV reads it but can't attach it; a small frame made of the film's own
keeps it through the pipeline, and is drawn large again for the encoder.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from colorizer.media.film.coding import Coding
from colorizer.notes import note

if TYPE_CHECKING:
    from av import VideoFrame
    from av.sidedata.sidedata import SideDataContainer

    from colorizer.media.film.protocol import Film

BARS = "BAR_DATA"
"""Our name of what FFmpeg does not read: where black bars are (ATSC A/53 Part 4, 6.2.3.2)."""
CAPTIONS, MASTERING, LIGHT, TIME_CODE = (
    "A53_CC",
    "MASTERING_DISPLAY_METADATA",
    "CONTENT_LIGHT_LEVEL",
    "S12M_TIMECODE",
)
KINDS = {
    CAPTIONS: note("side.captions"),
    MASTERING: note("side.mastering"),
    LIGHT: note("side.light"),
    TIME_CODE: note("side.time_code"),
    "AFD": note("side.afd"),
    "PANSCAN": note("side.pan_scan"),
    "DOVI_METADATA": "Dolby Vision",
    "DOVI_RPU_BUFFER": "Dolby Vision",
    "DYNAMIC_HDR_PLUS": "HDR10+",
    "DYNAMIC_HDR_VIVID": "HDR Vivid",
    "AMBIENT_VIEWING_ENVIRONMENT": note("side.ambient"),
    "STEREO3D": note("side.stereo"),
    "SPHERICAL": note("side.spherical"),
    "ICC_PROFILE": note("side.icc"),
    "FILM_GRAIN_PARAMS": note("side.grain"),
    BARS: note("side.bars"),
}
"""FFmpeg's names of side data that says something of the film -> ours."""
_NOT_CARRIED = ("DISPLAYMATRIX", "SEI_UNREGISTERED", "REGIONS_OF_INTEREST", "MOTION_VECTORS")
"""Written otherwise, or of the old coding."""
_WITH_CAPTIONS = ("libx264", "libx265")
_WITH_LIGHT = {
    "libx264": ("x264-params", "mastering-display", "cll"),
    "libx265": ("x265-params", "master-display", "max-cll"),
    "libsvtav1": ("svtav1-params", "mastering-display", "content-light"),
}
"""Encoder -> its option, and the names in it of the master's display and of the light level."""
_SMALL = 16


def carries_captions(coding: Coding) -> bool:
    """Tell whether a coding's encoder writes the captions of its frames."""
    return coding.encoder in _WITH_CAPTIONS


def side_data_of(frame: VideoFrame) -> SideDataContainer:
    """Return the side data of a frame.

    `frame.side_data` would be kept by the frame and keep the frame: a circle that lives until the
    garbage collector comes by, which is hundreds of frames, as many pictures in memory.
    """
    from av.sidedata.sidedata import SideDataContainer

    return SideDataContainer(frame)  # type: ignore[call-arg]  # left out of its stub


def kinds_of(frame: Any) -> dict[str, bytes]:
    """Return the side data of a frame that says something of the film, by FFmpeg's name."""
    found = {str(item.type.name): item for item in side_data_of(frame)}
    return {name: bytes(item) for name, item in found.items() if name in KINDS}


def words(kinds: Iterable[str]) -> list[str]:
    """Return our names of kinds of side data, each once."""
    return list(dict.fromkeys(KINDS[kind] for kind in kinds))


def with_light(coding: Coding, found: Mapping[str, bytes]) -> Coding:
    """Return the coding that says how bright the master's display is, as the film does.

    Args:
        coding: of the result.
        found: see `first_side_data`.
    """
    if coding.encoder not in _WITH_LIGHT:
        return coding
    option, display, light = _WITH_LIGHT[coding.encoder]
    said = []
    if MASTERING in found and (master := _master(found[MASTERING], coding.encoder)):
        said.append(f"{display}={master}")
    if LIGHT in found:
        said.append("{}={},{}".format(light, *struct.unpack("=2I", found[LIGHT][:8])))
    if not said:
        return coding
    params = ":".join(filter(None, [coding.options.get(option), *said]))
    return replace(coding, options=coding.options | {option: params})


def lost_side_data(
    coding: Coding,
    kinds: Iterable[str],
    *,
    time_code: bool,
    late: Iterable[str] = (),
    light: bool = False,
) -> list[str]:
    """Say which kinds of side data a coding does not hold, in one line at most.

    Args:
        coding: of the result.
        kinds: of the film's first frames.
        time_code: whether the result gets the first frame's time code as its own.
        late: kinds that only later frames have.
        light: whether the container holds the master's display and the light level itself.
    """
    every_frame = [CAPTIONS] if carries_captions(coding) else []
    kept = [*every_frame, *([MASTERING, LIGHT] if light or coding.encoder in _WITH_LIGHT else [])]
    kept += [TIME_CODE] if time_code else []
    lost = words(kind for kind in kinds if kind not in kept)
    lost += [word for word in words(kind for kind in late if kind not in every_frame)
             if word not in lost]  # fmt: skip
    if not lost:
        return []
    if set(lost) <= set(words([CAPTIONS, MASTERING, LIGHT])):
        return [note("film.side_lost_by_codec", kinds=lost)]
    return [note("film.side_lost", kinds=lost)]


def starts_at(film: Film) -> str:
    """Return the time code that a film's first frame has in its side data, "" for none."""
    data = film.side_data.get(TIME_CODE)
    return time_code_of(data, film.rate) if data else ""


def holds_light(coding: Coding, muxer: str) -> bool:
    """Tell whether the header of a result says how bright the master's display is, not its frames.

    Args:
        coding: of the result.
        muxer: FFmpeg's name of its container.
    """
    return muxer in ("matroska", "webm") and coding.encoder not in _WITH_LIGHT


def light_of(found: Mapping[str, bytes]) -> tuple[list[Fraction], list[int]]:
    """Return the master's display, see `display_of`, and the light levels; [] where unknown.

    Args:
        found: see `first_side_data`.
    """
    display = display_of(found[MASTERING]) if MASTERING in found else []
    levels = list(struct.unpack("=2I", found[LIGHT][:8])) if LIGHT in found else []
    return display, levels


def display_of(data: bytes) -> list[Fraction]:
    """Return the numbers of AVMasteringDisplayMetadata, [] where it says too little.

    They are x and y of red, green, blue and white (CIE 1931), least and most luminance in cd/m2.
    """
    numbers = struct.unpack("=20i2i", data[:88])
    pairs = [(numbers[at], numbers[at + 1]) for at in range(0, 20, 2)]
    if not (numbers[20] and numbers[21]) or any(below == 0 for _, below in pairs):
        return []
    return [Fraction(*pair) for pair in pairs]


def _master(data: bytes, encoder: str) -> str:
    """Write AVMasteringDisplayMetadata as an encoder's parameter, "" where it says too little."""
    values = display_of(data)
    if not values:
        return ""
    red, green, blue, white = (values[at : at + 2] for at in (0, 2, 4, 6))
    least, most = values[8:]
    if encoder == "libsvtav1":
        spots = [f"{float(x):.5f},{float(y):.5f}" for x, y in (green, blue, red, white)]
        lights = f"{float(most):.4f},{float(least):.4f}"
    else:
        spots = [f"{round(x * 50000)},{round(y * 50000)}" for x, y in (green, blue, red, white)]
        lights = f"{round(most * 10000)},{round(least * 10000)}"
    g, b, r, wp = spots
    return f"G({g})B({b})R({r})WP({wp})L({lights})"


def time_code_of(data: bytes, rate: Fraction) -> str:
    """Return the first time code of a frame's side data as HH:MM:SS:FF (SMPTE ST 12-1).

    Args:
        data: number of codes, then the codes, 32 bit each.
        rate: frames per second; above 30 a code counts pairs of frames.
    """
    code = struct.unpack("=2I", data[:8])[1]
    part = _decimal(code >> 24 & 0x3F)
    if rate > 30:
        part = 2 * part + (code >> (7 if rate == 50 else 23) & 1)
    sign = ";" if code >> 30 & 1 else ":"
    hours, minutes, seconds = (
        _decimal(code & 0x3F),
        _decimal(code >> 8 & 0x7F),
        _decimal(code >> 16 & 0x7F),
    )
    return f"{hours:02}:{minutes:02}:{seconds:02}{sign}{part:02}"


def _decimal(digits: int) -> int:
    return (digits >> 4) * 10 + (digits & 15)


class Carrier:
    """Makes the small frames that keep side data."""

    def __init__(self) -> None:
        self._scaled: dict[tuple[Any, ...], Any] = {}

    def small(self, frame: VideoFrame) -> Any:
        """Return a small frame with a frame's captions, None where it has none."""
        if CAPTIONS not in kinds_of(frame):
            return None
        drops = [("sidedata", f"mode=delete:type={name}") for name in _NOT_CARRIED]
        known = ("setparams", "colorspace=unknown")  # others FFmpeg does not scale
        return self._through(frame, [known, ("scale", f"{_SMALL}:{_SMALL}"), *drops])

    def grown(self, small: Any, size: tuple[int, int], pix_fmt: str) -> Any:
        """Return a frame of a size (height, width) and format with the side data of a small one.

        Its samples mean nothing.
        """
        steps = [("scale", f"{size[1]}:{size[0]}:flags=neighbor"), ("format", pix_fmt)]
        picture = self._through(small, steps)
        picture.make_writable()
        picture.pict_type = 0  # that of the old coding would be taken for an order
        return picture

    def _through(self, frame: Any, steps: list[tuple[str, str]]) -> Any:
        from av.filter import Graph

        key = (frame.width, frame.height, frame.format.name, *steps)
        if key not in self._scaled:
            graph = Graph()
            last = graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                time_base=Fraction(1, 25),
            )
            for name, options in [*steps, ("buffersink", "")]:
                part = graph.add(name, options) if options else graph.add(name)
                last.link_to(part)
                last = part
            graph.configure()
            self._scaled = {key: graph}
        graph = self._scaled[key]
        graph.push(frame)
        return graph.pull()

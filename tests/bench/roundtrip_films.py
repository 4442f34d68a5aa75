"""The films that go through round trips, drawn, and what there is of a film to compare."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from colorizer.media.film.matroska import display_size, set_display_size
from tests.draw_film import draw_film

SIZE = (128, 256)
FRAMES = 12
ASPECT = Fraction(9, 8)
NTSC = Fraction(24000, 1001)
VARIABLE = [0, 40, 80, 120, 260, 300, 340, 400, 433, 466, 500, 540]
_CLIP_FRAMES = 25


@dataclass(frozen=True)
class SourceFilm:
    """A film to be read."""

    suffix: str
    encoder: str
    pix_fmt: str
    sound: str = ""
    """Encoder of its sound."""
    size: tuple[int, int] = SIZE
    """(height, width)."""
    muxer: str | None = None
    """FFmpeg's, where the suffix does not name the container people mean by it."""

    @property
    def lossless(self) -> bool:
        """Whether it holds the very luma that was drawn."""
        return self.encoder in ("ffv1", "rawvideo", "huffyuv", "ffvhuff", "utvideo", "v210")


SOURCES = (
    SourceFilm(".mp4", "libx264", "yuv420p", "aac"),
    SourceFilm(".mp4", "libx265", "yuv420p10le", "aac"),
    SourceFilm(".m4v", "mpeg4", "yuv420p", "aac", muxer="mp4"),
    SourceFilm(".mkv", "libx264", "yuv444p", "flac"),
    SourceFilm(".mkv", "mpeg4", "yuv420p", "libmp3lame"),
    SourceFilm(".mkv", "ffv1", "yuv422p16le", "flac"),
    SourceFilm(".mov", "prores_ks", "yuv422p10le", "pcm_s16le"),
    SourceFilm(".mov", "prores_ks", "yuv444p10le", "pcm_s16le"),
    SourceFilm(".mov", "v210", "yuv422p10le", "pcm_s24le"),
    SourceFilm(".mov", "dnxhd", "yuv422p", "pcm_s16le"),
    SourceFilm(".mov", "mjpeg", "yuvj422p", "pcm_s16le"),
    SourceFilm(".qt", "mpeg4", "yuv420p", "pcm_s16le", muxer="mov"),
    SourceFilm(".mxf", "mpeg2video", "yuv422p", "pcm_s16le"),
    SourceFilm(".avi", "mpeg4", "yuv420p", "libmp3lame"),
    SourceFilm(".avi", "huffyuv", "yuv422p", "pcm_s16le"),
    SourceFilm(".avi", "ffv1", "gray", "pcm_s16le"),
    SourceFilm(".avi", "utvideo", "yuv422p", "pcm_s16le"),
    SourceFilm(".avi", "rawvideo", "yuv420p", "pcm_s16le"),
    SourceFilm(".mpg", "mpeg2video", "yuv420p", "mp2"),
    SourceFilm(".mpeg", "mpeg1video", "yuv420p", "mp2"),
    SourceFilm(".m2v", "mpeg2video", "yuv420p"),
    SourceFilm(".vob", "mpeg2video", "yuv420p", "ac3"),
    SourceFilm(".ts", "libx264", "yuv420p", "mp2"),
    SourceFilm(".m2ts", "libx264", "yuv420p", "ac3"),
    SourceFilm(".mts", "libx264", "yuv420p", "ac3", muxer="mpegts"),
    SourceFilm(".dv", "dvvideo", "yuv420p", size=(576, 720)),
    SourceFilm(".wmv", "wmv2", "yuv420p", "libmp3lame"),
    SourceFilm(".asf", "msmpeg4v3", "yuv420p", "libmp3lame"),
    SourceFilm(".flv", "flv1", "yuv420p", "aac"),
    SourceFilm(".ogv", "libvpx", "yuv420p", "libopus"),
    SourceFilm(".webm", "libvpx-vp9", "yuv420p", "libopus"),
    SourceFilm(".3gp", "h263", "yuv420p", "aac", size=(144, 176)),
    SourceFilm(".nut", "rawvideo", "gray16be", "pcm_s16le"),
    *(
        SourceFilm(".mkv", "ffv1", pix_fmt, "pcm_s24le")
        for pix_fmt in (
            *("gray", "gray10le", "gray12le", "gray14le", "gray16le", "yuv410p", "yuv411p"),
            *("yuv440p", "yuv420p9le", "yuv422p14le", "yuva420p", "yuva444p10le", "bgr0", "bgra"),
            *("gbrp10le", "gbrp12le", "gbrp16le", "rgb48le"),
        )
    ),
)
"""Every container by whose name a film is known, and pixel formats of all kinds."""


def draw_everything(folder: Path, pix_fmt: str) -> tuple[Path, Path, Path]:
    """Draw a film with all a film can have, an even one and an interlaced one, unless there."""
    names = ("all_{}.mkv", "even_{}.nut", "woven_{}.mkv")
    first, second, third = (folder / name.format(pix_fmt) for name in names)
    shared: dict[str, Any] = {"pix_fmt": pix_fmt, "size": SIZE, "frames": FRAMES}
    everything: dict[str, Any] = {
        "pts": VARIABLE,
        "time_base": Fraction(1, 1000),
        "matrix": 1,
        "primaries": 5,
        "transfer": 4,
        "sounds": ("flac", "aac"),
        "subtitles": "subrip",
        "chapters": True,
        "attachment": b"font",
        "rotation": 90,
        "metadata": {"title": "Reel"},
        "timecode": "10:00:00:00",
    }
    kinds = (everything, {"rate": NTSC}, {"field_order": 3, "full_range": True})
    for path, kind in zip((first, second, third), kinds, strict=True):
        if not path.exists():
            part = path.with_name(f"part_{path.name}")
            draw_film(part, **shared, **kind)
            if kind is everything:
                _give_aspect(part)
            part.replace(path)
    return first, second, third


def _give_aspect(path: Path) -> None:
    """Write the sample aspect ratio into a Matroska film of FFV1, as PyAV does not."""
    assert set_display_size(path, display_size(SIZE, ASPECT))
    assert facts(path)["aspect"] == ASPECT, "or it could not be seen to get lost"


def draw_source(path: Path, film: SourceFilm) -> list[np.ndarray]:
    """Draw a film to be read and return its luma planes."""
    return draw_film(
        path,
        codec=film.encoder,
        pix_fmt=film.pix_fmt,
        size=film.size,
        frames=_CLIP_FRAMES,
        sounds=(film.sound,) if film.sound else (),
        full_range=film.pix_fmt.startswith(("yuvj", "gbr", "rgb", "bgr", "gray")),
        options={"profile": "dnxhr_hq"} if film.encoder == "dnxhd" else None,
        muxer=film.muxer,
    )


def facts(path: Path) -> dict[str, Any]:
    """Read what there is to compare, with PyAV alone."""
    with av.open(str(path)) as film:
        stream: Any = film.streams.video[0]
        metadata = {**film.metadata, **stream.metadata}
        about = {
            "rate": stream.average_rate,
            "aspect": stream.sample_aspect_ratio or Fraction(1),
            "files": [_data(one) for one in film.streams if one.type == "attachment"],
            "chapters": [
                (
                    one["metadata"].get("title"),
                    *(_ms(one[at] * Fraction(one["time_base"] or 0)) for at in ("start", "end")),
                )
                for one in film.chapters()
            ],
            "metadata": metadata.get("title"),
            "timecode": next((v for k, v in metadata.items() if k.lower() == "timecode"), None),
        }
    with av.open(str(path)) as film:
        frames: list[Any] = list(film.decode(video=0))
    about["frames"] = len(frames)
    about["times"] = [frame.pts * frame.time_base for frame in frames if frame.pts is not None]
    first, context = frames[0], stream.codec_context
    about["tags"] = tuple(
        next((tag for tag in (getattr(first, name), getattr(context, name)) if tag != 2), 2)
        for name in ("colorspace", "color_primaries", "color_trc")
    )
    about["range"], about["rotation"] = first.color_range, first.rotation
    return about | _copied(path)


def _copied(path: Path) -> dict[str, Any]:
    """Return sound as (language, payload) and titles as (text, milliseconds, length)."""
    sounds: dict[int, bytes] = {}
    titles = []
    with av.open(str(path)) as film:
        tracks = [one for one in film.streams if one.type in ("audio", "subtitle")]
        languages = {one.index: one.metadata.get("language") for one in tracks}
        for packet in film.demux(tracks) if tracks else ():
            if not packet.size:
                continue
            data, stream = bytes(packet), packet.stream
            if stream.type == "audio":
                sounds[stream.index] = sounds.get(stream.index, b"") + data
            elif packet.pts is not None and (text := _text(data, stream)):
                base = Fraction(packet.time_base or 0)
                lasts = (packet.duration or 0) * base
                titles.append((text, _ms(packet.pts * base), _ms(lasts)))
        sound = sorted((str(languages[index]), data) for index, data in sounds.items())
    return {"sound": sound, "titles": titles}


def _text(data: bytes, stream: Any) -> bytes:
    """Return what a title says; in MP4 its length comes first, and gaps are empty titles."""
    return data[2:] if stream.codec_context.name == "mov_text" else data


def _data(attachment: Any) -> bytes:
    return bytes(attachment.data)


def _ms(seconds: Fraction) -> int:
    return round(seconds * 1000)

"""Round trips of films through every codec, container and pixel format: what is kept.

    python -m tests.bench.roundtrip [--markdown] [--short]

Films with everything in them are drawn, coloured without a network, and read back with PyAV.
"yes" is kept, "said" is lost with a line that says so before or after the work, "LOST" is lost
without a word, and "-" can't be asked.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from colorizer.archive.verify import verify_film
from colorizer.media.codecs import _CODECS
from colorizer.media.film import FilmSource
from colorizer.media.film_sink import FilmSink
from tests.draw_film import draw_film

SIZE = (128, 256)
FRAMES = 12
NTSC = Fraction(24000, 1001)
VARIABLE = [0, 40, 80, 120, 260, 300, 340, 400, 433, 466, 500, 540]
LOSSLESS = {"h264": 0, "h265": 0}
COLUMNS = (
    *("luma", "frames", "times", "rate", "aspect", "tags", "range", "fields", "rotation"),
    *("timecode", "sound", "titles", "chapters", "files", "metadata"),
)
SOURCES = (
    ("a.mp4", "libx264", "yuv420p", "aac"),
    ("a.mp4", "libx265", "yuv420p10le", "aac"),
    ("a.mkv", "libx264", "yuv444p", "flac"),
    ("a.mkv", "ffv1", "gray12le", "pcm_s24le"),
    ("a.mkv", "ffv1", "yuv422p16le", "flac"),
    ("a.mkv", "mpeg4", "yuv420p", "libmp3lame"),
    ("a.mov", "prores_ks", "yuv422p10le", "pcm_s16le"),
    ("a.mov", "prores_ks", "yuv444p10le", "pcm_s16le"),
    ("a.mov", "v210", "yuv422p10le", "pcm_s24le"),
    ("a.mov", "dnxhd", "yuv422p", "pcm_s16le"),
    ("a.mov", "mjpeg", "yuvj422p", "pcm_s16le"),
    ("a.mxf", "mpeg2video", "yuv422p", "pcm_s16le"),
    ("a.avi", "mpeg4", "yuv420p", "libmp3lame"),
    ("a.avi", "huffyuv", "yuv422p", "pcm_s16le"),
    ("a.avi", "ffv1", "gray", "pcm_s16le"),
    ("a.avi", "rawvideo", "yuv420p", "pcm_s16le"),
    ("a.mpg", "mpeg2video", "yuv420p", "mp2"),
    ("a.ts", "libx264", "yuv420p", "mp2"),
    ("a.webm", "libvpx-vp9", "yuv420p", "libopus"),
    ("a.nut", "rawvideo", "gray16be", "pcm_s16le"),
    ("a.nut", "ffv1", "gbrp12le", "flac"),
)
"""Container, encoder, pixel format and sound of films to be read."""
_WORDS = {
    "rate": ("rate",),
    "times": ("milliseconds", "another time"),
    "aspect": ("aspect",),
    "tags": ("colour tag",),
    "range": ("range",),
    "fields": ("interlaced",),
    "rotation": ("rotation",),
    "timecode": ("timecode",),
    "sound": ("audio stream",),
    "titles": ("subtitle stream",),
    "chapters": ("chapters",),
    "files": ("attachment stream",),
    "metadata": ("metadata",),
}
"""Column -> words, one of which says that it is lost."""


@dataclass
class Row:
    """What came of one pair."""

    name: str
    kept: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    """What was said."""

    def note(self, column: str, *, good: bool) -> None:
        """Note whether something was kept, and if not whether that was said."""
        said = any(word in line for word in _WORDS.get(column, ()) for line in self.lines)
        self.kept[column] = "yes" if good else "said" if said else "LOST"


def colour(source_path: Path, target: Path, codec: str) -> list[str]:
    """Give a film one colour and return all that was said."""
    with (
        FilmSource(source_path, side=32) as source,
        FilmSink(target, like=source, codec=codec, quality=LOSSLESS.get(codec), threads=1) as sink,
    ):
        for frame in source.frames():
            size = sink.chroma_size(frame)
            sink.write(replace(frame, ab=np.full((2, *size), 15, np.float32)))
    return [*source.warnings, *sink.warnings]


def facts(path: Path) -> dict[str, Any]:
    """Read what there is to compare, with PyAV alone."""
    with av.open(str(path)) as film:
        stream: Any = film.streams.video[0]
        packets: dict[int, bytes] = {}
        for packet in film.demux([one for one in film.streams if one.type == "audio"]):
            packets[packet.stream_index] = packets.get(packet.stream_index, b"") + bytes(packet)
        metadata = {**film.metadata, **stream.metadata}
        about = {
            "rate": stream.average_rate,
            "aspect": stream.sample_aspect_ratio or Fraction(1),
            "sound": sorted(packets.values()),
            "titles": sum(one.type == "subtitle" for one in film.streams),
            "files": sum(one.type == "attachment" for one in film.streams),
            "chapters": [chapter["metadata"].get("title") for chapter in film.chapters()],
            "metadata": metadata.get("title"),
            "timecode": next((v for k, v in metadata.items() if k.lower() == "timecode"), None),
        }
    with av.open(str(path)) as film:
        frames: list[Any] = list(film.decode(video=0))
    about["frames"] = len(frames)
    about["times"] = [frame.pts * frame.time_base for frame in frames if frame.pts is not None]
    first = frames[0]
    context = stream.codec_context
    about["tags"] = tuple(
        next((tag for tag in (getattr(first, name), getattr(context, name)) if tag != 2), 2)
        for name in ("colorspace", "color_primaries", "color_trc")
    )
    about["range"] = first.color_range
    about["rotation"] = first.rotation
    return about


def output_row(folder: Path, codec: str, suffix: str, pix_fmt: str) -> Row:
    """Colour drawn films of one pixel format into one codec and container."""
    row = Row(f"{codec} {suffix} {pix_fmt}")
    everything, even, woven = (folder / f"{name}.mkv" for name in ("all", "even", "woven"))
    shared: dict[str, Any] = {"pix_fmt": pix_fmt, "size": SIZE, "frames": FRAMES}
    draw_film(
        everything,
        **shared,
        pts=VARIABLE,
        time_base=Fraction(1, 1000),
        ratio=Fraction(16, 15),
        matrix=1,
        sounds=("flac", "aac"),
        subtitles="subrip",
        chapters=True,
        attachment=b"font",
        rotation=90,
        metadata={"title": "Reel"},
        timecode="10:00:00:00",
    )
    draw_film(even.with_suffix(".nut"), **shared, rate=NTSC)
    draw_film(woven, **shared, field_order=3, full_range=True)
    target = folder / f"out{suffix}"
    row.lines = colour(everything, target, codec)
    verdict = verify_film(target, everything)
    exact = "exact" if not verdict.different else f"{verdict.psnr:.0f} dB"
    row.kept["luma"] = f"{exact}, {verdict.rounded[1]} bit" if verdict.rounded else exact
    wanted, found = facts(everything), facts(target)
    for column in ("aspect", "rotation", "timecode", "sound", "titles"):
        row.note(column, good=found[column] == wanted[column])
    for column in ("chapters", "files", "metadata", "frames"):
        row.note(column, good=found[column] == wanted[column])
    row.note("times", good=found["times"] == wanted["times"])
    row.note("tags", good=found["tags"] == (1, 1, 1))
    row.lines = colour(even.with_suffix(".nut"), target, codec)
    found = facts(target)
    row.note("rate", good=abs(found["rate"] - NTSC) < Fraction(1, 1000))
    row.lines = colour(woven, target, codec)
    with FilmSource(target, side=32) as film:
        row.note("fields", good=film.first_field == "bottom")
    row.note("range", good=facts(target)["range"] == 2)
    return row


def source_row(folder: Path, name: str, encoder: str, pix_fmt: str, sound: str) -> Row:
    """Colour a drawn film of some container into FFV1 in Matroska."""
    row = Row(f"{name[1:]} {encoder} {pix_fmt}")
    source, target = folder / f"source{name[1:]}", folder / "out.mkv"
    full = pix_fmt.startswith(("yuvj", "gbr", "gray"))
    draw_film(
        source, codec=encoder, pix_fmt=pix_fmt, size=SIZE, frames=25, sounds=(sound,),
        full_range=full, options={"profile": "dnxhr_hq"} if encoder == "dnxhd" else None,
    )  # fmt: skip
    row.lines = colour(source, target, "ffv1")
    verdict = verify_film(target, source)
    row.kept["luma"] = "exact" if not verdict.different else "LOST"
    row.note("frames", good=verdict.frames == verdict.source_frames == 25)
    row.note("times", good=not verdict.moved)
    wanted, found = facts(source), facts(target)
    row.note("rate", good=abs(found["rate"] - wanted["rate"]) < Fraction(1, 1000))
    row.note("sound", good=found["sound"] == wanted["sound"])
    return row


def output_rows(folder: Path, *, short: bool) -> Iterator[Row]:
    """Yield a row for every codec, container and pixel format that is written.

    Args:
        folder: for the films.
        short: only the coarsest pixel format of each codec.
    """
    for codec, known in _CODECS.items():
        for suffix in (suffix for suffix in known.suffixes if suffix != ".m4v"):
            for sampling in known.samplings[: 1 if short else None]:
                for bits in known.depths[: 1 if short else None]:
                    if (codec, sampling, bits) == ("dnxhr", "444", 8):
                        continue
                    deep = "" if bits == 8 else f"{bits}le"
                    yield output_row(folder, codec, suffix, f"yuv{sampling}p{deep}")


def source_rows(folder: Path) -> Iterator[Row]:
    """Yield a row for every container, codec and pixel format in `SOURCES`."""
    for name, encoder, pix_fmt, sound in SOURCES:
        yield source_row(folder, name, encoder, pix_fmt, sound)


def main() -> None:
    """Print the matrix."""
    parser = argparse.ArgumentParser(description="Print what round trips keep.")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--short", action="store_true", help="one pixel format for each codec")
    arguments = parser.parse_args()
    sign = " | " if arguments.markdown else " "
    with tempfile.TemporaryDirectory() as folder:
        written = output_rows(Path(folder), short=arguments.short)
        for title, rows in (("written", written), ("read, to ffv1", source_rows(Path(folder)))):
            print(sign.join((f"{title:32}", *(f"{name:9}" for name in COLUMNS))))  # noqa: T201
            for row in rows:
                cells = (f"{row.kept.get(name, '-'):9}" for name in COLUMNS)
                print(sign.join((f"{row.name:32}", *cells)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()

"""Round trips of films through every codec, container and pixel format: what is kept.

    python -m tests.bench.roundtrip [--only TEXT] [--seconds N]
    python -m tests.bench.roundtrip --markdown > tests/bench/ROUNDTRIP.md

Films with everything in them are drawn, coloured without a network, and read back with PyAV. Every
row has a process of its own, which is ended after `--seconds`. "yes" is kept, "said" is lost or
changed with a line that says so before or after the work, "LOST" is lost without a word, "FAILED"
has no result, and "-" can't be asked.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from colorizer.archive.verify.film import Verdict, verify_film
from colorizer.media.film.codecs import _CODECS
from colorizer.media.film.luma import at_depth
from colorizer.media.film.open import SHOWN_FIRST
from colorizer.media.film.sink import FilmSink
from colorizer.media.film.source import FilmSource
from colorizer.settings import FilmWriting
from tests.bench.roundtrip_films import (
    NTSC,
    SOURCES,
    SourceFilm,
    draw_everything,
    draw_source,
    facts,
)
from tests.bench.roundtrip_table import as_markdown, as_text
from tests.draw_film import RATE

LOSSLESS = {"h264": 0, "h265": 0}
COLUMNS = (
    *("luma", "frames", "times", "rate", "aspect", "tags", "range", "fields", "rotation"),
    *("timecode", "sound", "titles", "chapters", "files", "metadata"),
)
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

    group: str
    """Codec and container."""
    pix_fmt: str
    kept: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    """What was said of the film coloured last."""
    told: dict[str, str] = field(default_factory=dict)
    """Column -> the line that says it."""

    def note(self, column: str, *, good: bool) -> None:
        """Note whether something was kept, and if not whether that was said."""
        words = _WORDS.get(column, ())
        line = next((line for line in self.lines if any(word in line for word in words)), None)
        self.kept[column] = "yes" if good else "said" if line else "LOST"
        if line and not good:
            self.told[column] = line


def colour(source_path: Path, target: Path, codec: str) -> list[str]:
    """Give a film one colour and return all that was said."""
    with (
        FilmSource(source_path, side=32) as source,
        FilmSink(
            target, FilmWriting(codec=codec, quality=LOSSLESS.get(codec)), like=source, threads=1
        ) as sink,
    ):
        for frame in source.frames():
            size = sink.chroma_size(frame)
            sink.write(replace(frame, ab=np.full((2, *size), 15, np.float32)))
    return [*source.warnings, *sink.warnings]


def output_row(folder: Path, codec: str, suffix: str, pix_fmt: str) -> Row:
    """Colour drawn films of one pixel format into one codec and container."""
    row = Row(f"{codec} {suffix}", pix_fmt)
    everything, even, woven = draw_everything(folder, pix_fmt)
    target = folder / f"out{suffix}"
    row.lines = colour(everything, target, codec)
    verdict = verify_film(target, everything)
    assert isinstance(verdict, Verdict)
    exact = "exact" if not verdict.different else f"{verdict.psnr:.0f} dB"
    row.kept["luma"] = f"{exact}, {verdict.rounded[1]} bit" if verdict.rounded else exact
    wanted, found = facts(everything), facts(target)
    for column in ("aspect", "rotation", "timecode", "sound", "titles"):
        row.note(column, good=found[column] == wanted[column])
    for column in ("chapters", "files", "metadata", "frames"):
        row.note(column, good=found[column] == wanted[column])
    row.note("times", good=found["times"] == wanted["times"])
    row.note("tags", good=found["tags"] == wanted["tags"])
    row.lines = colour(even, target, codec)
    found = facts(target)
    row.note("rate", good=abs(found["rate"] - NTSC) < NTSC / 10**5)
    row.lines = colour(woven, target, codec)
    with FilmSource(target, side=32) as film:
        header = SHOWN_FIRST.get(film.field_order, "bottom")
        row.note("fields", good=film.first_field == header == "bottom")
    row.note("range", good=facts(target)["range"] == 2)
    return row


def source_row(folder: Path, film: SourceFilm) -> Row:
    """Colour a drawn film of some container into FFV1 in Matroska."""
    row = Row(f"{film.suffix} {film.encoder}", film.pix_fmt)
    source, target = folder / f"source{film.suffix}", folder / "out.mkv"
    planes = draw_source(source, film)
    row.lines = colour(source, target, "ffv1")
    verdict = verify_film(target, source)
    assert isinstance(verdict, Verdict)
    exact = not verdict.different and (not film.lossless or _as_drawn(target, planes))
    row.kept["luma"] = "exact" if exact else "LOST"
    row.note("frames", good=verdict.frames == verdict.source_frames == len(planes))
    row.note("times", good=not verdict.moved)
    wanted, found = facts(source), facts(target)
    row.note("rate", good=abs(found["rate"] - RATE) < RATE / 10**3)
    if wanted["sound"]:
        row.note("sound", good=found["sound"] == wanted["sound"])
    return row


def _as_drawn(path: Path, planes: list[np.ndarray]) -> bool:
    """Tell whether a film's luma is what was drawn, whatever its source was read as."""
    with FilmSource(path, side=32) as film:
        frames = list(film.frames())
    bits = 8 * planes[0].itemsize if planes[0].itemsize == 1 else frames[0].bits
    wanted = (at_depth(Y, bits, frames[0].bits, frames[0].full_range) for Y in planes)
    return all(np.array_equal(frame.Y, Y) for frame, Y in zip(frames, wanted, strict=True))


def output_tasks(*, short: bool = False) -> Iterator[tuple[str, str, str]]:
    """Yield codec, container and pixel format of all that is written.

    Args:
        short: only the coarsest pixel format of each codec.
    """
    for codec, known in _CODECS.items():
        for suffix in (suffix for suffix in known.suffixes if suffix != ".m4v"):
            for sampling in known.samplings[: 1 if short else None]:
                for bits in known.depths[: 1 if short else None]:
                    if (codec, sampling, bits) == ("dnxhr", "444", 8):
                        continue
                    yield codec, suffix, f"yuv{sampling}p{'' if bits == 8 else f'{bits}le'}"


class Rows:
    """Makes rows in a process that is ended when one takes too long. A context manager."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._folder = tempfile.TemporaryDirectory()
        self._context = multiprocessing.get_context("spawn")

    def __enter__(self) -> Rows:
        self._pool = self._context.Pool(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.terminate()
        self._folder.cleanup()

    def make(self, group: str, pix_fmt: str, task: Any, *arguments: Any) -> Row:
        """Return the row that `task` makes of the folder and arguments, or one that says FAILED."""
        found = self._pool.apply_async(task, (Path(self._folder.name), *arguments))
        try:
            row = found.get(self._seconds)
        except multiprocessing.TimeoutError:
            self._pool.terminate()  # it hangs, or a library has ended it
            self._pool = self._context.Pool(1)
            reason = f"nothing came within {self._seconds:.0f} s"
        except Exception as error:  # noqa: BLE001 - a row of the table like any other
            reason = f"{type(error).__name__}: {error}"
        else:
            return row
        return Row(
            group, pix_fmt, {"luma": "FAILED"}, told={"luma": f"{group} {pix_fmt}: {reason}"}
        )


def main() -> None:
    """Print the matrix."""
    parser = argparse.ArgumentParser(description="Print what round trips keep.")
    parser.add_argument("--markdown", action="store_true", help="as tests/bench/ROUNDTRIP.md")
    parser.add_argument("--short", action="store_true", help="one pixel format for each codec")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="rows that have it in their name"
    )
    parser.add_argument("--seconds", type=float, default=120, help="a row may take")
    arguments = parser.parse_args()
    outputs: list[Any] = [
        (f"{codec} {suffix}", pix_fmt, output_row, codec, suffix, pix_fmt)
        for codec, suffix, pix_fmt in output_tasks(short=arguments.short)
    ]
    sources: list[Any] = [
        (f"{one.suffix} {one.encoder}", one.pix_fmt, source_row, one) for one in SOURCES
    ]
    tables: dict[str, list[Row]] = {}
    with Rows(arguments.seconds) as rows:
        for title, tasks in (("written", outputs), ("read, written as ffv1", sources)):
            wanted = [task for task in tasks if arguments.only in f"{task[0]} {task[1]}"]
            tables[title] = []
            for number, task in enumerate(wanted, start=1):
                row = rows.make(*task)
                tables[title].append(row)
                print(f"{number}/{len(wanted)}", as_text(row, COLUMNS), file=sys.stderr)  # noqa: T201
    if arguments.markdown:
        print(as_markdown(tables, COLUMNS))  # noqa: T201


if __name__ == "__main__":
    main()

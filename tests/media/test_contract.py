"""What every source and every sink promises, whether photo, film or image sequence."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from colorizer.media import open_film, open_film_sink, open_photo, open_photo_sink
from colorizer.media.base import Sink, Source
from colorizer.settings import Settings
from tests import drawn
from tests.draw_sequence import draw_dpx, draw_exr, draw_tiffs


@dataclass(frozen=True)
class Kind:
    """A kind of source, and of result."""

    draw: Callable[[Path], Path]
    """Draws four frames, or one page, and returns what names them."""
    result: str
    count: int
    read: Callable[..., Any]
    write: Callable[..., Any]


def film(folder: Path) -> Path:
    return drawn.film(folder / "a.mkv", 4)


def photo(folder: Path) -> Path:
    return drawn.photo(folder / "a.png")


def sequence(draw: Callable[[Path], Any], name: str) -> Callable[[Path], Path]:
    def drawing(folder: Path) -> Path:
        draw(folder)
        first = sorted(path for path in folder.rglob("*") if path.is_file())[0]
        return first.with_name(name)

    return drawing


dpx = sequence(draw_dpx, "shot_%04d.dpx")
exr = sequence(draw_exr, "light_%04d.exr")
tiff = sequence(draw_tiffs, "f%03d.tif")
KINDS = {
    "photo": Kind(photo, "b.png", 1, open_photo, open_photo_sink),
    "film": Kind(film, "b.mkv", 4, open_film, open_film_sink),
    "film to frames": Kind(film, "b_%04d.tif", 4, open_film, open_film_sink),
    "DPX": Kind(dpx, "b_%04d.dpx", 4, open_film, open_film_sink),
    "OpenEXR": Kind(exr, "b_%04d.exr", 4, open_film, open_film_sink),
    "TIFF": Kind(tiff, "b_%04d.tif", 4, open_film, open_film_sink),
    "frames to film": Kind(tiff, "b.mkv", 4, open_film, open_film_sink),
}
SETTINGS = Settings(codec="ffv1")


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def opened(kind: Kind, folder: Path) -> Source:
    path = kind.draw(folder / "in")
    return kind.read(path, SETTINGS, side=32)


def sink_of(kind: Kind, folder: Path, source: Source) -> Sink:
    return kind.write(folder / "out" / kind.result, SETTINGS, like=source)


def wanted(source: Any, sink: Any) -> Any:
    return source.frames(video=sink.video) if hasattr(sink, "video") else source.frames(sink.pages)


def write(source: Any, sink: Any, most: int = 99) -> int:
    for count, frame in enumerate(wanted(source, sink), start=1):
        size = sink.chroma_size(frame)
        sink.write(replace(frame, ab=np.full((2, *size), 9, np.float32)))
        if count == most:
            return count
    return count


def places(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_source_gives_its_frames_in_order_with_luma_and_no_colour(kind, tmp_path):
    with opened(kind, tmp_path) as source:
        frames = list(source.frames())
        assert source.frame_count == len(frames) == kind.count
    assert [frame.index for frame in frames] == list(range(kind.count))
    assert all(frame.ab is None and min(frame.L.shape) <= 32 for frame in frames)
    assert all(frame.Y.shape == frames[0].Y.shape for frame in frames)
    if kind.read is open_film:
        times = [frame.pts * frame.time_base for frame in frames]
        assert times == sorted(set(times))


def test_a_source_can_be_closed_before_its_end(kind, tmp_path):
    with opened(kind, tmp_path) as source:
        next(iter(source.frames()))
    for path in (tmp_path / "in").rglob("*"):
        if path.is_file():
            path.unlink()  # on some systems an open file can't be


def test_a_source_is_never_written_to(kind, tmp_path):
    with opened(kind, tmp_path) as source:
        before = drawn.hashes(tmp_path / "in")
        with sink_of(kind, tmp_path, source) as sink:
            write(source, sink)
    assert drawn.hashes(tmp_path / "in") == before


def test_a_result_gets_its_name_last_and_tells_what_was_measured(kind, tmp_path):
    told = []
    with opened(kind, tmp_path) as source, sink_of(kind, tmp_path, source) as sink:
        assert sink.start == 0
        sink.before_naming = lambda part: told.append((places(tmp_path / "out"), sink.facts()))
        assert write(source, sink) == kind.count
    ((before, facts),) = told
    assert facts.get("frames", 1) == kind.count
    assert len(places(tmp_path / "out")) == (kind.count if "%" in kind.result else 1)
    assert before.isdisjoint(places(tmp_path / "out"))


@pytest.mark.matrix
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_an_error_leaves_nothing_of_the_result(kind, error, tmp_path):
    with opened(kind, tmp_path) as source:

        def stopped() -> None:
            with sink_of(kind, tmp_path, source) as sink:
                write(source, sink, most=1)
                raise error

        with pytest.raises(error):
            stopped()
    assert not places(tmp_path / "out")


def test_a_result_replaces_another_only_when_it_is_complete(kind, tmp_path):
    with opened(kind, tmp_path) as source, sink_of(kind, tmp_path, source) as sink:
        write(source, sink)
    before = drawn.hashes(tmp_path / "out")
    assert before
    with kind.read(kind.draw(tmp_path / "in"), SETTINGS, side=32) as source:

        def stopped() -> None:
            with sink_of(kind, tmp_path, source) as sink:
                write(source, sink, most=1)
                raise ValueError("stopped")

        with pytest.raises(ValueError, match="stopped"):
            stopped()
    assert drawn.hashes(tmp_path / "out") == before

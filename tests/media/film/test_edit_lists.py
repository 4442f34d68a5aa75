"""Films that are cut by the edit lists of their tracks, as QuickTime saves what was edited."""

import struct
from pathlib import Path

import av
import pytest

from colorizer import api
from colorizer.media.film.sound import sounds_of
from tests.draw_film import draw_film
from tests.tiny_model import tiny_model


def boxes(data: bytes, start: int, end: int):
    while start < end:
        length, kind = struct.unpack_from(">I4s", data, start)
        yield kind, start, start + length
        start += length


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def edited(path: Path, *tracks: list[tuple[int, int]]) -> None:
    """Give every track an edit list of lengths and beginnings; see ISO/IEC 14496-12, 8.6.6."""
    data, lists = path.read_bytes(), iter(tracks)
    top = {kind: (start, end) for kind, start, end in boxes(data, 0, len(data))}
    start, end = top[b"moov"]
    assert end == len(data), "places in the file stay true"
    movie = []
    for kind, first, last in boxes(data, start + 8, end):
        content = data[first:last]
        if kind == b"trak":
            edits = next(lists)
            rows = [struct.pack(">IiI", length, begin, 1 << 16) for length, begin in edits]
            edts = box(b"edts", box(b"elst", struct.pack(">II", 0, len(rows)), *rows))
            parts = [(one, data[x:y]) for one, x, y in boxes(data, first + 8, last)]
            content = box(b"trak", *(edts if one == b"edts" else part for one, part in parts))
        movie.append(content)
    path.write_bytes(data[:start] + box(b"moov", *movie))


def heard(path: Path) -> list[float]:
    with av.open(str(path)) as film:
        return [frame.time for frame in film.decode(audio=0)]


def shown(path: Path) -> list[float]:
    with av.open(str(path)) as film:
        return [frame.time for frame in film.decode(video=0)]


def cut_sound(source: Path) -> None:
    """Draw a film of which 20 frames are shown, then 20 from frame 30 on."""
    options = {"x264-params": "cpu-independent=1:bframes=0"}
    draw_film(source, codec="libx264", options=options, frames=50, sounds=("aac",))
    edited(source, [(800, 0), (800, 30 * 512)], [(800, 1024), (800, 1024 + 57600)])


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_sound_that_is_cut_out_of_the_middle_stays_out(tmp_path, suffix):
    source, target = tmp_path / "a.mp4", tmp_path / f"b{suffix}"
    cut_sound(source)
    api.colorize(source, target, model=tiny_model(), size=64)
    assert len(shown(source)) == 40
    assert shown(target) == pytest.approx(shown(source), abs=0.001)
    assert len(heard(source)) == 75
    assert heard(target) == pytest.approx(heard(source), abs=0.001)
    assert sounds_of(target)[0].sha256 == sounds_of(source)[0].sha256


@pytest.mark.slow
def test_a_part_has_the_sound_of_its_place_alone(tmp_path):
    source, target = tmp_path / "a.mp4", tmp_path / "b.mp4"
    cut_sound(source)
    api.colorize(source, target, model=tiny_model(), size=64, start="0.6s", end="1.2s")
    wanted = [time - 0.6 for time in heard(source) if 0.6 <= time < 1.2]
    assert heard(target) == pytest.approx(wanted, abs=0.001)

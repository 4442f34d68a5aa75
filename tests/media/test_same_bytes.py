"""The same film, settings and versions give the same bytes: what a manifest can be compared by."""

from hashlib import sha256

import pytest

from tests.draw_film import draw_film
from tests.media.film.tinted import colour

PAIRS = [
    ("ffv1", "a.mkv"),
    ("h264", "a.mkv"),
    ("h264", "a.mp4"),
    ("h265", "a.mkv"),
    ("h265", "a.mov"),
    ("prores", "a.mov"),
    ("prores", "a.mkv"),
    ("dnxhr", "a.mov"),
    ("v210", "a.mov"),
    ("av1", "a.webm"),
    ("av1", "a.mp4"),
]


@pytest.mark.matrix
@pytest.mark.parametrize(("codec", "name"), PAIRS)
def test_two_runs_give_the_same_bytes(tmp_path, codec, name):
    webm = name.endswith("webm")
    draw_film(
        tmp_path / "film.mkv",
        codec="mpeg4",
        size=(128, 256),
        sounds=("libopus",) if webm else ("flac", "aac"),
        subtitles="subrip",
        chapters=True,
        attachment=b"font",
        timecode="10:00:00:00",
    )
    found = set()
    for folder in ("one", "two"):
        target = tmp_path / folder / name
        colour(tmp_path / "film.mkv", target, codec)
        found.add(sha256(target.read_bytes()).hexdigest())
    assert len(found) == 1

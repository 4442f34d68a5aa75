"""Nothing of a film is lost without a word, whatever codec and container it goes into."""

import os
from pathlib import Path

import pytest

from tests.bench.roundtrip import Row, Rows, output_row, output_tasks, source_row
from tests.bench.roundtrip_films import SOURCES
from tests.bench.roundtrip_table import as_markdown

pytestmark = pytest.mark.slow

SUFFIXES = {one.suffix: one for one in SOURCES if one.encoder not in ("ffv1", "rawvideo")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where films drawn for one pair wait for the next."""
    return tmp_path_factory.mktemp("films")


@pytest.mark.parametrize(("codec", "suffix", "pix_fmt"), list(output_tasks(short=True)))
def test_what_a_codec_and_container_do_not_keep_is_said(folder, codec, suffix, pix_fmt):
    row = output_row(folder, codec, suffix, pix_fmt)
    assert "LOST" not in row.kept.values(), row.kept
    assert (row.kept["luma"] == "exact") is (codec in ("h264", "h265", "ffv1", "v210"))


@pytest.mark.parametrize("film", SUFFIXES.values(), ids=SUFFIXES)
def test_films_of_every_container_come_through_whole(folder, film):
    assert "LOST" not in source_row(folder, film).kept.values()


PIXELS = [film for film in SOURCES if film.encoder in ("ffv1", "rawvideo")]


@pytest.mark.parametrize("film", PIXELS, ids=lambda film: f"{film.suffix} {film.pix_fmt}")
def test_films_of_every_pixel_format_come_through_whole(folder, film):
    assert "LOST" not in source_row(folder, film).kept.values()


def crash(_: Path) -> Row:
    os._exit(3)


def fail(_: Path) -> Row:
    raise ValueError("no such thing")


def succeed(folder: Path) -> Row:
    return Row("h264 .mp4", "gray", {"luma": "exact"} if folder.is_dir() else {})


def test_a_row_that_hangs_or_crashes_is_told_and_the_next_is_made():
    with Rows(seconds=12) as rows:
        made = [rows.make("a .b", "gray", task) for task in (fail, crash, succeed)]
        assert [row.kept["luma"] for row in made] == ["FAILED", "FAILED", "exact"]
    table = as_markdown({"written": made}, ("luma", "sound"))
    assert "| a .b | gray, gray | FAILED |" in table
    assert "| h264 .mp4 | gray | exact |" in table
    assert "ValueError: no such thing" in table
    assert "nothing came within 12 s" in table

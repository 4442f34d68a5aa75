"""A logo in the corner of a gray film keeps its chroma planes; the rest gets colours."""

import json

import numpy as np
import pytest
from PIL import Image

from colorizer.jobs import Job, Kind
from colorizer.look.places import seen_places
from colorizer.pipeline import run
from colorizer.settings import Settings
from tests.pipeline.test_colour_shots import MARK, SHOT, SIZE, colorized, draw, moved, planes_of
from tests.stages.shots_drawn import texture
from tests.tiny_model import tiny_model


def at_mark(plane, inset=0):
    """Return the part of a chroma plane on which the logo is."""
    down, across = SIZE[0] // plane.shape[0], SIZE[1] // plane.shape[1]
    rows, columns = MARK
    return plane[
        rows.start // down + inset : rows.stop // down - inset,
        columns.start // across + inset : columns.stop // across - inset,
    ]


def are_kept(before, after):
    """Tell whether Y is the same, and chroma where the logo is, in every frame."""
    return all(
        np.array_equal(one[0], other[0])
        and all(
            np.array_equal(at_mark(a), at_mark(b)) for a, b in zip(one[1:], other[1:], strict=True)
        )
        for one, other in zip(before, after, strict=True)
    )


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p10le", "yuv444p"])
@pytest.mark.parametrize("more", [{}, {"interlaced": "top"}])
def test_a_logo_is_kept_byte_for_byte_and_the_rest_gets_colours(tmp_path, pix_fmt, more):
    source, target = tmp_path / "film.mkv", tmp_path / "out.mkv"
    draw(source, ["marked", "colour", "marked"], pix_fmt)
    done = colorized(source, target, **more)
    before, after = planes_of(source), planes_of(target)
    assert are_kept(before, after)
    for index, frame in enumerate(after):
        left = [frame[0], *(plane[:, : plane.shape[1] // 2] for plane in frame[1:])]
        assert moved(left) > 2, index
    assert sum("logos, letters or charts" in line for line in done.warnings) == 1
    sidecar = json.loads(target.with_name("out.mkv.colorize.json").read_text())
    marked = [shot for shot in sidecar["shots_found"] if "marks" in shot]
    assert [(shot["first_frame"], shot["marks"]) for shot in marked] == [
        (0, SHOT),
        (2 * SHOT, SHOT),
    ]
    assert not any("coloured" in shot for shot in marked)


@pytest.mark.slow
def test_finer_chroma_holds_the_samples_of_a_logo(tmp_path):
    source, target = tmp_path / "film.mkv", tmp_path / "out.mkv"
    draw(source, ["marked"], "yuv420p")
    colorized(source, target, preset="archive")
    before, after = planes_of(source)[3], planes_of(target)[3]
    for one, other in zip(before[1:], after[1:], strict=True):
        finer = np.repeat(one.astype(int), 2, 0) * 4
        assert np.array_equal(at_mark(finer), at_mark(other))


@pytest.mark.slow
def test_a_logo_is_coloured_where_that_is_wished(tmp_path):
    source, target = tmp_path / "film.mkv", tmp_path / "out.mkv"
    draw(source, ["marked"])
    done = colorized(source, target, coloured="do")
    assert not are_kept(planes_of(source), planes_of(target))
    assert not any("logos" in line for line in done.warnings)


@pytest.mark.slow
def test_strength_leaves_a_logo_alone(tmp_path):
    source, target = tmp_path / "film.mkv", tmp_path / "out.mkv"
    draw(source, ["marked"])
    colorized(source, target, strength=0.0)
    before, after = planes_of(source), planes_of(target)
    assert are_kept(before, after)
    assert not after[5][1][:, : SIZE[1] // 4].std()


@pytest.mark.slow
def test_a_logo_on_the_frames_of_a_sequence_keeps_its_colours(tmp_path):
    folder = tmp_path / "scan"
    folder.mkdir()
    for index in range(16):
        gray = np.roll(texture(1, SIZE), index, 1) * 2.55
        rgb = np.stack([gray] * 3, -1)
        rgb[MARK] = 200, 30, 40
        Image.fromarray(rgb.clip(0, 255).astype(np.uint8)).save(folder / f"f_{index:04}.png")
    target = tmp_path / "out" / "f_%04d.png"
    settings = Settings(size=64, sequence=True)
    *_, last = run(Job(folder / "f_%04d.png", target, Kind.FILM, settings), tiny_model())
    assert any("logos" in line for line in last.warnings)
    for index in range(16):
        result = np.asarray(Image.open(target.parent / f"f_{index:04}.png")).astype(int)
        assert np.abs(at_mark(result, 3) - (200, 30, 40)).max() < 8, index
        assert np.ptp(result[:, : SIZE[1] // 2], axis=-1).max() > 5


def test_probe_tells_of_a_logo(tmp_path):
    source = tmp_path / "film.mkv"
    draw(source, ["marked"])
    places = seen_places(source)["places"]
    assert places
    assert all("marks" in place["seen"] for place in places)

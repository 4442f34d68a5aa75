"""Shots of a film that are in colour already keep their chroma; a tint is no colour."""

import json
from contextlib import closing
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from colorizer.jobs import Job, Kind
from colorizer.media.film import sink
from colorizer.media.film.luma import luma_layout, read_plane
from colorizer.pipeline import run
from colorizer.settings import Settings
from tests.stages.shots_drawn import texture
from tests.tiny_model import tiny_model

SIZE = (96, 128)
SHOT = 14
"""Frames of a shot."""
MARK = np.s_[8:32, 80:116]
"""Where a marked shot shows a red logo."""


def draw(path, kinds, pix_fmt="yuv422p", codec="ffv1", options=None):
    """Draw a film of shots of these kinds: gray, colour, tinted, fading, marked; limited range."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=25)
        stream.height, stream.width, stream.pix_fmt = *SIZE, pix_fmt
        stream.codec_context.color_range = 1
        stream.codec_context.options = options or {}
        for number, kind in enumerate(kinds):
            for index in range(SHOT):
                frame = picture(kind, number, index, pix_fmt)
                frame.pts, frame.time_base = number * SHOT + index, Fraction(1, 25)
                output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def picture(kind, number, index, pix_fmt):
    frame = av.VideoFrame(SIZE[1], SIZE[0], pix_fmt)
    bits = frame.format.components[0].bits
    light = np.roll(texture(number, SIZE), index, 1) / 100
    chroma = [np.roll(texture(number + seed, SIZE, -0.25, 0.25, 6), index, 1) for seed in (20, 40)]
    if kind == "fading":
        share = max(0.0, (index - 4) / (SHOT - 5))
        light, chroma = share * light, [share * part for part in chroma]
    if kind == "gray":
        chroma = [0 * part for part in chroma]
    if kind == "marked":
        chroma = [0 * chroma[0], 0 * chroma[1]]
        chroma[0][MARK], chroma[1][MARK] = -0.15, 0.3
    if kind == "tinted":
        chroma = [0 * chroma[0] - 0.06, 0 * chroma[1] + 0.08]
    scale, kinds = 2 ** (bits - 8), np.uint8 if bits == 8 else np.uint16
    planes = [16 * scale + 219 * scale * light]
    planes += [128 * scale + 224 * scale * part for part in chroma]
    for plane, values in zip(frame.planes, planes, strict=True):
        step = (SIZE[0] // plane.height, SIZE[1] // plane.width)
        codes = np.rint(values[:: step[0], :: step[1]]).astype(kinds)
        rows = np.frombuffer(memoryview(plane), kinds).reshape(plane.height, -1)
        rows[:, : plane.width] = codes
    return frame


def colorized(source, target, **settings):
    made = Settings(**{"size": 64, "verify": True, "codec": "ffv1", **settings})
    *_, last = run(Job(source, target, Kind.FILM, made), tiny_model())
    return last


def planes_of(path):
    """Return Y, Cb and Cr of every frame as FFmpeg decodes them."""
    with av.open(str(path)) as container:
        found = []
        for frame in container.decode(video=0):
            layout = luma_layout(frame.format)
            number = [read_plane(frame, layout)]
            for plane in frame.planes[1:3]:
                kind = np.uint8 if layout.bits == 8 else np.uint16
                rows = np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)
                number.append(rows[:, : plane.width].copy())
            found.append(number)
        return found


def moved(planes):
    """Return the largest distance of chroma codes from neutral, in 8-bit codes."""
    middle = 128 if planes[1].dtype == np.uint8 else 512
    return max(float(np.abs(p.astype(int) - middle).max()) for p in planes[1:]) * 128 / middle


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("pix_fmt", ["yuv422p", "yuv444p10le", "yuv420p"])
@pytest.mark.parametrize("middle", ["colour", "fading"])
def test_a_colour_shot_is_kept_byte_for_byte(tmp_path, pix_fmt, middle):
    source, target = tmp_path / "film.mkv", tmp_path / "out.mkv"
    draw(source, ["gray", middle, "gray"], pix_fmt)
    done = colorized(source, target)
    before, after = planes_of(source), planes_of(target)
    assert len(before) == len(after)
    for index, (one, other) in enumerate(zip(before, after, strict=True)):
        assert np.array_equal(one[0], other[0])
        inside = SHOT <= index < 2 * SHOT
        same = all(np.array_equal(a, b) for a, b in zip(one[1:], other[1:], strict=True))
        assert same or not inside, index
    assert moved(after[SHOT // 2]) > 2
    assert moved(after[-2]) > 2
    assert any("in colour already" in line for line in done.warnings)
    sidecar = json.loads(target.with_name("out.mkv.colorize.json").read_text())
    (shot,) = [one for one in sidecar["shots_found"] if one.get("coloured")]
    begins = range(SHOT, SHOT + 6) if middle == "fading" else [SHOT]  # a fade begins in black
    assert shot["first_frame"] in begins
    assert shot["coloured"] >= SHOT - 6


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("preset", [{"preset": "archive"}, {"codec": "prores"}])
def test_finer_chroma_holds_the_same_samples(tmp_path, preset):
    source, target = tmp_path / "film.mkv", tmp_path / "out.mov"
    draw(source, ["colour", "gray"], "yuv420p")
    if "preset" in preset:
        target = target.with_suffix(".mkv")
        colorized(source, target, preset="archive")
        before, after = planes_of(source)[3], planes_of(target)[3]
        assert after[1].dtype == np.uint16
        for one, other in zip(before[1:], after[1:], strict=True):
            assert np.array_equal(np.repeat(one.astype(int), 2, 0) * 4, other)
    else:
        colorized(source, target, verify=False, **preset)
        before, after = planes_of(source)[3], planes_of(target)[3]
        for one, other in zip(before[1:], after[1:], strict=True):
            assert np.abs(np.repeat(one.astype(int), 2, 0) * 4 - other).mean() < 12


@pytest.mark.slow
def test_a_tint_is_no_colour_and_is_dropped_or_kept(tmp_path):
    source = tmp_path / "film.mkv"
    draw(source, ["tinted", "gray"])
    before = planes_of(source)[5]
    found = {}
    for wish in ("do", "copy", "skip"):
        target = tmp_path / f"{wish}.mkv"
        done = colorized(source, target, toned=wish)
        assert any("tinted or toned" in line for line in done.warnings)
        found[wish] = planes_of(target)[5]
    assert all(np.array_equal(a, b) for a, b in zip(found["copy"], before, strict=True))
    assert moved(found["skip"]) == 0
    assert not np.array_equal(found["do"][1], before[1])
    assert float(found["do"][1].std()) > 0


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("wish", ["do", "skip"])
def test_a_colour_shot_is_done_or_left_gray_as_asked(tmp_path, wish):
    source, target = tmp_path / "film.mkv", tmp_path / "out.mkv"
    draw(source, ["colour", "gray"])
    colorized(source, target, coloured=wish)
    before, after = planes_of(source)[5], planes_of(target)[5]
    assert not np.array_equal(before[1], after[1])
    assert (moved(after) == 0) == (wish == "skip")


@pytest.mark.slow
def test_interlaced_and_unsteadied_films_keep_them_too(tmp_path):
    source = tmp_path / "film.mkv"
    draw(source, ["gray", "colour"])
    before = planes_of(source)
    for name, more in (("fields", {"interlaced": "top"}), ("alone", {"smooth": False})):
        target = tmp_path / f"{name}.mkv"
        colorized(source, target, **more)
        after = planes_of(target)
        for index in range(SHOT, 2 * SHOT):
            assert all(
                np.array_equal(a, b) for a, b in zip(before[index], after[index], strict=True)
            )
        assert moved(after[5]) > 2


@pytest.mark.slow
def test_the_frames_of_a_sequence_that_are_in_colour_are_copied(tmp_path):
    folder = tmp_path / "scan"
    folder.mkdir()
    for index in range(20):
        gray = np.roll(texture(1 + index // 10, SIZE), index, 1) * 2.55
        rgb = np.stack([gray] * 3, -1)
        if index >= 10:
            rgb += np.stack([texture(50 + n, SIZE, -60, 60, 6) for n in range(3)], -1)
        picture = Image.fromarray(rgb.clip(0, 255).astype(np.uint8))
        picture.save(folder / f"f_{index:04}.png")
    target = tmp_path / "out" / "f_%04d.png"
    settings = Settings(size=64, sequence=True)
    *_, last = run(Job(folder / "f_%04d.png", target, Kind.FILM, settings), tiny_model())
    assert any("in colour already" in line for line in last.warnings)
    for index in range(20):
        one, other = folder / f"f_{index:04}.png", target.parent / f"f_{index:04}.png"
        assert (one.read_bytes() == other.read_bytes()) == (index >= 10), index
    film = tmp_path / "out.mkv"
    colorized(folder / "f_%04d.png", film, sequence=True, verify=False)
    with av.open(str(film)) as container:
        shown = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)][15]
    true = np.asarray(Image.open(folder / "f_0015.png")).astype(float)
    assert np.abs(shown - true).mean() < 6  # chroma is halved, luma is the film's


@pytest.mark.slow
@pytest.mark.parametrize("middle", ["colour", "marked"])
def test_a_run_that_was_interrupted_keeps_the_same(tmp_path, monkeypatch, middle):
    monkeypatch.setattr(sink, "SEGMENT_FRAMES", 6)
    source = tmp_path / "film.mkv"
    draw(source, ["gray", middle, "tinted"])
    told = {}
    for name in ("whole", "broken"):
        target = tmp_path / f"{name}.mkv"
        if name == "broken":
            settings = Settings(size=64, codec="ffv1")
            with closing(run(Job(source, target, Kind.FILM, settings), tiny_model())) as steps:
                next(step for step in steps if step.done == 26)
            assert not target.exists()
        colorized(source, target, verify=False)
        sidecar = json.loads(target.with_name(f"{name}.mkv.colorize.json").read_text())
        told[name] = sidecar["shots_found"]
    assert told["whole"] == told["broken"]
    assert [shot["first_frame"] for shot in told["whole"]] == [SHOT, 2 * SHOT]
    assert (tmp_path / "whole.mkv").read_bytes() == (tmp_path / "broken.mkv").read_bytes()

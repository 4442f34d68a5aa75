"""Negatives: the positive is made of the density, colorized and written, because a person asked."""

import hashlib
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open

import colorizer
from colorizer.archive.verify.film import verify_film
from colorizer.archive.verify.still import verify_still
from colorizer.jobs import Job, Kind
from colorizer.pipeline import run
from colorizer.settings import Settings
from colorizer.stages.negatives import MAP, looks_negative
from tests.stages.shots_drawn import texture
from tests.tiny_model import tiny_model

SAMPLES = Path(colorizer.__file__).parent / "samples"
SIZE = (96, 128)


def scene(step=0):
    """Light of a scene, from 0.02 to 0.9."""
    return np.roll(0.02 + 0.88 * (texture(7, SIZE, 0, 1, 4)) ** 2, step, 1)


def srgb(light):
    """IEC 61966-2-1."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def negative(step=0):
    """Codes of a scan of the film that saw the scene: density 0.65 times the log of its light."""
    through = (scene(step) / 0.02) ** -0.65
    return srgb(0.8 * through).clip(0, 1)


def agrees(seen, true):
    """Return the correlation of two pictures."""
    return np.corrcoef(np.ravel(seen), np.ravel(true))[0, 1]


@pytest.mark.parametrize("deep", [False, True])
def test_a_photo_of_a_negative_becomes_its_positive(tmp_path, deep):
    """Truth: the light that was there before the film saw it."""
    top, kind = (65535, np.uint16) if deep else (255, np.uint8)
    source, target = tmp_path / "n.png", tmp_path / "out.png"
    Image.fromarray(np.rint(negative() * top).astype(kind)).save(source)
    settings = Settings(size=96, negative=True)
    *_, last = run(Job(source, target, Kind.PHOTO, settings), tiny_model())
    made = np.asarray(Image.open(target).convert("RGB")).astype(float) @ (0.299, 0.587, 0.114) / 255
    assert agrees(made, srgb(scene())) > 0.98
    assert made.min() < 0.1
    assert made.max() > 0.9
    assert not any("negative" in line for line in last.warnings)
    sidecar = json.loads(target.with_name("out.png.colorize.json").read_text())
    assert sidecar["settings"]["negative"] is True
    assert verify_still(target, source, settings).good


def test_a_film_of_a_negative_becomes_its_positive(tmp_path):
    source, target = tmp_path / "n.mkv", tmp_path / "out.mkv"
    with av.open(str(source), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = *SIZE, "gray10le"
        stream.codec_context.color_range = 2
        for step in range(8):
            frame = av.VideoFrame(SIZE[1], SIZE[0], "gray10le")
            rows = np.frombuffer(memoryview(frame.planes[0]), np.uint16).reshape(SIZE[0], -1)
            rows[:, : SIZE[1]] = np.rint(negative(step) * 1023)
            frame.pts, frame.time_base = step, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    settings = Settings(size=96, codec="ffv1", negative=True, verify=True)
    list(run(Job(source, target, Kind.FILM, settings), tiny_model()))
    with av.open(str(target)) as container:
        made = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert len(made) == 8
    for step, one in enumerate(made):
        assert agrees(one, srgb(scene(step))) > 0.98
    assert verify_film(target, source, settings).different == 0
    assert verify_film(target, source).different == 8, "the luma is that of the positive"


def test_a_likely_negative_is_named_and_left_alone(tmp_path):
    """A photograph, and what a scanner sees of the film that took it."""
    codes = np.asarray(Image.open(SAMPLES / "astronaut.jpg").convert("L").reduce(2)) / 255
    light = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4) + 0.02
    told = {}
    for name, seen in (("positive", codes), ("negative", srgb(0.8 * (light / 0.02) ** -0.65))):
        source, target = tmp_path / f"{name}.png", tmp_path / f"{name}_out.png"
        Image.fromarray(np.rint(255 * seen.clip(0, 1)).astype(np.uint8)).save(source)
        *_, last = run(Job(source, target, Kind.PHOTO, Settings(size=96)), tiny_model())
        told[name] = any("negative" in line for line in last.warnings)
        L = np.asarray(Image.open(target).convert("L")).astype(float) / 255
        assert agrees(L, seen) > 0.99
    assert told == {"positive": False, "negative": True}


def test_what_shows_nothing_is_no_negative():
    assert not looks_negative(np.full((64, 64), 50, np.float32))
    assert not looks_negative(np.zeros((3, 200), np.float32))


def test_what_tells_negatives_was_fitted_to_the_weights_that_ship():
    with safe_open(MAP, framework="np") as file:
        told = file.metadata()["autochrome"]
    assert told == hashlib.sha256((MAP.parent / "autochrome.safetensors").read_bytes()).hexdigest()

"""Screens of printing are found at full size, hidden from the network, and stay in the result."""

from dataclasses import replace
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from colorizer.frame import Frame, working_L
from colorizer.jobs import Job, Kind
from colorizer.pipeline import run
from colorizer.settings import Settings
from colorizer.stages.fields import separate_fields
from colorizer.stages.region.screens import behind, find_screen, hide_screens, is_seen
from tests.stages.shots_drawn import texture
from tests.tiny_model import TinyModel

SIDE = 256


def photo(size=(768, 960)):
    """Draw a picture of soft and hard things, codes in [0, 1]."""
    picture = 0.6 * texture(3, size, 10, 90, 40) / 100 + 0.4 * texture(4, size, 10, 90, 6) / 100
    picture[200:420, 300:560] = 0.85
    return picture.astype(np.float32)


def halftone(picture, period, angle=45.0):
    """Print a picture with round dots, `period` pixels from one to the next."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    u, v = (x * cos + y * sin) / period, (y * cos - x * sin) / period
    limit = 0.5 + 0.25 * (np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v))
    ink = (picture > limit).astype(np.float32)
    return 0.05 + 0.9 * cv2.GaussianBlur(ink, (0, 0), max(0.5, 0.12 * period))


def frame_of(picture, bits=8):
    top = 2**bits - 1
    Y = np.rint(picture.clip(0, 1) * top).astype(np.uint8 if bits == 8 else np.uint16)
    return Frame(0, None, Fraction(1), Y, bits, True, working_L(Y, bits, True, SIDE))


@pytest.mark.matrix
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("period", [1.5, 2, 2.5, 3, 4, 5, 6])
@pytest.mark.parametrize("angle", [45, 15, 0])
def test_a_screen_is_found_and_what_the_network_sees_is_the_picture(period, angle, bits):
    """Truth: the period that was drawn, and the picture before it was printed."""
    plain, printed = frame_of(photo(), bits), frame_of(halftone(photo(), 3 * period, angle), bits)
    screen = find_screen(printed.Y)
    assert screen is not None
    assert screen.period == pytest.approx(3 * period, rel=0.04)
    assert is_seen(printed, screen)
    hidden = behind(printed, screen)
    assert hidden.Y is printed.Y
    smooth = behind(plain, screen).L

    def apart(L):
        """Distance of what is left when the tones of printing are allowed for."""
        (slope, rise), *_ = np.linalg.lstsq(
            np.stack([L.ravel(), np.ones(L.size)], 1), smooth.ravel(), rcond=None
        )
        return float(np.abs(slope * L + rise - smooth).mean())

    assert apart(hidden.L) < 4.5
    if period >= 2:
        assert apart(hidden.L) < 0.65 * apart(printed.L)


def test_scan_lines_are_smoothed_across_alone():
    y = np.arange(768)[:, None]
    picture = photo() * (0.75 + 0.25 * np.cos(2 * np.pi * y / 6))
    screen = find_screen(frame_of(picture).Y)
    assert screen is not None
    assert screen.period == pytest.approx(6, rel=0.03)
    edges = np.abs(np.diff(behind(frame_of(picture), screen).L[70:135], axis=1)).max()
    assert edges > 0.8 * np.abs(np.diff(frame_of(picture).L[70:135], axis=1)).max()
    down = np.abs(np.diff(behind(frame_of(picture), screen).L[:, 5:90], axis=0)).mean()
    assert down < 0.5 * np.abs(np.diff(frame_of(picture).L[:, 5:90], axis=0)).mean()


@pytest.mark.parametrize("period", [9, 12])
def test_strong_lines_far_apart_are_hidden_too(period):
    """Truth: the picture before 40 % of its light was taken away in every line."""
    whole = photo()
    rows = np.arange(len(whole))[:, None] / (3 * period)  # the network sees a third of the lines
    lined = whole * (1 - 0.2 * (1 + np.cos(2 * np.pi * rows)))
    plain, given = frame_of(0.8 * whole), frame_of(lined)
    (hidden,) = hide_screens([given], "hide", lambda _: None)
    far = [np.abs(one.L - plain.L).mean() for one in (given, hidden)]
    assert far[1] < 0.5 * far[0]


@pytest.mark.matrix
@pytest.mark.parametrize("seed", range(6))
def test_pictures_have_none(seed):
    """Noise, blocks of JPEG, and a fence in a part of the picture are no screens."""
    rng = np.random.default_rng(seed)
    picture = photo() + rng.normal(0, 0.08, (768, 960)).astype(np.float32)
    if seed % 2:
        picture[:, 500:] += 0.2 * np.sin(np.arange(460) / 1.5)
    ok, data = cv2.imencode(".jpg", (255 * picture.clip(0, 1)).astype(np.uint8), [1, 20])
    assert ok
    assert find_screen(frame_of(picture).Y) is None
    assert find_screen(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)) is None


def test_the_lines_of_a_text_are_no_screen():
    page = replace(frame_of(halftone(photo(), 8)), taken=frozenset({"text"}))
    told = []
    assert next(hide_screens([page], "hide", told.append)) is page
    assert not told


def test_it_is_told_and_can_be_shown():
    told = []
    frame = frame_of(halftone(photo(), 8))
    (hidden,) = hide_screens([frame], "hide", told.append)
    assert "pixels; it is hidden" in told[0]
    assert np.abs(hidden.L - frame.L).mean() > 3
    (shown,) = hide_screens([frame], "show", told.append)
    assert shown is frame
    assert len(told) == 1


def test_a_small_or_flat_picture_has_none():
    assert find_screen(np.full((600, 600), 128, np.uint8)) is None
    assert find_screen(np.zeros((40, 500), np.uint8)) is None
    assert find_screen(np.zeros((1, 1), np.uint16)) is None


@pytest.mark.parametrize("period", [6, 9])
def test_a_screen_is_hidden_from_single_fields(period):
    """Truth: the fields of the picture before it was printed; their lines are further apart."""
    size = (768, 960)
    printed, smooth = (
        list(separate_fields([replace(frame_of(picture), pts=0)], "top"))
        for picture in (halftone(photo(size), period), photo(size))
    )
    for field, plain in zip(printed, smooth, strict=True):
        screen = find_screen(field.Y)
        assert screen is not None
        assert is_seen(field, screen)
        hidden, shown, wanted = (
            cv2.GaussianBlur(L, (0, 0), 0.5) - cv2.GaussianBlur(L, (0, 0), 4)
            for L in (behind(field, screen).L, field.L, behind(plain, screen).L)
        )
        assert np.abs(hidden - wanted).mean() < 0.6 * np.abs(shown - wanted).mean()


class Seeing(TinyModel):
    """Remembers how rough what it sees is."""

    def __init__(self):
        super().__init__()
        self.rough = []

    def predict(self, L, *, vividness=0.5):
        self.rough.append(float((L[..., 1:] - L[..., :-1]).abs().mean()))
        return super().predict(L, vividness=vividness)


@pytest.mark.slow
@pytest.mark.parametrize("interlaced", ["no", "top"])
def test_the_screen_of_a_film_is_hidden_from_the_network_and_stays_in_it(tmp_path, interlaced):
    source = tmp_path / "film.mkv"
    codes = np.rint(255 * halftone(photo((480, 640)), 5).clip(0, 1)).astype(np.uint8)
    with av.open(str(source), "w") as container:
        stream = container.add_stream("ffv1", 25)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "gray"
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(codes, "gray")))
        container.mux(stream.encode(None))
    rough = {}
    for screens in ("hide", "show"):
        model, target = Seeing().eval(), tmp_path / f"{screens}.mkv"
        settings = Settings(size=192, codec="ffv1", screens=screens, interlaced=interlaced)
        list(run(Job(source, target, Kind.FILM, settings), model))
        rough[screens] = np.mean(model.rough)
        with av.open(str(target)) as container:
            for frame in container.decode(video=0):
                luma = frame.reformat(format="gray").to_ndarray()
                assert np.corrcoef(luma.ravel(), codes.ravel())[0, 1] > 0.999
    assert rough["hide"] < 0.7 * rough["show"]

"""Preview and window look behind the raster of a film or photo, as the run's network does."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from colorizer.engine import desk
from colorizer.jobs import Job, Kind
from colorizer.look.in_shot import as_run
from colorizer.look.picture import open_picture
from colorizer.look.preview import before_and_after
from colorizer.pipeline import run
from colorizer.settings import Settings
from tests.stages.test_screens import Seeing, halftone, photo

NUMBER, SIDE, RATE = 2, 192, 25


def printed(size):
    return np.rint(255 * halftone(photo((480, 640))[: size[0], : size[1]], 5).clip(0, 1))


def drawn(path, codes):
    """Write a film that stands still; lossless."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", RATE)
        stream.height, stream.width = codes.shape
        stream.pix_fmt = "gray"
        for _ in range(NUMBER + 1):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(codes.astype(np.uint8), "gray")))
        container.mux(stream.encode(None))
    return path


class Showing(Seeing):
    """Remembers what it sees."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def predict(self, L, *, vividness=0.5):
        self.seen += list(L[:, 0].numpy().copy())
        return super().predict(L, vividness=vividness)


def pillared(codes):
    whole = np.full((480, 960), 2.0)
    whole[:, 160:800] = codes
    return whole


FILMS = {"whole": lambda codes: codes, "pillar box": pillared}


def run_and_look(source, kind, settings, time=0.0):
    """Return what the network saw in the run and in the preview, and both results as sRGB."""
    ran, looked = Showing().eval(), Showing().eval()
    target = source.with_name(f"{settings.screens}{source.suffix}")
    *_, last = run(Job(source, target, kind, settings), ran)
    assert str(last.state) == "done", last.message
    pair = before_and_after(source, kind, looked, settings, time=time)
    if kind is Kind.FILM:
        with av.open(str(target)) as container:
            rgb = [one.to_ndarray(format="rgb24") for one in container.decode(video=0)][NUMBER]
    else:
        rgb = np.asarray(Image.open(target).convert("RGB"))
    return ran.seen, looked.seen[0], rgb.astype(int), pair[:, pair.shape[1] // 2 :].astype(int)


@pytest.mark.slow
@pytest.mark.parametrize("interlaced", ["no", "top"])
@pytest.mark.parametrize("shape", FILMS)
def test_the_preview_of_a_film_with_a_raster_is_the_frame_of_its_run(tmp_path, shape, interlaced):
    source = drawn(tmp_path / "film.mkv", FILMS[shape](printed((480, 640))))
    rough = {}
    for screens in ("hide", "show"):
        settings = Settings(size=SIDE, codec="ffv1", screens=screens, interlaced=interlaced)
        ran, looked, rgb, preview = run_and_look(source, Kind.FILM, settings, NUMBER / RATE)
        apart = [float(np.abs(one - looked).mean()) for one in ran if one.shape == looked.shape]
        assert min(apart) < 0.6, "the network sees one picture"
        assert np.abs(preview - rgb).mean() < 6
        rough[screens] = np.abs(np.diff(looked)).mean()
    assert rough["hide"] < 0.7 * rough["show"]


def test_the_preview_of_a_printed_photo_is_its_result(tmp_path):
    source = tmp_path / "photo.png"
    Image.fromarray(printed((480, 640)).astype(np.uint8)).save(source)
    settings = Settings(size=SIDE)
    ran, looked, rgb, preview = run_and_look(source, Kind.PHOTO, settings)
    assert np.array_equal(ran[0], looked)
    assert np.abs(preview - rgb).mean() < 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Kind.PHOTO, Kind.FILM])
def test_the_window_looks_behind_a_raster_where_the_run_does(tmp_path, kind, monkeypatch):
    """Truth: what `as_run` gives, which the tests above compare with the run."""
    model = Showing().eval()
    monkeypatch.setattr(desk, "loaded", lambda _: model)
    codes, source = printed((480, 640)), tmp_path / "film.mkv"
    if kind is Kind.PHOTO:
        source = tmp_path / "photo.png"
        Image.fromarray(codes.astype(np.uint8)).save(source)
    else:
        drawn(source, codes)
    for screens in ("hide", "show"):
        settings = Settings(size=SIDE, screens=screens)
        command = {"source": str(source), "kind": str(kind), "out": str(tmp_path / "a.npz"),
                   "settings": settings.as_dict(), "longest": 128}  # fmt: skip
        desk.look(command)
        frame = as_run(open_picture(Path(source), kind, side=SIDE), source, kind, settings)
        assert np.array_equal(model.seen[-1], frame.seen)

"""At 1:1 and above the canvas shows the pixels of the file, whatever its size."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage

from colorizer.jobs import JobState
from gui.picture.shading import rgb_image, shade
from gui.picture.tiles import enlarged
from gui.session.look import Mode
from tests.gui.conftest import make_window

pytestmark = pytest.mark.slow

SIZE = (4000, 6000)


def codes_of(view) -> np.ndarray:
    """Return what is on the screen, (H, W, 3)."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


@pytest.fixture(scope="module")
def large(qapp, settings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    rows, columns = np.indices(SIZE)
    Image.fromarray(np.where((rows + columns) % 2, 200, 60).astype(np.uint8)).save(
        folder / "checker.png"
    )
    settings = replace(settings, existing="overwrite")
    window = make_window(qapp, folder / "profile", settings, folder / "out")
    window.add([folder / "checker.png"])
    yield window
    window.close()


@pytest.fixture
def panel(large, until):
    panel = large.look_panel
    until(lambda: panel.is_seen and not panel.is_busy)
    yield panel
    large.session.set_look(mode=Mode.SPLIT)
    panel.view.fit()


@pytest.mark.parametrize("zoom", [1, 4])
def test_a_checker_of_single_pixels_is_seen_at_one_to_one(panel, large, until, zoom):
    """The picture is drawn here, so the values of every pixel are known."""
    large.session.set_look(mode=Mode.BEFORE)
    view = panel.view
    view.one_to_one(QPointF(view.width() / 3, view.height() / 3))
    view.zoom(zoom)
    until(lambda: view._tile is not None and not panel.tiles.is_busy)
    middle = codes_of(view)[60:-60, 60:-60]
    assert set(np.unique(middle)) == {60, 200}, "no pixel is mixed with its neighbour"
    cells = middle[:, :, 0][: 8 * zoom, : 8 * zoom]
    assert (cells[:, zoom:] != cells[:, :-zoom]).all()
    assert view._footer()[0] == f"{100 * zoom}%"


def test_the_view_moves_over_sharp_pixels(panel, large, until):
    large.session.set_look(mode=Mode.BEFORE)
    view = panel.view
    view.one_to_one()
    until(lambda: view._tile is not None and not panel.tiles.is_busy)
    for _ in range(3):
        view.pan(QPointF(-view.width(), 0))
        until(lambda: not panel.tiles.is_busy)
        assert set(np.unique(codes_of(view)[60:-60, 60:-60])) == {60, 200}


def test_the_whole_picture_asks_for_no_tile(panel, until):
    view = panel.view
    panel.tiles.show(panel.entry(), panel._seen)
    until(lambda: not panel.tiles.is_busy)
    assert view.fits
    assert panel.tiles._held is None


def test_all_pixels_of_a_large_preview_follow_those_seen_at_once(panel, large, until):
    entry, seen = panel.entry(), panel._seen
    settings, width = entry.job.settings, seen.gray.shape[1]
    assert panel.colouring.begin(entry, seen).width() < width
    until(lambda: not panel.colouring.is_busy)
    expected = shade(seen.gray, seen.ab, settings.strength, settings.vividness)
    assert panel.view._after == rgb_image(expected)
    panel.colouring.quickly(entry, seen)
    assert panel.view._after.width() < width
    until(lambda: panel.view._after == rgb_image(expected))


def test_after_of_a_finished_file_is_sharp_too(panel, large, until):
    """Pillow reads the result that was written."""
    large.session.set_look(mode=Mode.AFTER)
    large.session.runner.start()
    until(lambda: panel.entry().state is JobState.DONE)
    until(lambda: panel.is_seen and panel._seen.wish.saved and not panel.is_busy)
    view = panel.view
    view.one_to_one()
    until(lambda: view._tile is not None and not panel.tiles.is_busy)
    corner = view._target(view._areas()[0]).topLeft()
    shown = codes_of(view)[100:140, 100:140]
    with Image.open(panel.entry().job.target) as saved:
        left, top = round(100 - corner.x()), round(100 - corner.y())
        real = np.asarray(saved.convert("RGB").crop((left, top, left + 40, top + 40)), int)
    assert np.abs(shown - real).max() <= 3


def test_colours_are_interpolated_between_centres_of_pixels():
    """The reference is Pillow's bilinear enlargement of a float picture."""
    plane = np.random.default_rng(1).normal(size=(6, 8)).astype(np.float32)
    whole = np.asarray(Image.fromarray(plane).resize((80, 60), Image.Resampling.BILINEAR))
    part = enlarged(plane[np.newaxis], (0.25, 0.75, 0.5, 1.0), (30, 40))[0]
    assert np.abs(part - whole[15:45, 40:]).max() < 1e-4

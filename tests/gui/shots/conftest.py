"""One film with two shots, in one window for many tests."""

import shutil
from dataclasses import replace

import pytest

from colorizer.jobs import JobState
from tests.draw_shots import draw_shots
from tests.gui.conftest import make_window

LENGTHS = (20, 28)
FOUND = [0, 20]
STARTS = [0, 20, 32]
"""With a cut that a person added."""
RATE = 25


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    file = tmp_path_factory.mktemp("drawn") / "three.mkv"
    draw_shots(file, *LENGTHS)
    return file


@pytest.fixture(scope="module")
def shop(qapp, settings, drawn, tmp_path_factory):
    """One window with one film for many tests, which leave it as they found it."""
    folder = tmp_path_factory.mktemp("shop")
    film = shutil.copy(drawn, folder / "three.mkv")
    # Of the tiny size of other tests, the network and the flow would take two shots for one.
    settings = replace(settings, size=96, codec="ffv1", existing="overwrite")
    window = make_window(qapp, folder / "profile", settings, folder / "out")
    window.add([film])
    yield window
    window.close()


@pytest.fixture
def panel(shop, until):
    """The film, its shots not yet found."""
    panel = shop.look_panel
    until(lambda: panel.is_seen and panel.timeline.last == 47)
    yield panel
    shop.session.undo.setIndex(0)
    panel.adjust.target.setCurrentIndex(0)
    shop.session.model.change(panel.entry().id, state=JobState.WAITING)
    panel._session.set_look(hints=False)
    panel.timeline.go_to(0)
    until(lambda: not panel.is_busy)


@pytest.fixture
def found(panel, shop, until):
    """The film with its shots found, and a cut added at frame 32."""
    if shop.session.undo.text(0) != "Shots found":
        shop.acts["find_shots"].trigger()
        until(lambda: shop.session.undo.text(0) == "Shots found")
    shop.session.undo.setIndex(1)
    panel.timeline.go_to(32)
    shop.acts["cut"].trigger()
    panel.timeline.go_to(0)
    return panel

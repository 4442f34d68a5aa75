"""Windows without a display, each with its own queue, preferences and worker process."""

import os
from contextlib import ExitStack
from functools import cache

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is imported

import pytest

pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)

import numpy as np
from PIL import Image

from colorizer.engine.queue import Queue
from colorizer.settings import Settings
from gui.session import engine
from tests.forked_worker import forking
from tests.gui.keys import let_go
from tests.tiny_weights import write_tiny_weights

PATIENCE = 60_000
"""Milliseconds a worker process may take to start and load torch on a busy machine."""


def pytest_collection_modifyitems(items):
    for item in items:
        if "gui" in item.path.parts:
            item.add_marker(pytest.mark.gui)


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    return write_tiny_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture(scope="session")
def settings(weights):
    return Settings(weights=weights, device="cpu", size=64)


@pytest.fixture(scope="session", autouse=True)
def _worker_starts_at_once(tmp_path_factory):
    """Fork the workers of windows, but where a test changes what a new Python imports."""
    if not hasattr(os, "pidfd_open"):
        yield
        return
    plain, path = engine.worker_command, os.environ.get("PYTHONPATH")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        forked = cache(lambda: stack.enter_context(forking(tmp_path_factory.mktemp("worker"))))
        patch.setattr(
            engine,
            "worker_command",
            lambda: forked() if os.environ.get("PYTHONPATH") == path else plain(),
        )
        yield


def draw_scans(folder):
    """Draw three photos, one of them in a folder below."""
    ramp = np.linspace(0, 255, 96 * 80).reshape(80, 96).astype(np.uint8)
    (folder / "1920").mkdir(parents=True)
    for name in ("a.png", "b.jpg", "1920/c.tif"):
        Image.fromarray(ramp).save(folder / name)
    return folder


@pytest.fixture
def scans(tmp_path):
    return draw_scans(tmp_path / "scans")


@pytest.fixture
def film(tmp_path):
    """A film of twelve frames in a second, each brighter than the one before."""
    import av

    with av.open(str(tmp_path / "film.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(12):
            gray = np.full((64, 96, 3), 40 + 15 * number, np.uint8)
            gray[16:48, 24:72] += 30  # a blank film would stay neutral
            container.mux(stream.encode(av.VideoFrame.from_ndarray(gray, format="rgb24")))
        container.mux(stream.encode(None))
    return tmp_path / "film.mp4"


@pytest.fixture
def profile(tmp_path):
    return tmp_path / "profile"


def make_window(app, folder, settings, out):
    from gui.app.window import Window
    from gui.session.preferences import Preferences
    from gui.session.session import Session
    from gui.style.theme import apply_theme

    apply_theme(app, "light")
    preferences = Preferences(folder)
    preferences.settings = settings
    preferences.out = out
    window = Window(Session(preferences, Queue(preferences.queue_file)))
    window.ask_before_closing = False
    window.show()
    return window


@pytest.fixture
def open_window(qapp, profile, settings, tmp_path):
    """A function that opens a window; all are closed at the end."""
    windows = []

    def open_one():
        windows.append(make_window(qapp, profile, settings, tmp_path / "out"))
        return windows[-1]

    yield open_one
    for window in windows:
        window.close()


@pytest.fixture
def window(open_window):
    return open_window()


@pytest.fixture(scope="module")
def shared_window(qapp, settings, tmp_path_factory):
    """One window with three photos for many tests, which leave it as they found it."""
    folder = tmp_path_factory.mktemp("shared")
    window = make_window(qapp, folder / "profile", settings, folder / "out")
    window.add([draw_scans(folder / "scans")])
    yield window
    window.close()


@pytest.fixture(autouse=True)
def _keys_are_up(qapp):
    """Fail where a test leaves Ctrl held: what the next one chooses in a list would be toggled."""
    yield
    assert not let_go(), "press keys with tests.gui.keys"


@pytest.fixture
def until(qtbot):
    """Wait until something is true."""

    def wait(condition, timeout=PATIENCE):
        qtbot.waitUntil(lambda: bool(condition()), timeout=timeout)

    return wait


@pytest.fixture
def filled(window, scans, until):
    """A window with three photos."""
    window.add([scans])
    until(lambda: window.session.model.rowCount() == 3)
    return window

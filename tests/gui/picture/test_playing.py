"""A film runs in the picture through the real worker: at true speed, before and after."""

from dataclasses import replace

import av
import numpy as np
import pytest
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QToolButton

from colorizer.jobs import JobState
from tests.gui.conftest import make_window

pytestmark = pytest.mark.slow

RATE, FRAMES = 20, 60


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A film of three seconds whose frames are told apart by their gray, 40 to 158."""
    path = tmp_path_factory.mktemp("runs") / "film.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=RATE)
        stream.height, stream.width, stream.pix_fmt = 64, 96, "gray"
        stream.codec_context.color_range = 2
        for number in range(FRAMES):
            gray = np.full((64, 96), 40 + 2 * number, np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(gray, "gray")))
        output.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def cinema(qapp, settings, drawn, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cinema")
    window = make_window(qapp, folder / "profile", replace(settings, codec="ffv1"), folder / "out")
    window.add([drawn])
    yield window
    window.close()


@pytest.fixture
def panel(cinema, until):
    panel = cinema.look_panel
    until(lambda: panel.is_seen and panel.timeline.last == FRAMES - 1)
    panel.timeline.go_to(0)
    until(lambda: panel.is_seen and not panel.is_busy)
    return panel


def run_to_end(panel, until, act):
    """Run the film; return the seconds it took from its first picture to its last."""
    clock = QElapsedTimer()
    panel.playing.passed = []
    act.trigger()
    until(lambda: panel.playing.passed)
    clock.start()
    until(lambda: panel.timeline.speed == 0)
    return clock.elapsed() / 1000


def test_space_runs_the_film_at_its_own_speed(panel, cinema, until):
    seconds = run_to_end(panel, until, cinema.acts["play"])
    assert seconds == pytest.approx(FRAMES / RATE, abs=0.8)
    passed = panel.playing.passed
    assert passed == sorted(set(passed))
    assert panel.timeline.frame == FRAMES - 1
    until(lambda: panel.is_seen and not panel.is_busy)
    assert panel._seen.gray.mean() == pytest.approx(158, abs=1), "the last frame, with its colours"


def test_a_slow_machine_leaves_frames_out_and_keeps_the_speed(panel, cinema, until, monkeypatch):
    ask = panel.playing._engine.ask

    def slowly(question, answer, **arguments):
        def late(event):
            QTimer.singleShot(700, lambda: answer(event))

        return ask(question, late if question == "play" else answer, **arguments)

    monkeypatch.setattr(panel.playing._engine, "ask", slowly)
    seconds = run_to_end(panel, until, cinema.acts["play"])
    assert seconds == pytest.approx(FRAMES / RATE, abs=1.0)
    assert len(panel.playing.passed) < FRAMES - 5


def test_after_of_a_film_that_is_not_finished_says_what_to_do(panel, cinema, until, qtbot):
    with qtbot.waitSignal(cinema.session.told) as told:
        cinema.acts["play"].trigger()
    assert "I and O" in told.args[0]
    until(lambda: len(panel.playing.passed) > 1)
    assert panel.view._after_words == "After: not colorized yet"
    cinema.acts["stand"].trigger()
    until(lambda: panel.is_seen and not panel.is_busy)
    assert panel.view._after_words == "After"


def test_j_and_l_run_both_ways_and_faster_and_k_stands(panel, cinema, until):
    panel.timeline.go_to(50)
    until(lambda: panel.is_seen and not panel.is_busy)
    cinema.acts["play_back"].trigger()
    until(lambda: len(panel.playing.passed) > 4)
    cinema.acts["stand"].trigger()
    passed = panel.playing.passed
    assert passed == sorted(passed, reverse=True)
    assert passed[0] <= 50
    where = panel.timeline.frame
    until(lambda: panel.is_seen and not panel.is_busy)
    assert panel._seen.wish.time == pytest.approx(where / RATE)
    for _ in range(3):
        cinema.acts["play_on"].trigger()
    assert panel.timeline.speed == 4
    until(lambda: panel.timeline.speed == 0)
    assert len(panel.playing.passed) < FRAMES - where, "at most 30 pictures in a second"


def test_space_presses_a_button_that_has_the_focus(panel, cinema, qtbot):
    cinema.activateWindow()
    (button,) = [b for b in panel.timeline.findChildren(QToolButton)
                 if b.accessibleName().startswith("One frame on")]  # fmt: skip
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert (panel.timeline.frame, panel.timeline.speed) == (1, 0)
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert panel.timeline.speed == 1
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert panel.timeline.speed == 0


def test_after_of_a_finished_film_is_the_file(panel, cinema, until):
    cinema.session.runner.start()
    until(lambda: panel.entry().state is JobState.DONE)
    until(lambda: panel.is_seen and not panel.is_busy)
    cinema.acts["play"].trigger()
    until(lambda: len(panel.playing.passed) > 3)
    number = panel.playing.passed[-1]
    assert panel.view._after_words == "After: the file"
    shown = panel.view._after.convertToFormat(QImage.Format.Format_RGB888)
    cinema.acts["stand"].trigger()
    with av.open(str(panel.entry().job.target)) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    pixel = shown.pixelColor(48, 32)
    assert np.abs(np.subtract(pixel.getRgb()[:3], frames[number][32, 48].astype(int))).max() <= 3

"""Time in a film: single frames, J-K-L, shots; no worker is needed."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from colorizer.engine.queue import Entry
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
from gui.shots.timeline import Timeline


class Silence:
    """An engine that answers nothing."""

    def ask(self, *_, **__) -> None:
        pass


@pytest.fixture
def line(qtbot):
    line = Timeline(Silence())
    qtbot.addWidget(line)
    line.resize(500, 90)
    line.show()
    job = Job(Path("a.mkv"), Path("b.mkv"), Kind.FILM, Settings())
    line.set_film(Entry(id=1, job=job, facts={"rate": 20.0, "frames": 100}))
    return line


def test_a_step_is_one_frame_and_ends_at_the_ends(line):
    line.step(-1)
    assert line.frame == 0
    line.step(1)
    assert (line.frame, line.time) == (1, pytest.approx(0.05))
    line.go_to(98)
    line.step(5)
    assert line.frame == line.last == 99


def test_running_grows_faster_turns_and_stands_still(line):
    line.shuttle(1)
    line._handle_shuttle()
    assert line.frame == 8, "0.4 s of film after 0.4 s"
    line.shuttle(1)
    line._handle_shuttle()
    assert line.frame == 24, "twice as fast"
    line.shuttle(-1)
    line._handle_shuttle()
    assert line.frame == 16, "at once the other way"
    line.shuttle(0)
    assert not line._shuttle.isActive()
    line.shuttle(-1)
    for _ in range(4):
        line._handle_shuttle()
    assert line.frame == 0
    assert not line._shuttle.isActive(), "the start ends it"


def test_shots_are_jumped_to_and_marked(line, qtbot):
    times = []
    line.time_changed.connect(times.append)
    line.set_shots([0, 30, 60])
    line.jump(1)
    line.jump(1)
    line.jump(1)
    assert (line.frame, times) == (60, [1.5, 3.0])
    line.step(3)
    line.jump(-1)
    assert line.frame == 60
    line.jump(-1)
    assert line.frame == 30
    line.show_frame(70)
    assert times[-1] == 1.5, "what is shown already is not asked for"
    strip = line._strip
    image = strip.grab().toImage()
    ratio = image.devicePixelRatio()
    x = round(strip.width() * 0.3)
    assert QColor(image.pixel(round((x + 0.5) * ratio), round(20 * ratio))) == QColor("white")
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(strip.width() // 2, 10))
    assert line.frame == pytest.approx(50, abs=1)

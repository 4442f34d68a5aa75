"""Time in a film: single frames, J-K-L, shots; no worker is needed."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from colorizer.engine.queue import Entry
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
from gui.shots.go_to import go_to_place
from gui.shots.timeline import Timeline
from gui.words.text import moment


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
    speeds, times = [], []
    line.speed_changed.connect(speeds.append)
    line.time_changed.connect(times.append)
    for way in (1, 1, -1, 0):
        line.shuttle(way)
    assert speeds == [1, 2, -1, 0], "at once the other way"
    assert times == [0.0], "what is shown is asked for once it stands"
    line.play()
    line.pass_by(40)
    assert (line.frame, line.speed, times) == (40, 1, [0.0])
    line.play()
    assert (line.speed, times) == (0, [0.0, 2.0])


def test_the_strip_is_dragged_through_the_film(line, qtbot):
    strip, frames = line.strip, []
    line.time_changed.connect(lambda time: frames.append(round(time * 20)))
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(strip, left, pos=QPoint(0, 20))
    for share in (0.25, 0.5, 0.75):
        qtbot.mouseMove(strip, QPoint(round(strip.width() * share), 20))
    qtbot.mouseRelease(strip, left, pos=QPoint(round(strip.width() * 0.75), 20))
    assert line.frame == pytest.approx(75, abs=1)
    assert frames == pytest.approx([25, 50, 75], abs=1)


def test_an_end_of_the_part_is_dragged(line, qtbot):
    parts = []
    line.part_chosen.connect(lambda *part: parts.append(part))
    line.set_part(20, 60)
    strip, left = line.strip, Qt.MouseButton.LeftButton
    at = round(strip.width() * 0.2) + 3
    qtbot.mousePress(strip, left, pos=QPoint(at, 3))
    qtbot.mouseMove(strip, QPoint(round(strip.width() * 0.4), 3))
    qtbot.mouseRelease(strip, left, pos=QPoint(round(strip.width() * 0.4), 3))
    assert parts == [(pytest.approx(40, abs=1), 60)]
    assert line.frame == 0, "the time stays"


@pytest.mark.parametrize(
    ("text", "frame"),
    [("42", 42), ("2s", 40), ("0:03", 60), ("10:00:01:05", 25), ("99999", 99)],
)
def test_a_person_goes_to_a_place(line, text, frame):
    """Time codes count the frames of a second from the film's own (SMPTE ST 12-1)."""
    job = Job(Path("a.mkv"), Path("b.mkv"), Kind.FILM, Settings())
    facts = {"rate": 20.0, "frames": 100, "timecode": "10:00:00:00"}
    line.set_film(Entry(id=1, job=job, facts=facts))
    go_to_place(line, text)
    assert line.frame == frame
    assert f"10:00:0{frame // 20}:{frame % 20:02}" in line._where.text()
    assert f"Frame {frame}" in line._where.text()
    assert line._where.text().startswith(f"{moment(frame / 20)} / 0:05"), "as the shots"


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
    strip = line.strip
    image = strip.grab().toImage()
    ratio = image.devicePixelRatio()
    x = round(strip.width() * 0.3)
    assert QColor(image.pixel(round((x + 0.5) * ratio), round(20 * ratio))) == QColor("white")
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(strip.width() // 2, 10))
    assert line.frame == pytest.approx(50, abs=1)

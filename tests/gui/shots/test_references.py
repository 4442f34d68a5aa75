"""References of a film in the window, through the real worker: dropped, listed, reach, removed."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.jobs import JobState
from colorizer.places.hint import Reference
from gui.shots import record as record_room
from gui.shots.record import Record
from tests.draw_shots import draw_shots
from tests.engine.test_worker import painted
from tests.gui.conftest import make_window

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def studio(qapp, settings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("studio")
    draw_shots(folder / "two.mkv", 20, 28)
    painted(folder / "two.mkv", 20, folder / "coat.png")
    settings = replace(settings, size=96, codec="ffv1", existing="overwrite")
    window = make_window(qapp, folder / "profile", settings, folder / "out")
    window.add([folder / "two.mkv"])
    window.coat = folder / "coat.png"
    yield window
    window.close()


@pytest.fixture
def panel(studio, until):
    panel = studio.look_panel
    until(lambda: panel.is_seen and panel.timeline.last == 47 and not panel.is_busy)
    yield panel
    studio.session.undo.setIndex(0)
    studio.session.model.change(panel.entry().id, state=JobState.WAITING)
    panel.timeline.go_to(0)
    until(lambda: not panel.is_busy)


def dragged(*files: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    return data


def drop(view, data: QMimeData) -> bool:
    """Drop data on a widget; tell whether it takes it."""
    copy, left, no = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, left, no)
    view.dragEnterEvent(enter)
    if enter.isAccepted():
        view.dropEvent(QDropEvent(QPointF(50, 50), copy, data, left, no))
    return enter.isAccepted()


def test_a_picture_dropped_on_the_film_asks_what_it_is(panel, studio, until, tmp_path):
    offered = []
    panel.film.offer_references = offered.append
    panel.view.pictures_dropped.disconnect()
    panel.view.pictures_dropped.connect(offered.append)
    (tmp_path / "other.mkv").write_bytes(b"")
    assert not drop(panel.view, dragged(tmp_path / "other.mkv")), "that is for the queue"
    assert drop(panel.view, dragged(studio.coat))
    assert offered == [[studio.coat]]
    panel.timeline.go_to(20)
    menu = panel.film.reference_menu([studio.coat])
    words = [action.text() for action in menu.actions()]
    assert words[:2] == ["Reference wherever it shows the same", "Reference of this frame (20)"]
    menu.actions()[1].trigger()
    assert panel.entry().job.hints == (Reference(studio.coat, 20 / 25),)
    until(lambda: panel.is_seen and not panel.is_busy)
    assert panel._seen.ab[:, 1].astype(float).mean() > 20, "the preview has its colours"


def test_what_can_be_no_reference_is_said_at_once(panel, until, tmp_path):
    """A gray picture and one that can't be read would fail the film at night."""
    Image.new("L", (160, 120), 90).save(tmp_path / "gray.png")
    (tmp_path / "no.png").write_text("no picture")
    listed = panel.film.reference_list.list
    panel.film.references.add([tmp_path / "gray.png", tmp_path / "no.png"])
    until(lambda: "this one has none" in listed.item(0).text())
    until(lambda: "!" in listed.item(1).text())


def test_references_are_listed_with_pictures_and_removed(panel, studio, until):
    listed = panel.film.reference_list
    panel.film.references.add([studio.coat])
    panel.film.references.add([studio.coat], 20 / 25)
    assert listed.list.count() == 2
    assert "Wherever it shows" in listed.list.item(0).text()
    assert "Frame 20" in listed.list.item(1).text()

    def colour():
        icon = listed.list.item(0).icon().pixmap(72, 54).toImage()
        return icon.pixelColor(icon.rect().center())

    until(lambda: colour().alpha() == 255)
    with Image.open(studio.coat) as picture:
        red, _, blue = picture.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert red > blue + 20, "drawn so"
    assert colour().red() > colour().blue() + 20
    listed.list.setCurrentRow(0)
    listed.remove.click()
    assert panel.entry().job.hints == (Reference(studio.coat, 20 / 25),)
    studio.session.undo.undo()
    assert len(panel.entry().job.hints) == 2


def test_what_share_of_which_shot_a_reference_reached_is_told_after_the_run(panel, studio, until):
    """What the window tells is what the sidecar of the run says."""
    panel.film.references.add([studio.coat])
    studio.session.runner.start()
    until(lambda: panel.entry().state in (JobState.DONE, JobState.FAILED))
    assert (panel.entry().state, panel.entry().reason) == (JobState.DONE, "")
    (told,) = read_sidecar(sidecar_of(panel.entry().job.target))["references_reached"]
    assert told["share"] > 0, "the second shot shows it"
    listed = panel.film.reference_list
    until(lambda: "of the film" in listed.list.item(0).text())
    assert f"reached {told['share']:.1%} of the film" in listed.list.item(0).text()
    listed.list.setCurrentRow(0)
    parts = panel.timeline.strip._reached
    shots = told["shots"]
    assert [(begin * 25, share) for begin, _, share in parts] == [
        (pytest.approx(shot["first_frame"]), shot["share"]) for shot in shots
    ]


_REACHED = {"file": "a", "share": 0.5}


@pytest.mark.parametrize(
    "values",
    [
        {"references_reached": 3},
        {"references_reached": [3, {"file": 1}, {"file": "a"}]},
        {"references_reached": [_REACHED | {"share": float("nan")}]},
        {"references_reached": [_REACHED | {"share": 10**400}]},
        {"shots_found": [{"first_frame": float("inf"), "coloured": 1}]},
        None,
    ],
)
def test_a_record_of_a_stranger_says_nothing_wrong(panel, tmp_path, monkeypatch, values):
    entry = panel.entry()
    target = tmp_path / "a.mkv"
    sidecar_of(target).write_text("{}")
    monkeypatch.setattr(record_room, "read_sidecar", lambda _: values)
    done = replace(entry, job=replace(entry.job, target=target), state=JobState.DONE)
    record = Record()
    record.read(done)
    assert (record.taken, record.reach) == ({}, {})
    shutil.rmtree(tmp_path)
    record.read(done)
    assert record.reach == {}


def test_shots_of_a_record_without_numbers_are_left_out(panel, tmp_path, monkeypatch):
    shots = [{"shot": 1, "first_frame": 0, "share": 0.1}]
    shots += [shots[0] | {name: float("nan")} for name in shots[0]]
    told = {"references_reached": [_REACHED | {"shots": shots}]}
    sidecar_of(tmp_path / "a.mkv").write_text("{}")
    monkeypatch.setattr(record_room, "read_sidecar", lambda _: told)
    job = replace(panel.entry().job, target=tmp_path / "a.mkv")
    record = Record()
    record.read(replace(panel.entry(), job=job, state=JobState.DONE))
    assert record.reach["a"].shots == ((1, 0, 0.1),)

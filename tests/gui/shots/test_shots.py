"""Shots in the window, through the real worker process: found, changed, kept, undone."""

import csv
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from colorizer.guidance.shot_plan_files import plan_of
from colorizer.settings import Settings
from gui.shots.shot_table import NAMES, _side
from tests.gui import keys
from tests.gui.shots.conftest import FOUND, RATE, STARTS

pytestmark = pytest.mark.slow


def firsts_on_disk(panel) -> list[int]:
    plan = plan_of(panel.entry().job, RATE)
    return [] if plan is None else [shot.first for shot in plan.shots]


def test_shots_are_found_on_wish_and_kept_beside_the_result(panel, shop, until):
    assert not panel.film.list.table.isVisible()
    assert not shop.acts["cut"].isEnabled()
    panel.film.list.search.click()
    assert panel.shots.is_searching
    until(lambda: panel.shots.plan is not None)
    assert panel.shots.firsts == firsts_on_disk(panel) == FOUND
    assert panel.film.list.table.isVisible()
    assert panel.film.list.model.rowCount() == 2
    job = panel.entry().job
    assert job.settings.shots == job.target.with_name(f"{job.target.name}.shots.csv")
    shop.session.undo.undo()
    assert panel.shots.plan is None
    assert panel.entry().job.settings.shots is None
    assert not job.settings.shots.exists()
    shop.session.undo.redo()
    assert panel.shots.firsts == firsts_on_disk(panel) == FOUND


def test_what_was_edited_elsewhere_is_not_overwritten_by_undo(found, shop, until):
    file = found.entry().job.settings.shots
    edited = file.read_text() + "4,0:00:01.600,40\n"
    file.write_text(edited)
    shop.session.undo.undo()
    until(lambda: "elsewhere" in found.film.list.words.text())
    assert file.read_text() == edited
    assert found.shots.firsts == [*STARTS, 40]
    assert shop.session.undo.count() == 1, "it can't be taken back any more"
    shop.session.undo.undo()
    assert shop.session.undo.count() == 0
    file.unlink()
    entry = found.entry()
    shop.session.model.wish([([entry.id], {"settings": {"shots": None}})])
    found.shots.reload()


def test_shots_of_an_earlier_job_are_taken_as_they_are(found, shop):
    entry = found.entry()
    shop.session.model.wish([([entry.id], {"settings": {"shots": None}})])
    found.shots.reload()
    assert found.shots.plan is None
    found.film.list._refresh()
    assert found.film.list.search.text() == "Use saved shots"
    found.film.list.search.click()
    assert not found.shots.is_searching
    assert found.shots.firsts == STARTS
    shop.session.undo.undo()
    shop.session.model.change(entry.id, settings=entry.job.settings)
    found.shots.reload()


def test_a_search_is_stopped_and_begun_anew(panel, until):
    panel.film.list.search.click()
    panel.film.list.search.click()
    assert not panel.shots.is_searching
    assert panel.shots.plan is None
    panel.film.list.search.click()
    until(lambda: panel.shots.plan is not None)
    assert panel.shots.firsts == FOUND


def test_the_picture_keeps_its_height_while_shots_are_shown(panel, shop, until):
    """They are below the queue."""
    before = panel.view.height()
    assert panel.film.list.isVisible()
    shop.acts["shots"].trigger()
    assert not panel.film.list.isVisible()
    assert panel.view.height() == before
    shop.acts["shots"].trigger()
    until(panel.film.list.isVisible)
    assert panel.view.height() == before


def test_keys_jump_from_shot_to_shot(found, shop):
    line, actions = found.timeline, shop.acts
    actions["shot_on"].trigger()
    assert line.frame == 20
    actions["step_on"].trigger()
    actions["shot_back"].trigger()
    assert line.frame == 20, "first to the start of this one"
    actions["shot_back"].trigger()
    assert line.frame == 0
    for _ in range(5):
        actions["shot_on"].trigger()
    assert line.frame == 32
    assert found.film.list.selected() == [2]
    found.film.list.table.selectRow(1)
    assert line.frame == 20


def test_the_shot_of_the_frame_is_the_one_chosen_while_ctrl_is_held(found, shop):
    assert found.film.list.selected() == [0]
    with keys.held(Qt.KeyboardModifier.ControlModifier):
        shop.acts["shot_on"].trigger()
        assert found.film.list.selected() == [1]
        shop.acts["shot_back"].trigger()
        assert found.film.list.selected() == [0]


def test_cuts_are_added_joined_moved_and_taken_back(found, shop):
    line, actions = found.timeline, shop.acts
    line.go_to(26)
    actions["cut"].trigger()
    assert found.shots.firsts == firsts_on_disk(found) == [0, 20, 26, 32]
    line.go_to(28)
    actions["move_cut"].trigger()
    assert found.shots.firsts == [0, 20, 28, 32]
    assert found.film.list.selected() == [2]
    actions["join"].trigger()
    assert found.shots.firsts == firsts_on_disk(found) == STARTS
    for expected in ([0, 20, 28, 32], [0, 20, 26, 32], STARTS):
        shop.session.undo.undo()
        assert found.shots.firsts == firsts_on_disk(found) == expected
    shop.session.undo.redo()
    assert firsts_on_disk(found) == [0, 20, 26, 32]


def test_what_a_shot_has_of_its_own_is_seen_and_taken_back(found, shop, until):
    listed, line, adjust = found.film.list, found.timeline, found.adjust
    until(lambda: not found.is_busy)
    plain = found.view._after.copy()
    listed.table.selectRow(0)
    assert [adjust.target.itemText(n) for n in (0, 1)] == ["Film", "Shot 1"]
    adjust.target.setCurrentIndex(1)
    adjust.slider("strength").setValue(50)
    adjust.slider("strength").setValue(0)
    assert found.view._after != plain
    assert found.shots.look_at(5) == (0.0, pytest.approx(Settings().vividness))
    assert found.shots.look_at(25)[0] == 1.0, "of its shot alone"
    assert found.entry().job.settings.strength == 1.0, "not of the film"
    shop.session.undo.undo()
    assert found.view._after == plain, "the steps of one slider are one step back"
    assert adjust.slider("strength").value() == 100
    listed.values.skip.click()
    assert found.shots.look_at(5)[0] == 0.0
    listed.values.reset.click()
    assert found.shots.look_at(5)[0] == 1.0
    listed.table.selectRow(1)
    assert line.frame == 20
    assert adjust.target.itemText(1) == "Shot 2"
    adjust.slider("vividness").setValue(25)
    assert found.shots.look_at(21)[1] == 0.25
    adjust.target.setCurrentIndex(0)
    adjust.target.activated.emit(0)
    assert adjust.slider("vividness").value() == round(100 * Settings().vividness), "of the film"
    adjust.slider("vividness").setValue(50)
    assert found.shots.look_at(33)[1] == found.entry().job.settings.vividness == 0.5
    assert found.shots.look_at(21)[1] == 0.25


def test_what_a_shot_was_taken_for_is_corrected_in_words(found, shop, until):
    """The columns are those of the cut list, see `help films`."""
    listed, strip = found.film.list, found.timeline.strip
    listed.table.selectRow(1)
    box = listed.values.boxes["cards"]
    box.setCurrentIndex(box.findData("card"))
    box.activated.emit(box.currentIndex())
    assert plan_of(found.entry().job, RATE).shots[1].own == {"cards": "card"}
    assert found.timeline.legend.kinds == ["card"]
    middle = strip.width() * 26 / 48
    assert "title card" in strip.tip_at(middle)
    assert "Your correction" in strip.tip_at(middle)
    assert "title card" not in strip.tip_at(10)
    assert not listed.table.isColumnHidden(3)
    assert "title card" in listed.model.index(1, 3).data()
    until(lambda: not found.is_busy)
    assert found.timeline.frame == 20
    assert abs(found._seen.ab.astype(float)).max() == 0, "the preview is neutral as the run is"
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert plan_of(found.entry().job, RATE).shots[1].own == {}
    until(lambda: not found.is_busy)
    assert abs(found._seen.ab.astype(float)).max() > 0


def test_shots_are_put_into_a_scene(found, qtbot):
    values = found.film.list.values
    found.film.list.table.selectAll()
    values.scene.setCurrentText("Kitchen")
    values.scene.lineEdit().editingFinished.emit()
    file = found.entry().job.settings.shots
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(line for line in opened if not line.startswith("#")))
    assert {row["scene"] for row in rows} == {"Kitchen"}
    assert found.film.list.model.index(2, 4).data() == "Kitchen"
    found._session.undo.undo()
    assert [shot.scene for shot in found.shots.plan.shots] == [""] * 3
    found.film.list.table.clearSelection()
    found.film.list.table.selectRow(0)


@pytest.mark.parametrize("width", [440, 470, 500, 640])
def test_titles_of_columns_are_whole_and_apart_in_any_window(found, width, qtbot):
    plan, listed = found.shots.plan, found.film.list
    with_all = replace(plan.shots[0], scene="Kitchen", taken="card")
    found.shots.plan = replace(plan, shots=(with_all, *plan.shots[1:]))
    listed._refresh()
    listed.setFixedWidth(width)
    try:
        qtbot.waitUntil(lambda: listed.table.width() == width)
        listed._refresh()
        header = listed.table.horizontalHeader()
        seen = [n for n in range(header.count()) if not header.isSectionHidden(n)]
        assert {NAMES[n] for n in seen} >= set(NAMES) - {"length"}
        assert [n for n in seen if header.sectionSize(n) < header.sectionSizeHint(n)] == []
        right = [NAMES[n] for n in seen if _side(n) & Qt.AlignmentFlag.AlignRight]
        assert right == ["strength", "vividness"], "words to the left follow none of them"
    finally:
        listed.setMaximumWidth(16_777_215)
        listed.setMinimumWidth(0)
        found.shots.plan = plan
        listed._refresh()


def test_marks_of_a_part_become_its_settings_and_shots_stay_in_place(found, shop):
    """start and end are those of `help films`: the first frame, and the first after the part."""
    found.timeline.go_to(10)
    shop.acts["part_begin"].trigger()
    found.timeline.go_to(39)
    shop.acts["part_end"].trigger()
    settings = found.entry().job.settings
    assert (settings.start, settings.end) == ("10", "40")
    assert found.shots.firsts == [10, 20, 32], "where they were in the film"
    assert [shot.first for shot in plan_of(found.entry().job, RATE).shots] == [0, 10, 22]
    shop.session.undo.undo()
    shop.session.undo.undo()
    assert (found.entry().job.settings.start, found.shots.firsts) == ("", STARTS)


def test_shots_before_a_part_come_back_with_what_they_have(found, shop):
    found.shots.give([0], "skip", True)
    found.shots.give([2], "strength", 0.5)
    found.timeline.go_to(35)
    shop.acts["part_begin"].trigger()
    assert found.shots.firsts == [35]
    found.shots.give([0], "vividness", 0.3)
    found.timeline.go_to(25)
    shop.acts["part_begin"].trigger()
    assert found.shots.firsts == [25, 32]
    shop.acts["part_whole"].trigger()
    assert found.shots.firsts == STARTS
    own = [dict(shot.own) for shot in found.shots.plan.shots]
    assert own == [{"skip": True}, {}, {"strength": 0.5, "vividness": 0.3}]
    shop.session.undo.undo()
    assert found.shots.firsts == [25, 32]
    shop.session.undo.redo()
    assert [dict(shot.own) for shot in found.shots.plan.shots] == own


def test_the_table_tells_what_a_person_said_of_each_shot(found):
    found.shots.give([0], "emulsion", "blue")
    found.shots.give([1], "cards", "card")
    found.shots.give([2], "coloured", "skip")
    model, column = found.film.list.model, NAMES.index("taken")
    assert [model.index(row, column).data() for row in range(3)] == [
        "Emulsion · Blue-sensitive", "title card or chart", "In colour · Make gray"
    ]  # fmt: skip
    assert not found.film.list.table.isColumnHidden(column)

"""At the end of a run the window says what came of it and offers what to do next."""

import pytest
from PIL import Image

from colorizer.jobs import JobState

pytestmark = pytest.mark.slow


def run_of_two_good_and_one_bad(window, scans, until):
    (scans / "bad.png").write_bytes(b"no picture")
    for name in ("1920/c.tif",):
        (scans / name).unlink()
    window.add([scans])
    until(lambda: window.session.model.rowCount() == 3)
    assert not window.output.end.isVisible()
    window.acts["start"].trigger()
    until(lambda: window.output.end.isVisible())
    return window.output.end


def test_a_run_ends_with_its_counts_and_failed_files_are_shown_and_retried(
    window, scans, until, monkeypatch
):
    bar = run_of_two_good_and_one_bad(window, scans, until)
    assert bar.words.startswith("2 done, 1 failed · 0:")
    opened = []
    monkeypatch.setattr(window.asking, "open", opened.append)
    bar.folder.click()
    assert opened == [window.session.out]
    bar.failed.click()
    assert window.queue_panel.table.model().rowCount() == 1
    assert window.session.shown_entry().job.source.name == "bad.png"
    Image.linear_gradient("L").save(scans / "bad.png")
    bar.again.click()
    assert not bar.isVisible(), "the work goes again"
    until(lambda: window.session.model.counts[JobState.DONE] == 3)
    until(bar.isVisible)
    assert bar.words.startswith("1 done · 0:"), "the last run alone"
    assert not bar.again.isVisible()


def test_nothing_is_offered_for_failed_files_that_were_removed(window, scans, until):
    bar = run_of_two_good_and_one_bad(window, scans, until)
    session = window.session
    session.remove(list(session.model.in_state(JobState.FAILED)))
    assert not bar.again.isEnabled()
    assert not bar.failed.isEnabled()
    session.remove(session.model.ids())
    assert not bar.isVisible()


def test_the_running_row_is_followed_while_the_toggle_is_on(window, scans, until):
    window.add([scans])
    until(lambda: window.session.model.rowCount() == 3)
    session, shown = window.session, []
    session.shown_changed.connect(lambda entry: shown.append(entry and entry.id))
    window.acts["follow"].trigger()
    window.acts["start"].trigger()
    until(lambda: session.model.counts[JobState.DONE] == 3)
    assert set(shown) - {None} <= set(session.model.ids())
    assert session.shown in session.model.ids()
    assert len(set(shown)) > 1, "one row after the other"

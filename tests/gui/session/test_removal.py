"""Unfinished files of removed rows: they wait for an undo, and go with the window."""

import av
import numpy as np
import pytest

from colorizer.jobs import JobState

pytestmark = pytest.mark.slow


@pytest.fixture
def long_film(tmp_path):
    """A film of 300 frames: one segment and a part of the next."""
    file = tmp_path / "long.mp4"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(300):
            gray = np.full((64, 96, 3), 60 + number % 90, np.uint8)
            gray[16:48, 24:72] += 40
            container.mux(stream.encode(av.VideoFrame.from_ndarray(gray, format="rgb24")))
        container.mux(stream.encode(None))
    return file


def test_a_removed_film_keeps_its_segments_for_an_undo_and_loses_them_with_the_window(
    window, long_film, until, tmp_path
):
    session, out = window.session, tmp_path / "out"
    window.add([long_film])
    until(lambda: session.model.rowCount() == 1)
    (row,) = session.model.ids()
    session.runner.start()
    until(lambda: list(out.glob(".*.colorize/seg_00000.nut")), 120_000)
    session.cancel([row])
    until(lambda: not session.runner.running)
    (folder,) = out.glob(".*.colorize")
    session.remove([row])
    assert list(folder.glob("seg_*"))
    session.undo.undo()
    assert session.model.entry(row).state is JobState.CANCELLED
    assert list(folder.glob("seg_*")), "work that was undone can be continued"
    session.undo.redo()
    before = long_film.read_bytes()
    window.close()
    assert not folder.exists()
    assert long_film.read_bytes() == before


def left_by(target):
    """A work folder as a film leaves it."""
    from colorizer.media.film.segments import WorkFolder

    target.parent.mkdir(parents=True, exist_ok=True)
    folder = WorkFolder(target, {"a": 1}, ".nut")
    folder.open()
    folder.file(0).write_bytes(b"a segment")
    folder._lock.close()
    return folder.path


@pytest.mark.parametrize("state", [JobState.INTERRUPTED, JobState.FAILED, JobState.WAITING])
def test_of_rows_that_stay_or_were_added_again_nothing_goes(filled, tmp_path, state):
    session = filled.session
    first, second, third = session.model.ids()
    targets = {row: session.model.entry(row).job.target for row in (first, second, third)}
    for row in targets:
        session.model.change(row, state=state, started=1.0)
    folders = {row: left_by(target) for row, target in targets.items()}
    session.remove([first, second])
    session.model.add([session.model._rows.dropped()[1].job])
    filled.close()
    assert not folders[first].exists()
    assert folders[second].exists(), "a row of the same result was added again"
    assert folders[third].exists()


def test_a_row_that_this_queue_never_began_leaves_what_others_left(filled):
    session = filled.session
    (first, *_) = session.model.ids()
    folder = left_by(session.model.entry(first).job.target)
    session.remove([first])
    filled.close()
    assert folder.exists(), "a run on the command line may continue it"

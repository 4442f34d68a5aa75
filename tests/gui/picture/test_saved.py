"""After of a finished file is the file; what it would become is called a preview."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage

from colorizer.jobs import JobState

pytestmark = pytest.mark.slow


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


@pytest.fixture
def done(window, scans, until):
    window.add([scans / "a.png"])
    until(lambda: window.session.model.rowCount() == 1)
    window.session.runner.start()
    until(lambda: window.session.model.entries[0].state is JobState.DONE)
    return window


def test_after_of_a_finished_photo_is_its_file(done, until):
    panel, entry = done.look_panel, done.session.model.entries[0]
    with Image.open(entry.job.target) as picture:
        painted = Image.new("RGB", picture.size, (200, 40, 30))
    painted.save(entry.job.target)  # of another colour than any network gives
    panel.show_entry(None)
    panel.show_entry(entry)
    until(lambda: panel.is_seen and panel._seen.wish.saved and not panel.is_busy)
    assert panel.view._after_words == "After: the file"
    assert np.abs(pixels(panel.view._after) - (200, 40, 30)).max() <= 2  # as Pillow wrote it


def test_a_changed_finished_photo_is_a_preview_that_is_not_saved(done, until):
    panel, session = done.look_panel, done.session
    entry = session.model.entries[0]
    until(lambda: panel.is_seen and panel._seen.wish.saved)
    assert not panel.saved.isVisible()
    panel.adjust.slider("strength").setValue(0)
    until(lambda: panel.is_seen and not panel._seen.wish.saved and not panel.is_busy)
    assert panel.view._after_words == "After: preview, not saved"
    assert panel.saved.isVisible()
    made = session.model.entry(entry.id)
    assert made.state is JobState.DONE
    assert made.made.settings.strength == 1.0, "what it was made with is still known"
    done.acts["undo"].trigger()
    until(lambda: panel._seen.wish.saved and not panel.is_busy)
    assert not panel.saved.isVisible()
    done.acts["redo"].trigger()
    panel.saved.click()
    assert session.model.entry(entry.id).state is JobState.WAITING
    session.runner.start()
    until(lambda: session.model.entry(entry.id).state is JobState.DONE)
    until(lambda: panel._seen.wish.saved and not panel.is_busy)
    after = pixels(panel.view._after)
    assert np.ptp(after, axis=2).max() <= 1, "strength 0 is gray"


def test_a_result_that_was_moved_away_is_a_preview(done, until):
    panel, entry = done.look_panel, done.session.model.entries[0]
    until(lambda: panel.is_seen and not panel.is_busy)
    entry.job.target.write_text("no picture any more")
    panel.show_entry(None)
    panel.show_entry(entry)
    until(lambda: panel.is_seen and not panel.is_busy)
    assert not panel._seen.wish.saved
    assert panel.view._after_words == "After: preview, not saved"


def test_after_of_a_finished_film_is_its_frame(window, film, until):
    window.add([film])
    until(lambda: window.session.model.rowCount() == 1)
    window.session.runner.start()
    until(lambda: window.session.model.entries[0].state is JobState.DONE, 240_000)
    panel = window.look_panel
    until(lambda: panel.is_seen and panel._seen.wish.saved and not panel.is_busy)
    import av

    with av.open(str(window.session.model.entries[0].job.target)) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    for number in (0, 7):
        panel.timeline.go_to(number)
        until(lambda n=number: not panel.is_busy and abs(panel._seen.wish.time - n / 12) < 0.01)
        difference = pixels(panel.view._after) - frames[number].astype(int)
        assert np.abs(difference).mean() < 4  # FFmpeg enlarges chroma in another way


def test_after_of_a_part_of_a_film_is_the_frame_of_its_place(window, film, until):
    """PyAV reads the frames of the result, whose first one is frame 4 of the film."""
    window.session.preferences.settings = replace(
        window.session.preferences.settings, start="4", end="9"
    )
    window.add([film])
    until(lambda: window.session.model.rowCount() == 1)
    window.session.runner.start()
    until(lambda: window.session.model.entries[0].state is JobState.DONE, 240_000)
    panel = window.look_panel
    import av

    with av.open(str(window.session.model.entries[0].job.target)) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    assert len(frames) == 5
    for number, saved in ((6, True), (8, True), (1, False), (9, False)):
        panel.timeline.go_to(number)
        until(lambda n=number: not panel.is_busy and panel.is_seen
              and abs(panel._seen.wish.time - n / 12) < 0.01)  # fmt: skip
        assert panel._seen.wish.saved is saved
        if saved:  # each frame is 15 codes brighter than the one before it
            shown = pixels(panel.view._after)
            far = [np.abs(shown - frame.astype(int)).mean() for frame in frames]
            assert int(np.argmin(far)) == number - 4

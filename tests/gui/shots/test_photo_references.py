"""References of a photo in the window, through the real worker: dropped, listed, reach, removed."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.jobs import JobState
from colorizer.places.hint import Hint, Reference
from tests.gui.conftest import make_window
from tests.gui.shots.test_references import dragged, drop
from tests.stages.shots_drawn import texture

ORANGE = (1.0, 0.6, 0.25)


@pytest.fixture
def studio(qapp, settings, tmp_path, until):
    """A window that shows a photo, and the same picture painted orange."""
    gray = texture(3, (96, 128), low=60, high=200, sigma=3)
    Image.fromarray(gray.round().astype(np.uint8)).save(tmp_path / "harbour.png")
    painted = gray[:, :, None] * np.array(ORANGE)
    Image.fromarray(painted.round().astype(np.uint8)).save(tmp_path / "painted.png")
    settings = replace(settings, size=96)
    window = make_window(qapp, tmp_path / "profile", settings, tmp_path / "out")
    window.add([tmp_path / "harbour.png"])
    window.painted = tmp_path / "painted.png"
    until(lambda: window.look_panel.is_seen)
    yield window
    window.close()


@pytest.mark.slow
def test_a_picture_dropped_on_a_photo_becomes_its_reference(studio, until):
    """The colours of the result are measured by Pillow, the share is that of the sidecar."""
    panel = studio.look_panel
    offered, references = [], panel.film.references
    panel.view.pictures_dropped.disconnect()
    panel.view.pictures_dropped.connect(offered.append)
    assert drop(panel.view, dragged(studio.painted))
    menu = panel.film.reference_menu(*offered)
    words = [action.text() for action in menu.actions() if action.text()]
    assert words == ["Reference of this photo", "Colorize it: add to the queue", "Cancel"]
    menu.actions()[0].trigger()
    assert panel.entry().job.hints == (Reference(studio.painted),)
    assert panel.shelf.isTabVisible(1)
    assert not panel.shelf.isTabVisible(0), "a photo has no shots"
    assert panel.film.reference_list.list.count() == 1
    studio.session.runner.start()
    until(lambda: panel.entry().state in (JobState.DONE, JobState.FAILED))
    assert (panel.entry().state, panel.entry().reason) == (JobState.DONE, "")
    target = panel.entry().job.target
    (told,) = read_sidecar(sidecar_of(target))["references_reached"]
    assert told["share"] > 0.5, "it is the same picture"
    listed = panel.film.reference_list.list
    until(lambda: "of the picture" in listed.item(0).text())
    assert f"reached {told['share']:.1%} of the picture" in listed.item(0).text()
    red, _, blue = (
        Image.open(target).convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    )
    assert red > blue + 40
    assert references.parts_of(references.all[0]) == [], "no part of a strip"


@pytest.mark.slow
def test_references_of_a_photo_are_removed_and_taken_back(studio):
    panel, session = studio.look_panel, studio.session
    hint = Hint(0.5, 0.5, 20.0, 30.0)
    session.give_hints(panel.entry().id, (hint,), "w")
    panel.film.references.add([studio.painted])
    listed = panel.film.reference_list
    listed.list.setCurrentRow(0)
    listed.remove.click()
    assert panel.entry().job.hints == (hint,)
    assert listed.list.count() == 0
    session.undo.undo()
    assert panel.entry().job.hints == (hint, Reference(studio.painted))
    assert listed.list.count() == 1

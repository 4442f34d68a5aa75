"""Two settings compared for one picture: A on the left, B on the right."""

import numpy as np
import pytest
from PySide6.QtGui import QImage

from colorizer.settings import Settings
from gui.picture.shading import shade
from gui.session.look import Mode

pytestmark = pytest.mark.slow


def codes(image: QImage) -> np.ndarray:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), -1)
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).astype(int)


@pytest.fixture
def panel(shared_window, first_seen, until):
    window, panel = shared_window, first_seen
    yield panel
    choose(panel, 0)
    window.session.undo.setIndex(0)
    window.session.set_look(mode=Mode.SPLIT)


def choose(panel, place: int) -> None:
    panel.against.setCurrentIndex(place)
    panel.against.activated.emit(place)


def words(panel) -> list[str]:
    return [panel.against.itemText(n) for n in range(panel.against.count())]


def test_a_is_as_it_was_while_b_changes(panel, until):
    panel._session.set_look(mode=Mode.AFTER)
    choose(panel, 1)
    assert panel._session.look.mode is Mode.SPLIT, "or A would not be seen"
    until(lambda: not panel.view._left.isNull())
    settings, seen = panel.entry().job.settings, panel._seen
    expected = shade(seen.gray, seen.ab, settings.strength, settings.vividness)
    assert np.abs(codes(panel.view._left) - expected).max() <= 1
    assert panel.view._before_words == "A: as it is now"
    panel.adjust.slider("strength").setValue(0)
    assert np.abs(codes(panel.view._left) - expected).max() <= 1, "A stays"
    right = codes(panel.view._after)
    assert np.abs(right - right.mean(axis=2, keepdims=True)).max() <= 1, "B is gray now"
    choose(panel, 0)
    assert panel.view._left.isNull()
    assert panel.view._first is panel.view._before


def test_a_preset_is_compared_with_what_the_file_has(panel, shared_window, until):
    shared_window.session.preferences.presets.save("Pale", Settings(strength=0.0))
    panel.against._fill()
    assert words(panel) == ["Before", "A: as it is now", "A: usual settings", "A: Pale"]
    choose(panel, 3)
    until(lambda: not panel.view._left.isNull())
    left = codes(panel.view._left)
    assert np.abs(left - left.mean(axis=2, keepdims=True)).max() <= 1
    assert panel.view._before_words == "A: Pale"
    assert panel.entry().job.settings.strength == 1.0, "the file keeps its settings"
    other = shared_window.session.model.entries[1].id
    shared_window.queue_panel.select(other)
    until(lambda: panel.is_seen and panel.entry().id == other and not panel.view._left.isNull())
    assert panel.view._before_words == "A: Pale", "the next file is compared with it too"

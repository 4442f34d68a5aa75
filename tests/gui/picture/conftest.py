"""The first photo of the shared window, seen."""

import pytest


@pytest.fixture
def first_seen(shared_window, until):
    window = shared_window
    until(lambda: window.session.model.rowCount() == 3)
    window.queue_panel.select(window.session.model.entries[0].id)
    panel = window.look_panel
    until(lambda: panel.is_seen and not panel.is_busy)
    return panel

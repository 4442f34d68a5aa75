import pytest

from colorizer.pipeline.recording import told_of_shots
from colorizer.settings import Settings


@pytest.mark.parametrize(("frames", "told"), [(11, True), (12, False), (100, False)])
def test_a_film_that_is_mostly_cards_is_told_of(frames, told):
    found = [{"first_frame": 0, "card": 4}, {"first_frame": 7, "card": 2, "bars": 9}]
    lines = told_of_shots(found, Settings(), frames)
    assert len(lines) == told
    assert all(f"6 of its {frames} frames" in line and "--cards colour" in line for line in lines)

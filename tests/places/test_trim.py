"""Places in a film: what a number alone means, and what is no place."""

from fractions import Fraction

import pytest

from colorizer.commands.options import seconds
from colorizer.errors import SettingsError
from colorizer.places.trim import Place, parse_place, parse_time


def test_a_number_alone_is_a_frame_of_a_part_and_seconds_of_a_time():
    assert parse_place("90", "--start") == Place(90, None)
    assert parse_time("90", "start") == Place(None, Fraction(90))
    assert seconds("90") == 90.0


@pytest.mark.parametrize("text", ["90s", "1:30", "0:01:30"])
def test_all_other_forms_mean_the_same_everywhere(text):
    assert parse_place(text, "--start") == parse_time(text, "start") == Place(None, Fraction(90))
    assert seconds(text) == 90.0


@pytest.mark.parametrize("text", ["noon", "-1", "1:2:3:4:5", "9" * 5000, "9" * 5000 + "s"])
def test_what_is_no_place_is_refused(text):
    with pytest.raises(SettingsError, match="--start must be a frame number"):
        parse_place(text, "--start")

"""Some seeds of the benches that draw worn films and scans; those run for minutes or nights."""

import math

import pytest

from tests.bench import fuzz_films, fuzz_photos
from tests.bench.fuzzing import failures


def test_a_seed_that_fails_is_named_and_the_next_ones_come(capsys):
    def check(seed, folder):
        assert folder.is_dir()
        if seed == 4:
            raise ZeroDivisionError
        return "is odd"

    assert failures(check, 3, math.inf, 3) == (3, 3)
    told = capsys.readouterr().out.splitlines()
    assert told[0] == told[2].replace("5", "3") == "seed 3: is odd"
    assert told[1].startswith("seed 4: ZeroDivisionError")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("check", "count"),
    [(fuzz_films.check, 6), (fuzz_films.check_killed, 1), (fuzz_photos.check, 20)],
)
def test_what_is_drawn_comes_out_whole(check, count):
    assert failures(check, 2000, math.inf, count) == (count, 0)

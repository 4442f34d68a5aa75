"""Odd and damaged photos through the real command; the benchmark `corpus` does it with more."""

from collections import Counter
from pathlib import Path

import pytest

from tests.bench.corpus import run_folder, told
from tests.damage import damage, good_photos
from tests.tiny_weights import write_tiny_weights

pytestmark = pytest.mark.slow


def run_damaged(tmp_path: Path, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Colorize good photos and damaged copies; return states of the copies and what is wrong."""
    good, bad, out = tmp_path / "in" / "good", tmp_path / "in" / "bad", tmp_path / "out"
    good.mkdir(parents=True)
    bad.mkdir()
    photos = good_photos(good)
    copies = list(damage(photos, bad, count, seed))
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    outcome = run_folder(tmp_path / "in", out, "--weights", str(weights))
    assert {outcome.ends[str(path)] for path in photos} == {"done"}
    states = Counter(outcome.ends.get(str(path), "lost") for path in copies)
    return states, told(outcome, [*photos, *copies], out)


def test_damaged_photos_are_done_or_fail_with_a_reason(tmp_path):
    states, wrong = run_damaged(tmp_path, 120, seed=1)
    assert wrong == []
    assert states["failed"] > 40
    assert states.total() == 120


def test_many_damaged_photos_are_done_or_fail_with_a_reason(tmp_path):
    states, wrong = run_damaged(tmp_path, 800, seed=2)
    assert wrong == []
    assert states["failed"] > 300

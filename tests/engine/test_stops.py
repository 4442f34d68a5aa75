"""A run that is stopped while a film has not given a single frame."""

import pytest

from colorizer.engine.runner import Handling, Runner
from colorizer.jobs import Job, JobState, Kind
from colorizer.models import load_model
from colorizer.settings import Settings
from tests.draw_film import draw_film
from tests.tiny_weights import write_tiny_weights


@pytest.mark.slow
def test_a_film_stops_while_the_memory_reads_its_shot(tmp_path):
    """All 240 frames are read before the first one is given; the sixteen in hand are enough."""
    draw_film(tmp_path / "a.mkv", frames=240)
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    model, seen = load_model("autochrome", weights), []
    look = model.look
    model.look = lambda L, **how: (seen.append(len(L)), look(L, **how))[1]
    settings = Settings(weights=weights, device="cpu", size=64)
    job = Job(tmp_path / "a.mkv", tmp_path / "b.mkv", Kind.FILM, settings)
    with Runner(model) as runner:
        ends = list(runner.run_all([job], Handling(stop=lambda: bool(seen))))
        assert sum(seen) <= 16
        assert not any(end.state is JobState.DONE for end in ends)
        assert not (tmp_path / "b.mkv").exists()
        seen.clear()
        ends = list(runner.run_all([job], Handling()))
    assert sum(seen) > 16
    assert ends[-1].state is JobState.DONE

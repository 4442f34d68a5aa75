"""The colour memory in the run of a film: on by default, off as before, the same after a kill."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from colorizer import pipeline
from colorizer.jobs import Job, Kind
from colorizer.media.film import sink as film_sink
from colorizer.models import create_model
from colorizer.models.base import ColourModel
from colorizer.settings import Settings
from colorizer.stages.memory import recall
from tests import drawn

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(3)
    return create_model(
        "autochrome", widths=(16, 16, 16, 16), queries=4, query_width=16, fine=8
    ).eval()


def film_job(folder, name="a", count=80, **settings) -> Job:
    source = folder / "in" / "a.mkv"
    if not source.exists():
        drawn.film(source, count, (64, 96))
    return Job(
        source, folder / f"{name}.mkv", Kind.FILM, Settings(size=64, codec="ffv1", **settings)
    )


def frames_of(job, model) -> np.ndarray:
    list(pipeline.run(job, model))
    return np.stack(drawn.film_frames(job.target))


def test_off_is_what_a_model_without_memory_gives(tmp_path, model, monkeypatch):
    """Without what `look` tells, every stage is as it was before there was a memory."""
    on = frames_of(film_job(tmp_path, "on"), model)
    off = frames_of(film_job(tmp_path, "off", memory="off"), model)
    monkeypatch.setattr(type(model), "look", ColourModel.look)
    without = frames_of(film_job(tmp_path, "without"), model)
    np.testing.assert_array_equal(off, without)
    assert not np.array_equal(on, off)


def test_off_never_asks_for_more_than_colours(tmp_path, model, monkeypatch):
    monkeypatch.setattr(type(model), "look", None)
    frames_of(film_job(tmp_path, memory="off"), model)
    frames_of(film_job(tmp_path, "single", smooth=False), model)


@pytest.mark.parametrize(
    ("stop", "memory", "referred"),
    [(40, "on", False), (55, "on", False), (70, "on", False), (55, "on", True), (55, "off", True)],
)
def test_a_film_that_was_stopped_and_continued_is_the_uninterrupted_one(
    tmp_path, model, monkeypatch, stop, memory, referred
):
    monkeypatch.setattr(film_sink, "SEGMENT_FRAMES", 24)
    monkeypatch.setattr(recall, "BYTES_HELD", 1)  # a shot of 80 frames has parts
    settings = {"memory": memory}
    if referred:
        still = np.clip(drawn.film_frames(film_job(tmp_path).source)[9] + [0, 20, 60], 0, 255)
        Image.fromarray(still.astype(np.uint8)).save(tmp_path / "still.png")
        settings["reference"] = str(tmp_path / "still.png")
    whole = frames_of(film_job(tmp_path, "whole", **settings), model)
    job = film_job(tmp_path, "stopped", **settings)
    events = pipeline.run(job, model)
    for _ in range(stop):  # of which eight may wait for the encoder
        next(events)
    events.close()
    assert not job.target.exists()
    events = pipeline.run(job, model)
    assert next(events).done >= 24  # continues
    list(events)
    np.testing.assert_array_equal(np.stack(drawn.film_frames(job.target)), whole)


def test_another_memory_begins_a_stopped_film_again(tmp_path, model, monkeypatch):
    monkeypatch.setattr(film_sink, "SEGMENT_FRAMES", 24)
    job = film_job(tmp_path)
    events = pipeline.run(job, model)
    for _ in range(55):
        next(events)
    events.close()
    other = replace(job, settings=replace(job.settings, memory="off"))
    assert next(pipeline.run(other, model)).done == 0

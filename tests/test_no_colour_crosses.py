"""No colour crosses a cut: found, known or missed, forwards or backwards, from key frames too."""

from dataclasses import replace

import numpy as np
import pytest

from colorizer.measure.measuring import PLAIN, Measuring
from colorizer.measure.view import Colours
from colorizer.stages.keyframes import mark_keys
from colorizer.stages.shots import mark_shots
from colorizer.stages.temporal import smooth_chroma
from tests.bench import temporal as bench
from tests.stages.shots_drawn import enlarged, flickering, frame_of, plain, texture

pytestmark = pytest.mark.slow

LENGTH = 16
COLOURS = ((35, 25), (-35, 25), (-10, -40), (30, -20))
MOST = 0.05
"""Share of another shot's colours that passes for none."""


def spliced_shots():
    """Draw four shots, each with a camera that turns: frames with flickering colours."""
    frames = []
    for shot, colour in enumerate(COLOURS):
        wide = texture(10 + shot, (96, 128 + 2 * LENGTH))
        for i in range(LENGTH):
            index = len(frames)
            L = wide[:, 2 * i : 2 * i + 128].copy()
            frames.append(frame_of(index, L, flickering(plain(colour), index)))
    return frames


def ghosts(frames, ways):
    """Return for each way the shares of old colours after cuts, before cuts, and at the worst."""
    measuring = Measuring()
    for index, moment in enumerate(zip(*ways.values(), strict=True)):
        seen = {name: Colours(one.ab) for name, one in zip(ways, moment, strict=True)}
        seen[PLAIN] = Colours(frames[index].ab)
        measuring.add(frames[index].L, seen, starts_shot=index % LENGTH == 0)
    facts = measuring.facts()
    told = {}
    for name in ways:
        ghost = facts[name]["ghost"]
        assert ghost["cuts"] == len(frames) // LENGTH - 1
        told[name] = [ghost[key] for key in ("after_cuts", "before_cuts", "worst_cut")]
    return told, facts


def within_bounds(told):
    """Tell whether none is more than what passes for none, twice as much at a single cut."""
    return all(max(two) < MOST and worst < 2 * MOST for *two, worst in told.values())


def smoothed(marked):
    keyed = (frame if frame.is_key else replace(frame, ab=None) for frame in marked)
    return [enlarged(frame) for frame in smooth_chroma(keyed)]


@pytest.mark.parametrize("key_frames", [False, True])
def test_no_colour_crosses_spliced_shots_even_where_the_cut_is_missed(key_frames):
    frames = spliced_shots()
    known = {shot * LENGTH for shot in range(len(COLOURS))}

    def marked(cuts):
        found = mark_shots(iter(frames), cuts)
        return mark_keys(found) if key_frames else found

    assert {f.index for f in mark_shots(iter(frames)) if f.starts_shot} == known
    ways = {"found": None, "known": known, "missed": {0}}
    told, _ = ghosts(frames, {name: smoothed(marked(cuts)) for name, cuts in ways.items()})
    assert within_bounds(told), told
    assert max(told["found"]) < MOST, told


def test_the_measure_sees_colours_that_do_cross():
    """What a mean without cuts or motion does, so that the test above can fail."""
    frames = spliced_shots()
    mean = [
        replace(frame, ab=np.mean([f.ab for f in frames[max(0, i - 3) : i + 4]], axis=0))
        for i, frame in enumerate(frames)
    ]
    told, _ = ghosts(frames, {"mean": mean})
    assert min(told["mean"]) > 0.3, told


def test_no_colour_crosses_between_real_clips(shared_data):
    """Real colours with the errors of a network, cuts found, known and missed."""
    films = [shared_data / "film" / f"colour-{name}.mp4" for name in ("bear", "dog", "paragliding")]
    clip = bench.spliced(films, LENGTH)
    single = list(bench.disturbed(clip.truth, clip.frames[0].L.shape))
    _, ways = bench.ways_of(clip, single)
    ours = {
        name: [enlarged(f) for f in ways[name]()]
        for name in ways
        if name not in (PLAIN, "mean of 15")
    }
    assert "cuts missed" in ours
    frames = [replace(frame, ab=ab) for frame, ab in zip(clip.frames, single, strict=True)]
    told, facts = ghosts(frames, ours)
    assert within_bounds(told), told
    ratios = [facts[name][f"chroma_to_{PLAIN}"] for name in ours]
    assert all(0.9 <= ratio <= 1.1 for ratio in ratios), ratios  # noise has chroma too
    flicker = facts[PLAIN]["flicker_ab"]
    assert facts["both sides"]["flicker_ab"] < flicker / 4
    assert facts["key frames"]["flicker_ab"] < flicker / 4
    assert facts["key frames"]["cdc_ab"] < facts[PLAIN]["cdc_ab"] / 3

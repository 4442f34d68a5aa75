"""Preview and window show a frame of a film to the network as the run does."""

from contextlib import closing

import av
import numpy as np
import pytest

from colorizer.colour.cielab import L_to_gray
from colorizer.guidance.shot_finder import ShotFinder
from colorizer.jobs import Job, Kind
from colorizer.look.in_shot import levelled_in_shot
from colorizer.media import open_film
from colorizer.media.seek import frame_at
from colorizer.settings import Settings
from colorizer.stages.levels import fresh_print
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.shots import mark_shots
from tests.matrix import mostly_slow
from tests.stages.shots_drawn import texture

SMALL = Settings(size=96)
GAINS = [1.0] * 30 + [1 - n / 20 for n in range(20)]
"""Light of the frames: a fade to black from frame 30."""


@pytest.fixture(scope="module")
def fading(tmp_path_factory):
    """Draw a film whose second shot fades to black."""
    path = tmp_path_factory.mktemp("look") / "fading.mkv"
    shots = [L_to_gray(texture(seed, (96, 128), 3, 95)) for seed in (1, 2)]
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 96, 128, "gray"
        stream.codec_context.color_range = 2
        for codes in [shots[0]] * 20 + [gain * shots[1] for gain in GAINS]:
            whole = np.rint(255 * codes).astype(np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(whole, "gray")))
        output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("number", mostly_slow([5, 24, 55, 60], 24))
def test_a_frame_is_seen_by_the_curve_of_its_shot(fading, number):
    with open_film(fading, side=96) as film:
        run = list(FilmLevels("fresh").level(mark_shots(film.frames())))
    frame = levelled_in_shot(frame_at(fading, number / 25, side=96), fading, SMALL)
    assert frame.slope == pytest.approx(run[number].slope, abs=0.08)
    assert np.abs(frame.seen - run[number].seen).mean() < 2


@pytest.mark.slow
def test_the_colours_of_a_frame_in_a_fade_are_less_than_those_of_its_own_levels(fading):
    frame = frame_at(fading, 66 / 25, side=96)
    assert levelled_in_shot(frame, fading, SMALL).slope < 0.5
    assert fresh_print(frame.L)[1] < 0.5  # the law of its own levels has no effect on colours
    plain = levelled_in_shot(frame, fading, Settings(size=96, faded="off"))
    assert np.array_equal(plain.seen, frame.L)


def test_a_search_tells_what_the_run_takes_shots_for(fading, tmp_path):
    """The second shot fades to black as drawn; the word is that of the list that a run writes."""
    with closing(ShotFinder(Job(fading, tmp_path / "b.mkv", Kind.FILM, SMALL))) as finder:
        while not finder.resume(1.0):
            pass
    assert (finder.firsts, finder.taken) == ([0, 20], {20: "fade"})

"""Chroma that a film keeps, in another sampling."""

from fractions import Fraction

import numpy as np
import pytest

from colorizer.frame import Colours, Frame
from colorizer.media.film.coding import Coding
from colorizer.media.film.colour_tags import ColourTags
from colorizer.media.film.planes import planes_of

TAGS = ColourTags("bt709", 1, 1, 1, full_range=False)


@pytest.mark.parametrize(("siting", "across"), [("left", 0), ("center", 0.5)])
def test_chroma_of_4_4_4_is_taken_from_where_4_2_0_has_its_own(siting, across):
    Y = np.full((16, 24), 90, np.uint8)
    plane = np.tile(np.arange(40, 64, dtype=np.uint8) * 2, (16, 1))
    own = Colours(lambda size: np.zeros((2, *size), np.float32), (plane, plane), "bt709")
    frame = Frame(
        0, 0, Fraction(1, 25), Y, 8, False, Y.astype(np.float32),
        ab=np.zeros((2, 8, 12), np.float32), colours=own, kept=True,
    )  # fmt: skip
    coding = Coding(
        encoder="rawvideo", pix_fmt="yuv420p", bits=8, sampling="420", options={},
        matrices=("bt709",), exact=True, first_field=None, mixed_scan=False, warnings=(),
        siting=siting,
    )  # fmt: skip
    _, (cb, cr) = planes_of(frame, coding, TAGS, interlaced=False)
    assert np.array_equal(cb, cr)
    assert cb[0, 1:].tolist() == [80 + 4 * column + 2 * across for column in range(1, 12)]

"""Pixel aspect ratios are exact in every container, as FFmpeg and the header itself say."""

from fractions import Fraction

import av
import pytest

from tests.draw_film import draw_film
from tests.media.film.tinted import colour

RATIOS = ["12/11", "16/15", "8/9", "10/11", "64/45", "59/54", "152/153", "5120/4739", "1/3", "7/3"]


def displayed(data):
    """Return DisplayWidth, DisplayHeight, DisplayUnit of a Matroska header (RFC 9559)."""
    found = []
    for number in (b"\x54\xb0", b"\x54\xba", b"\x54\xb2"):
        place = data.find(number, data.find(b"\xe0"), 4096)
        length = data[place + 2] & 0x7F if place >= 0 else 0
        found.append(int.from_bytes(data[place + 3 : place + 3 + length], "big"))
    return found


@pytest.mark.matrix
@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("size", [(48, 64), (57, 71)])
@pytest.mark.parametrize(
    ("codec", "name"), [("ffv1", "b.mkv"), ("h264", "b.mp4"), ("prores", "b.mov")]
)
def test_the_pixel_aspect_ratio_is_exact(tmp_path, size, ratio, codec, name):
    draw_film(tmp_path / "a.mov", codec="prores_ks", pix_fmt="yuv422p10le", size=size, frames=2,
              ratio=Fraction(ratio))  # fmt: skip
    with av.open(str(tmp_path / "a.mov")) as film:
        source = Fraction(film.streams.video[0].sample_aspect_ratio)
    _, _, sink = colour(tmp_path / "a.mov", tmp_path / name, codec)
    with av.open(str(tmp_path / name)) as film:
        assert Fraction(film.streams.video[0].sample_aspect_ratio) == source
    assert not [line for line in sink.warnings if "aspect" in line]
    if name == "b.mkv":
        width, height, unit = displayed((tmp_path / name).read_bytes())
        assert Fraction(width, height) == Fraction(size[1], size[0]) * source
        assert unit in (0, 3)
        if unit == 0:
            assert size[0] <= height <= 3 * size[0]


def test_a_ratio_that_does_not_fit_is_said(tmp_path, monkeypatch):
    from colorizer.media.film import join as film_join

    monkeypatch.setattr(film_join, "set_display_size", lambda *_: False)
    draw_film(tmp_path / "a.mov", codec="prores_ks", pix_fmt="yuv422p10le", frames=2,
              ratio=Fraction(12, 11))  # fmt: skip
    _, _, sink = colour(tmp_path / "a.mov", tmp_path / "b.mkv", "ffv1")
    assert any("12:11" in line and "1:1" in line for line in sink.warnings)

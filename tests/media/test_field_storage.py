"""How fields are stored, told by FFmpeg (PyAV) and by the bytes of the container themselves.

Woven frames with the top field first are 9, with the bottom field first 14, in Matroska's
FieldOrder (RFC 9559, 5.1.4.1.28.3) as in QuickTime's fiel (Apple TN2162); 1 and 6 are fields
stored apart.
"""

import av
import pytest

from tests.draw_film import draw_film
from tests.media.film.tinted import colour, read

WOVEN = {"top": 9, "bottom": 14}
SHOWN = {2: "top", 3: "bottom", 4: "top", 5: "bottom"}
"""FFmpeg's AVFieldOrder, as its raw video decoder takes it, -> the field shown first."""
_LEVELS = (0x18538067, 0x1654AE6B, 0xAE, 0xE0)
"""Segment, Tracks, TrackEntry, Video."""


def matroska_field_order(data):
    """Return FieldOrder (0x9D) of the first picture track, None where it has none."""
    start, end = 0, len(data)
    for wanted in (*_LEVELS, 0x9D):
        while start < end:
            width = 9 - data[start].bit_length()
            number = int.from_bytes(data[start : start + width], "big")
            start += width
            width = 9 - data[start].bit_length()
            length = int.from_bytes(data[start : start + width], "big") & ((1 << 7 * width) - 1)
            start += width
            if number == wanted:
                end = min(end, start + length)
                break
            start += length
        else:
            return None
    return int.from_bytes(data[start:end], "big")


def quicktime_field_order(data):
    """Return (fields, detail) of the box fiel, None where the film has none."""
    place = data.find(b"fiel")
    return None if place < 0 else (data[place + 4], data[place + 5])


@pytest.mark.matrix
@pytest.mark.parametrize("order", SHOWN)
@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("ffv1", "b.mkv"),
        ("h264", "b.mp4"),
        ("h264", "b.mkv"),
        ("h264", "b.mov"),
        ("prores", "b.mov"),
        ("prores", "b.mkv"),
        ("v210", "b.mov"),
    ],
)
def test_woven_fields_are_stored_as_woven_with_the_first_one_named(tmp_path, codec, name, order):
    draw_film(tmp_path / "a.mkv", field_order=order, frames=4)
    colour(tmp_path / "a.mkv", tmp_path / name, codec)
    first, data = SHOWN[order], (tmp_path / name).read_bytes()
    assert read(tmp_path / name)[1].first_field == first
    with av.open(str(tmp_path / name)) as film:
        assert SHOWN[film.streams.video[0].codec_context.field_order] == first
        packets = [packet for packet in film.demux(video=0) if packet.size]
        frames = [frame for packet in packets for frame in packet.decode()]
    assert all(frame.interlaced_frame for frame in frames)
    if name.endswith("mkv"):
        assert matroska_field_order(data) == WOVEN[first]
    elif codec != "h264":  # whose own stream says it
        assert quicktime_field_order(data) == (2, WOVEN[first])
    if codec == "prores":  # SMPTE RDD 36, 5.1.1: interlace_mode, 1 top and 2 bottom field first
        modes = {bytes(packet)[20] >> 2 & 3 for packet in packets}
        assert modes == {{"top": 1, "bottom": 2}[first]}


@pytest.mark.parametrize(("codec", "name"), [("ffv1", "b.mkv"), ("prores", "b.mov")])
def test_whole_frames_are_not_called_fields(tmp_path, codec, name):
    draw_film(tmp_path / "a.mkv", frames=4)
    colour(tmp_path / "a.mkv", tmp_path / name, codec)
    data = (tmp_path / name).read_bytes()
    assert matroska_field_order(data) in (None, 0) or not name.endswith("mkv")
    assert quicktime_field_order(data) in (None, (1, 0)) or not name.endswith("mov")
    with av.open(str(tmp_path / name)) as film:
        assert not any(frame.interlaced_frame for frame in film.decode(video=0))


def test_dnxhr_has_no_fields_and_says_so(tmp_path):
    draw_film(tmp_path / "a.mkv", field_order=4, frames=2, size=(128, 256))
    _, _, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mov", "dnxhr")
    assert any("dnxhr can't say that the film is interlaced" in line for line in sink.warnings)
    assert quicktime_field_order((tmp_path / "b.mov").read_bytes()) in (None, (1, 0))


def test_a_film_that_was_read_wrongly_as_apart_is_read_as_it_is_shown(tmp_path):
    """A woven film of a capture card: its header says 9, its frames say nothing."""
    draw_film(tmp_path / "a.mov", codec="rawvideo", pix_fmt="uyvy422", field_order=4, frames=2)
    assert quicktime_field_order((tmp_path / "a.mov").read_bytes()) == (2, 9)
    assert read(tmp_path / "a.mov")[1].first_field == "top"

"""Frames of a film as its source gives them: luma, times, sizes, and what is let go again."""

import gc
from fractions import Fraction

import av
import numpy as np
import pytest

from colorizer.errors import MediaError
from colorizer.media.film.clock import Clock
from colorizer.media.film.luma import at_depth
from colorizer.media.film.source import FilmSource
from colorizer.notes import note
from tests.draw_film import draw_film, fill
from tests.media.film.reading import read


def expect_luma(frames, planes):
    assert len(frames) == len(planes)
    for frame, Y in zip(frames, planes, strict=True):
        assert frame.Y.dtype == Y.dtype
        assert np.array_equal(frame.Y, Y)


@pytest.mark.parametrize(
    ("pix_fmt", "bits", "sampling"),
    [
        ("yuv420p", 8, "420"),
        ("yuv422p", 8, "422"),
        ("yuv444p", 8, "444"),
        ("yuv411p", 8, "other"),
        ("yuva420p", 8, "420"),
        ("yuv420p9le", 9, "420"),
        ("yuv420p10le", 10, "420"),
        ("yuv422p12le", 12, "422"),
        ("yuv444p16le", 16, "444"),
        ("gray", 8, "gray"),
        ("gray10le", 10, "gray"),
        ("gray12le", 12, "gray"),
        ("gray16le", 16, "gray"),
        ("ya8", 8, "gray"),
        ("bgr0", 8, "rgb"),
        ("gbrp12le", 12, "rgb"),
        ("rgb48le", 16, "rgb"),
    ],
)
def test_luma_is_read_exactly_at_its_own_depth(tmp_path, pix_fmt, bits, sampling):
    if pix_fmt == "ya8":  # the drawn alpha would be luma
        path, planes = tmp_path / "a.mkv", _gray_with_alpha(tmp_path / "a.mkv")
    else:
        path = tmp_path / "a.mkv"
        planes = draw_film(path, pix_fmt=pix_fmt, size=(37, 53), frames=3)
    frames, source = read(path)
    expect_luma(frames, planes)
    assert (source.layout.bits, source.layout.sampling) == (bits, sampling)
    assert frames[0].bits == bits
    assert frames[0].Y.flags.owndata
    assert frames[0].L.dtype == np.float32
    assert frames[0].ab is None


def _gray_with_alpha(path):
    Y = np.arange(37 * 53, dtype=np.uint32).reshape(37, 53).astype(np.uint8)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 37, 53, "ya8"
        frame = av.VideoFrame(53, 37, "ya8")
        fill(frame, 0, np.stack([Y, np.full_like(Y, 77)], -1).reshape(37, -1))
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return [Y]


@pytest.mark.parametrize("pix_fmt", ["yuyv422", "uyvy422"])
def test_packed_luma_is_read_exactly(tmp_path, pix_fmt):
    Y = (np.arange(20 * 34) % 251).astype(np.uint8).reshape(20, 34)
    packed = np.full((20, 68), 128, np.uint8)
    packed[:, 1 if pix_fmt == "uyvy422" else 0 :: 2] = Y
    with av.open(str(tmp_path / "a.avi"), "w") as output:
        stream = output.add_stream("rawvideo", rate=25)
        stream.height, stream.width, stream.pix_fmt = 20, 34, pix_fmt
        frame = av.VideoFrame(34, 20, pix_fmt)
        fill(frame, 0, packed)
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    expect_luma(read(tmp_path / "a.avi")[0], [Y])


def test_big_endian_samples_are_turned(tmp_path):
    planes = draw_film(
        tmp_path / "a.nut", codec="rawvideo", pix_fmt="gray16be", full_range=None, frames=2
    )
    frames, source = read(tmp_path / "a.nut")
    assert source.layout.big_endian
    expect_luma(frames, planes)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mov", "prores_ks", "yuv422p10le"),
        ("a.mpg", "mpeg2video", "yuv420p"),
        ("a.ts", "mpeg2video", "yuv420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.mxf", "mpeg2video", "yuv422p"),
        ("a.mkv", "libx265", "yuv420p10le"),
    ],
)
def test_every_container_gives_all_frames_in_order(tmp_path, name, codec, pix_fmt):
    full = pix_fmt.startswith("yuvj")
    options = {"libx265": {"x265-params": "log-level=none"}, "mpeg4": {"bf": "2"}}
    planes = draw_film(
        tmp_path / name,
        codec=codec,
        pix_fmt=pix_fmt,
        size=(96, 128),
        frames=20,
        full_range=full,
        options=options.get(codec, {"bf": "2"} if codec == "mpeg2video" else None),
    )
    frames, source = read(tmp_path / name)
    assert source.warnings == []
    assert [frame.index for frame in frames] == list(range(20))
    step = 1 / (source.rate * source.time_base)
    assert all(b.pts - a.pts == step for a, b in zip(frames, frames[1:], strict=False))
    assert all(frame.full_range is full for frame in frames)
    scale = 2.0 ** (source.layout.bits - 8)
    for frame, Y in zip(frames, planes, strict=True):  # in order: each is nearest its own drawing
        assert np.abs(frame.Y.astype(int) - Y).mean() / scale < 8


def test_an_avi_that_repeats_frames_by_places_that_hold_none_is_not_cut_off(tmp_path):
    times = [0, 2, 3, 4, 7, 8]
    draw_film(tmp_path / "a.avi", codec="mpeg4", frames=6, pts=times)
    frames, source = read(tmp_path / "a.avi")
    assert [round(f.pts * source.time_base * source.rate) for f in frames] == times
    assert source.frame_count == 6
    assert source.warnings == []


def test_a_film_is_cut_to_the_very_column_that_it_says(tmp_path):
    lossless = {"qp": "0", "x264-params": "crop-rect=14,8,2,4"}
    planes = draw_film(tmp_path / "a.mkv", codec="libx264", size=(96, 128), options=lossless)
    frames, source = read(tmp_path / "a.mkv")
    assert source.size == (84, 112)
    assert np.array_equal(frames[3].Y, planes[3][8:-4, 14:-2])


def test_variable_frame_rate_keeps_every_time_stamp(tmp_path):
    times = [0, 40, 80, 120, 260, 300, 340, 400, 433, 466]
    draw_film(tmp_path / "a.mkv", pts=times, time_base=Fraction(1, 1000))
    frames, _ = read(tmp_path / "a.mkv")
    assert [frame.pts * frame.time_base * 1000 for frame in frames] == times


def test_raw_dv_has_the_rate_of_its_frames_not_of_its_clock(tmp_path):
    draw_film(tmp_path / "a.dv", codec="dvvideo", size=(576, 720), frames=5)
    with FilmSource(tmp_path / "a.dv", side=32) as film:
        assert film.rate == 25
        assert [frame.pts * film.time_base * 25 for frame in film.frames()] == list(range(5))
        assert (film.frame_count, film.first_field) == (5, "bottom")


def test_the_clock_of_mpeg_starts_at_the_origin(tmp_path):
    draw_film(tmp_path / "a.mpg", codec="mpeg2video", sounds=("mp2",))
    frames, source = read(tmp_path / "a.mpg")
    assert source.origin > 0
    assert 0 <= frames[0].pts * frames[0].time_base - source.origin < Fraction(1, 10)
    draw_film(tmp_path / "a.mp4", codec="libx264")
    assert read(tmp_path / "a.mp4")[1].origin == 0


def test_clock_passes_good_stamps_and_mends_bad_ones():
    clock = Clock(Fraction(1, 100))
    good = [3, 7, 11, 20]
    assert [clock.advance(stamp, 4) for stamp in good] == good
    assert clock.mended == 0
    assert clock.advance(None, 4) == 24
    assert clock.advance(23, 4) == 25, "a small step back"
    assert clock.advance(300, 4) == 300, "good again"
    assert [clock.advance(stamp, 4) for stamp in (0, 4, 8)] == [304, 308, 312], "a new clock"
    assert (clock.mended, len(clock.epochs)) == (1, 1)


def test_tags_are_kept_or_filled_in(tmp_path):
    draw_film(tmp_path / "hd.mkv", matrix=1, ratio=Fraction(4, 3), codec="libx264", frames=2)
    source = read(tmp_path / "hd.mkv")[1]
    assert (source.tags.matrix, source.tags.colorspace) == ("bt709", 1)
    assert source.sample_aspect_ratio == Fraction(4, 3)
    draw_film(tmp_path / "pal.mkv", size=(576, 64), frames=2)
    tags = read(tmp_path / "pal.mkv")[1].tags
    assert (tags.matrix, tags.colorspace, tags.primaries, tags.transfer) == ("bt601", 5, 5, 6)
    draw_film(tmp_path / "ntsc.mkv", size=(480, 64), rate=Fraction(30000, 1001), frames=2)
    tags = read(tmp_path / "ntsc.mkv")[1].tags
    assert (tags.matrix, tags.colorspace, tags.primaries) == ("bt601", 6, 6)
    draw_film(tmp_path / "big.mkv", size=(720, 64), frames=2)
    assert read(tmp_path / "big.mkv")[1].tags.matrix == "bt709"


@pytest.mark.parametrize("full", [True, False])
def test_untagged_gray_is_judged_by_its_codes(tmp_path, full):
    path = tmp_path / "a.mkv"
    draw_film(path, pix_fmt="gray10le", full_range=full, frames=6)
    assert read(path)[1].tags.full_range is full
    # Drawn in limited codes, but not tagged.
    draw_film(path, pix_fmt="gray10le", full_range=None, frames=6)
    frames, source = read(path)
    assert source.tags.full_range is False
    assert not frames[0].full_range
    assert any("not tagged" in line for line in source.warnings)


def test_tinted_rgb_gets_the_luma_of_its_matrix_and_a_warning(tmp_path):
    with av.open(str(tmp_path / "a.mkv"), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 16, 16, "gbrp10le"
        frame = av.VideoFrame(16, 16, "gbrp10le")
        for number, code in enumerate((120, 90, 200)):  # G, B, R
            fill(frame, number, np.full((16, 16), code, np.uint16))
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    frames, source = read(tmp_path / "a.mkv")
    expected = round(0.299 * 200 + 0.587 * 120 + 0.114 * 90)
    assert (expected == frames[0].Y).all()
    assert frames[0].full_range
    assert any("RGB-coded" in line for line in source.warnings)


def test_interlaced_transparent_and_coloured_films_are_said_to_be(tmp_path):
    draw_film(tmp_path / "i.mkv", field_order=2, frames=2)
    source = read(tmp_path / "i.mkv")[1]
    assert source.first_field == "top"
    draw_film(tmp_path / "a.mkv", pix_fmt="yuva420p", frames=2)
    assert any("transparency" in line for line in read(tmp_path / "a.mkv")[1].warnings)
    with av.open(str(tmp_path / "c.mkv"), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.height, stream.width, stream.pix_fmt = 16, 16, "yuv420p"
        frame = av.VideoFrame(16, 16, "yuv420p")
        for number, plane in enumerate(frame.planes):
            fill(frame, number, np.full((plane.height, plane.width), 90, np.uint8))
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    assert read(tmp_path / "c.mkv")[1].warnings == [note("film.has_colour")]


def test_a_film_that_changes_size_is_refused_at_that_frame(tmp_path):
    path = tmp_path / "a.mjpeg"
    with path.open("wb") as joined:
        for size in ((48, 64), (32, 64)):
            part = tmp_path / "part.mjpeg"
            draw_film(part, codec="mjpeg", pix_fmt="yuvj420p", full_range=True, size=size, frames=5)
            joined.write(part.read_bytes())
    with FilmSource(path, side=32) as source:
        frames = source.frames()
        with pytest.raises(MediaError, match="64x48 to 64x32 at frame 5"):
            list(frames)


def test_odd_names_are_read_as_files(tmp_path):
    path = tmp_path / "reel 1:2 %03d é.mkv"
    draw_film(tmp_path / "a.mkv", frames=2)
    (tmp_path / "a.mkv").rename(path)
    assert len(read(path)[0]) == 2


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize(("bits", "to_bits"), [(8, 10), (8, 16), (9, 10), (10, 12), (10, 16)])
def test_deeper_luma_is_undone_by_a_shift(bits, to_bits, full):
    Y = np.arange(2**bits).reshape(1, -1).astype(np.uint8 if bits == 8 else np.uint16)
    deep = at_depth(Y, bits, to_bits, full)
    assert np.array_equal(deep >> (to_bits - bits), Y)
    assert deep[0, -1] == (2**to_bits - 1 if full else (2**bits - 1) << (to_bits - bits))
    assert np.array_equal(at_depth(deep, to_bits, bits, full), Y)


def test_shallower_luma_is_rounded_not_cut():
    Y = np.array([[0, 2, 6, 4095]], np.uint16)
    assert at_depth(Y, 12, 10, full_range=False).tolist() == [[0, 1, 2, 1023]]
    assert at_depth(Y, 12, 10, full_range=True).tolist() == [[0, 0, 1, 1023]]


def test_frames_that_were_read_are_freed_without_the_garbage_collector(tmp_path):
    draw_film(tmp_path / "a.mkv", codec="libx264", frames=60)
    gc.collect()
    gc.disable()
    try:
        with FilmSource(tmp_path / "a.mkv", side=32) as source:
            assert len(list(source.frames())) == 60
        assert sum(type(one) is av.VideoFrame for one in gc.get_objects()) < 8
    finally:
        gc.enable()

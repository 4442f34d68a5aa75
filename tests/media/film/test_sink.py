"""None"""

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from colorizer.archive.verify.film import verify_film
from colorizer.colour.ycbcr import ab_to_chroma
from colorizer.errors import SettingsError
from colorizer.media.film.encoder import picture_of
from colorizer.media.film.luma import at_depth
from colorizer.media.film.plan import check
from colorizer.media.film.sink import FilmSink
from colorizer.media.film.source import FilmSource
from colorizer.settings import FilmWriting
from tests.draw_film import draw_film, gray_frame
from tests.media.film.tinted import AB, colour, expect_same_luma, read, seconds, tinted


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("pix_fmt", "codec", "quality", "result"),
    [
        ("yuv420p", "ffv1", None, "yuv420p"),
        ("yuv422p", "ffv1", None, "yuv422p"),
        ("yuv444p10le", "ffv1", None, "yuv444p10le"),
        ("yuv420p9le", "ffv1", None, "yuv420p9le"),
        ("yuv422p12le", "ffv1", None, "yuv422p12le"),
        ("gray", "ffv1", None, "yuv420p"),
        ("gray10le", "ffv1", None, "yuv420p10le"),
        ("gray14le", "ffv1", None, "yuv420p14le"),
        ("gray16le", "ffv1", None, "yuv420p16le"),
        ("bgr0", "ffv1", None, "yuv420p"),
        ("yuv420p", "h264", 0, "yuv420p"),
        ("yuv422p10le", "h264", 0, "yuv422p10le"),
        ("gray10le", "h264", 0, "yuv420p10le"),
        ("yuv420p", "h265", 0, "yuv420p"),
        ("yuv420p10le", "h265", 0, "yuv420p10le"),
        ("yuv444p12le", "h265", 0, "yuv444p12le"),
    ],
)
@pytest.mark.parametrize("full", [False, True])
def test_lossless_codecs_return_every_luma_sample(tmp_path, pix_fmt, codec, quality, result, full):
    draw_film(tmp_path / "a.mkv", pix_fmt=pix_fmt, full_range=full, size=(48, 64), frames=5)
    target = tmp_path / "b.mkv"
    frames, source, sink = colour(tmp_path / "a.mkv", target, codec, quality)
    copies, output = read(target)
    assert output.tags == source.tags
    assert sink.warnings == []
    expect_same_luma(frames, copies)
    assert output.layout.pix_fmt.replace("yuvj", "yuv") == result
    assert seconds(copies) == seconds(frames)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p10le", "gray"])
def test_v210_returns_every_luma_sample_but_the_reserved_codes(tmp_path, pix_fmt):
    draw_film(tmp_path / "a.mkv", pix_fmt=pix_fmt, frames=5)
    frames, source, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mov", "v210")
    copies, output = read(tmp_path / "b.mov")
    assert output.layout.pix_fmt == "yuv422p10le"
    assert (output.tags, sink.warnings) == (source.tags, [])
    expect_same_luma(frames, copies, 10)
    assert seconds(copies) == seconds(frames)
    draw_film(tmp_path / "a.mkv", pix_fmt=pix_fmt, frames=1, full_range=True)
    _, _, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mov", "v210")
    assert any("v210 has no codes below 4 and above 1019" in line for line in sink.warnings)


def draw_beyond(path, frames=3):
    """Draw a film of limited range with codes down to 0 and up to 255."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv422p"
        for index in range(frames):
            frame = gray_frame(index, (48, 64), "yuv422p", full=True)
            frame.pts, frame.color_range = index, 1
            rows = np.frombuffer(memoryview(frame.planes[0]), np.uint8)
            rows.reshape(48, -1)[:, 0] = 255
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def test_codes_that_v210_does_not_have_are_counted_and_found_by_verify(tmp_path):
    draw_beyond(tmp_path / "a.mkv")
    frames, _, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mov", "v210")
    count = sum(np.count_nonzero((frame.Y == 0) | (frame.Y == 255)) for frame in frames)
    assert count >= 3 * 48
    assert sink.warnings == [
        f"{count} luma samples were clipped: v210 has no codes below 4 and above 1019 of 10 bit;"
        " ffv1 keeps them"
    ]
    verdict = verify_film(tmp_path / "b.mov", tmp_path / "a.mkv")
    assert not verdict.good
    assert str(verdict).endswith("it has no codes below 4 and above 1019")
    copies, _ = read(tmp_path / "b.mov")
    expected = np.clip(frames[0].Y.astype(np.uint16) << 2, 4, 1019)
    assert np.array_equal(copies[0].Y, expected), "nothing but those codes differs"


def test_a_preset_for_archives_is_deep_and_loses_nothing(tmp_path):
    draw_film(tmp_path / "a.mkv", frames=3)
    frames = []
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        FilmSink(
            tmp_path / "b.mkv", FilmWriting(codec="ffv1", preset="archive"), like=source
        ) as sink,
    ):
        for frame in source.frames():
            frames.append(frame)
            sink.write(tinted(frame, sink))
        assert sink.coding.options == {"level": "3", "slicecrc": "1", "slices": "16", "g": "1"}
    copies, output = read(tmp_path / "b.mkv")
    assert output.layout.pix_fmt == "yuv422p10le"
    expect_same_luma(frames, copies, 10)
    assert verify_film(tmp_path / "b.mkv", tmp_path / "a.mkv").good


def test_a_graphics_card_that_is_not_there_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setattr("colorizer.media.film.hardware._format", lambda *_: None)
    draw_film(tmp_path / "a.mkv", frames=1)
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        with pytest.raises(SettingsError, match="no graphics card here encodes h264 at 8 bit"):
            check(source, tmp_path / "b.mkv", FilmWriting(codec="h264", hardware=True))
        with pytest.raises(SettingsError, match="--hardware is never exact"):
            check(source, tmp_path / "b.mkv", FilmWriting(codec="ffv1", hardware=True))
        with pytest.raises(SettingsError, match="--hardware encodes h264, h265, av1, not prores"):
            check(source, tmp_path / "b.mov", FilmWriting(codec="prores", hardware=True))


@pytest.mark.parametrize(("pix_fmt", "deep"), [("yuv420p", "yuv420p"), ("nv12", "p010le")])
def test_what_a_graphics_card_is_given_is_the_same_picture(tmp_path, monkeypatch, pix_fmt, deep):
    """A lossless encoder that takes the cards' formats stands for one."""
    monkeypatch.setattr(
        "colorizer.media.film.coding.card_encoder",
        lambda _, bits: ("rawvideo", pix_fmt if bits == 8 else deep),
    )
    monkeypatch.setattr("colorizer.media.film.coding.card_options", lambda *_: {})
    for bits, source_format in ((8, "yuv420p"), (10, "yuv420p10le")):
        if bits == 10 and deep == "yuv420p":
            continue
        draw_film(tmp_path / "a.mkv", pix_fmt=source_format, frames=1)
        with FilmSource(tmp_path / "a.mkv", side=32) as source:
            (frame,) = source.frames()
            coding = check(source, tmp_path / "b.mkv", FilmWriting(codec="h264", hardware=True))[0]
            assert (coding.bits, coding.exact) == (bits, False)
            ab = np.full((2, 24, 32), 20, np.float32)
            card = picture_of(replace(frame, ab=ab), coding, source.tags, Fraction(0))
            plain = picture_of(
                replace(frame, ab=ab),
                replace(coding, pix_fmt=source_format),
                source.tags,
                Fraction(0),
            )
        back = card.reformat(format=source_format)
        assert np.array_equal(back.to_ndarray(), plain.to_ndarray())


def test_odd_sides_keep_every_luma_sample(tmp_path):
    draw_film(tmp_path / "a.mkv", size=(243, 321), frames=3)
    for codec, quality, pix_fmt in (("ffv1", None, "yuv420p"), ("h264", 0, "yuv444p")):
        frames, _, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mkv", codec, quality)
        copies, output = read(tmp_path / "b.mkv")
        expect_same_luma(frames, copies)
        assert output.layout.pix_fmt == pix_fmt
        assert any("odd" in line for line in sink.warnings) is (codec == "h264")


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("codec", "suffix", "pix_fmt", "bits"),
    [
        ("h264", ".mp4", "yuv420p", 8),
        ("h265", ".mp4", "yuv420p", 8),
        ("av1", ".mkv", "yuv420p", 8),
        ("prores", ".mov", "yuv422p10le", 10),
        ("dnxhr", ".mov", "yuv422p", 8),
    ],
)
def test_lossy_codecs_play_back_close_to_the_film(tmp_path, codec, suffix, pix_fmt, bits):
    draw_film(tmp_path / "a.mkv", size=(128, 256), frames=6)
    target = tmp_path / f"b{suffix}"
    frames, source, _ = colour(tmp_path / "a.mkv", target, codec)
    copies, output = read(target)
    assert len(copies) == len(frames)
    assert seconds(copies) == seconds(frames)
    assert output.layout.pix_fmt == pix_fmt
    assert output.rate == source.rate
    for frame, copy in zip(frames, copies, strict=True):
        error = copy.Y.astype(int) - at_depth(frame.Y, 8, bits, full_range=False)
        assert np.abs(error).mean() < 4 * 2 ** (bits - 8)


@pytest.mark.parametrize("full", [False, True])
def test_the_chroma_written_is_that_of_ab_at_the_films_luma(tmp_path, full):
    draw_film(tmp_path / "a.mkv", pix_fmt="yuv444p10le", full_range=full, matrix=1, frames=1)
    frames, source, _ = colour(tmp_path / "a.mkv", tmp_path / "b.mkv")
    Y = frames[0].Y
    ab = np.broadcast_to(np.float32(AB)[:, None, None], (2, *Y.shape))
    expected = ab_to_chroma(Y, ab, matrix="bt709", bits=10, full_range=full)
    with av.open(str(tmp_path / "b.mkv")) as container:
        frame = next(container.decode(video=0))
        for number in (1, 2):
            plane = frame.planes[number]
            rows = np.frombuffer(memoryview(plane), "<u2").reshape(plane.height, -1)
            assert np.array_equal(rows[:, : plane.width], expected[number - 1])
    assert source.tags.matrix == "bt709"


def test_another_program_sees_the_colour(tmp_path):
    cv2 = pytest.importorskip("cv2")
    from skimage.color import rgb2lab

    draw_film(tmp_path / "a.mkv", codec="libx264", size=(128, 256), frames=3, full_range=True)
    for codec, name in (("h264", "b.mp4"), ("ffv1", "b.mkv"), ("dnxhr", "b.mov")):
        colour(tmp_path / "a.mkv", tmp_path / name, codec)
        capture = cv2.VideoCapture(str(tmp_path / name))
        read_it, bgr = capture.read()
        capture.release()
        assert read_it
        lab = rgb2lab(bgr[..., ::-1])
        middle = (lab[..., 0] > 40) & (lab[..., 0] < 75)
        assert lab[middle][:, 1:].mean(0) == pytest.approx(AB, abs=2)


def test_deeper_than_the_codec_is_rounded_and_said(tmp_path):
    draw_film(tmp_path / "a.mkv", pix_fmt="yuv420p12le")
    frames, _, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mkv", "h264", 0)
    expect_same_luma(frames, read(tmp_path / "b.mkv")[0], bits=10)
    assert any("12; ffv1 keeps it" in line for line in sink.warnings)

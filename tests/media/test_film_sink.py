import os
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from colorizer.archive.verify import verify_film
from colorizer.errors import SettingsError, TargetError
from colorizer.media.codecs import output_suffix
from colorizer.media.film import FilmSource
from colorizer.media.film_encoder import picture_of
from colorizer.media.film_plan import check
from colorizer.media.film_sink import FilmSink
from colorizer.media.luma import at_depth
from colorizer.ycbcr import ab_to_chroma
from tests.draw_film import draw_film, gray_frame

AB = (20.0, 30.0)


def tinted(frame, sink):
    """Give a frame one colour everywhere."""
    size = sink.chroma_size(frame)
    return replace(frame, ab=np.broadcast_to(np.float32(AB)[:, None, None], (2, *size)))


def colour(source_path, target, codec="ffv1", quality=None, change=None):
    """Give a film one colour; return the source's frames, source and sink."""
    frames = []
    with (
        FilmSource(source_path, side=32) as source,
        FilmSink(target, like=source, codec=codec, quality=quality, threads=1) as sink,
    ):
        for frame in source.frames():
            frames.append(frame)
            sink.write(tinted(change(frame) if change else frame, sink))
    return frames, source, sink


def read(path):
    with FilmSource(path, side=32) as source:
        return list(source.frames()), source


def seconds(frames, origin=Fraction(0)):
    return [frame.pts * frame.time_base - origin for frame in frames]


def packets(path, kind):
    """Return (bytes, start in seconds) of every packet of a kind, by stream."""
    with av.open(str(path)) as container:
        streams = [stream for stream in container.streams if stream.type == kind]
        found = {stream.index: [] for stream in streams}
        for packet in container.demux(streams) if streams else ():
            if packet.size:
                found[packet.stream_index].append(
                    (bytes(packet), float(packet.pts * packet.time_base))
                )
    return list(found.values())


def payload(path, kind):
    return [b"".join(data for data, _ in stream) for stream in packets(path, kind)]


def expect_same_luma(frames, copies, bits=None):
    assert len(frames) == len(copies)
    for frame, copy in zip(frames, copies, strict=True):
        expected = at_depth(frame.Y, frame.bits, bits or frame.bits, frame.full_range)
        assert np.array_equal(copy.Y, expected)


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
        FilmSink(tmp_path / "b.mkv", like=source, codec="ffv1", preset="archive") as sink,
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
    monkeypatch.setattr("colorizer.media.hardware._format", lambda *_: None)
    draw_film(tmp_path / "a.mkv", frames=1)
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        with pytest.raises(SettingsError, match="no graphics card here encodes h264 at 8 bit"):
            check(source, tmp_path / "b.mkv", "h264", hardware=True)
        with pytest.raises(SettingsError, match="--hardware is never exact"):
            check(source, tmp_path / "b.mkv", "ffv1", hardware=True)
        with pytest.raises(SettingsError, match="--hardware encodes h264, h265, av1, not prores"):
            check(source, tmp_path / "b.mov", "prores", hardware=True)


@pytest.mark.parametrize(("pix_fmt", "deep"), [("yuv420p", "yuv420p"), ("nv12", "p010le")])
def test_what_a_graphics_card_is_given_is_the_same_picture(tmp_path, monkeypatch, pix_fmt, deep):
    """A lossless encoder that takes the cards' formats stands for one."""
    monkeypatch.setattr(
        "colorizer.media.coding.card_encoder",
        lambda _, bits: ("rawvideo", pix_fmt if bits == 8 else deep),
    )
    monkeypatch.setattr("colorizer.media.coding.card_options", lambda *_: {})
    for bits, source_format in ((8, "yuv420p"), (10, "yuv420p10le")):
        if bits == 10 and deep == "yuv420p":
            continue
        draw_film(tmp_path / "a.mkv", pix_fmt=source_format, frames=1)
        with FilmSource(tmp_path / "a.mkv", side=32) as source:
            (frame,) = source.frames()
            coding = check(source, tmp_path / "b.mkv", "h264", hardware=True)[0]
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


def test_sound_subtitles_chapters_and_attachments_come_along(tmp_path):
    draw_film(
        tmp_path / "a.mkv",
        frames=30,
        sounds=("flac", "pcm_s16le"),
        subtitles="subrip",
        chapters=True,
        attachment=b"font",
        metadata={"title": "Reel", "comment": "Their own words", "DIRECTOR": "N. N."},
    )
    _, _, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mkv")
    for kind in ("audio", "subtitle"):
        assert packets(tmp_path / "b.mkv", kind) == packets(tmp_path / "a.mkv", kind)
    assert len(packets(tmp_path / "b.mkv", "audio")) == 2
    with av.open(str(tmp_path / "a.mkv")) as old, av.open(str(tmp_path / "b.mkv")) as new:
        assert new.chapters() == old.chapters()
        tags = {key.lower(): value for key, value in new.metadata.items()}
        assert (tags["title"], tags["director"]) == ("Reel", "N. N.")
        assert tags["comment"].startswith("Their own words\nColour added by machine")
        assert tags["digital_source_type"].endswith("/compositeWithTrainedAlgorithmicMedia")
        assert [s.metadata.get("language") for s in new.streams.audio] == ["eng", "eng"]
        fonts = [stream for stream in new.streams if stream.type == "attachment"]
        assert [font.data for font in fonts] == [b"font"]
    assert sink.warnings == []


def test_mp4_keeps_sound_subtitles_chapters_and_rotation(tmp_path):
    draw_film(
        tmp_path / "a.mp4",
        codec="libx264",
        frames=30,
        sounds=("aac", "aac"),
        subtitles="mov_text",
        chapters=True,
        rotation=90,
        ratio=Fraction(16, 15),
        metadata={"title": "Reel"},
    )
    frames, source, sink = colour(tmp_path / "a.mp4", tmp_path / "b.mp4", "h264")
    copies, output = read(tmp_path / "b.mp4")
    assert sink.warnings == []
    assert seconds(copies) == seconds(frames)
    for kind in ("audio", "subtitle"):
        assert packets(tmp_path / "b.mp4", kind) == packets(tmp_path / "a.mp4", kind)
    assert output.display_matrix == source.display_matrix is not None
    assert output.sample_aspect_ratio == Fraction(16, 15)
    with av.open(str(tmp_path / "b.mp4")) as new:
        assert [chapter["metadata"]["title"] for chapter in new.chapters()] == ["One", "Two"]
        assert new.metadata["title"] == "Reel"
        assert "Colour added by machine" in new.metadata["comment"]
    head = (tmp_path / "b.mp4").read_bytes()
    assert head.index(b"moov") < head.index(b"mdat"), "players can start before all is loaded"


def test_text_subtitles_move_between_mp4_and_matroska(tmp_path):
    draw_film(tmp_path / "a.mp4", codec="libx264", subtitles="mov_text")
    _, _, sink = colour(tmp_path / "a.mp4", tmp_path / "b.mkv")
    assert packets(tmp_path / "b.mkv", "subtitle") == [
        [(b"First line", 0.04), (b"Second line", 0.16)]
    ]
    assert any("subtitle stream #1" in line and "subrip" in line for line in sink.warnings)
    draw_film(tmp_path / "c.mkv", subtitles="subrip")
    colour(tmp_path / "c.mkv", tmp_path / "d.mp4", "h264")
    texts = [data[2:] for data, _ in packets(tmp_path / "d.mp4", "subtitle")[0] if data[2:]]
    assert texts == [b"First line", b"Second line"]


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "subrip"), ("a.mp4", "mov_text")])
def test_text_subtitles_become_webvtt_in_webm(tmp_path, name, codec):
    draw_film(tmp_path / name, codec="libx264", size=(64, 64), subtitles=codec)
    _, _, sink = colour(tmp_path / name, tmp_path / "b.webm", "av1")
    assert packets(tmp_path / "b.webm", "subtitle") == [
        [(b"First line", 0.04), (b"Second line", 0.16)]
    ]
    assert any(line.endswith("becomes plain webvtt, for webm") for line in sink.warnings)


@pytest.mark.parametrize(
    ("name", "codec", "sound"),
    [
        ("a.mpg", "mpeg2video", "mp2"),
        ("a.ts", "mpeg2video", "mp2"),
        ("a.avi", "mpeg4", "libmp3lame"),
        ("a.webm", "libvpx-vp9", "libopus"),
        ("a.mov", "prores_ks", "pcm_s16le"),
        ("a.mxf", "mpeg2video", "pcm_s16le"),
    ],
)
def test_films_of_every_container_become_ffv1(tmp_path, name, codec, sound):
    pix_fmt = {"a.mov": "yuv422p10le", "a.mxf": "yuv422p"}.get(name, "yuv420p")
    draw_film(tmp_path / name, codec=codec, pix_fmt=pix_fmt, frames=25, sounds=(sound,),
              size=(96, 128))  # fmt: skip
    frames, source, _ = colour(tmp_path / name, tmp_path / "b.mkv")
    copies, output = read(tmp_path / "b.mkv")
    expect_same_luma(frames, copies)
    for old, new in zip(seconds(frames, source.origin), seconds(copies), strict=True):
        assert abs(old - new) <= Fraction(1, 2000), "Matroska counts milliseconds"
    assert payload(tmp_path / "b.mkv", "audio") == payload(tmp_path / name, "audio")
    (old,), (new,) = packets(tmp_path / name, "audio"), packets(tmp_path / "b.mkv", "audio")
    assert new[0][1] == pytest.approx(old[0][1] - float(source.origin), abs=0.001)
    assert output.tags == source.tags


def test_variable_frame_rate_survives(tmp_path):
    times = [0, 40, 80, 120, 260, 300, 340, 400, 433, 466]
    draw_film(tmp_path / "a.mkv", pts=times, time_base=Fraction(1, 1000))
    for codec, name in (("ffv1", "b.mkv"), ("h264", "b.mp4"), ("h264", "c.mkv")):
        colour(tmp_path / "a.mkv", tmp_path / name, codec)
        assert [time * 1000 for time in seconds(read(tmp_path / name)[0])] == times


def test_rounded_time_stamps_are_said(tmp_path):
    draw_film(tmp_path / "a.mp4", codec="libx264", rate=Fraction(30000, 1001), sounds=("aac",))
    _, _, sink = colour(tmp_path / "a.mp4", tmp_path / "b.mkv")
    assert sink.warnings == ["Matroska rounds its time stamps to milliseconds"]
    # The encoder's delay makes the sound start before 0; the picture must not move for it.
    assert read(tmp_path / "b.mkv")[0][0].pts == 0


@pytest.mark.parametrize(
    ("codec", "name"),
    [("ffv1", "b.mkv"), ("h264", "b.mkv"), ("prores", "b.mkv"), ("av1", "b.webm")],
)
def test_matroska_and_webm_keep_the_sample_aspect_ratio(tmp_path, codec, name):
    draw_film(
        tmp_path / "a.mp4", codec="libx264", size=(576, 720), ratio=Fraction(16, 15), frames=2
    )
    _, _, sink = colour(tmp_path / "a.mp4", tmp_path / name, codec)
    copies, output = read(tmp_path / name)
    assert output.sample_aspect_ratio == Fraction(16, 15)
    assert "title" not in output.stream.metadata
    assert len(copies) == 2
    assert sink.warnings == []


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("ffv1", "b.mkv"),
        ("h264", "b.mp4"),
        ("h264", "b.mkv"),
        ("prores", "b.mov"),
        ("v210", "b.mov"),
    ],
)
def test_field_order_is_kept_in_frames_and_header(tmp_path, codec, name, order):
    """What is read is of the first frames, which an encoder may mark by what it knows at first."""
    draw_film(tmp_path / "a.mkv", field_order=order, frames=4)
    colour(tmp_path / "a.mkv", tmp_path / name, codec)
    output = read(tmp_path / name)[1]
    assert output.field_order == order
    assert output.first_field == {2: "top", 3: "bottom"}[order]


def test_what_a_container_or_codec_cannot_hold_is_said_before(tmp_path):
    draw_film(
        tmp_path / "a.mkv",
        pix_fmt="yuv420p12le",
        full_range=True,
        sounds=("flac",),
        size=(128, 256),
        attachment=b"font",
    )
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        lines = " | ".join(check(source, tmp_path / "b.mov", "prores")[2])
        assert "12; ffv1 keeps it" in lines
        assert "full range" in lines
        assert "audio stream #1 (flac, eng) is left out" in lines
        assert "attachment stream #2 (font.ttf) is left out" in lines
        assert check(source, tmp_path / "b.mkv", "ffv1")[2] == []
        with pytest.raises(TargetError, match=r"ffv1 doesn't go into it; name it \.mkv"):
            check(source, tmp_path / "b.mp4", "ffv1")
        with pytest.raises(SettingsError, match="0 to 51"):
            check(source, tmp_path / "b.mp4", "h264", quality=60)
    draw_film(tmp_path / "small.mkv", frames=1)
    with (
        FilmSource(tmp_path / "small.mkv", side=32) as source,
        pytest.raises(SettingsError, match="dnxhr needs at least 256x120"),
    ):
        check(source, tmp_path / "b.mov", "dnxhr")


def test_a_stream_left_out_does_not_stop_the_film(tmp_path):
    draw_film(tmp_path / "a.mkv", sounds=("flac", "pcm_s16le"), size=(128, 256))
    colour(tmp_path / "a.mkv", tmp_path / "b.mov", "prores")
    assert payload(tmp_path / "b.mov", "audio") == payload(tmp_path / "a.mkv", "audio")[1:]


def test_deeper_than_the_codec_is_rounded_and_said(tmp_path):
    draw_film(tmp_path / "a.mkv", pix_fmt="yuv420p12le")
    frames, _, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mkv", "h264", 0)
    expect_same_luma(frames, read(tmp_path / "b.mkv")[0], bits=10)
    assert any("12; ffv1 keeps it" in line for line in sink.warnings)


@pytest.mark.parametrize(
    ("source", "codec", "suffix"),
    [
        (".MP4", "h264", ".mp4"),
        (".mov", "h265", ".mov"),
        (".avi", "h264", ".mkv"),
        (".mp4", "ffv1", ".mkv"),
        (".mkv", "prores", ".mkv"),
        (".mpg", "prores", ".mov"),
        (".mxf", "dnxhr", ".mov"),
        (".webm", "av1", ".webm"),
        (".webm", "h264", ".mkv"),
    ],
)
def test_output_suffix_keeps_the_container_where_the_codec_fits(source, codec, suffix):
    assert output_suffix(source, codec) == suffix


class StoppedError(Exception):
    pass


@pytest.mark.parametrize("error", [StoppedError, KeyboardInterrupt, GeneratorExit])
@pytest.mark.parametrize("name", ["b.mkv", "b.mp4"])
def test_an_exception_leaves_nothing(tmp_path, error, name):
    draw_film(tmp_path / "a.mkv", frames=30, sounds=("aac",))
    threads = threading.active_count()
    out = tmp_path / "out"

    def stop(frame):
        if frame.index == 20:
            assert [path.name for path in out.iterdir()] == [f".{name}.colorize"]
            raise error
        return frame

    with pytest.raises(error):
        colour(tmp_path / "a.mkv", out / name, "h264", change=stop)
    assert list(out.iterdir()) == []
    assert threading.active_count() == threads


def test_an_older_result_is_kept_until_the_new_one_is_complete(tmp_path):
    draw_film(tmp_path / "a.mkv")
    (tmp_path / "b.mkv").write_text("older")
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        pytest.raises(StoppedError),
        FilmSink(tmp_path / "b.mkv", like=source, codec="ffv1"),
    ):
        raise StoppedError
    assert (tmp_path / "b.mkv").read_text() == "older"
    colour(tmp_path / "a.mkv", tmp_path / "b.mkv")
    assert len(read(tmp_path / "b.mkv")[0]) == 8


def test_a_film_is_never_its_own_target(tmp_path):
    draw_film(tmp_path / "a.mkv")
    (tmp_path / "link.mkv").symlink_to(tmp_path / "a.mkv")
    os.link(tmp_path / "a.mkv", tmp_path / "c.mkv.part")
    content = (tmp_path / "a.mkv").read_bytes()
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        for name in ("a.mkv", "link.mkv", "c.mkv"):
            with pytest.raises(TargetError, match="is the film itself"):
                FilmSink(tmp_path / name, like=source, codec="ffv1")
    assert (tmp_path / "a.mkv").read_bytes() == content


def test_an_error_of_the_encoder_reaches_the_writer(tmp_path):
    draw_film(tmp_path / "a.mkv", frames=30)

    def turn_back(frame):
        return replace(frame, pts=1000 - frame.index)

    # Time stamps that don't rise are what a muxer refuses.
    with pytest.raises(TargetError, match="can't be written"):
        colour(tmp_path / "a.mkv", tmp_path / "b.mkv", change=turn_back)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mkv"]


def test_a_frame_of_another_shape_is_refused(tmp_path):
    draw_film(tmp_path / "a.mkv")
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        pytest.raises(ValueError, match="ab must have the shape"),
        FilmSink(tmp_path / "b.mkv", like=source, codec="ffv1") as sink,
    ):
        sink.write(next(source.frames()))
    assert not (tmp_path / "b.mkv").exists()


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    draw_film(tmp_path / "a.mkv")
    (tmp_path / "file").touch()
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        pytest.raises(TargetError, match="can't be written"),
        FilmSink(tmp_path / "file" / "b.mkv", like=source, codec="ffv1"),
    ):
        pass


def test_sound_is_interleaved_with_the_picture(tmp_path):
    draw_film(tmp_path / "a.mkv", frames=100, sounds=("pcm_s16le",))
    colour(tmp_path / "a.mkv", tmp_path / "b.mkv")
    with av.open(str(tmp_path / "b.mkv")) as container:
        kinds = [packet.stream.type for packet in container.demux() if packet.size]
    assert kinds[:80].count("audio") > 30
    assert kinds[-40:].count("video") > 10


def resident() -> int:
    """Return the memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
def test_memory_does_not_grow_with_the_film(tmp_path):
    draw_film(tmp_path / "a.mkv", codec="libx264", size=(144, 176), frames=2000, sounds=("aac",))
    peaks = [0, 0]
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        FilmSink(tmp_path / "b.mkv", like=source, codec="h264") as sink,
    ):
        for frame in source.frames():
            sink.write(tinted(frame, sink))
            if frame.index > 200:
                half = frame.index >= 1000
                peaks[half] = max(peaks[half], resident())
    assert peaks[1] < 1.05 * peaks[0]


@pytest.mark.slow
def test_real_films_come_back_with_every_luma_sample(shared_data, tmp_path):
    for path in sorted((shared_data / "film").glob("*.mp4")):
        target = tmp_path / "b.mkv"
        frames, source, _ = colour(path, target)
        copies, output = read(target)
        expect_same_luma(frames, copies)
        assert len(frames) == source.frame_count
        assert output.tags == source.tags
        for old, new in zip(seconds(frames), seconds(copies), strict=True):
            assert abs(old - new) <= Fraction(1, 2000)
        assert payload(target, "audio") == payload(path, "audio")

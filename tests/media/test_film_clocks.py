"""Times of containers that have none, that start anywhere, jump or wrap, and of copied pictures.

Times expected are those of the drawing; results are read by FFmpeg through PyAV.
"""

from fractions import Fraction

import av
import numpy as np
import pytest

from colorizer.media.film.clock import Clock, DecodeTimes, Epoch
from colorizer.media.film.sound import sounds_of
from colorizer.media.film.source import FilmSource
from colorizer.settings import Reading
from tests.draw_film import draw_film, gray_frame
from tests.media.film.tinted import colour, read

SIZE = (48, 64)
WRAP = 2**33
PYRAMID = {"bf": "3", "x264-params": "b-adapt=0"}


def two_pictures(path, options):
    """Draw a film with two pictures of 20 frames."""
    with av.open(str(path), "w") as output:
        streams = [output.add_stream("libx264", rate=25) for _ in range(2)]
        for stream in streams:
            stream.height, stream.width, stream.pix_fmt = *SIZE, "yuv420p"
            stream.options = options
        for number in range(20):
            for stream in streams:
                frame = gray_frame(number, SIZE, "yuv420p", full=False)
                frame.pts = number
                output.mux(stream.encode(frame))
        for stream in streams:
            output.mux(stream.encode(None))


def milliseconds(path, number):
    """Return the times of a picture stream's packets, in order of decoding."""
    with av.open(str(path)) as film:
        stream = film.streams.video[number]
        packets = [packet for packet in film.demux(stream) if packet.size]
        return [round(1000 * packet.pts * packet.time_base) for packet in packets]


@pytest.mark.matrix
@pytest.mark.parametrize("options", [PYRAMID, {"bf": "1"}, {"bf": "0"}])
@pytest.mark.parametrize("source", ["a.mkv", "a.mp4", "a.mov", "a.ts"])
@pytest.mark.parametrize("target", ["b.mkv", "b.mp4"])
def test_a_copied_picture_with_b_frames_keeps_every_time(tmp_path, source, target, options):
    two_pictures(tmp_path / source, options)
    colour(tmp_path / source, tmp_path / target, "h264")
    expected = milliseconds(tmp_path / source, 1)
    assert sorted(expected) == list(range(min(expected), min(expected) + 800, 40))
    got = milliseconds(tmp_path / target, 1)
    assert [time - min(got) for time in got] == [time - min(expected) for time in expected]
    assert min(got) == 0
    with av.open(str(tmp_path / target)) as film:
        assert len(list(film.decode(film.streams.video[1]))) == 20


def test_times_of_decoding_come_from_the_times_of_showing():
    # ISO/IEC 14496-12 files of the same order have these dts: pts sorted, two places late.
    shown = [0, 160, 80, 40, 120, 320, 240, 200, 280]
    times = DecodeTimes(2)
    assert [times.of(pts, None, 40) for pts in shown] == [-80, -40, 0, 40, 80, 120, 160, 200, 240]


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.avi", "libx264", PYRAMID),
        ("a.avi", "mpeg4", {"bf": "2"}),
        ("a.avi", "mpeg4", {"bf": "0"}),
        ("a.h264", "libx264", PYRAMID),
        ("a.m2v", "mpeg2video", {"bf": "2"}),
    ],
)
def test_containers_without_times_of_showing_get_them_from_order_and_rate(
    tmp_path, name, codec, options
):
    drawn = draw_film(tmp_path / name, codec=codec, options=options, frames=20, size=(64, 64))
    frames, source = read(tmp_path / name)
    times = [frame.pts * frame.time_base for frame in frames]
    assert times == [Fraction(number, 25) for number in range(20)]
    assert not [line for line in source.warnings if "time stamps" in line]
    wrong = [np.abs(frame.Y.astype(int) - Y).mean() for frame, Y in zip(frames, drawn, strict=True)]
    assert max(wrong) < 8, "in order of showing"


def test_a_part_of_an_avi_with_b_frames_has_the_very_frames(tmp_path):
    options = PYRAMID | {"g": "10"}
    draw_film(tmp_path / "a.avi", codec="libx264", options=options, frames=40)
    whole, _ = read(tmp_path / "a.avi")
    with FilmSource(tmp_path / "a.avi", Reading(start="13", end="1.2s"), side=32) as source:
        part = list(source.frames())
    assert len(part) == 17
    assert all(np.array_equal(one.Y, two.Y) for one, two in zip(part, whole[13:30], strict=True))


def test_sound_of_an_avi_with_b_frames_stays_where_it_was(tmp_path):
    draw_film(
        tmp_path / "a.avi", codec="libx264", options=PYRAMID, frames=20, sounds=("pcm_s16le",)
    )
    colour(tmp_path / "a.avi", tmp_path / "b.mkv", "ffv1")
    assert sounds_of(tmp_path / "a.avi")[0].offset == sounds_of(tmp_path / "b.mkv")[0].offset == 0


def transport(path, starts, codec="mpeg2video", frames=20, sound=True):
    """Join transport streams of 20 frames, each of which starts at a stamp of its own (90 kHz)."""
    data = b""
    for number, start in enumerate(starts):
        part = path.with_name("part.ts")
        options = {"avoid_negative_ts": "disabled", "muxdelay": "0", "muxpreload": "0"}
        with av.open(str(part), "w", format="mpegts", container_options=options) as output:
            stream = output.add_stream(codec, rate=25)
            stream.height, stream.width, stream.pix_fmt = *SIZE, "yuv420p"
            stream.options = {"bf": "2"}
            track = output.add_stream("mp2", rate=48000, layout="stereo") if sound else None
            for index in range(frames):
                frame = gray_frame(number * frames + index, SIZE, "yuv420p", full=False)
                frame.pts = index
                output.mux(_later(stream.encode(frame), start))
                if track:
                    tone = np.zeros((1, 2 * 1920), np.int16)
                    heard = av.AudioFrame.from_ndarray(tone, "s16", "stereo")
                    heard.sample_rate, heard.pts = 48000, index * 1920
                    output.mux(_later(track.encode(heard), start))
            for coded in (stream, track) if track else (stream,):
                output.mux(_later(coded.encode(None), start))
        data += part.read_bytes()
    path.write_bytes(data)


def _later(packets, start):
    for packet in packets:
        ticks = round(Fraction(start, 90000) / packet.time_base)
        packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
    return packets


def result_times(path):
    """Return the times of picture and sound in milliseconds."""
    found = {0: [], 1: []}
    with av.open(str(path)) as film:
        for packet in film.demux():
            if packet.size:
                assert packet.pts is not None
                found[packet.stream_index].append(round(1000 * packet.pts * packet.time_base))
    return found[0], found[1]


@pytest.mark.matrix
@pytest.mark.parametrize("codec", ["mpeg2video", "libx264"])
@pytest.mark.parametrize(
    ("starts", "jumps"),
    [
        ([90000, 40000 * 90000], 1),
        ([40000 * 90000, 90000], 1),
        ([90000, 9000000, 90000 * 5], 2),
        ([WRAP - 10 * 3600], 0),
        ([WRAP - 3 * 90000 - 5 * 3600, WRAP - 3 * 90000 + 15 * 3600], 0),
        ([WRAP - 100 * 90000, WRAP - 100 * 90000 + 20 * 3600], 0),
    ],
)
def test_a_new_clock_or_a_wrap_leaves_no_hole_and_no_time_below_zero(
    tmp_path, starts, jumps, codec
):
    transport(tmp_path / "a.ts", starts, codec)
    frames, source = read(tmp_path / "a.ts")
    count = 20 * len(starts)
    assert len(frames) == count
    gaps = {two.pts - one.pts for one, two in zip(frames, frames[1:], strict=False)}
    assert gaps == {3600}
    assert sum("clock jumps" in line for line in source.warnings) == bool(jumps)
    assert not [line for line in source.warnings if "cut off" in line or "mended" in line]
    colour(tmp_path / "a.ts", tmp_path / "b.mkv", "ffv1")
    picture, sound = result_times(tmp_path / "b.mkv")
    assert len(picture) == count
    assert picture[-1] - picture[0] == pytest.approx(40 * (count - 1), abs=1)
    assert min(picture[0], sound[0]) >= 0
    assert abs(sound[-1] - picture[-1]) < 100, "sound follows the clock of the picture"


def test_a_true_gap_of_a_transport_stream_is_kept(tmp_path):
    transport(tmp_path / "a.ts", [90000, 90000 * 6 + 20 * 3600])
    frames, source = read(tmp_path / "a.ts")
    assert max(np.diff([frame.pts for frame in frames])) == 5 * 90000 + 3600
    assert not [line for line in source.warnings if "clock" in line]


def test_a_part_after_a_jump_has_the_very_frames(tmp_path):
    transport(tmp_path / "a.ts", [90000, 40000 * 90000])
    whole, _ = read(tmp_path / "a.ts")
    for start in ("25", "1.0s"):
        with FilmSource(tmp_path / "a.ts", Reading(start=start), side=32) as source:
            part = list(source.frames())
        assert [one.pts for one in part] == [one.pts for one in whole[25:]]
        assert np.array_equal(part[0].Y, whole[25].Y)
        assert source.origin == part[0].pts * part[0].time_base


def test_a_step_forward_is_a_gap_where_other_streams_run_on():
    asked = []

    def is_gap(begin, end):
        asked.append((begin, end))
        return end < 100

    clock = Clock(Fraction(1, 10), is_gap=is_gap)
    assert [clock.advance(stamp, 1) for stamp in (0, 1, 500, 501)] == [0, 1, 500, 501]
    assert [clock.advance(stamp, 1) for stamp in (9000, 9001)] == [502, 503]
    assert (len(asked), clock.epochs) == (2, [Epoch(Fraction(900), Fraction(-8498, 10))])
    sound = Clock(Fraction(1, 100), is_gap=lambda *_: False, known=clock.epochs)
    assert [sound.advance(stamp, 2) for stamp in (5000, 5002, 90004)] == [5000, 5002, 5024]

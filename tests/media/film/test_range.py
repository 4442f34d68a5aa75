"""Parts of films: frames, sound, titles, chapters and time code from one place to another."""

from fractions import Fraction

import av
import numpy as np
import pytest

from colorizer.archive.verify.film import verify_film
from colorizer.errors import MediaError, SettingsError
from colorizer.media.film.source import FilmSource
from colorizer.media.frames.source import SequenceSource
from colorizer.places.frame_pattern import grouped, normal
from colorizer.places.timecode import from_word, later_timecode
from colorizer.places.trim import Place, parse_place
from colorizer.settings import FilmWriting, Reading, Settings
from tests.draw_film import draw_film
from tests.draw_sequence import draw_dpx, draw_exr
from tests.matrix import mostly_slow
from tests.media.film.tinted import packets, read, seconds, tinted


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", None),
        ("90", Place(90, None)),
        ("90s", Place(None, Fraction(90))),
        ("1.5", Place(None, Fraction(3, 2))),
        ("1:30", Place(None, Fraction(90))),
        ("1:02:03.25", Place(None, Fraction(14893, 4))),
        ("01:02:03:12", Place(12, Fraction(3723))),
    ],
)
def test_places_are_frames_times_or_time_codes(text, place):
    assert parse_place(text, "--start") == place


@pytest.mark.parametrize("text", ["x", "-3", "1:2:3:4:5", "1:", "5f"])
def test_other_words_are_refused_with_the_forms_there_are(text):
    with pytest.raises(SettingsError, match="--end must be a frame number, seconds with s"):
        Settings(end=text)


def part(path, start="", end=""):
    return FilmSource(path, Reading(start=start, end=end), side=32)


def colour_part(path, target, start, end, codec="ffv1"):
    from colorizer.media.film.sink import FilmSink

    with (
        part(path, start, end) as source,
        FilmSink(target, FilmWriting(codec=codec, quality=0), like=source, threads=1) as sink,
    ):
        frames = list(source.frames())
        for frame in frames:
            sink.write(tinted(frame, sink))
    return frames, [*source.warnings, *sink.warnings]


LONG = {"options": {"g": "30", "bf": "3", "qp": "0"}, "codec": "libx264", "frames": 100}


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("a.mp4", LONG),
        ("a.mkv", LONG),
        ("a.ts", LONG),
        ("a.avi", {"codec": "ffv1", "frames": 100}),
        ("a.mpg", {"codec": "mpeg2video", "frames": 100, "size": (96, 128)}),
    ],
)
@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("41", "73", 41, 73),
        ("2s", "", 50, 100),
        ("", "0:01.2", 0, 30),
        ("00:00:01:05", "", 30, 100),
    ],
)
def test_a_part_has_the_very_frames_of_the_film(tmp_path, name, drawn, start, end, first, last):
    draw_film(tmp_path / name, **drawn)
    whole, _ = read(tmp_path / name)
    assert len(whole) == 100
    with part(tmp_path / name, start, end) as source:
        assert source.frame_count == last - first
        frames = list(source.frames())
        assert source.warnings == []
        assert source.first_index == first
    assert [frame.index for frame in frames] == list(range(last - first))
    for old, new in zip(whole[first:last], frames, strict=True):
        assert np.array_equal(old.Y, new.Y)
        assert old.pts == new.pts
    if first:
        assert frames[0].pts * frames[0].time_base == source.origin


def test_a_variable_clock_is_cut_at_its_own_times(tmp_path):
    times = [0, 40, 80, 120, 260, 300, 340, 400, 433, 466]
    draw_film(tmp_path / "a.mkv", pts=times, time_base=Fraction(1, 1000))
    colour_part(tmp_path / "a.mkv", tmp_path / "b.mkv", "0.2", "0.4")
    assert [time * 1000 for time in seconds(read(tmp_path / "b.mkv")[0])] == [0, 40, 80]


@pytest.mark.parametrize("name", mostly_slow(["b.mkv", "b.mp4"], "b.mp4"))
def test_sound_titles_and_chapters_are_cut_with_the_picture(tmp_path, name):
    draw_film(
        tmp_path / "a.mkv",
        frames=100,
        sounds=("aac",),
        subtitles="subrip",
        chapters=True,
        attachment=b"font",
    )
    codec = "ffv1" if name == "b.mkv" else "h264"
    _, warnings = colour_part(tmp_path / "a.mkv", tmp_path / name, "2", "70", codec)
    assert "sound is cut at whole packets, to within 21 ms" in warnings
    (old,), (new,) = packets(tmp_path / "a.mkv", "audio"), packets(tmp_path / name, "audio")
    assert 0 <= new[0][1] < 0.022
    assert 68 / 25 - 0.05 < new[-1][1] < 68 / 25
    kept = dict(old)
    assert all(abs(kept[data] - 0.08 - time) < 0.0015 for data, time in new), "in step still"
    # Its lines are shown from 0.04 to 0.12 and from 0.16 to 0.24 s; the first has begun already.
    titles = [time for data, time in packets(tmp_path / name, "subtitle")[0] if len(data) > 2]
    assert titles == pytest.approx([0, 0.08], abs=0.001)
    with av.open(str(tmp_path / name)) as container:
        found = [
            (float(c["start"] * c["time_base"]), float(c["end"] * c["time_base"]))
            for c in container.chapters()
        ]
    assert found == [(0, pytest.approx(1.92)), (pytest.approx(1.92), pytest.approx(2.72))]
    assert verify_film(
        tmp_path / name, tmp_path / "a.mkv", Reading(start="2", end="70"), exact=True
    ).good
    assert not verify_film(tmp_path / name, tmp_path / "a.mkv", exact=True).good


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("100", "", "--start is after its end; the film has 100 frames in 3.96 s"),
        ("1:00", "", "--start is after its end"),
        ("50", "50", "--end must be after --start"),
        ("50", "20", "--end must be after --start"),
    ],
)
def test_places_outside_the_film_are_told_with_its_length(tmp_path, start, end, told):
    draw_film(tmp_path / "a.mkv", frames=100)
    with pytest.raises(MediaError, match=told):
        part(tmp_path / "a.mkv", start, end)


@pytest.mark.parametrize(
    ("code", "frames", "rate", "later"),
    [
        ("01:00:00:00", 25, Fraction(25), "01:00:01:00"),
        ("01:00:59:29", 1, Fraction(30000, 1001), "01:01:00:00"),
        ("01:00:59;29", 1, Fraction(30000, 1001), "01:01:00;02"),
        ("01:09:59;29", 1, Fraction(30000, 1001), "01:10:00;00"),
        ("00:00:00;00", 17982, Fraction(30000, 1001), "00:10:00;00"),
        ("00:00:59;59", 1, Fraction(60000, 1001), "00:01:00;04"),
        ("23:59:59:23", 1, Fraction(24), "00:00:00:00"),
        ("no code", 5, Fraction(25), "no code"),
    ],
)
def test_time_codes_are_counted_with_numbers_dropped(code, frames, rate, later):
    assert later_timecode(code, frames, rate) == later


@pytest.mark.matrix
@pytest.mark.parametrize(("source", "target", "codec"), [
    ("a.mov", "b.mov", "prores"), ("a.mov", "b.mkv", "ffv1"), ("a.mkv", "b.mov", "v210"),
    ("a.mov", "b.mp4", "h264"),
])  # fmt: skip
@pytest.mark.parametrize(("start", "code"), [("", "10:00:00:00"), ("30", "10:00:01:05")])
def test_the_time_code_comes_along(tmp_path, source, target, codec, start, code):
    draw_film(
        tmp_path / source,
        codec="prores_ks",
        pix_fmt="yuv422p10le",
        frames=40,
        timecode="10:00:00:00",
    )
    _, warnings = colour_part(tmp_path / source, tmp_path / target, start, "", codec)
    assert not any("left out" in line or "keep" in line for line in warnings)
    with av.open(str(tmp_path / target)) as container:
        tags = {key.lower(): value for key, value in container.streams.video[0].metadata.items()}
    assert tags["timecode"] == code


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("rate", "code", "start", "first"),
    [
        (Fraction(25), "10:00:00:00", "10:00:02:00", 50),
        (Fraction(25), "10:00:00:05", "10:00:02:00", 45),
        (Fraction(25), "10:00:00:00", "00:00:02:00", 50),
        (Fraction(25), "10:00:00:00", "2s", 50),
        (Fraction(25), "23:59:58:00", "23:59:59:10", 35),
        # SMPTE ST 12-1: the numbers 00:01:00;00 and ;01 are dropped.
        (Fraction(30000, 1001), "00:00:59;00", "00:01:00:02", 30),
        (Fraction(30000, 1001), "01:00:59;20", "01:01:00;05", 13),
    ],
)
def test_a_time_code_is_a_place_in_the_films_own(tmp_path, rate, code, start, first):
    drawn = {"codec": "libx264", "rate": rate, "frames": 60, "size": (32, 48)}
    draw_film(tmp_path / "a.mov", timecode=code, **drawn)
    whole, _ = read(tmp_path / "a.mov")
    with part(tmp_path / "a.mov", start, "") as source:
        assert source.first_index == first
        assert np.array_equal(next(source.frames()).Y, whole[first].Y)


def test_an_end_is_in_the_films_own_time_code_too(tmp_path):
    draw_film(tmp_path / "a.mov", codec="libx264", timecode="10:00:00:00", frames=60, size=(32, 48))
    with part(tmp_path / "a.mov", "10:00:01:00", "10:00:02:00") as source:
        assert len(list(source.frames())) == 25
    with (
        pytest.raises(MediaError, match="after its end"),
        part(tmp_path / "a.mov", "10:00:09:00", ""),
    ):
        pass


def test_words_of_frame_headers_are_time_codes():
    assert from_word(0x10000200) == "10:00:02:00"  # SMPTE ST 12-1: pairs of decimal digits
    assert from_word(0x01595972) == "01:59:59;32"  # the drop-frame flag is bit 6
    assert [from_word(word) for word in (0, 0xFFFFFFFF, 0x0A000000, 0x00610000)] == [""] * 4


def test_sequences_have_the_time_code_of_their_first_frame(tmp_path):
    draw_dpx(tmp_path, 4)
    for number, file in enumerate(sorted(tmp_path.glob("*.dpx"))):
        data = bytearray(file.read_bytes())
        data[1920:1924] = (0x10000200 + number).to_bytes(4, "big")  # ST 268, 1920: BCD
        file.write_bytes(data)
    pattern = normal(next(iter(grouped(tmp_path.glob("*.dpx")))))
    with SequenceSource(pattern, Reading(start="10:00:02:02"), side=32) as source:
        assert source.timecode == "10:00:02:00"
        assert source.first_index == 2


def test_openexr_frames_have_a_time_code_too(tmp_path):
    word = (0x10000200).to_bytes(4, "little")
    draw_exr(tmp_path, 2, timeCode=("timecode", word + bytes(4)))
    pattern = normal(next(iter(grouped(tmp_path.glob("*.exr")))))
    with SequenceSource(pattern, side=32) as source:
        assert source.timecode == "10:00:02:00"

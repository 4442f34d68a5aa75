"""Films that are cut off, damaged, no films, or continued in the middle."""

from dataclasses import replace
from hashlib import sha256

import av
import numpy as np
import pytest

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.film.anchor import Anchor
from colorizer.media.film.source import FilmSource
from colorizer.notes import note
from tests.draw_film import draw_film
from tests.media.film.reading import read


@pytest.mark.parametrize("name", ["a.mkv", "a.avi"])
def test_a_cut_off_film_gives_what_is_there_and_says_so(tmp_path, name):
    path = tmp_path / name
    planes = draw_film(path, codec="mjpeg", pix_fmt="yuvj420p", full_range=True, frames=40)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    frames, source = read(path)
    assert 10 < len(frames) < 30
    assert np.abs(frames[5].Y.astype(int) - planes[5]).mean() < 8
    assert any("cut off" in line and str(len(frames)) in line for line in source.warnings)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_a_film_whose_index_is_cut_off_is_said_to_be(tmp_path, name):
    draw_film(tmp_path / name, codec="libx264", frames=40)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: whole.index(b"moov") - 100])
    with pytest.raises(MediaError, match="is cut off: the index of its frames .moov. is missing"):
        FilmSource(tmp_path / name, side=32)
    (tmp_path / name).write_bytes(whole[:4] + b"\0" * 2000)
    with pytest.raises(MediaError, match="can't be read as a film"):
        FilmSource(tmp_path / name, side=32)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(MediaError, match=r"is empty \(0 bytes\)"):
        FilmSource(tmp_path / name, side=32)


def damage(path, number):
    """Overwrite what one packet of a film says after the head of its slice."""
    with av.open(str(path)) as film:
        packet = [one for one in film.demux(video=0) if one.size][number]
        body = bytes(packet)
    content = path.read_bytes()
    spoiled = body[: len(body) // 2].ljust(len(body), b"\x55")
    path.write_bytes(content.replace(body, spoiled))


def test_damage_in_the_middle_is_said_and_survived(tmp_path):
    path = tmp_path / "a.mkv"
    draw_film(path, codec="libx264", size=(144, 176), frames=30)
    damage(path, 15)
    frames, source = read(path)
    assert len(frames) == 30
    assert any("damaged" in line for line in source.warnings)


@pytest.mark.parametrize(("level", "slicecrc"), [("3", "1"), ("4", "1"), ("4", "2")])
def test_damage_that_only_checksums_of_slices_tell_is_said(tmp_path, level, slicecrc):
    path = tmp_path / "a.mkv"
    sums = {"level": level, "slices": "4", "slicecrc": slicecrc, "strict": "experimental"}
    draw_film(path, size=(144, 176), frames=12, options=sums)
    assert read(path)[1].warnings == []
    with av.open(str(path)) as film:
        body = bytes([one for one in film.demux(video=0) if one.size][7])
    spoiled = bytearray(body)
    spoiled[len(body) // 3] ^= 255
    path.write_bytes(path.read_bytes().replace(body, bytes(spoiled)))
    frames, source = read(path)
    assert len(frames) == 12
    assert source.warnings == [note("film.damaged_frames", count=1)]


def test_a_whole_film_has_no_warning(tmp_path):
    for name, codec in (("a.mkv", "ffv1"), ("a.mp4", "libx264")):
        draw_film(tmp_path / name, codec=codec, frames=30, sounds=("aac",))
        frames, source = read(tmp_path / name)
        assert (len(frames), source.frame_count, source.warnings) == (30, 30, [])
        assert source.counted is (name == "a.mp4")


def test_files_that_are_no_films_are_refused_with_their_reason(tmp_path):
    (tmp_path / "text.mkv").write_text("words")
    (tmp_path / "empty.mp4").touch()
    for name in ("text.mkv", "empty.mp4", "missing.mov"):
        with pytest.raises(MediaError, match=name):
            FilmSource(tmp_path / name, side=32)
    with av.open(str(tmp_path / "sound.mka"), "w", format="matroska") as output:
        track = output.add_stream("pcm_s16le", rate=48000, layout="mono")
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), "s16", "mono")
        tone.sample_rate = 48000
        output.mux(track.encode(tone))
    with pytest.raises(UnsupportedMedia, match="only audio"):
        FilmSource(tmp_path / "sound.mka", side=32)


def test_cover_art_is_no_film(tmp_path):
    with av.open(str(tmp_path / "song.m4a"), "w", format="mp4") as output:
        track = output.add_stream("aac", rate=48000, layout="stereo")
        cover = output.add_stream("mjpeg", rate=25)
        cover.height, cover.width, cover.pix_fmt = 16, 16, "yuvj420p"
        cover.disposition = 1024
        for packet in [*cover.encode(av.VideoFrame(16, 16, "yuvj420p")), *cover.encode(None)]:
            packet.pts = packet.dts = 0
            output.mux(packet)
        tone = av.AudioFrame.from_ndarray(np.zeros((2, 4800), np.float32), "fltp", "stereo")
        tone.sample_rate = 48000
        output.mux(track.encode(tone))
        output.mux(track.encode(None))
    with pytest.raises(UnsupportedMedia, match="only sound with a cover picture"):
        FilmSource(tmp_path / "song.m4a", side=32)


def test_a_film_of_floating_point_is_refused_by_name(tmp_path):
    with av.open(str(tmp_path / "a.nut"), "w") as output:
        stream = output.add_stream("rawvideo", rate=25)
        stream.height, stream.width, stream.pix_fmt = 16, 16, "gbrpf32le"
        output.mux(stream.encode(av.VideoFrame(16, 16, "gbrpf32le")))
        output.mux(stream.encode(None))
    told = "gbrpf32le is not supported; convert it to FFV1"
    with pytest.raises(UnsupportedMedia, match=told):
        FilmSource(tmp_path / "a.nut", side=32)


def anchor_at(frames, index, count=8):
    luma = sha256(frames[index - 1].Y.data).hexdigest()
    times = tuple(frame.pts for frame in frames[index - count : index])
    return Anchor(index - count, times, luma)


@pytest.mark.matrix
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_going_on_decodes_little_of_what_came_before(tmp_path, name):
    options = {"g": "30", "bf": "3"}
    draw_film(tmp_path / name, codec="libx264", frames=200, options=options)
    frames, _ = read(tmp_path / name)
    with FilmSource(tmp_path / name, side=32) as source:
        decode = source._decoder._decode
        decoded = []

        def counted():
            for picture in decode():
                decoded.append(picture.pts)
                yield picture

        source._decoder._decode = counted
        later = list(source.frames(150, anchor_at(frames, 150)))
        assert source.warnings == []
    assert len(decoded) < 120, "from a key frame on, not from the first frame"
    assert [frame.index for frame in later] == list(range(150, 200))
    for old, new in zip(frames[150:], later, strict=True):
        assert np.array_equal(old.Y, new.Y)
        assert old.pts == new.pts


@pytest.mark.parametrize("wrong", ["luma", "time"])
def test_a_place_that_is_not_met_again_is_reached_by_decoding_all(tmp_path, wrong):
    draw_film(tmp_path / "a.mkv", codec="libx264", frames=60, options={"g": "10"})
    frames, _ = read(tmp_path / "a.mkv")
    anchor = anchor_at(frames, 40)
    late = tuple(time + 1 for time in anchor.times)
    anchor = replace(anchor, luma="0") if wrong == "luma" else replace(anchor, times=late)
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        later = list(source.frames(40, anchor))
        assert source.warnings == []
    assert [frame.index for frame in later] == list(range(40, 60))
    assert all(np.array_equal(a.Y, b.Y) for a, b in zip(frames[40:], later, strict=True))


def test_what_was_damaged_before_is_still_told_by_a_run_that_goes_on(tmp_path):
    path = tmp_path / "a.mkv"
    draw_film(path, codec="libx264", size=(144, 176), frames=90, options={"g": "10"})
    damage(path, 22)
    with FilmSource(path, side=32) as source:
        frames = list(source.frames())
        told, counts = source.warnings, source.counts_before(70)
    assert counts[0]
    with FilmSource(path, side=32) as source:
        source.restore_counts(counts)
        later = list(source.frames(70, anchor_at(frames, 70)))
        assert len(later) == len(frames) - 70
        assert [w for w in source.warnings if "damaged" in w] == [w for w in told if "damaged" in w]

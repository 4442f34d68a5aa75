"""All of a film but its picture: streams, times, aspect and field order, in every container."""

from fractions import Fraction

import av
import pytest
from av.stream import Disposition

from colorizer.errors import SettingsError, TargetError
from colorizer.media.film.plan import check
from colorizer.media.film.source import FilmSource
from colorizer.settings import FilmWriting
from tests.draw_film import draw_film
from tests.media.film.tinted import colour, expect_same_luma, packets, payload, read, seconds


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


@pytest.mark.matrix
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


@pytest.mark.matrix
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
        lines = " | ".join(check(source, tmp_path / "b.mov", FilmWriting(codec="prores"))[2])
        assert "12; ffv1 keeps it" in lines
        assert "full range" in lines
        assert "audio stream #1 (flac, eng) is left out" in lines
        assert "attachment stream #2 (font.ttf) is left out" in lines
        assert check(source, tmp_path / "b.mkv", FilmWriting(codec="ffv1"))[2] == []
        with pytest.raises(TargetError, match=r"ffv1 doesn't go into it; name it \.mkv"):
            check(source, tmp_path / "b.mp4", FilmWriting(codec="ffv1"))
        with pytest.raises(SettingsError, match="0 to 51"):
            check(source, tmp_path / "b.mp4", FilmWriting(codec="h264", quality=60))
    draw_film(tmp_path / "small.mkv", frames=1)
    with (
        FilmSource(tmp_path / "small.mkv", side=32) as source,
        pytest.raises(SettingsError, match="dnxhr needs at least 256x120"),
    ):
        check(source, tmp_path / "b.mov", FilmWriting(codec="dnxhr"))


def test_a_stream_left_out_does_not_stop_the_film(tmp_path):
    draw_film(tmp_path / "a.mkv", sounds=("flac", "pcm_s16le"), size=(128, 256))
    colour(tmp_path / "a.mkv", tmp_path / "b.mov", "prores")
    assert payload(tmp_path / "b.mov", "audio") == payload(tmp_path / "a.mkv", "audio")[1:]


def test_sound_is_interleaved_with_the_picture(tmp_path):
    draw_film(tmp_path / "a.mkv", frames=100, sounds=("pcm_s16le",))
    colour(tmp_path / "a.mkv", tmp_path / "b.mkv")
    with av.open(str(tmp_path / "b.mkv")) as container:
        kinds = [packet.stream.type for packet in container.demux() if packet.size]
    assert kinds[:80].count("audio") > 30
    assert kinds[-40:].count("video") > 10


def draw_sound(path, layout="mono", *, codec="pcm_s16le", language="", use=None):
    """Write a film of one frame with a moment of silence."""
    with av.open(str(path), "w") as output:
        picture = output.add_stream("libx264", rate=25)
        picture.height, picture.width, picture.pix_fmt = 48, 64, "yuv420p"
        track = output.add_stream(codec, rate=48000, layout=layout)
        if language:
            track.metadata["language"] = language
        if use is not None:
            track.disposition = use
        kind = "fltp" if codec == "aac" else "s16"
        frame = av.AudioFrame(format=kind, layout=layout, samples=1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))  # memory may hold no numbers
        frame.sample_rate = 48000
        output.mux(picture.encode(av.VideoFrame(64, 48, "yuv420p")))
        output.mux(track.encode(frame))
        for coded in (picture, track):
            output.mux(coded.encode(None))


def test_sound_whose_channels_mp4_does_not_know_is_left_out_and_said(tmp_path):
    draw_sound(tmp_path / "a.mkv", "5.1")
    _, _, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mp4", codec="h264")
    assert any("audio stream #1 (pcm_s16le) is left out" in line for line in sink.warnings)
    assert packets(tmp_path / "b.mp4", "audio") == []


@pytest.mark.parametrize("matrix", [8, 14])
def test_a_matrix_that_ffmpeg_does_not_convert_is_told(tmp_path, matrix):
    draw_film(tmp_path / "a.mkv", pix_fmt="yuv444p", frames=2, matrix=matrix, primaries=1)
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        assert len(list(source.frames())) == 2
    assert any(f"matrix tag {matrix} can't be kept" in line for line in source.warnings)


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG"), (8, "linear"), (1, "")])
def test_a_transfer_that_is_no_video_s_is_told(tmp_path, transfer, name):
    draw_film(tmp_path / "a.mkv", frames=2, matrix=1, primaries=1, transfer=transfer)
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        found = [line for line in source.warnings if "its transfer is" in line]
    assert len(found) == bool(name)
    assert all(f"its transfer is {name};" in line for line in found)


@pytest.mark.parametrize(("language", "kept"), [("deu", "ger"), ("eng", "eng"), ("hrv", None)])
def test_quicktime_keeps_the_language_of_a_stream_or_it_is_said(tmp_path, language, kept):
    draw_sound(tmp_path / "a.mkv", language=language)
    _, _, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mov", codec="prores")
    with av.open(str(tmp_path / "b.mov")) as film:
        assert film.streams.audio[0].metadata.get("language") == kept
    told = [line for line in sink.warnings if "language" in line]
    assert told == ([] if kept else [".mov does not keep the language hrv of stream #1"])


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "mov"])
def test_what_a_track_is_for_is_kept_or_said(tmp_path, suffix):
    use = Disposition.comment | Disposition.hearing_impaired
    draw_sound(tmp_path / "a.mkv", codec="aac", use=use)
    _, _, sink = colour(tmp_path / "a.mkv", tmp_path / f"b.{suffix}", codec="h264")
    with av.open(str(tmp_path / f"b.{suffix}")) as film:
        kept = film.streams.audio[0].disposition
    for name in ("comment", "hearing_impaired"):
        flag = f"the flag {name.replace('_', ' ')} of stream #1"
        assert any(flag in line for line in sink.warnings) != bool(kept & Disposition[name])


def test_transparency_of_webm_is_said_to_be_lost_and_not_claimed(tmp_path):
    draw_film(tmp_path / "a.webm", codec="libvpx-vp9", pix_fmt="yuva420p", frames=2)
    _, source, _ = colour(tmp_path / "a.webm", tmp_path / "b.mkv")
    assert "its transparency is not kept" in source.warnings
    with av.open(str(tmp_path / "b.mkv")) as film:
        assert "alpha_mode" not in {key.lower() for key in film.streams.video[0].metadata}

"""The work folder: what counts as finished, what an earlier run left, and the joining."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from colorizer.errors import TargetError
from colorizer.media.film.segment import (
    BLOCK_FRAMES,
    SEGMENT_FRAMES,
    Segment,
    begins_segment,
    steps_of,
)
from colorizer.media.film.segments import WorkFolder
from colorizer.media.film.sink import FilmSink
from colorizer.media.film.sound import sounds_of
from colorizer.media.film.source import FilmSource
from colorizer.media.film.unfinished import kept_frames, sweep
from colorizer.media.film.work_folder import work_folder
from colorizer.notes import note
from colorizer.settings import FilmWriting
from colorizer.stages.keyframes import KEY_STEP
from colorizer.stages.temporal import LOOK_AHEAD
from tests.draw_film import draw_film

IDENTITY = {"source": {"bytes": 5}, "settings": {"strength": 1.0, "size": 256}, "model": "m"}


def segment(number, size=3, frames=SEGMENT_FRAMES):
    first = number * SEGMENT_FRAMES
    return Segment(
        number, first, frames, first, first + frames - 1, ((1, frames - 1),), 2, "", "", size
    )


def folder_of(tmp_path, identity=IDENTITY):
    return WorkFolder(tmp_path / "b.mkv", identity, ".nut")


def write(folder, number, state=None):
    folder.part(number).write_bytes(b"abc")
    folder.finish(segment(number), state or {"count": np.full(3, number)})


@pytest.fixture
def two_finished(tmp_path):
    folder = folder_of(tmp_path)
    folder.open()
    write(folder, 0)
    write(folder, 1)
    folder.part(2).write_bytes(b"half")
    folder.close()
    return folder


def reopened(tmp_path, identity=IDENTITY):
    folder = folder_of(tmp_path, identity)
    folder.open()
    return folder


def test_finished_segments_and_their_state_are_found_again(tmp_path, two_finished):
    assert kept_frames(tmp_path / "b.mkv") == 2 * SEGMENT_FRAMES
    folder = reopened(tmp_path)
    assert [replace(one, state="") for one in folder.segments] == [segment(0), segment(1)]
    assert folder.start == 2 * SEGMENT_FRAMES
    assert (folder.state()["count"] == 1).all()
    assert not list(folder.path.glob("*.part"))
    assert folder.notes == [
        f"continues after {2 * SEGMENT_FRAMES} frames finished by an earlier run"
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"source": {"bytes": 6}}, "the source changed (bytes)"),
        ({"settings": {"strength": 0.5, "size": 256}}, "the settings changed (strength)"),
        ({"model": "n"}, "the model changed"),
    ],
)
def test_a_change_drops_the_segments_and_says_what_changed(tmp_path, two_finished, change, told):
    folder = reopened(tmp_path, IDENTITY | change)
    assert folder.start == 0
    assert folder.notes == [
        f"{2 * SEGMENT_FRAMES} finished frames of an earlier run are not used: {told}"
    ]
    assert not list(folder.path.glob("seg_*"))
    assert kept_frames(tmp_path / "b.mkv") == 0


def test_without_an_identity_nothing_is_used_and_nothing_stays(tmp_path, two_finished):
    folder = reopened(tmp_path, None)
    assert folder.start == 0
    write(folder, 0)
    folder.close()
    assert not folder.path.exists()


def test_a_torn_line_ends_the_journal(tmp_path, two_finished):
    journal = two_finished.path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-9])
    assert kept_frames(tmp_path / "b.mkv") == SEGMENT_FRAMES
    folder = reopened(tmp_path)
    assert folder.start == SEGMENT_FRAMES
    assert (folder.state()["count"] == 0).all()
    write(folder, 1)
    folder.close()
    assert reopened(tmp_path).start == 2 * SEGMENT_FRAMES


def test_a_damaged_journal_is_no_journal(tmp_path, two_finished):
    (two_finished.path / "journal.jsonl").write_bytes(b"\0\0\0")
    assert reopened(tmp_path).start == 0


def test_a_segment_cut_short_is_not_used(tmp_path, two_finished):
    two_finished.file(1).write_bytes(b"a")
    folder = reopened(tmp_path)
    assert folder.start == SEGMENT_FRAMES
    assert any("damaged: seg_00001.nut" in note for note in folder.notes)


def test_a_segment_without_the_state_after_it_is_not_used(tmp_path, two_finished):
    (two_finished.path / "state_00002.npz").unlink()
    assert reopened(tmp_path).start == 0


def test_two_processes_do_not_write_one_film(tmp_path):
    pytest.importorskip("fcntl")
    first = reopened(tmp_path)
    with pytest.raises(TargetError, match="is being written by another process"):
        reopened(tmp_path)
    first.close()
    reopened(tmp_path).close()


def test_files_of_others_in_the_folder_are_kept(tmp_path, two_finished):
    (two_finished.path / "mine.txt").write_text("notes")
    folder = reopened(tmp_path)
    folder.clear()
    assert [path.name for path in folder.path.iterdir()] == ["mine.txt"]


def test_what_is_left_after_the_film_got_its_name_is_swept(tmp_path, two_finished):
    target = tmp_path / "b.mkv"
    target.touch()
    sweep(target)
    assert two_finished.path.exists(), "not joined yet: an older film has the name"
    two_finished.joined()
    sweep(target)
    assert not two_finished.path.exists()


def test_times_come_back_from_their_steps():
    times = [3, 7, 11, 30, 31, 32, 90]
    one = replace(segment(0), first_pts=3, steps=steps_of(times))
    assert list(one.times()) == times
    assert json.loads(json.dumps(steps_of(list(range(5, 245))))) == [[1, 239]]


def test_segments_begin_where_the_stages_can_go_on():
    assert SEGMENT_FRAMES <= 250
    assert BLOCK_FRAMES % LOOK_AHEAD == BLOCK_FRAMES % KEY_STEP == 0


def test_a_segment_ends_at_a_shot_or_when_it_is_full():
    def starts(shots, frames=1000, most=250):
        found = [0]
        for index in range(1, frames):
            if begins_segment(found[-1], index, starts_shot=index in shots, most=most):
                found.append(index)
        return found

    assert starts(()) == [0, 240, 480, 720, 960]
    assert starts((131, 140, 400)) == [0, 131, 372, 400, 648, 888]
    assert starts(range(1000)) == list(range(0, 1000, 24)), "encoders need a run-up"
    assert max(np.diff(starts((7, 300, 555)))) <= 250


def tinted(frame, sink):
    return replace(frame, ab=np.full((2, *sink.chroma_size(frame)), 20, np.float32))


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("h264", "b.mp4"),
        ("h265", "b.mkv"),
        ("ffv1", "b.mkv"),
        ("prores", "b.mov"),
        ("av1", "b.mp4"),
    ],
)
def test_segments_join_without_a_seam(tmp_path, monkeypatch, codec, name):
    """Uneven times, a last segment shorter than the coder's delay, sound beside it."""
    monkeypatch.setattr("colorizer.media.film.sink.SEGMENT_FRAMES", 12)
    gaps = np.random.default_rng(1).integers(20, 90, 25)
    times = [int(time) for time in np.cumsum(gaps)]
    draw_film(tmp_path / "a.mkv", size=(96, 128), pts=times, time_base=Fraction(1, 1000), frames=25,
              sounds=("aac",))  # fmt: skip
    quality = 0 if codec in ("h264", "h265") else None
    target = tmp_path / name
    with (
        FilmSource(tmp_path / "a.mkv", side=32) as source,
        FilmSink(target, FilmWriting(codec=codec, quality=quality), like=source, threads=1) as sink,
    ):
        frames = list(source.frames())
        for frame in frames:
            sink.write(tinted(frame, sink))
    assert not work_folder(target).exists()
    with FilmSource(target, side=32) as source:
        copies = list(source.frames())
        assert source.warnings in ([], [note("film.has_colour")])
    assert [round(one.pts * one.time_base * 1000) for one in copies] == times
    if codec != "prores" and codec != "av1":
        assert all(np.array_equal(a.Y, b.Y) for a, b in zip(frames, copies, strict=True))
    else:
        error = [np.abs((b.Y >> b.bits - 8).astype(int) - a.Y).mean()
                 for a, b in zip(frames, copies, strict=True)]  # fmt: skip
        assert max(error) < 5, "a frame in the wrong place differs by 40"


def test_a_segment_that_lost_packets_is_dropped_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr("colorizer.media.film.sink.SEGMENT_FRAMES", 12)
    draw_film(tmp_path / "a.mkv", frames=30)
    target = tmp_path / "b.mkv"
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        sink = FilmSink(target, FilmWriting(codec="ffv1"), like=source, identity={"source": 1})
        finish = sink._folder.finish

        def finish_badly(one, state):
            finish(one, state)
            file = sink._folder.file(one.number)
            if one.number == 1:
                file.write_bytes(file.read_bytes()[: one.size // 2])

        sink._folder.finish = finish_badly
        sink.__enter__()
        for frame in source.frames():
            sink.write(tinted(frame, sink))
        with pytest.raises(TargetError, match="segment 1 does not hold"):
            sink.__exit__(None, None, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mkv"]


def write_film(folder, name, codec):
    """Colour `a.mkv`, going on from what an earlier try left."""
    target = folder / name
    with (
        FilmSource(folder / "a.mkv", side=32) as source,
        FilmSink(
            target, FilmWriting(codec=codec), like=source, threads=1, identity={"source": 1}
        ) as sink,
    ):
        for frame in source.frames(sink.start):
            sink.write(tinted(frame, sink))
    with FilmSource(target, side=32) as film:
        return [(frame.pts, frame.Y.tobytes()) for frame in film.frames()], sounds_of(target)


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("codec", "name"),
    [("h264", "b.mp4"), ("h264", "b.mkv"), ("ffv1", "b.mkv"), ("prores", "b.mov")],
)
def test_a_disk_that_fills_up_anywhere_never_gives_half_a_film(tmp_path, monkeypatch, codec, name):
    """A limit on the size of files stands for the disk; it is met in segments, joining, index."""
    resource = pytest.importorskip("resource")
    monkeypatch.setattr("colorizer.media.film.sink.SEGMENT_FRAMES", 24)
    draw_film(tmp_path / "a.mkv", size=(96, 128), frames=60, sounds=("aac",))
    whole = write_film(tmp_path, name, codec)
    size = (tmp_path / name).stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept = set()
    for share in (0.1, 0.3, 0.5, 0.8, 0.95, 0.99, 1 - 1 / size):
        (tmp_path / name).unlink(missing_ok=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size * share), hard))
        try:
            with pytest.raises(TargetError, match="can't be written as .*File too large"):
                write_film(tmp_path, name, codec)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert not (tmp_path / name).exists()
        assert not list(tmp_path.rglob("*.part"))
        kept.add(kept_frames(tmp_path / name))
    assert 60 in kept, "the join fails too"
    assert write_film(tmp_path, name, codec) == whole

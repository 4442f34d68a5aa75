"""The worker process itself, with a tiny network, spoken to as the window does."""

import json
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.files.checksum import file_hash
from colorizer.notes import revived
from colorizer.settings import Settings
from tests.draw_film import draw_film
from tests.draw_shots import draw_shots, square_at
from tests.program import PROGRAM
from tests.tiny_weights import write_tiny_weights

pytestmark = pytest.mark.program


class Talk:
    """A worker process, spoken to in JSON lines."""

    def __init__(self, weights: Path, errors: int | None = None) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "--worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            text=True,
        )  # fmt: skip
        self.settings = Settings(weights=weights, device="cpu", size=64).as_dict()
        assert self.hear()["event"] == "ready"

    def say(self, **command) -> None:
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def hear(self, *events: str) -> dict:
        """Return the next event, or the next one of these names."""
        while True:
            event = json.loads(self.process.stdout.readline(), object_hook=revived)
            if not events or event["event"] in events:
                return event

    def ask(self, question: str, **arguments) -> dict:
        self.say(do=question, id=1, settings=self.settings, **arguments)
        return self.hear(question)

    def run(self, job: int, source: Path, target: Path, **more) -> None:
        self.say(do="run", job=job, source=str(source), target=str(target),
                 kind="photo", settings=self.settings, **more)  # fmt: skip

    def end(self) -> int:
        self.process.stdin.close()
        return self.process.wait(120)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return write_tiny_weights(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture(scope="module")
def talk(weights):
    talk = Talk(weights)
    yield talk
    talk.end()


@pytest.fixture
def photo(tmp_path):
    ramp = np.linspace(0, 255, 96 * 80).reshape(80, 96).astype(np.uint8)
    Image.fromarray(ramp).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_a_photo_is_done_and_in_colour(talk, photo, tmp_path):
    talk.run(7, photo, tmp_path / "out" / "a_color.png")
    event = talk.hear("done", "failed", "skipped")
    assert (event["event"], event["job"], event["fatal"]) == ("done", 7, False)
    assert Image.open(tmp_path / "out" / "a_color.png").mode == "RGB"
    told = read_sidecar(sidecar_of(tmp_path / "out" / "a_color.png"))
    assert told["model"]["weights_sha256"] == file_hash(Path(talk.settings["weights"]))


def test_a_bad_file_fails_with_its_reason_and_the_worker_goes_on(talk, photo, tmp_path):
    (tmp_path / "b.png").write_text("no picture")
    talk.run(1, tmp_path / "b.png", tmp_path / "b_color.png")
    event = talk.hear("done", "failed")
    assert (event["event"], event["fatal"]) == ("failed", False)
    assert event["message"]
    talk.run(2, photo, tmp_path / "a_color.png")
    assert talk.hear("done", "failed")["event"] == "done"


def test_missing_weights_are_fatal_for_the_queue(talk, photo, tmp_path):
    settings = {**talk.settings, "weights": str(tmp_path / "none.safetensors")}
    talk.say(do="run", job=1, source=str(photo), target=str(tmp_path / "x.png"),
             kind="photo", settings=settings)  # fmt: skip
    event = talk.hear("failed")
    assert event["fatal"]
    assert "none.safetensors" in event["message"]


def test_a_paused_worker_begins_nothing(talk, photo, tmp_path):
    target = tmp_path / "a_color.png"
    talk.say(do="pause")
    talk.hear("paused")
    talk.run(1, photo, target)
    time.sleep(0.4)
    assert not target.exists()
    talk.say(do="resume")
    assert talk.hear("done", "failed")["event"] == "done"
    assert target.exists()


def test_a_cancelled_job_leaves_nothing(talk, photo, tmp_path):
    talk.say(do="pause")
    talk.run(1, photo, tmp_path / "out" / "a_color.png")
    talk.say(do="cancel", job=1)
    assert talk.hear("cancelled", "done", "failed")["event"] == "cancelled"
    talk.say(do="resume")
    assert not list(tmp_path.rglob("*color*"))


def test_a_look_has_gray_and_two_colourings(talk, photo, tmp_path):
    out = tmp_path / "look.npz"
    event = talk.ask("look", source=str(photo), kind="photo", out=str(out), longest=48,
                     confidence=True)  # fmt: skip
    assert event["size"] == [80, 96]
    with np.load(out) as planes:
        assert planes["gray"].shape == (40, 48)
        assert planes["ab"].shape == (2, 2, 40, 48)
        assert planes["confidence"].size > 0


def test_hints_change_the_look(talk, photo, tmp_path):
    found = []
    for hints in ((), ((0.5, 0.5, 80.0, 60.0),)):
        out = tmp_path / "look.npz"
        talk.ask("look", source=str(photo), kind="photo", out=str(out), longest=48, hints=hints)
        found.append(np.load(out)["ab"].astype(float))
    assert np.abs(found[0] - found[1]).max() > 0


def test_colours_are_offered_at_a_place(talk, photo):
    colours = talk.ask("alternatives", source=str(photo), kind="photo", place=[0.9, 0.1])["colours"]
    assert 1 <= len(colours) <= 6
    assert all(0 < colour["share"] <= 1 for colour in colours)


def test_a_plan_has_photos_and_says_what_was_left_out(talk, photo, tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    event = talk.ask("plan", inputs=[str(tmp_path)], out=str(tmp_path / "out"))
    ((source, target, kind),) = event["jobs"]
    assert (Path(source).name, Path(target).name, kind) == ("a.png", "a_color.png", "photo")
    assert event["notes"]


def test_a_question_about_a_missing_file_is_answered_with_its_error(talk, tmp_path):
    event = talk.ask("thumbnail", source=str(tmp_path / "gone.png"), kind="photo")
    assert "gone.png" in event["error"]


def test_nonsense_does_not_end_the_worker(talk):
    talk.process.stdin.write("nonsense\n")
    talk.say(do="dance")
    assert talk.hear("error")["event"] == "error"
    assert talk.hear("error")["event"] == "error"
    assert talk.process.poll() is None


@pytest.mark.slow
def test_the_worker_ends_with_its_input_and_leaves_no_part(weights, photo, tmp_path):
    talk = Talk(weights)
    for number in range(5):
        talk.run(number, photo, tmp_path / "out" / f"{number}.png")
    talk.hear("start")
    assert talk.end() == 0
    assert not list(tmp_path.rglob("*.part"))


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    folder = tmp_path_factory.mktemp("film")
    draw_shots(folder / "a.mkv", 20, 12)
    return folder / "a.mkv"


@pytest.mark.slow
def test_shots_are_found_answer_by_answer(talk, film):
    event = {"over": False}
    while not event["over"]:
        event = talk.ask("find_shots", source=str(film))
        assert "error" not in event
    assert (event["firsts"], event["done"], event["total"]) == ([0, 20], 32, 32)


@pytest.mark.slow
def test_a_hint_is_seen_wherever_its_place_moved_to(talk, film, tmp_path):
    hint = (*square_at(15), 60.0, 40.0, 15 / 25)
    asked = {"source": str(film), "kind": "film", "hints": [hint, (0.1, 0.1, 9.0, 9.0, 25 / 25)]}
    out = str(tmp_path / "look.npz")
    event = talk.ask("look", time=5 / 25, out=out, longest=128, **asked)
    assert event["places"] == [None, None]
    assert (event["index"], event["whole"]) == (5, False)
    plain = np.load(out)["ab"].astype(float)
    while not talk.ask("follow", index=5, **asked)["whole"]:
        pass
    event = talk.ask("look", time=5 / 25, out=out, longest=128, **asked)
    assert event["whole"]
    assert event["places"] == [pytest.approx(square_at(5), abs=0.02), None], (
        "one is of another shot"
    )
    assert np.load(out)["ab"].astype(float)[:, 1].mean() > plain[:, 1].mean()


def painted(film, index, file):
    """Paint one frame of the film in a warm colour."""
    import av

    with av.open(str(film)) as container:
        luma = [frame.to_ndarray() for frame in container.decode(video=0)][index].astype(int)
    rgb = np.stack([luma + 30, luma, luma - 40], axis=2)
    Image.fromarray(rgb.clip(0, 255).astype(np.uint8)).save(file)


@pytest.mark.slow
def test_references_and_hints_of_shots_are_seen_before_the_run(talk, film, tmp_path):
    cuts = tmp_path / "cuts.csv"
    cuts.write_text("first_frame\n0\n20\n")
    painted(film, 12, tmp_path / "painted.png")
    own = '[shot.1]\nhints = [{reference = "painted.png", frame = 12}]\n'
    cuts.with_suffix(".toml").write_text(own)
    settings = {**talk.settings, "shots": str(cuts)}

    def b_at(index):
        asked = {"source": str(film), "kind": "film", "hints": [], "settings": settings}
        look = {**asked, "time": index / 25, "out": str(tmp_path / "look.npz"), "longest": 128}
        talk.say(do="look", id=1, **look)
        if not talk.hear("look")["whole"]:
            event = {"whole": False}
            while not event["whole"]:
                talk.say(do="follow", id=2, index=index, **asked)
                event = talk.hear("follow")
            talk.say(do="look", id=1, **look)
            assert talk.hear("look")["whole"]
        return np.load(tmp_path / "look.npz")["ab"][:, 1].astype(float).mean()

    assert b_at(12) > 20, "exactly as painted"
    assert b_at(8) > 12, "it travels"
    assert b_at(25) < 8, "not across the cut"
    Image.open(tmp_path / "painted.png").rotate(180).save(tmp_path / "painted.png")
    talk.say(do="follow", id=3, index=12, source=str(film), kind="film", hints=[],
             settings=settings)  # fmt: skip
    assert "something else" in talk.hear("follow")["error"]


@pytest.mark.slow
def test_the_frame_just_finished_is_shown_while_somebody_looks(talk, film, tmp_path):
    target = tmp_path / "a_color.mkv"
    settings = {**talk.settings, "codec": "ffv1"}
    talk.say(do="watch", out=str(tmp_path))
    talk.say(do="run", job=3, source=str(film), target=str(target), kind="film", settings=settings)
    event = talk.hear("frame", "done", "failed")
    assert (event["event"], event["of"], event["size"]) == ("frame", 3, [96, 128])
    with np.load(event["out"]) as planes:
        assert planes["gray"].shape == (96, 128)
        assert planes["rgb"].shape == (96, 128, 3)
        assert np.ptp(planes["rgb"], axis=2).max() > 0
    # It was not taken away: no one looks, and nothing more is written.
    assert talk.hear("frame", "done", "failed")["event"] == "done"
    talk.say(do="watch", out="")


@pytest.mark.slow
def test_a_worker_whose_parent_was_killed_ends_without_a_traceback(weights, tmp_path):
    draw_film(tmp_path / "a.mkv", frames=600)
    talk = Talk(weights, subprocess.PIPE)
    talk.say(do="run", job=1, source=str(tmp_path / "a.mkv"), target=str(tmp_path / "b.mkv"),
             kind="film", settings=talk.settings)  # fmt: skip
    talk.hear("progress")
    # What the system does with the pipes of a killed process, the one of events first.
    talk.process.stdout.close()
    time.sleep(1)
    talk.process.stdin.close()
    told = talk.process.stderr.read()
    assert talk.process.wait(120) == 0
    assert "Traceback" not in told, told
    assert "BrokenPipe" not in told
    assert not (tmp_path / "b.mkv").exists()

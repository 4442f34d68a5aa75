"""`colorizer stills`: the best frames of every shot go out, and come back recoloured elsewhere."""

import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageFilter

from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.guidance.cut_list import write_cuts
from colorizer.guidance.references.files import content_files
from colorizer.jobs import Job, JobState, Kind
from colorizer.models import load_model
from colorizer.pipeline import stills
from colorizer.settings import Settings
from tests import drawn
from tests.draw_shots import draw_shots
from tests.tiny_model import tiny_model

SAMPLE = Path(__file__).parents[2] / "colorizer" / "samples" / "film.mp4"


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setattr(pipeline, "open_model", lambda _: tiny_model())


def film(folder, *lengths) -> Path:
    draw_shots(folder / "a.mkv", *(lengths or (30, 24, 18)))
    return folder / "a.mkv"


def written(folder, kind="gray") -> list[str]:
    return sorted(file.name for file in (folder / kind).iterdir())


def run(*words) -> int:
    return cli.main(["stills", *map(str, words), "--size", "96"])


def test_each_shot_has_one_named_by_shot_frame_and_time(tmp_path, tiny, capsys):
    assert run(film(tmp_path), "-o", tmp_path / "out") == ExitCode.OK
    names = written(tmp_path / "out")
    assert names == written(tmp_path / "out", "colour")
    assert [name[:8] for name in names] == ["a_s0001_", "a_s0002_", "a_s0003_"]
    frames = [int(name[9:15]) for name in names]
    assert 0 <= frames[0] < 30 <= frames[1] < 54 <= frames[2] < 72
    seconds = [f"0-00-0{frame // 25}.{frame % 25 * 40:03}.png" for frame in frames]
    assert [name[16:] for name in names] == seconds
    assert set(capsys.readouterr().out.split("\n")) >= {
        str(tmp_path / "out" / "gray" / name) for name in names
    }
    with Image.open(tmp_path / "out" / "contact_sheet_001.png") as sheet:
        assert sheet.width > 800


@pytest.mark.slow
def test_gray_is_the_frame_of_the_film_and_colour_keeps_its_lightness(tmp_path, tiny):
    """Against the frames as FFmpeg decodes them, through PyAV."""
    run(film(tmp_path), "-o", tmp_path / "out")
    with av.open(str(tmp_path / "a.mkv")) as container:
        frames = [one.to_ndarray(format="gray") for one in container.decode(video=0)]
    for name in written(tmp_path / "out"):
        with Image.open(tmp_path / "out" / "gray" / name) as gray:
            assert gray.mode == "RGB"
            codes = np.asarray(gray.convert("L")).astype(float)
        true = frames[int(name[9:15])].astype(float)
        assert np.corrcoef(codes.ravel(), true.ravel())[0, 1] > 0.999
        with Image.open(tmp_path / "out" / "colour" / name) as colour:
            rgb = np.asarray(colour).astype(int)
            assert "compositeWithTrainedAlgorithmicMedia" in colour.text["XML:com.adobe.xmp"]
        assert np.ptp(rgb, axis=2).max() > 4
        assert np.corrcoef(rgb.mean(axis=2).ravel(), true.ravel())[0, 1] > 0.98


@pytest.mark.slow
def test_the_cut_list_is_obeyed(tmp_path, tiny):
    source = film(tmp_path, 40)
    write_cuts(tmp_path / "cuts.csv", source, [(0, 0.0), (12, 0.48), (30, 1.2)])
    run(source, "-o", tmp_path / "out", "--shots", tmp_path / "cuts.csv")
    frames = [int(name[9:15]) for name in written(tmp_path / "out")]
    assert [0 <= frames[0] < 12, 12 <= frames[1] < 30, frames[2] >= 30] == [True] * 3


@pytest.mark.slow
def test_an_interrupted_run_continues_at_its_shot_and_is_the_same(tmp_path):
    source, model = film(tmp_path), tiny_model()
    settings = Settings(size=96)
    list(stills.find_stills(source, tmp_path / "whole", settings, model))
    events = stills.find_stills(source, tmp_path / "parts", settings, model)
    for event in events:
        if event.done == 40:
            break
    events.close()
    assert len(written(tmp_path / "parts")) == 1
    assert not (tmp_path / "parts" / "contact_sheet_001.png").exists()
    first, *_, last = stills.find_stills(source, tmp_path / "parts", settings, model)
    assert first.done == 30
    assert last.state is JobState.DONE
    assert drawn.hashes(tmp_path / "parts") == drawn.hashes(tmp_path / "whole")


@pytest.mark.slow
def test_what_exists_is_skipped_and_what_was_painted_is_kept(tmp_path, tiny, capsys):
    source, out = film(tmp_path), tmp_path / "out"
    run(source, "-o", out)
    before = drawn.hashes(out)
    assert run(source, "-o", out) == ExitCode.OK
    assert "the stills exist" in capsys.readouterr().err
    assert drawn.hashes(out) == before
    painted = out / "colour" / written(out)[1]
    Image.new("RGB", (128, 96), (200, 30, 30)).save(painted)
    assert run(source, "-o", out, "--existing", "update", "--strength", "0.5") == ExitCode.OK
    assert "is kept" in capsys.readouterr().err
    with Image.open(painted) as kept:
        assert kept.getpixel((5, 5)) == (200, 30, 30)
    assert run(source, "-o", out, "--existing", "overwrite") == ExitCode.OK
    assert drawn.hashes(out) == before


@pytest.mark.slow
def test_errors_are_one_line(tmp_path, tiny, capsys):
    source, out = film(tmp_path), tmp_path / "out"
    run(source, "-o", out)
    draw_shots(tmp_path / "b.mkv", 20)
    photo = drawn.photo(tmp_path / "p.png")
    (tmp_path / "file").write_text("x")
    capsys.readouterr()
    cases = [
        ((tmp_path / "b.mkv", "-o", out), ExitCode.NOT_WRITABLE, "another film"),
        ((photo, "-o", out), ExitCode.NO_INPUT, "this is a photo"),
        ((tmp_path / "none.mkv", "-o", out), ExitCode.NO_INPUT, "none.mkv"),
        ((source, "-o", tmp_path / "file"), ExitCode.NOT_WRITABLE, "file"),
        ((source, "-o", out, "--existing", "rename"), ExitCode.USAGE, "rename"),
        ((source, "-o", out, "--existing", "fail"), ExitCode.NOT_WRITABLE, "exist"),
    ]
    for words, code, told in cases:
        assert run(*words) == code, words
        lines = capsys.readouterr().err.strip().split("\n")
        assert len(lines) == 1, lines
        assert told in lines[0]


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"schema": 1, "shots": [{"stills": 3}]}'])
def test_a_strangers_list_is_no_list(tmp_path, tiny, text):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "stills.json").write_text(text)
    assert run(film(tmp_path), "-o", tmp_path / "out") == ExitCode.OK
    assert json.loads((tmp_path / "out" / "stills.json").read_text())["complete"] is True


@pytest.mark.slow
def test_image_sequences_and_their_folders(tmp_path, tiny):
    folder = tmp_path / "frames"
    folder.mkdir()
    for index, one in enumerate(drawn.film_frames(film(tmp_path, 12, 12))):
        Image.fromarray(one).convert("L").save(folder / f"x_{index + 100:04}.png")
    assert run(folder / "x_%04d.png", "-o", tmp_path / "one") == ExitCode.OK
    assert run(folder, "-o", tmp_path / "two") == ExitCode.OK
    names = written(tmp_path / "one")
    assert [name[:8] for name in names] == ["x_s0001_", "x_s0002_"]
    assert written(tmp_path / "two") == names


@pytest.mark.slow
def test_events_are_json(tmp_path, tiny, capsys):
    run(film(tmp_path), "-o", tmp_path / "out", "--json")
    events = [json.loads(line) for line in capsys.readouterr().out.strip().split("\n")]
    assert events[0]["event"] == "start"
    assert events[-1]["event"] == "done"
    assert len([name for name in events[-1]["results"] if "colour" in name]) == 3


@pytest.mark.slow
def test_only_what_was_changed_is_a_reference(tmp_path, tiny):
    out = tmp_path / "out"
    run(film(tmp_path), "-o", out)
    first, second, _ = written(out)
    with pytest.raises(Exception, match="recolour some first"):
        content_files(Settings(reference=str(out)))
    Image.new("RGB", (9, 9), "red").save(out / "colour" / first)
    (out / "back").mkdir()
    Image.new("RGB", (9, 9), "blue").save(out / "back" / f"new {second}.jpg")
    found = content_files(Settings(reference=str(out)))
    assert sorted(file.parent.name for file in found) == ["back", "colour"]
    found = content_files(Settings(reference=str(out / "colour")))
    assert [file.name for file in found] == [first]


def recoloured(source: Path, target: Path, *, crop=True) -> None:
    """Turn the hues of a picture by Pillow, and make it smaller, cropped and a JPEG."""
    with Image.open(source) as opened:
        target.parent.mkdir(exist_ok=True)
        picture = turned(opened.convert("RGB"))
    if crop:
        size = [round(0.7 * side) for side in picture.size]
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        picture = picture.crop((8, 5, size[0] - 6, size[1] - 8))
    picture.save(target, quality=90)


def turned(picture: Image.Image) -> Image.Image:
    hue, saturation, value = picture.convert("HSV").split()
    hue = hue.point(lambda code: (code + 100) % 256)
    saturation = saturation.point(lambda code: min(255, code + 60))
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def coloured_by(tmp_path, source, settings, model, file):
    """Return how far from the recoloured film one is with its still as reference, and one without.

    The still is `file` in the folder "back"; each list has a number for every frame.
    """
    plain = Job(source, tmp_path / "plain.mkv", Kind.FILM, settings)
    asked = replace(settings, reference=str(tmp_path / "back"))
    list(pipeline.run(plain, model))
    *_, done = pipeline.run(replace(plain, target=tmp_path / "b.mkv", settings=asked), model)
    assert any(f"{file} gave its colours to" in line for line in done.warnings)
    before, after = (drawn.film_frames(tmp_path / one) for one in ("plain.mkv", "b.mkv"))
    wanted = [np.asarray(turned(Image.fromarray(one))) for one in before]
    far = [np.abs(tint(one) - tint(to)).mean() for one, to in zip(before, wanted, strict=True)]
    near = [np.abs(tint(one) - tint(to)).mean() for one, to in zip(after, wanted, strict=True)]
    return near, far


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kept", "lost"])
def test_stills_recoloured_by_pillow_give_their_film_their_colours(tmp_path, name):
    """Whether the name still tells the frame or not."""
    model, settings = load_model(), Settings(codec="ffv1", size=128, end="24")
    list(stills.find_stills(SAMPLE, tmp_path / "out", settings, model))
    (still,) = (tmp_path / "out" / "colour").iterdir()
    file = still.stem + "_v2.jpg" if name == "kept" else "anything.jpg"
    recoloured(still, tmp_path / "back" / file)
    near, far = coloured_by(tmp_path, SAMPLE, settings, model, file)
    assert np.mean(near) < 0.45 * np.mean(far)
    assert max(near) < 0.6 * max(far)
    told = json.loads((tmp_path / "b.mkv.colorize.json").read_text())["references_reached"]
    assert told[0]["shots"][0]["share"] > 0.5


def tint(rgb) -> np.ndarray:
    """Return Cb and Cr by Pillow."""
    return np.asarray(Image.fromarray(rgb).convert("YCbCr"))[..., 1:].astype(float)


def test_the_sharp_frame_is_chosen():
    """Against Pillow's Gaussian blur."""
    from colorizer.stages.best_frames import ShotCandidates, candidate_of
    from tests.stages.test_temporal import frame_of, texture

    held, L = ShotCandidates(), texture(3, (96, 128), low=20, high=80)
    for index in range(0, 60, 6):
        picture = Image.fromarray(np.rint(L * 2.55).astype(np.uint8))
        if index != 42:
            picture = picture.filter(ImageFilter.GaussianBlur(2))
        seen = np.asarray(picture).astype(np.float32) / 2.55
        frame = replace(frame_of(index, seen, None), starts_shot=True)
        held.add(candidate_of(frame, None))
    assert [frame.index for frame in held.best(60)] == [42]


@pytest.mark.parametrize(("things", "count"), [(1, 1), (4, 4)])
def test_a_shot_that_shows_new_things_gets_more(things, count):
    """A pan over so many things, each shown by a fourth of the frames or by all of them."""
    import torch

    from colorizer.stages.best_frames import Candidate, ShotCandidates
    from tests.stages.test_temporal import frame_of, texture

    held, L = ShotCandidates(), texture(3, (64, 96))
    places = torch.arange(40)[:, None] * torch.ones(8) / 400
    for number in range(16):
        thing = number * things // 16
        keys = (places + 5 * thing).half()
        held.add(Candidate(frame_of(6 * number, L, None), keys, 0.5, True))
    best = [frame.index // 6 for frame in held.best(96)]
    assert len(best) == count
    assert len({number * things // 16 for number in best}) == count

"""Rows of prints, emulsions and plates, against skimage's CIELAB and codes changed by hand."""

import json
import sys

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2lab

from tests.tiny_model import TinyModel, tiny_model
from training import entrants, prints
from training import evaluate as evaluation

CHANGED = {"faded": 0.35 + 0.40 * 0.5, "dark": 0.35 * 0.5, "pale": 0.60 + 0.35 * 0.5,
           "murky": 0.15 + 0.35 * 0.5**1.4, "hard": 1.8 * 0.05 + 0.45}  # fmt: skip
"""Kind of print -> what becomes of a gray of 0.5."""


class Listening(TinyModel):
    """Remembers what it is told of emulsions."""

    takes_emulsion = True

    def __init__(self):
        super().__init__()
        self.told = []

    def predict(self, L, *, vividness=0.5, emulsion=None):
        self.told.append(None if emulsion is None else tuple(emulsion[0].tolist()))
        return super().predict(L, vividness=vividness)


def pictures(count=2, size=(48, 64)):
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for _ in range(count)]


@pytest.mark.parametrize(("kind", "code"), CHANGED.items())
def test_a_print_changes_gray_codes(kind, code):
    gray = np.full((8, 8, 3), 127.5 / 255)
    wanted = rgb2lab(np.full((1, 1, 3), code))[0, 0, 0]
    found = prints.as_print(np.rint(gray * 255).astype(np.uint8), prints.PRINTS[kind])
    assert found == pytest.approx(np.full((8, 8), wanted), abs=0.5)


@pytest.mark.parametrize(
    ("kind", "dark"), [("orthochromatic", (255, 0, 0)), ("blue-sensitive", (255, 60, 0))]
)
def test_an_emulsion_sees_reds_as_dark(kind, dark):
    picture = np.full((4, 4, 3), dark, np.uint8)
    assert prints.seen_by(picture, prints.EMULSIONS[kind]).max() < 25 < rgb2lab(picture)[0, 0, 0]
    white = np.full((4, 4, 3), 255, np.uint8)
    assert prints.seen_by(white, prints.EMULSIONS[kind]) == pytest.approx(np.full((4, 4), 100.0))


def test_likeness_is_that_of_directions():
    ab = np.random.default_rng(0).normal(size=(2, 6, 6))
    assert prints.likeness(ab, 3 * ab) == pytest.approx(1)
    assert prints.likeness(ab, -ab) == pytest.approx(-1)
    assert prints.likeness(ab, np.stack([-ab[1], ab[0]])) == pytest.approx(0, abs=1e-9)


def test_a_plate_is_told_with_its_emulsion_and_a_model_that_takes_none_is_not():
    model = Listening().eval()
    prints.plate_scores(model, pictures(1))
    assert [told is None for told in model.told] == [True, False] * 3
    pan, ortho, blue = model.told[1::2]
    assert pan == pytest.approx((0.2126, 0.7152, 0.0722), abs=1e-3)  # luma of BT.709
    assert blue[2] > ortho[2] > pan[2]
    found = prints.plate_scores(tiny_model(), pictures(1))
    assert all(alone == told for alone, told in found.values())


def test_a_linear_fading_that_is_undone_costs_nothing_and_every_kind_has_its_rows():
    found = prints.measure(tiny_model(), pictures(), pictures(1))
    kinds = [*prints.PRINTS, *prints.EMULSIONS]
    assert [name for name in found if name.endswith("above gray")] == [
        f"{kind}: rebalanced AuC above gray" for kind in kinds
    ]
    assert {f"{name}: correlation, emulsion told" for name in prints.PLATES} <= set(found)
    # The tones of noise are even: what is dark is seen as what is fresh, but for rounding.
    assert found["dark: correlation by the fresh one's"] == pytest.approx(1, abs=0.1)


def test_the_command_prints_them(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(entrants, "load_model", lambda name, file: tiny_model())
    for folder in ("photos", "plates"):
        (tmp_path / folder).mkdir()
        for number, rgb in enumerate(pictures()):
            Image.fromarray(rgb).save(tmp_path / folder / f"drawn-{number}.png")
    arguments = ["autochrome", "--data", str(tmp_path / "photos"), "--no-judge", "--json"]
    more = ["--prints", "--plates", str(tmp_path / "plates")]
    monkeypatch.setattr(sys, "argv", ["evaluate", *arguments, *more])
    evaluation.main()
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])["prints"]["autochrome"]
    assert {"murky: correlation by the fresh one's", "B plate: correlation"} <= set(rows)
    monkeypatch.setattr(sys, "argv", ["evaluate", *arguments, *more[1:]])
    with pytest.raises(SystemExit):
        evaluation.main()
    assert "--prints" in capsys.readouterr().err

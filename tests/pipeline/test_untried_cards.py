"""Apple's and Intel's cards, by a fake: the way there and back, and what is said of them."""

import json

import av
import numpy as np
import pytest
import torch
from PIL import Image

from colorizer import colorize
from colorizer.commands.cli import main
from colorizer.engine import doctor
from colorizer.stages.device import present_devices
from tests import draw_photo
from tests.draw_film import draw_film
from tests.fake_card import OnCard
from tests.fake_card import card as card
from tests.tiny_weights import write_tiny_weights


@pytest.fixture
def weights(tmp_path):
    return write_tiny_weights(tmp_path / "tiny.safetensors")


def test_a_photo_is_colorized_on_it_as_on_the_processor(card, weights, tmp_path):
    Image.fromarray(draw_photo.gray()).save(tmp_path / "scan.png")
    results = []
    for device in (card, "cpu"):
        out = tmp_path / f"{device}.png"
        colorize(tmp_path / "scan.png", out, size=64, weights=weights, device=device)
        results.append(np.asarray(Image.open(out)))
    np.testing.assert_array_equal(*results)
    told = json.loads((tmp_path / f"{card}.png.colorize.json").read_text())
    assert card in json.dumps(told["device"])


@pytest.mark.slow
def test_a_film_is_colorized_on_it_as_on_the_processor(card, weights, tmp_path):
    draw_film(tmp_path / "film.mkv", frames=12)
    results = []
    for device in (card, "cpu"):
        out = tmp_path / f"{device}.mkv"
        settings = {"codec": "ffv1", "weights": weights, "size": 64, "device": device}
        colorize(tmp_path / "film.mkv", out, **settings)
        with av.open(out) as opened:
            results.append([frame.to_ndarray(format="yuv444p") for frame in opened.decode(video=0)])
    on_card, on_cpu = (np.stack(one).astype(int) for one in results)
    assert on_card.shape[0] == 12
    assert abs(on_card - on_cpu).max() <= 1  # batches of another size


def test_a_full_card_is_left_for_the_processor_and_that_is_said(
    card, weights, tmp_path, monkeypatch
):
    Image.fromarray(draw_photo.gray()).save(tmp_path / "scan.png")
    plain = torch.nn.functional.conv2d

    def full(input: torch.Tensor, *args, **options):
        if isinstance(input, OnCard):
            raise RuntimeError(f"{card.upper()} backend out of memory (allocated: 18.13 GB)")  # noqa: TRY004
        return plain(input, *args, **options)

    monkeypatch.setattr(torch.nn.functional, "conv2d", full)
    colorize(tmp_path / "scan.png", tmp_path / "out.png", size=64, weights=weights, device=card)
    told = json.loads((tmp_path / "out.png.colorize.json").read_text())
    assert any("CPU" in warning for warning in told["warnings"])


def test_doctor_and_window_name_it_as_untried_and_auto_does_not_take_it(card):
    name = "mps" if card == "mps" else "xpu:0"
    assert "untried" in dict(present_devices())[name]
    found = {finding.name: finding.found for finding in doctor.examine()}
    assert "untried" in found[f"--device {name}"]
    assert card not in found["device"]


def test_help_says_that_it_is_untried(capsys):
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    assert "mps (Apple, untried), xpu (Intel, untried)" in " ".join(capsys.readouterr().out.split())

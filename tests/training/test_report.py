import base64
import re

import numpy as np
import pytest

from colorizer.errors import MediaError
from training.recipes import RECIPES
from training.report import write_report
from training.run_folder import RunFolder, describe


@pytest.fixture
def run(tmp_path):
    import torch

    folder = RunFolder(tmp_path / "my <run>")
    folder.note(**describe(RECIPES["resnet18"], torch.device("cpu"), 1), status="finished")
    folder.note(data="abc123", training_photos=10, validation_photos=2, step=20, minutes=1.0)
    for epoch in range(30):
        folder.add_row("log.csv", {"step": epoch, "epoch": epoch, "loss": 1 / (epoch + 1)})
        folder.add_row("validation.csv", {"step": epoch, "epoch": epoch, "loss": 0.5, "psnr": 21.5})
    for name in ("gray", "0.00", "0.25", "0.50", "0.75", "1.00", "true"):
        folder.write_strip(name, np.zeros((8, 24, 3), np.uint8))
    folder.note(strips={"0.00": 0, "0.25": 25.0, "0.50": 50.0, "0.75": 75.0, "1.00": 100.0})
    return folder.folder


@pytest.mark.slow
def test_the_page_holds_everything_itself(run):
    page = write_report(run, [run]).read_text()
    assert "<svg" in page
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    assert len(pictures) == 7
    assert base64.b64decode(pictures[0]).startswith(b"\x89PNG")
    for fact in ("abc123", "psnr", "decoder_rate", "torch", "21.5", "epoch 25", "epoch 100"):
        assert fact in page, fact
    assert "my <run>" not in page  # escaped


@pytest.mark.slow
def test_several_runs_share_one_plot_and_a_table(run, tmp_path):
    page = write_report(tmp_path, [run, run]).read_text()
    assert page.count("<svg") == 1
    assert page.count("<h2") == 2


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(MediaError, match=r"no run\.json"):
        write_report(tmp_path, [tmp_path])

"""A weights file of a tiny, untrained Autochrome: for tests through the real worker process."""

from pathlib import Path

import torch

from colorizer.models import create_model
from training.export import export


def write_tiny_weights(file: Path) -> Path:
    torch.manual_seed(3)
    model = create_model("autochrome", widths=(16, 16, 16, 16), queries=4, query_width=16, fine=8)
    export(model, file, {})
    return file

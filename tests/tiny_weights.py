"""A weights file of a tiny, untrained Autochrome: for tests through the real worker process."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from colorizer.models import create_model
from training.export import export


@cache
def _made() -> bytes:
    torch.manual_seed(3)
    model = create_model("autochrome", widths=(16, 16, 16, 16), queries=4, query_width=16, fine=8)
    with TemporaryDirectory() as folder:
        export(model, Path(folder) / "tiny.safetensors", {})
        return (Path(folder) / "tiny.safetensors").read_bytes()


def write_tiny_weights(file: Path) -> Path:
    file.write_bytes(_made())
    return file

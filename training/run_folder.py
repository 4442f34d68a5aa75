"""The folder of one run: what lies where, and `run.json`, which says what the run was."""

from __future__ import annotations

import csv
import json
import platform
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

import colorizer
from training.recipes import Recipe

RUNNING, FINISHED, STOPPED, DIVERGED = "running", "finished", "stopped early", "diverged"


@dataclass
class RunFolder:
    """Paths of a run and what is known about it.

    Only the process that leads writes.
    """

    folder: Path
    writes: bool = True
    about: dict[str, Any] = field(default_factory=dict)
    """Content of run.json."""

    def __post_init__(self) -> None:
        if self.writes:
            (self.folder / "strips").mkdir(parents=True, exist_ok=True)
        if (self.folder / "run.json").is_file():
            self.about = json.loads((self.folder / "run.json").read_text())

    @property
    def checkpoint(self) -> Path:
        """File to continue from."""
        return self.folder / "checkpoint.pt"

    @property
    def status(self) -> str:
        """How the run stands; empty before it began."""
        return self.about.get("status", "")

    def weights(self, model: str) -> Path:
        """Return the file of released weights."""
        return self.folder / f"{model}.safetensors"

    def note(self, **facts: Any) -> None:
        """Add facts to run.json."""
        self.about |= facts
        if self.writes:
            part = self.folder / "run.json.part"
            part.write_text(json.dumps(self.about, indent=1))
            part.replace(self.folder / "run.json")

    def write_rows(self, name: str, rows: list[dict[str, float]]) -> None:
        """Write a table again."""
        if self.writes and rows:
            with (self.folder / name).open("w", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)

    def add_row(self, name: str, row: dict[str, float]) -> None:
        """Add a row to a table."""
        if not (self.folder / name).exists():
            self.write_rows(name, [row])
        elif self.writes:
            with (self.folder / name).open("a", newline="") as file:
                csv.writer(file).writerow(row.values())

    def restart_tables(self, log: list[dict[str, float]], scores: list[dict[str, float]]) -> None:
        """Take back what was written after the checkpoint that the run continues from."""
        for name, rows in (("log.csv", log), ("validation.csv", scores)):
            if self.writes:
                (self.folder / name).unlink(missing_ok=True)
            self.write_rows(name, rows)

    def write_strip(self, name: str, pixels: np.ndarray) -> None:
        """Write a strip of pictures, (h, w, 3) uint8."""
        if self.writes:
            Image.fromarray(pixels).save(self.folder / "strips" / f"{name}.png")


def describe(recipe: Recipe, device: torch.device, world: int) -> dict[str, Any]:
    """Return what a run's description says about recipe and machine."""
    name = platform.processor() or platform.machine()
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    return {
        "recipe": asdict(recipe),
        "environment": {
            "colorizer": colorizer.__version__,
            "python": sys.version.split()[0],
            "torch": torch.__version__,
            "platform": platform.platform(),
            "device": f"{device.type}: {name}",
            "processes": world,
            "threads": torch.get_num_threads(),
        },
    }

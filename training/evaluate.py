"""Judge a model: `python -m training.evaluate FOLDER...` colorizes photos and compares.

Every photo is made gray (its own L*, 8 bit), goes through the program as a user's file would, and
is compared at its own size with the original; the gray photo is judged beside it.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from colorizer import colorize
from colorizer.color import L_to_gray
from training import metrics
from training.report import contact_sheet

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True)
class PhotoScore:
    """One photo's result and, where the name says so, its gray version."""

    chroma_ratio: float
    """Mean chroma of the result over the original's."""
    psnr_gain: float
    """PSNR of the result minus that of the gray photo, dB."""
    colorfulness: float
    colorfulness_original: float
    L_error: float
    """Mean |dL*| between the result and the gray photo it was made from."""


def gray_of(rgb: np.ndarray) -> np.ndarray:
    """Return the gray photo with the same L*, (H, W) uint8."""
    return np.round(L_to_gray(metrics.lab_of(rgb)[0]) * 255).astype(np.uint8)


def score(result: np.ndarray, gray: np.ndarray, original: np.ndarray) -> PhotoScore:
    """Compare one result, (H, W, 3) uint8, with its gray input and the original."""
    neutral = np.repeat(gray[..., None], 3, axis=2)
    lab, lab_original = metrics.lab_of(result), metrics.lab_of(original)
    return PhotoScore(
        chroma_ratio=metrics.mean_chroma(lab) / max(metrics.mean_chroma(lab_original), 1e-3),
        psnr_gain=metrics.psnr(result, original) - metrics.psnr(neutral, original),
        colorfulness=metrics.colorfulness(result),
        colorfulness_original=metrics.colorfulness(original),
        L_error=float(np.abs(lab[0] - metrics.lab_of(neutral)[0]).mean()),
    )


def summary(scores: list[PhotoScore], result: np.ndarray, gray: np.ndarray) -> dict[str, float]:
    """Return the table's rows.

    Args:
        scores: one a photo.
        result: summed `metrics.distance_counts` of the results.
        gray: the same of the gray photos.
    """
    columns = {name: np.array([asdict(s)[name] for s in scores]) for name in asdict(scores[0])}
    made, true = columns["colorfulness"], columns["colorfulness_original"]
    auc, auc_rebalanced = (metrics.area_under_curve(result, r) for r in (False, True))
    return {
        "photos": len(scores),
        "median chroma of the original's": float(np.median(columns["chroma_ratio"])),
        "median PSNR above gray, dB": float(np.median(columns["psnr_gain"])),
        "mean PSNR above gray, dB": float(np.mean(columns["psnr_gain"])),
        "AuC": auc,
        "AuC above gray's": auc - metrics.area_under_curve(gray, False),
        "rebalanced AuC": auc_rebalanced,
        "rebalanced AuC above gray's": auc_rebalanced - metrics.area_under_curve(gray, True),
        "mean colorfulness": float(made.mean()),
        "mean colorfulness of the originals": float(true.mean()),
        "mean per-photo colorfulness difference": float(np.abs(made - true).mean()),
        "mean |dL*|": float(columns["L_error"].mean()),
    }


def evaluate(files: list[Path], sheet: Path | None = None, **settings: Any) -> dict[str, float]:
    """Colorize and judge photos.

    Args:
        files: colour photos.
        sheet: where to save a contact sheet of the first 48, gray | result | original.
        settings: fields of `colorizer.Settings`.
    """
    scores, rows = [], []
    total, total_gray = 0, 0
    for file in tqdm(files, unit="photo"):
        original = np.asarray(Image.open(file).convert("RGB"))
        gray = gray_of(original)
        result = colorize(gray, **settings)
        neutral = np.repeat(gray[..., None], 3, axis=2)
        lab = metrics.lab_of(original)
        total = total + metrics.distance_counts(metrics.lab_of(result), lab)
        total_gray = total_gray + metrics.distance_counts(metrics.lab_of(neutral), lab)
        scores.append(score(result, gray, original))
        if len(rows) < 48:
            rows.append([neutral, result, original])
    if sheet is not None:
        contact_sheet(rows).save(sheet)
    return summary(scores, np.asarray(total), np.asarray(total_gray))


def main() -> None:
    """Read the command line, judge, print a table."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="folders of colour photos")
    parser.add_argument("--model", default="autochrome")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--vividness", type=float)
    parser.add_argument("--limit", type=int, help="judge only so many photos, evenly spread")
    parser.add_argument("--sheet", type=Path, help="save a contact sheet, PNG")
    parser.add_argument("--json", action="store_true")
    values = vars(parser.parse_args())
    folders, limit, sheet = values.pop("folders"), values.pop("limit"), values.pop("sheet")
    as_json = values.pop("json")
    files = [f for folder in folders for f in sorted(folder.iterdir())]
    files = [f for f in files if f.suffix.lower() in SUFFIXES]
    if not files:
        parser.error(f"{', '.join(map(str, folders))} holds no photos")
    if limit is not None:
        files = files[:: max(1, len(files) // limit)][:limit]
    table = evaluate(files, sheet, **{k: v for k, v in values.items() if v is not None})
    if as_json:
        print(json.dumps(table))
    else:
        print("\n".join(f"{name:45s} {value:9.3f}" for name, value in table.items()))


if __name__ == "__main__":
    main()

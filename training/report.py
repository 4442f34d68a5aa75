"""Results for people to look at: sheets of pictures, and the page that tells of a run.

`python -m training.report FOLDER RUN...` writes FOLDER/report.html about one run or several;
training does so by itself when it ends. The page is one file with everything in it.
"""

from __future__ import annotations

import argparse
import base64
import csv
import html
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from colorizer.errors import MediaError

_STYLE = """body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em}
table{border-collapse:collapse;margin:1em 0}td,th{padding:.15em .7em;text-align:right;
border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}
img,svg{max-width:100%;height:auto}
.strip{display:flex;align-items:center;gap:.7em;margin:2px 0}.strip span{width:7em;flex:none}
.bad{color:#b00}"""


def contact_sheet(
    rows: list[list[np.ndarray]],
    height: int = 160,
    columns: int = 3,
    gap: int = 4,
    titles: Sequence[str] = (),
) -> Image.Image:
    """Lay pictures out: the pictures of one row stay together, `columns` rows stand side by side.

    Args:
        rows: pictures (H, W, 3) uint8 of any size, alike in number in every row.
        height: of every picture, pixels.
        columns: groups side by side.
        gap: pixels between pictures.
        titles: of the pictures of a row, written into their upper left corner.
    """
    strips = []
    for row in rows:
        pictures = [Image.fromarray(p) for p in row]
        pictures = [p.resize((max(1, p.width * height // p.height), height)) for p in pictures]
        for picture, title in zip(pictures, titles, strict=False):
            pen = ImageDraw.Draw(picture)
            pen.rectangle(pen.textbbox((3, 1), title), fill="black")
            pen.text((3, 1), title, fill="white")
        strip = Image.new("RGB", (sum(p.width + gap for p in pictures), height + gap), "white")
        left = 0
        for picture in pictures:
            strip.paste(picture, (left, 0))
            left += picture.width + gap
        strips.append(strip)
    width = max(s.width for s in strips)
    lines = -(-len(strips) // columns)
    sheet = Image.new("RGB", (width * columns, (height + gap) * lines), "white")
    for number, strip in enumerate(strips):
        sheet.paste(strip, (number % columns * width, number // columns * (height + gap)))
    return sheet


@dataclass(frozen=True)
class _Run:
    """What a run folder holds."""

    folder: Path
    about: dict[str, Any]
    log: list[dict[str, float]]
    scores: list[dict[str, float]]

    @property
    def name(self) -> str:
        return self.folder.name


def _read_run(folder: Path) -> _Run:
    if not (folder / "run.json").is_file():
        raise MediaError(folder, "no run.json; name a folder that training.train wrote")
    about = json.loads((folder / "run.json").read_text())
    return _Run(folder, about, _rows(folder / "log.csv"), _rows(folder / "validation.csv"))


def _rows(file: Path) -> list[dict[str, float]]:
    if not file.is_file():
        return []
    with file.open(newline="") as opened:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(opened)]


def write_report(folder: Path, runs: list[Path]) -> Path:
    """Write one self-contained page about runs: curves, pictures, scores, recipes, environment.

    Args:
        folder: gets report.html and the plot alone, loss.svg.
        runs: run folders, in the order to show.

    Raises:
        MediaError: one of them is not a run folder.
    """
    found = [_read_run(run) for run in runs]
    plot = _loss_plot(found)
    (folder / "loss.svg").write_text(plot)
    title = html.escape(f"{folder.name}: " + ", ".join(sorted({_model(r) for r in found})))
    parts = [f"<h1>{title}</h1>", plot[plot.index("<svg") :]]
    if len(found) > 1:
        parts.append(_comparison(found))
    for run in found:
        parts += _sections(run)
    page = f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>"
    target = folder / "report.html"
    part = target.with_suffix(".part")
    part.write_text(page + "\n".join(parts), encoding="utf-8")
    return part.replace(target)


def _model(run: _Run) -> str:
    return run.about["recipe"]["model"]


def _loss_plot(runs: list[_Run]) -> str:
    """Draw loss against epoch, training thin and validation thick, as SVG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.5), layout="tight")
    axes = figure.subplots()
    for number, run in enumerate(runs):
        colour = f"C{number}"
        for rows, width, label in ((run.log, 0.8, "training"), (run.scores, 2.0, "validation")):
            finite = [row for row in rows if np.isfinite(row["loss"])]
            name = f"{run.name}, {label}" if len(runs) > 1 else label
            axes.plot(
                [row["epoch"] for row in finite], [row["loss"] for row in finite], color=colour,
                linewidth=width, alpha=0.5 if label == "training" else 1.0, label=name,
                marker="." if label == "validation" else None,
            )  # fmt: skip
        if run.about["status"] == "diverged":
            last = run.log[-1]["epoch"] if run.log else 0.0
            axes.axvline(last, color=colour, linestyle=":", label=f"{run.name} diverged")
    losses = [r["loss"] for run in runs for r in run.log + run.scores if np.isfinite(r["loss"])]
    if losses:
        low, high = min(losses), float(np.percentile(losses, 95))  # the first steps may be far off
        if low > 0 and high > 20 * low:
            axes.set_yscale("log")
        axes.set_ylim(low - 0.05 * (high - low) if low <= 0 else 0.95 * low, 1.05 * high)
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()


def _comparison(runs: list[_Run]) -> str:
    """Return a table of the last scores of each run."""
    rows = []
    for run in runs:
        last = run.scores[-1] if run.scores else {}
        rows.append({"run": run.name, "status": _status(run), **_rounded(last)})
    return _table(rows)


def _status(run: _Run) -> str:
    about = run.about
    at = f" at step {about['diverged_at']}" if about["status"] == "diverged" else ""
    return about["status"] + at


def _sections(run: _Run) -> list[str]:
    about = run.about
    kind = " class=bad" if about["status"] == "diverged" else ""
    facts = {
        "status": _status(run), "steps": about.get("step", 0),
        "minutes": round(about.get("minutes", 0.0), 2), "encoder": about.get("encoder", ""),
        "training photos": about["training_photos"],
        "validation photos": about["validation_photos"], "data hash": about["data"],
        "seconds waited for pictures": about.get("waited", 0.0), **about["environment"],
    }  # fmt: skip
    return [
        f"<h2{kind}>{html.escape(run.name)}: {html.escape(_status(run))}</h2>",
        "<p>The same validation pictures at 0, 1/4, 1/2, 3/4 and the end of the run.</p>",
        *_strips(run),
        "<h3>Validation</h3>",
        _table([_rounded(row) for row in _few(run.scores)]),
        "<h3>Recipe</h3>",
        _table([{"field": k, "value": v} for k, v in about["recipe"].items()]),
        "<h3>Data and environment</h3>",
        _table([{"": k, "value": v} for k, v in facts.items()]),
    ]


def _strips(run: _Run) -> list[str]:
    files = sorted((run.folder / "strips").glob("[01].*.png"))
    named = [("gray", run.folder / "strips" / "gray.png")]
    epochs = run.about.get("strips", {})
    named += [(f"epoch {epochs.get(file.stem, 0.0):.4g}", file) for file in files]
    named.append(("original", run.folder / "strips" / "true.png"))
    return [
        f'<div class=strip><span>{html.escape(name)}</span><img alt="" src="{_inline(file)}"></div>'
        for name, file in named
        if file.is_file()
    ]


def _inline(file: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(file.read_bytes()).decode()


def _few(rows: list[dict[str, float]], count: int = 12) -> list[dict[str, float]]:
    """Return the first, the last and evenly spread rows between."""
    if len(rows) <= count:
        return rows
    return [rows[round(n * (len(rows) - 1) / (count - 1))] for n in range(count)]


def _rounded(row: dict[str, float]) -> dict[str, str]:
    return {name: f"{value:.4g}" for name, value in row.items()}


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p>none</p>"
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["".join(f"<th>{html.escape(str(name))}</th>" for name in names)]
    for row in rows:
        lines.append("".join(f"<td>{html.escape(str(row.get(name, '')))}</td>" for name in names))
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def main() -> None:
    """Write a report about the runs named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m training.report", description=__doc__)
    parser.add_argument("folder", type=Path, help="gets report.html")
    parser.add_argument("runs", type=Path, nargs="*", help="run folders; default: FOLDER itself")
    arguments = parser.parse_args()
    try:
        print(write_report(arguments.folder, arguments.runs or [arguments.folder]))
    except MediaError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()

"""Judge models: `python -m training.evaluate MODEL... --data FOLDER...` colorizes photos.

Every photo is shrunk to `--side`, made gray (its own L*, 8 bit), goes through the program as a
user's file would, and is compared with the original. The baselines gray, mean-colour and
random-colour are always rows. MODEL is a name, also of an imported one, or NAME=FILE for weights
of one's own.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from colorizer.errors import ColorizerError
from colorizer.models.base import ColourModel
from training import entrants, prints
from training.judge import NAME as JUDGE_NAME
from training.judge import Judge, confusions
from training.perceptual import load_lpips
from training.report import contact_sheet
from training.steadiness import measure
from training.tally import PLAIN, Protocol, Row, Tally, add, row
from training.usage import measured

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
SHEET_ROWS = 48


def photos_of(folders: Sequence[Path], limit: int | None = None) -> list[Path]:
    """Return the photos of folders, any nesting, in order; `limit` of them, evenly spread."""
    files = [f for folder in folders for f in sorted(folder.rglob("*"))]
    files = [f for f in files if f.suffix.lower() in SUFFIXES]
    return files if limit is None else files[:: max(1, len(files) // limit)][:limit]


def open_photo(file: Path, side: int | None) -> np.ndarray:
    """Return a photo with a short side of at most `side` pixels, (H, W, 3) uint8 sRGB."""
    photo = Image.open(file).convert("RGB")
    scale = 1.0 if side is None else min(1.0, side / min(photo.size))
    if scale < 1:
        size = (round(photo.width * scale), round(photo.height * scale))
        photo = photo.resize(size, Image.Resampling.BOX)
    return np.asarray(photo)


def labels_of(files: Sequence[Path]) -> tuple[list[int | None], dict[int, str]]:
    """Return each photo's ImageNet class, and the names of the classes.

    They come from the `labels.tsv` (file, class, name) next to the photos; None where it has none.
    """
    known: dict[Path, int] = {}
    names: dict[int, str] = {}
    for folder in {file.parent for file in files}:
        if (table := folder / "labels.tsv").is_file():
            with table.open(newline="", encoding="utf-8") as lines:
                for file, label, name, *_ in list(csv.reader(lines, delimiter="\t"))[1:]:
                    known[folder / file] = int(label)
                    names[int(label)] = name
    return [known.get(file) for file in files], names


def source_of(file: Path) -> str:
    """Return what a photo is grouped by: its name up to a closing number, else its folder."""
    stem, _, number = file.stem.rpartition("-")
    return stem if stem and number.isdigit() else file.parent.name


def judge_photos(
    originals: Sequence[np.ndarray],
    painters: Mapping[str, entrants.Paint],
    protocol: Protocol = PLAIN,
    sheet: Path | None = None,
) -> dict[str, Tally]:
    """Let every entrant colorize every photo, and score it.

    Args:
        originals: (H, W, 3) uint8 photos.
        painters: entrants by name, `gray` among them.
        protocol: what the measures depend on.
        sheet: where to save a contact sheet of the first photos: input, models, original.
    """
    tallies = {name: Tally() for name in painters}
    shown = [name for name in painters if name not in entrants.BASELINES]
    rows = []
    for number, original in enumerate(tqdm(originals, unit="photo")):
        gray, results = entrants.gray_of(original), {}
        for name, paint in painters.items():
            with measured() as cost:
                results[name] = paint(gray, number)
            add(tallies[name], results[name], gray, original, cost, protocol)
        if number < SHEET_ROWS:
            rows.append([results["gray"], *(results[name] for name in shown), original])
    if sheet is not None:
        titles = ["gray", *shown, "original"]
        contact_sheet(rows, columns=max(1, 6 // len(rows[0])), titles=titles).save(sheet)
    return tallies


def table_of(
    tallies: Mapping[str, Tally],
    seen: list[Any],
    labels: list[int | None],
    chosen: list[int] | None = None,
) -> dict[str, Row]:
    """Return one row an entrant; see `tally.row`."""
    everything = list(range(len(labels)))
    return {
        name: row(tally, tallies["gray"], seen, labels, everything if chosen is None else chosen)
        for name, tally in tallies.items()
    }


def as_text(table: Mapping[str, Row]) -> str:
    """Return the table for people: metrics down, entrants across."""
    width = max(14, *(len(name) + 2 for name in table))
    names = list(next(iter(table.values())))
    lines = [" " * 36 + "".join(f"{name:>{width}}" for name in table)]
    lines += [
        f"{name:36s}"
        + "".join(f"{values.get(name, float('nan')):{width}.3f}" for values in table.values())
        for name in names
    ]
    return "\n".join(lines)


def as_markdown(table: Mapping[str, Row]) -> str:
    """Return the table as `as_text` does, in Markdown."""
    lines = ["| | " + " | ".join(table) + " |", "|---|" + "---:|" * len(table)]
    for name in next(iter(table.values())):
        values = (row.get(name, float("nan")) for row in table.values())
        title = name.replace("|", "\\|")
        words = (f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}" for value in values)
        lines.append(f"| {title} | " + " | ".join(words) + " |")
    return "\n".join(lines)


def save_csv(table: Mapping[str, Row], file: Path) -> None:
    """Write the table with one line an entrant."""
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        names = list(next(iter(table.values())))
        writer.writerow(["entrant", *names])
        writer.writerows([name, *(values.get(n) for n in names)] for name, values in table.items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="NAME or NAME=FILE")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders of photos")
    parser.add_argument("--side", type=int, default=256, help="short side of the photos (256)")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--size", type=int, help="short side of what the network sees")
    parser.add_argument("--vividness", type=float)
    parser.add_argument("--limit", type=int, help="judge only so many photos, evenly spread")
    parser.add_argument("--by-source", action="store_true", help="a table for every source, too")
    parser.add_argument(
        "--threshold", type=float, default=10, metavar="DISTANCE",
        help="in ab, up to which a pixel counts as right (10)",
    )  # fmt: skip
    parser.add_argument("--no-judge", action="store_true", help="no classifier: no top-1, no FID")
    parser.add_argument(
        "--thorough", action="store_true", help="size consistency and hints, on 100 photos at most"
    )
    parser.add_argument(
        "--prints", action="store_true",
        help="faded, dark, pale, murky and hard prints and old emulsions of 100 photos at most",
    )  # fmt: skip
    parser.add_argument(
        "--plates", type=Path, metavar="FOLDER",
        help="with --prints: real three-colour pictures, whose plates are shown one by one",
    )  # fmt: skip
    parser.add_argument("--sheet", type=Path, help="save a contact sheet, such as sheet.png")
    parser.add_argument("--csv", type=Path, help="save the table")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--markdown", action="store_true", help="print tables in Markdown")
    return parser


def main() -> None:
    """Read the command line, judge, print."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.sheet and arguments.sheet.suffix.lower() not in Image.registered_extensions():
        parser.error(f"--sheet wants a name such as sheet.png, got {arguments.sheet}")
    if arguments.plates and not (arguments.prints and any(arguments.plates.glob("*.png"))):
        parser.error("--plates goes with --prints and names a folder of PNG files")
    files = photos_of(arguments.data, arguments.limit)
    if not files:
        parser.error(f"{', '.join(map(str, arguments.data))} holds no photos")
    settings = {name: getattr(arguments, name) for name in ("device", "size", "vividness")}
    settings = {name: value for name, value in settings.items() if value is not None}
    originals = [open_photo(file, arguments.side) for file in files]
    painters = entrants.baselines(originals)
    try:
        networks = {name: entrants.load_entrant(name) for name in arguments.models}
    except (ValueError, ColorizerError) as error:
        parser.error(str(error))
    painters |= {n: entrants.paint_with(one, **settings) for n, one in networks.items()}
    judge = None if arguments.no_judge else Judge()
    protocol = Protocol(judge, load_lpips(), arguments.threshold)
    if protocol.lpips is None:
        print("LPIPS is left out: it wants torchmetrics and AlexNet's weights", file=sys.stderr)
    tallies = judge_photos(originals, painters, protocol, arguments.sheet)
    seen = [judge.look(original) for original in originals] if judge else []
    _report(arguments, files, tallies, seen)
    if arguments.thorough:
        thorough = {n: measure(one, painters[n], originals) for n, one in networks.items()}
        print(json.dumps(thorough) if arguments.json else _writer(arguments)(thorough))
    if arguments.prints:
        _report_prints(arguments, networks, originals)


def _report_prints(
    arguments: argparse.Namespace,
    networks: Mapping[str, ColourModel],
    originals: Sequence[np.ndarray],
) -> None:
    def opened(file: Path) -> np.ndarray:
        return open_photo(file, arguments.side)

    plates = prints.plates_of(arguments.plates, opened) if arguments.plates else []
    rows = {name: prints.measure(one, originals, plates) for name, one in networks.items()}
    if arguments.json:
        print(json.dumps({"prints": rows}))
        return
    print("\nprints and emulsions, shown as a run shows them")
    print(_writer(arguments)(rows))


def _writer(arguments: argparse.Namespace) -> Callable[[Mapping[str, Row]], str]:
    return as_markdown if arguments.markdown else as_text


def _report(
    arguments: argparse.Namespace, files: list[Path], tallies: dict[str, Tally], seen: list[Any]
) -> None:
    labels, classes = labels_of(files)
    tables = {"all": table_of(tallies, seen, labels)}
    if arguments.by_source:
        sources = [source_of(file) for file in files]
        for source in sorted(set(sources)):
            chosen = [n for n, one in enumerate(sources) if one == source]
            tables[source] = table_of(tallies, seen, labels, chosen)
    if arguments.csv:
        save_csv(tables["all"], arguments.csv)
    confused = _confusions(arguments.models, tallies, labels, classes) if seen else {}
    if arguments.json:
        print(json.dumps({"tables": tables, "confusions": confused, "judge": JUDGE_NAME}))
        return
    for name, table in tables.items():
        print(f"\n{name}" + (f" (judge and FID features: {JUDGE_NAME})" if seen else ""))
        print(_writer(arguments)(table))
    for model, lists in confused.items():
        for title, pairs in lists.items():
            print(f"\n{model}, {title}: {'; '.join(f'{a} -> {b} {n:+d}' for a, b, n in pairs)}")


def _confusions(
    models: list[str],
    tallies: dict[str, Tally],
    labels: list[int | None],
    classes: Mapping[int, str],
) -> dict[str, dict[str, list[tuple[str, str, int]]]]:
    """Return `judge.confusions` of every model, classes by name where the photos tell it."""
    known = [(n, label) for n, label in enumerate(labels) if label is not None]
    if not known:
        return {}
    numbers, true = [n for n, _ in known], [label for _, label in known]
    gray = [tallies["gray"].seen[n] for n in numbers]

    def name(label: int) -> str:
        return classes.get(label, f"class {label}")

    def named(pairs: list[tuple[int, int, int]]) -> list[tuple[str, str, int]]:
        return [(name(true), name(found), change) for true, found, change in pairs]

    return {
        model: {
            title: named(pairs)
            for title, pairs in confusions(
                [tallies[model].seen[n] for n in numbers], gray, true
            ).items()
        }
        for model in models
    }


if __name__ == "__main__":
    main()

"""The perceptual realism test: can people tell real colours from a model's?

`python -m training.study page MODEL... --data FOLDER -o PAGE.html` writes one page that works
offline: two alternatives, shown for a moment (Zhang et al. 2016: one second), practice
and vigilance pairs. Each participant saves a file. `python -m training.study rates FILE...` turns
the files into fooling rates.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from training import entrants
from training.evaluate import open_photo, photos_of

VIGILANCE = 0.1
"""Share of pairs whose fake has another photo's colours, which anyone attentive sees."""
PRACTICE = 5
ATTENTIVE = 0.8
"""A participant who finds fewer of the vigilance fakes is left out."""
_SIDE = 256
_TEMPLATE = Path(__file__).with_name("study_page.html")


@dataclass(frozen=True)
class Rate:
    """How often a model fooled people."""

    fooled: float
    """Share of pairs where the real picture was judged to be the fake; 0.5 is perfect colour."""
    low: float
    high: float
    """95 % interval."""
    trials: int
    participants: int


def build_page(
    originals: Mapping[str, np.ndarray],
    painters: Mapping[str, entrants.Paint],
    *,
    exposure: float = 1.0,
    seed: int = 0,
) -> str:
    """Return the page.

    Args:
        originals: photos by name, (H, W, 3) uint8; each is shown once a model, at most.
        painters: models by name.
        exposure: seconds a pair is shown.
        seed: of which photo is shown with which model and which pairs are for vigilance.
    """
    rng = np.random.default_rng(seed)
    names, photos = list(originals), list(originals.values())
    false_colour = entrants.baselines(photos)["random-colour"]
    pictures: list[str] = []
    pairs: list[dict[str, Any]] = []

    def stored(rgb: np.ndarray) -> int:
        pictures.append(_data_url(rgb))
        return len(pictures) - 1

    vigilance_photos = set(
        rng.permutation(len(photos))[: max(1, round(VIGILANCE * len(photos)))].tolist()
    )
    for number, original in enumerate(photos):
        gray, real = entrants.gray_of(original), stored(original)
        entry = {"photo": names[number], "real": real}
        if number in vigilance_photos:
            fake = stored(false_colour(gray, number))
            pairs.append(entry | {"model": "random-colour", "fake": fake, "vigilance": True})
            continue
        for model, paint in painters.items():
            fake = stored(paint(gray, number))
            pairs.append(entry | {"model": model, "fake": fake, "vigilance": False})
    study: dict[str, Any] = {"pairs": pairs, "exposure": exposure, "practice": PRACTICE}
    study["id"] = hashlib.sha256(json.dumps([study, pictures]).encode()).hexdigest()[:8]
    study["pictures"] = pictures
    # "</script>" in a file's name would end the script.
    text = json.dumps(study).replace("<", "\\u003c")
    return _TEMPLATE.read_text(encoding="utf-8").replace("__STUDY__", text)


def _data_url(rgb: np.ndarray) -> str:
    data = io.BytesIO()
    Image.fromarray(rgb).save(data, "JPEG", quality=92, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode()


def fooling_rates(
    records: Sequence[Mapping[str, Any]], *, draws: int = 2000, seed: int = 0
) -> tuple[dict[str, Rate], list[str]]:
    """Turn what participants saved into rates.

    Args:
        records: one per participant, as the page saves them.
        draws: of the bootstrap, which draws participants and then their trials.
        seed: of the bootstrap.

    Returns:
        A rate a model, and who was left out for failing vigilance pairs.
    """
    kept, left_out = [], []
    for record in records:
        checks = [trial["correct"] for trial in record["trials"] if trial["vigilance"]]
        attentive = not checks or np.mean(checks) >= ATTENTIVE
        (kept if attentive else left_out).append(record)
    answers: dict[str, list[np.ndarray]] = {}
    for record in kept:
        trials = [trial for trial in record["trials"] if not trial["vigilance"]]
        for model in {trial["model"] for trial in trials}:
            fooled = [not trial["correct"] for trial in trials if trial["model"] == model]
            answers.setdefault(model, []).append(np.array(fooled, float))
    rng = np.random.default_rng(seed)
    rates = {model: _rate(groups, draws, rng) for model, groups in sorted(answers.items())}
    return rates, [record["participant"] for record in left_out]


def _rate(groups: list[np.ndarray], draws: int, rng: np.random.Generator) -> Rate:
    means = []
    for _ in range(draws):
        drawn = [groups[n] for n in rng.integers(len(groups), size=len(groups))]
        means.append(np.concatenate([rng.choice(group, len(group)) for group in drawn]).mean())
    everything = np.concatenate(groups)
    low, high = np.percentile(means, [2.5, 97.5])
    return Rate(float(everything.mean()), float(low), float(high), len(everything), len(groups))


def read_record(file: Path) -> dict[str, Any]:
    """Read what a participant saved.

    Raises:
        ValueError: it is something else.
    """
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        if all({"model", "vigilance", "correct"} <= set(trial) for trial in record["trials"]):
            return {"participant": "", **record}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise ValueError(f"{file} holds no results of a study; give the files the page saved")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.study", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    page = commands.add_parser("page", help="write the page")
    page.add_argument("models", nargs="+", metavar="MODEL", help="NAME or NAME=FILE")
    page.add_argument("--data", type=Path, nargs="+", required=True, help="folders of photos")
    page.add_argument("-o", "--out", type=Path, required=True, help="page to write, HTML")
    page.add_argument("--photos", type=int, default=60, help="photos shown (60)")
    page.add_argument("--exposure", type=float, default=1.0, help="seconds a pair is shown (1)")
    rates = commands.add_parser("rates", help="turn saved results into fooling rates")
    rates.add_argument("files", nargs="+", type=Path)
    rates.add_argument("--json", action="store_true")
    return parser


def main() -> None:
    """Read the command line; write a page or print rates."""
    parser = _parser()
    arguments = parser.parse_args()
    try:
        if arguments.command == "page":
            _write_page(arguments)
        else:
            _print_rates(arguments)
    except ValueError as error:
        parser.error(str(error))


def _write_page(arguments: argparse.Namespace) -> None:
    files = photos_of(arguments.data, arguments.photos)
    if len(files) < 2:
        raise ValueError(f"{', '.join(map(str, arguments.data))} holds fewer than two photos")
    painters = {n: entrants.paint_with(entrants.load_entrant(n)) for n in arguments.models}
    originals = {str(file): open_photo(file, _SIDE) for file in files}
    page = build_page(originals, painters, exposure=arguments.exposure)
    part = arguments.out.with_name(arguments.out.name + ".part")
    part.write_text(page, encoding="utf-8")
    part.replace(arguments.out)
    print(arguments.out)


def _print_rates(arguments: argparse.Namespace) -> None:
    rates, left_out = fooling_rates([read_record(file) for file in arguments.files])
    if arguments.json:
        print(json.dumps({"rates": {m: vars(r) for m, r in rates.items()}, "left_out": left_out}))
        return
    for model, rate in rates.items():
        print(
            f"{model:24s} {100 * rate.fooled:5.1f} %  [{100 * rate.low:.1f}, {100 * rate.high:.1f}]"
            f"  {rate.trials} pairs, {rate.participants} people"
        )
    if left_out:
        print(f"left out, missed vigilance pairs: {', '.join(left_out)}", file=sys.stderr)


if __name__ == "__main__":
    main()

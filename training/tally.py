"""Scores of one entrant over a set of photos, and the rows they make in the table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from training import metrics
from training.entrants import neutral
from training.judge import Judge, Seen, fid
from training.perceptual import Distance

Row = dict[str, float]


@dataclass
class Tally:
    """Everything about one entrant that the table is made of."""

    scores: list[dict[str, float]] = field(default_factory=list)
    """One per photo."""
    counts: list[np.ndarray] = field(default_factory=list)
    """`metrics.distance_counts`, one per photo."""
    seen: list[Seen] = field(default_factory=list)
    """What the judge says, one per photo where there is a judge."""


@dataclass(frozen=True)
class Protocol:
    """What the measures depend on besides the pictures."""

    judge: Judge | None = None
    lpips: Distance | None = None
    threshold: float = 10
    """Distance in ab up to which a pixel counts as right, CIELAB units."""


PLAIN = Protocol()
"""What needs no further network."""


def score(
    result: np.ndarray, gray: np.ndarray, original: np.ndarray, protocol: Protocol = PLAIN
) -> dict[str, float]:
    """Compare one result, (H, W, 3) uint8, with its gray input and the original."""
    lab, lab_original = metrics.lab_of(result), metrics.lab_of(original)
    lab_gray = metrics.lab_of(neutral(gray))
    mse, distance = metrics.ab_error(lab, lab_original)
    psnr = metrics.psnr(result, original)
    right = metrics.pixels_within(lab, lab_original, protocol.threshold)
    found = {} if protocol.lpips is None else {"lpips": protocol.lpips(result, original)}
    return found | {
        "mse": mse,
        "L2": distance,
        "right": right,
        "right, count": right * lab[0].size,
        "larger channel": metrics.larger_channel_accuracy(lab, lab_original),
        "psnr": psnr,
        "psnr gain": psnr - metrics.psnr(neutral(gray), original),
        "ssim": metrics.ssim(result, original),
        "ciede2000": metrics.ciede2000(lab, lab_original),
        "chroma ratio": metrics.mean_chroma(lab) / max(metrics.mean_chroma(lab_original), 1e-3),
        "colorfulness": metrics.colorfulness(result),
        "colorfulness original": metrics.colorfulness(original),
        "bleeding ratio": metrics.bleeding(lab) / max(metrics.bleeding(lab_original), 1e-3),
        "dL": float(np.abs(lab[0] - lab_gray[0]).mean()),
    }


def add(
    tally: Tally,
    result: np.ndarray,
    gray: np.ndarray,
    original: np.ndarray,
    cost: dict[str, float],
    protocol: Protocol,
) -> None:
    """Score one result; `cost` is what `usage.measured` says of making it."""
    tally.scores.append(score(result, gray, original, protocol) | cost)
    tally.counts.append(metrics.distance_counts(metrics.lab_of(result), metrics.lab_of(original)))
    if protocol.judge is not None:
        tally.seen.append(protocol.judge.look(result))


def row(
    tally: Tally,
    gray: Tally,
    originals: list[Seen],
    labels: list[int | None],
    chosen: list[int],
) -> Row:
    """Return an entrant's row.

    Args:
        tally: the entrant's.
        gray: that of the baseline without colour.
        originals: what the judge says of the originals; empty without a judge.
        labels: ImageNet class of each photo, None where it has none.
        chosen: numbers of the photos that count.
    """
    columns = {name: np.array([tally.scores[n][name] for n in chosen]) for name in tally.scores[0]}
    made, true = columns["colorfulness"], columns["colorfulness original"]
    auc, auc_gray = (
        [
            metrics.area_under_curve(np.sum([t.counts[n] for n in chosen], axis=0), r)
            for r in (False, True)
        ]
        for t in (tally, gray)
    )
    values = {
        "photos": len(chosen),
        "MSE of (ab+128)/255": columns["mse"].mean(),
        "L2 distance per photo": columns["L2"].mean(),
        "pixels right in ab, share": columns["right"].mean(),
        "pixels right in ab, count a photo": columns["right, count"].mean(),
        "argmax accuracy (DeepColor)": columns["larger channel"].mean(),
        "PSNR, dB": columns["psnr"].mean(),
        "PSNR above gray, dB, mean": columns["psnr gain"].mean(),
        "PSNR above gray, dB, median": np.median(columns["psnr gain"]),
        "SSIM": columns["ssim"].mean(),
        "CIEDE2000": columns["ciede2000"].mean(),
        "AuC": auc[0],
        "AuC above gray": auc[0] - auc_gray[0],
        "rebalanced AuC": auc[1],
        "rebalanced AuC above gray": auc[1] - auc_gray[1],
        "chroma of the original's, median": np.median(columns["chroma ratio"]),
        "colorfulness": made.mean(),
        "set colorfulness difference": abs(made.mean() - true.mean()),
        "per-photo colorfulness difference": np.abs(made - true).mean(),
        "bleeding of the original's, median": np.median(columns["bleeding ratio"]),
        "mean |dL*|": columns["dL"].mean(),
        "seconds a photo": np.median(columns["seconds"]),
        "MiB while at work, most": columns["MiB"].max(),
    }
    if "lpips" in columns:
        values["LPIPS"] = columns["lpips"].mean()
    values |= _judged(tally, gray, originals, labels, chosen)
    return {name: float(value) for name, value in values.items()}


def _judged(
    tally: Tally, gray: Tally, originals: list[Seen], labels: list[int | None], chosen: list[int]
) -> Row:
    """Return the rows that need the judge."""
    if not tally.seen:
        return {}
    features = [np.stack([seen[n].features for n in chosen]) for seen in (tally.seen, originals)]
    values = {"FID": fid(features[0], features[1])}
    known = [(n, label) for n in chosen if (label := labels[n]) is not None]
    if not known:
        return values
    hits = {
        name: np.mean([seen[n].hits(label) for n, label in known], axis=0)
        for name, seen in (("made", tally.seen), ("gray", gray.seen), ("true", originals))
    }
    values |= {"top-1": hits["made"][0], "top-5": hits["made"][1]}
    way = hits["true"][0] - hits["gray"][0]
    if way > 0:
        values["top-1, share of gray to original"] = (hits["made"][0] - hits["gray"][0]) / way
    return values

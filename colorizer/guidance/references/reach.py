"""Which references reach which shots: as people ask for it by scenes, and as it is told them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from colorizer.notes import Note, note
from colorizer.places.still_name import read_still_name
from colorizer.stages.memory.anchors import Anchors, Trusts

_LEAST_TOLD = 0.005
"""Share of a shot from which it is told."""
_MOST_TOLD = 6
"""Shots that are told of a reference."""


def told_of(anchors: Anchors | None) -> list[Note]:
    """Say what share of the photos that were coloured each reference reached."""
    return [_told(Path(one["file"]), one["share"]) for one in reached_photos(anchors)]


def reached_photos(anchors: Anchors | None) -> list[dict[str, Any]]:
    """Return what share of the photos that were coloured each reference reached, as JSON values."""
    if anchors is None:
        return []
    count = max(anchors.count, 1)
    shares = (round(float(sum_ / count), 4) for sum_ in anchors.reached)
    return [
        {"file": str(file), "share": share, "shots": []}
        for file, share in zip(anchors.files, shares, strict=True)
    ]


def reached_shots(
    anchors: Anchors, reached: Mapping[int, np.ndarray], per_frame: int, firsts: Sequence[int]
) -> list[dict[str, Any]]:
    """Return what share of which shots each reference reached, as JSON values.

    Args:
        anchors: of the film.
        reached: see `ShotMemory.reached`.
        per_frame: fields of a frame that were coloured one by one.
        firsts: the first frames of all shots, in order.
    """
    whole = sum(one[0] for one in reached.values()) or 1
    told = []
    for number, file in enumerate(anchors.files):
        shots = [
            {
                "shot": bisect_right(firsts, index // per_frame),
                "first_frame": index // per_frame,
                "share": round(float(shares[1 + number]), 4),
            }
            for index, shares in sorted(reached.items())
            if shares[1 + number] > _LEAST_TOLD
        ]
        share = sum(one[0] * one[1 + number] for one in reached.values()) / whole
        told.append({"file": str(file), "share": round(float(share), 4), "shots": shots})
    return told


def told_of_references(reached: Sequence[Mapping[str, Any]]) -> list[Note]:
    """Say what `reached_shots` gave."""
    told = []
    for one in reached:
        file, share = Path(one["file"]), one["share"]
        most = sorted(one["shots"], key=lambda shot: -shot["share"])[:_MOST_TOLD]
        words = ", ".join(f"{shot['shot']} ({100 * shot['share']:.0f} %)" for shot in most)
        if words and (len(reached) > 1 or len(one["shots"]) > 1 or most[0]["shot"] > 1):
            more = len(one["shots"]) - len(most)
            words += f" + {more}" if more else ""
            value = round(100 * share, 1)
            told.append(note("reference.reached_shots", file=file.name, share=value, shots=words))
        else:
            told.append(_told(file, share))
    return told


def _told(file: Path, share: float) -> Note:
    value = round(100 * share, 1)
    if value:
        return note("reference.reached", file=file.name, share=value)
    return note("reference.reached_nothing", file=file.name)


def scene_trusts(
    files: Sequence[Path],
    scenes: Mapping[int, str],
    firsts: Sequence[int],
    begin: int,
    per_frame: int,
) -> Trusts:
    """Return how references count in shots, by the scenes that a person named.

    A reference whose name tells its frame belongs to that frame's shot: it counts in the shots of
    the same scene, in no other scene, and by what it shows in shots of no scene.

    Args:
        files: of the references.
        scenes: names of scenes by the first frames of their shots.
        firsts: the first frames of all shots.
        begin: number in the whole film of the frame that has the index 0 here.
        per_frame: see `reached_shots`.
    """
    ordered = sorted(firsts)

    def scene_at(frame: int) -> str:
        place = bisect_right(ordered, frame)
        return scenes.get(ordered[place - 1], "") if place else ""

    told = [read_still_name(file.name) for file in files]
    homes = ["" if one is None else scene_at(one[1] - begin) for one in told]

    def trusts(number: int, index: int) -> float:
        home, here = homes[number], scene_at(index // per_frame)
        if not home or not here:
            return 0.0
        return 1.0 if home == here else -1.0

    return trusts

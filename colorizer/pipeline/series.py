"""Photos of one series: things that several photos of a folder show have one colour in all.

Some photos of a folder, evenly spread over their names, are looked at once; what they show is
joined to the entries of a colour memory. In every photo of the folder, places that surely show the
same get the colours of these entries; all others keep their own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from weakref import WeakKeyDictionary

import torch
from natsort import natsort_keygen, ns

from colorizer.archive.records.provenance import SUFFIX
from colorizer.errors import ColorizerError
from colorizer.frame import Frame
from colorizer.jobs import Job, Kind
from colorizer.media import open_photo
from colorizer.media.probe import kind_of
from colorizer.models.base import ColourModel
from colorizer.settings import Settings
from colorizer.stages.emulsion import tell_emulsion
from colorizer.stages.gather import Gather
from colorizer.stages.levels import level_alone
from colorizer.stages.memory.entries import Entries, entries_of, points_of
from colorizer.stages.memory.glimpse import Glimpse
from colorizer.stages.memory.photos import series_gain
from colorizer.stages.paper import mark_paper
from colorizer.stages.predict import predict_chroma
from colorizer.stages.region.screens import hide_screens

MOST_PHOTOS = 48
"""Photos of a folder that are looked at."""
MOST_ENTRIES = 640
_MOST_KNOWN = 4
_natural = natsort_keygen(alg=ns.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Series:
    """What some photos of a folder show."""

    entries: Entries
    gain: float
    """See `series_gain`."""
    names: tuple[str, ...]
    """Of these photos."""


_KNOWN: WeakKeyDictionary[ColourModel, dict[tuple[object, ...], Series | None]] = (
    WeakKeyDictionary()
)
_FINDING = threading.Lock()


def series_of(job: Job, model: ColourModel, gather: Gather | None) -> Series | None:
    """Return the series that a photo belongs to; None where it has none to keep colours with.

    It is found once per run for each folder, while other photos of it wait.

    Args:
        job: the photo and its settings.
        model: the loaded model.
        gather: see `predict_chroma`.
    """
    settings, folder = job.settings, job.source.parent
    if settings.keep_colours != "folder":
        return None
    seen = (settings.faded, settings.paper, settings.screens)
    settled = (settings.size, settings.vividness, settings.emulsion, seen)
    with _FINDING:
        try:
            files = _sample(folder, folder.stat().st_mtime_ns)
            key = (settled, *((file, file.stat().st_mtime_ns) for file in files))
        except OSError:
            return None  # the photo itself tells what is wrong
        known = _KNOWN.setdefault(model, {})
        if key not in known:
            while len(known) >= _MOST_KNOWN:
                del known[next(iter(known))]
            known[key] = _found(files, settings, model, gather)
        return known[key]


def _found(
    files: Sequence[Path], settings: Settings, model: ColourModel, gather: Gather | None
) -> Series | None:
    found: list[tuple[str, Glimpse]] = []
    for file in files:
        try:
            found += [(file.name, one) for one in _looked_at(file, settings, model, gather)]
        except ColorizerError:
            continue  # it is told where it is colorized itself
    if len(found) < 2:
        return None
    with torch.inference_mode():
        glimpses = [one for _, one in found]
        entries = entries_of(points_of(glimpses), MOST_ENTRIES)
        gain = series_gain(entries, glimpses)
    return Series(entries, gain, tuple(name for name, _ in found))


@lru_cache(maxsize=8)
def _sample(folder: Path, _changed: int) -> tuple[Path, ...]:
    """Return photos of a folder, evenly spread over their names; results next to them are none.

    Args:
        folder: of scans.
        _changed: when, so that a large folder is listed again only then.
    """
    names = {file.name for file in folder.iterdir()}
    made = {name for name in names if name + SUFFIX in names}
    files = [folder / name for name in sorted(names - made, key=_natural) if name[0] != "."]
    files = [file for file in files if kind_of(file) is Kind.PHOTO and file.is_file()]
    return tuple(files[:: -(-len(files) // MOST_PHOTOS) or 1])


def _looked_at(
    file: Path, settings: Settings, model: ColourModel, gather: Gather | None
) -> Iterator[Glimpse]:
    """Yield what the network finds in the first picture of a photo."""
    with open_photo(file, settings, side=settings.size) as source:
        frames: Iterator[Frame] = islice(source.frames(1), 1)
        frames = hide_screens(frames, settings.screens, lambda _: None)
        frames = level_alone(mark_paper(frames, settings.paper, settings.coloured), settings.faded)
        frames = tell_emulsion(frames, lambda _: settings.emulsion, lambda _: None)
        amounts = (settings.vividness, 1.0)
        looked = predict_chroma(
            frames, model, amounts=lambda _: amounts, gather=gather, glimpses=True
        )
        for frame in looked:
            if frame.glimpse is not None:
                yield frame.glimpse

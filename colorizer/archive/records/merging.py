"""Make manifest and run log of a folder whole from the sidecars in it, and find what is wrong."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from colorizer.archive.records.ledger import Ledger
from colorizer.archive.records.manifest import NAME, read_manifest
from colorizer.archive.records.provenance import SUFFIX, find_source, read_sidecar
from colorizer.files.name_forms import on_disk
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.places.frame_pattern import there
from colorizer.settings import Settings


@dataclass(slots=True)
class Merged:
    """What a folder of results holds."""

    results: int = 0
    """Results with a sidecar."""
    lost: list[Path] = field(default_factory=list)
    """Results that a sidecar or the manifest knows and that do not exist."""
    duplicates: list[tuple[Path, ...]] = field(default_factory=list)
    """Results of one and the same source, by its SHA-256 and place."""
    unread: list[Path] = field(default_factory=list)
    """Sidecars that can't be read."""
    sources: set[Path] = field(default_factory=set)
    """What the results were made from."""

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, duplicate or unread."""
        return not (self.lost or self.duplicates or self.unread)


def merge(root: Path, *, log: bool = True, manifest: bool = True) -> Merged:
    """Record every result below a folder that its manifest or run logs lack; see `Ledger`.

    Args:
        root: the folder of the results.
        log: complete the run logs.
        manifest: complete the manifest.

    Raises:
        MediaError: its manifest can't be read.
        TargetError: a record can't be written.
    """
    merged = Merged()
    made_of: dict[tuple[str, str], list[Path]] = defaultdict(list)
    ledger = Ledger(root, log=log, manifest=manifest)
    try:
        for file in _sidecars(root):
            target = file.with_name(file.name.removesuffix(SUFFIX))
            sidecar = read_sidecar(file)
            if sidecar is None:
                merged.unread.append(file)
                continue
            kind, source = Kind(sidecar["kind"]), find_source(sidecar, file)
            merged.sources.add(source)
            if not there(target, film=kind is Kind.FILM):
                merged.lost.append(target)
                continue
            merged.results += 1
            made_of[sidecar["source"]["sha256"], str(source)].append(target)
            job = Job(source, target, kind, Settings())
            ledger.keep(Progress(job, JobState.SKIPPED), sidecar)
    finally:
        ledger.close()
    merged.duplicates = [tuple(sorted(targets)) for targets in made_of.values() if len(targets) > 1]
    listed, known = (on_disk(root / name) for name in read_manifest(root / NAME)), {*merged.lost}
    merged.lost += [path for path in listed if not path.exists() and path not in known]
    return merged


def _sidecars(root: Path) -> Iterator[Path]:
    """Yield the sidecars below a folder, those of work in progress not."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(n for n in folders if not n.startswith(".") or n in (".", ".."))
        yield from (Path(folder) / name for name in sorted(names) if name.endswith(SUFFIX))

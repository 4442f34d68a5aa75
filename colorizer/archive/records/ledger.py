"""What is written down about a run as a whole: run log, manifest, bag."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from colorizer.archive.records.bag import close_bag, open_bag
from colorizer.archive.records.manifest import Manifest, entry_name
from colorizer.archive.records.provenance import Sidecar, read_sidecar, sidecar_of
from colorizer.archive.records.run_log import RunLog
from colorizer.archive.records.sidecar_form import why_not_ours
from colorizer.files.checksum import file_hash
from colorizer.files.claims import clear_left
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.places.frame_pattern import files_of, is_frame_name, normal, there


class Ledger:
    """Takes every end of a job; `close` writes what has to wait for the last one.

    Args:
        root: folder of the results; of a bag its `data`.
        log: keep a run log in it.
        manifest: keep a manifest in it. A bag has its own.
        bag: the folder above it is a bag, made if it is empty.

    Raises:
        TargetError: the bag can't be made.
        ImportError: the library `bagit` is missing.
    """

    def __init__(self, root: Path, *, log: bool, manifest: bool, bag: bool = False) -> None:
        self._root = root
        self._log = RunLog(root) if log else None
        self._manifest = Manifest(root) if manifest and not bag else None
        self._bag = root.parent if bag else None
        self._made: set[str] = set()
        self._lock = threading.Lock()
        if self._bag:
            open_bag(self._bag)

    def take(self, progress: Progress) -> None:
        """Take in one step of a job; only its end is written down. Several threads may call it.

        Raises:
            TargetError: the run log can't be written.
        """
        if progress.state is JobState.RUNNING:
            return
        if progress.state is JobState.SKIPPED:
            clear_left([progress.job.target])
        with self._lock:
            if progress.results:  # of a film split in another process
                for target in progress.results:
                    job = replace(progress.job, target=target)
                    self._keep(Progress(job, JobState.SKIPPED))
                return
            if self._log:
                self._log.take(progress)
            if progress.state is JobState.DONE:
                self._add(progress)
            elif progress.state is JobState.SKIPPED and (self._log or self._manifest):
                self._keep(progress)

    def _add(self, progress: Progress) -> None:
        target = progress.job.target
        files = files_of(target) if progress.job.kind is Kind.FILM else [target]
        self._made |= {entry_name(p, self._root) for p in (*files, sidecar_of(target))}
        sidecar = sidecar_of(target)
        recorded = os.path.lexists(sidecar) and not why_not_ours(sidecar)
        if self._manifest and progress.sha256:
            for file in files:
                alone = file == target
                digest = progress.sha256 if alone else file_hash(file)
                self._manifest.add(file, digest, None if recorded else _source(progress))

    def _keep(self, progress: Progress) -> None:
        """Take in a result of an earlier run, which may have ended before it recorded it."""
        target = progress.job.target
        if there(target, film=progress.job.kind is Kind.FILM):
            self.keep(progress, read_sidecar(sidecar_of(target)))

    def keep(self, progress: Progress, sidecar: Sidecar | None) -> None:
        """Take in a result that exists, unless it is recorded already.

        Args:
            progress: of its job.
            sidecar: of the result, where it has one.

        Raises:
            TargetError: the run log can't be written.
        """
        target = progress.job.target
        if self._log and sidecar is not None:
            self._log.find(progress, sidecar)
        if self._manifest and is_frame_name(target):
            for file in files_of(target):
                self._manifest.keep(file)
        elif self._manifest and os.path.isfile(target):  # noqa: PTH113 - as fast as can be
            self._manifest.keep(target, sidecar["result"]["sha256"] if sidecar else "")

    def write_manifest(self) -> None:
        """Write the manifest as it is so far.

        Raises:
            MediaError: an existing one can't be read.
            TargetError: it can't be written.
        """
        with self._lock:
            if self._manifest:
                self._manifest.write()

    def close(self) -> None:
        """Write manifest and bag.

        Raises:
            MediaError: an existing manifest can't be read.
            TargetError: something can't be written, or a file of the bag was changed.
        """
        try:
            if self._log:
                self._log.close()
        finally:
            self.write_manifest()
            if self._bag:
                close_bag(self._bag, self._made, processes=os.cpu_count() or 1)


def _source(progress: Progress) -> tuple[Path, str] | None:
    """Return the source of a result that has no sidecar, and its hash."""
    source = progress.job.source
    if progress.content and progress.message:  # a copy
        return source, progress.sha256
    try:
        return source, file_hash(source)
    except OSError:  # it is gone by now
        return None


def ledger_of(
    out: Path, planned: Iterable[Job], *, log: bool = True, manifest: bool = True, bag: bool = False
) -> Ledger:
    """Open what is written down about a run; nothing where `out` is the name of one result.

    Args:
        out: as the person named it.
        planned: all jobs of the run.
        log: see `Ledger`, as the others.
        manifest: see there.
        bag: see there.

    Raises:
        TargetError, ImportError: see there.
    """
    # With --existing rename, OUT is the name of a result and there, but no job's target.
    names = (out, normal(out)) if is_frame_name(out) else (out,)
    folder = not out.is_file() and all(job.target not in names for job in planned)
    return Ledger(out, log=folder and log, manifest=folder and manifest, bag=bag)

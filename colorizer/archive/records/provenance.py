"""The sidecar of a result: what it was made of and how, enough to make it again.

The sidecar of `a_color.tif` is `a_color.tif.colorize.json`: the whole name of the result, so that
no two results of a folder share one. `colorizer.archive.planning.existing` decides by it what a
later run may leave out, `colorizer.archive.verify.check` whether all is still as it was.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from colorizer import __version__
from colorizer.archive.records.sidecar_form import NOTE, SCHEMA, read_form, why_not_ours
from colorizer.errors import MediaError, TargetError
from colorizer.files.checksum import file_hash
from colorizer.files.durable import write_whole
from colorizer.files.name_forms import on_disk
from colorizer.files.strangers import check_regular
from colorizer.jobs import Job
from colorizer.notes import note
from colorizer.places.frame_pattern import files_of, is_pattern

SUFFIX = ".colorize.json"
_LIBRARIES = ("torch", "numpy", "av", "opencv-python-headless", "pillow", "tifffile", "imagecodecs")

Sidecar = dict[str, Any]


def sidecar_of(target: Path) -> Path:
    """Return the name of a result's sidecar."""
    return on_disk(target.with_name(target.name + SUFFIX))


def pending_of(target: Path) -> Path:
    """Return the name a sidecar has until its result has its own."""
    return on_disk(target.with_name(f"{target.name}{SUFFIX}.part"))


def check_places(target: Path) -> None:
    """See that nothing of others lies where the sidecar of a result is to be written.

    Raises:
        TargetError: naming what lies there; it is not touched.
    """
    for file in (sidecar_of(target), pending_of(target)):
        if reason := why_not_ours(file):
            raise TargetError(file, note("target.move_away", why=reason))


def read_sidecar(file: Path) -> Sidecar | None:
    """Read a sidecar; None where none exists or it can't be used, which `sidecar_fault` tells."""
    values = read_form(file)
    return None if isinstance(values, str) else values


def find_source(sidecar: Sidecar, file: Path) -> Path:
    """Return where the source of a sidecar is: at its old place, or next to it as it was then.

    Args:
        sidecar: what `file` holds.
        file: the sidecar; a source that moved together with it is found by the way between them.
    """
    source = sidecar["source"]
    old = on_disk(Path(source["path"]))
    beside = source.get("from_here")
    if isinstance(beside, str) and not os.path.exists(old):  # noqa: PTH110 - takes any name
        moved = os.path.abspath(file.parent / beside)  # noqa: PTH100 - links are to stay as they are
        if os.path.exists(found := on_disk(Path(moved))):  # noqa: PTH110
            return found
    return old


def source_hash(source: Path, size: int) -> str:
    """Return the SHA-256 of a source that a sidecar names; empty where it has not that size.

    Raises:
        OSError: it can't be read, or is a folder, a device or a pipe.
    """
    if not is_pattern(source):
        check_regular(source)
    return file_hash(source) if State.of(source).size == size else ""


@dataclass(frozen=True, slots=True)
class State:
    """What tells cheaply that a file has not changed."""

    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> State:
        """Look at a file; of a folder at all its files, of a pattern at all frames.

        Raises:
            OSError: it does not exist.
        """
        if is_pattern(path):
            frames = [file.stat() for file in files_of(path)]
            return cls(sum(f.st_size for f in frames), max(f.st_mtime_ns for f in frames))
        facts = path.stat()
        if not path.is_dir():
            return cls(facts.st_size, facts.st_mtime_ns)
        files = [file.stat() for file in path.rglob("*") if file.is_file()]
        return cls(
            sum(file.st_size for file in files),
            max((file.st_mtime_ns for file in files), default=facts.st_mtime_ns),
        )


class Record:
    """Writes the sidecar of one result. A context manager around the sink.

    The sink calls `prepare` when the result is complete but has not its name: the sidecar lies
    on the disk before the result exists, and gets its name after it. Killed in between, the
    next run finds both and only gives the name.

    Attributes:
        sha256: of the result, after `prepare`.
    """

    def __init__(
        self, job: Job, *, model: Mapping[str, Any], device: Mapping[str, Any], write: bool = True
    ) -> None:
        """Begin to record; the source is looked at now.

        Args:
            job: what is being done.
            model: name, weights_sha256 and what else tells it, as JSON values.
            device: what the network runs on, as JSON values.
            write: False leaves no sidecar, and removes that of a result that was replaced.

        Raises:
            MediaError: the source can't be looked at.
            TargetError: a file of others lies where the sidecar is to be.
        """
        if write:
            check_places(job.target)
        self.sha256 = ""
        self._job = job
        self._model, self._device = dict(model), dict(device)
        self._write = write
        self._begun = _now()
        self._source = self._look()
        self._values: Sidecar = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Name the sidecar of a finished result; leave nothing of any other."""
        target = self._job.target
        try:
            if kind is not None or not self.sha256:
                _remove(pending_of(target))
            elif self._write:
                if why_not_ours(sidecar_of(target)):  # it came to be since the work began
                    _remove(pending_of(target))
                check_places(target)
                pending_of(target).replace(sidecar_of(target))
        except OSError as failure:
            raise TargetError(
                sidecar_of(target), note("file.cannot_write", why=failure)
            ) from failure

    def prepare(self, part: Path, facts: Mapping[str, Any], warnings: Iterable[str]) -> None:
        """Describe a complete result that is about to get its name.

        Args:
            part: the file.
            facts: what the sink measured, as JSON values.
            warnings: what could not be kept.

        Raises:
            MediaError: the source changed while it was read.
            TargetError: the sidecar can't be written.
        """
        job = self._job
        try:
            result = State.of(part)
            self.sha256 = file_hash(part)
        except OSError as error:
            raise TargetError(
                job.target, note("file.cannot_read_back", why=error.strerror)
            ) from error
        if not self._write:
            _remove(sidecar_of(job.target))
            return
        self._values = {
            "schema": SCHEMA,
            "note": NOTE,
            "program": program_facts(),
            "kind": str(job.kind),
            "source": self._source_facts(),
            "result": {
                "name": job.target.name,
                "sha256": self.sha256,
                "bytes": result.size,
                "changed_ns": result.changed_ns,
                **facts,
            },
            "model": self._model,
            "settings": job.settings.as_dict(),
            "device": self._device,
            "warnings": list(dict.fromkeys(warnings)),
            "begun": self._begun,
            "ended": _now(),
        }
        self._put(pending_of(job.target))

    def add(self, **sections: Any) -> None:
        """Add what is known only after the result has its name.

        Raises:
            TargetError: the sidecar can't be written.
        """
        if self._write:
            self._values |= sections
            self._put(sidecar_of(self._job.target))

    def _look(self) -> State:
        try:
            return State.of(self._job.source)
        except OSError as error:
            raise MediaError(
                self._job.source, note("file.cannot_read", why=error.strerror)
            ) from error

    def _source_facts(self) -> dict[str, Any]:
        source = Path(os.path.abspath(self._job.source))  # noqa: PTH100 - links stay
        try:
            found = file_hash(source)
        except OSError as error:
            raise MediaError(
                self._job.source, note("file.cannot_read", why=error.strerror)
            ) from error
        if self._look() != self._source:
            raise MediaError(self._job.source, note("source.changed_while_read"))
        facts = {
            "path": str(source),
            "sha256": found,
            "bytes": self._source.size,
            "changed_ns": self._source.changed_ns,
        }
        with suppress(ValueError):  # on another drive of Windows
            facts["from_here"] = os.path.relpath(source, self._job.target.parent)
        return facts

    def _put(self, file: Path) -> None:
        data = json.dumps(self._values, indent=1).encode() + b"\n"
        try:
            write_whole(file, data)
        except OSError as error:
            raise TargetError(
                sidecar_of(self._job.target), note("file.cannot_write", why=error)
            ) from error


@lru_cache(maxsize=1)
def program_facts() -> dict[str, str]:
    """Return the versions of this program and of what computes, reads and writes in it."""
    found = {"name": "Colorizer", "version": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return {**found, "system": f"{platform.system()} {platform.machine()}"}


def _remove(file: Path) -> None:
    """Remove a sidecar, and no file of others that has its name."""
    if not why_not_ours(file):
        file.unlink(missing_ok=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

"""The log of a run: PREMIS events as JSON lines, in the words of PREMIS 3.

First the agent, this program; then for every finished result an event `derivation`, or of a copy
`replication`, and one `message digest calculation`; for every failed source a `derivation` whose
outcome is a failure.
Skipped outputs are no events: nothing happened to them. But one that no log in its folder knows was
made by a run that ended before it could write: its events are written then, with the time at which
it was made.
"""

from __future__ import annotations

import errno
import json
import os
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from colorizer import __version__
from colorizer.archive.records.provenance import Sidecar
from colorizer.errors import TargetError
from colorizer.files.strangers import text_lines
from colorizer.jobs import JobState, Progress
from colorizer.notes import note

_AGENT = f"Colorizer {__version__}"
_DIGEST = "message digest calculation"
_LATE = "recorded by a later run: the one that made it ended before its event was written"


class RunLog:
    """Writes `colorize-run-<UTC>.jsonl`, from the first event on; nothing without one."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the results, which must exist by the first event."""
        self._folder = folder
        self._file: IO[str] | None = None
        self._known: dict[Path, set[tuple[str, str]]] = {}

    def take(self, progress: Progress) -> None:
        """Write the events of a job that has ended.

        Raises:
            TargetError: the log can't be written.
        """
        if progress.state not in (JobState.DONE, JobState.FAILED):
            return
        job = progress.job
        good = progress.state is JobState.DONE
        objects = [_linked(job.source, "source")] + [_linked(job.target, "outcome")] * good
        note = "; ".join(progress.warnings) if good else progress.message
        kind, detail = "derivation", f"colour added with model {job.settings.model}"
        if good and progress.content and progress.message:  # it needed no colour
            kind, detail = "replication", progress.message
        self._write(_event(kind, detail, good, note, objects))
        if progress.sha256:
            self._write(_digest(progress.sha256, objects[1:]))

    def find(self, progress: Progress, sidecar: Sidecar) -> None:
        """Write the events of a result of an earlier run, unless a log has them.

        Args:
            progress: of the result that was left as it is.
            sidecar: of the result.

        Raises:
            TargetError: the log can't be written.
        """
        job, sha256 = progress.job, sidecar["result"]["sha256"]
        if any((job.target.name, sha256) in self._known_in(f) for f in self._places(job.target)):
            return
        objects = [_linked(job.source, "source"), _linked(job.target, "outcome")]
        detail = f"colour added with model {sidecar['model'].get('name')}"
        when = sidecar.get("ended")
        self._write(_event("derivation", detail, True, _LATE, objects, when=when))
        self._write(_digest(sha256, objects[1:], when=when))
        self._known[self._folder].add((job.target.name, sha256))

    def _places(self, target: Path) -> list[Path]:
        """Return where a log may know a result: in the folder of this run and in its own."""
        return list(dict.fromkeys((self._folder, target.parent)))

    def _known_in(self, folder: Path) -> set[tuple[str, str]]:
        if folder not in self._known:
            self._known[folder] = recorded(folder)
        return self._known[folder]

    def close(self) -> None:
        """Close the log.

        Raises:
            TargetError: what was written last may be lost.
        """
        file, self._file = self._file, None
        try:
            if file is not None:
                file.close()
                if not os.path.lexists(file.name):
                    raise FileNotFoundError(errno.ENOENT, note("file.was_removed"), file.name)
        except OSError as error:
            raise TargetError(self._folder, note("log.cannot_write", why=error)) from error

    def _write(self, line: dict[str, Any]) -> None:
        try:
            if self._file is None:
                self._file = self._open()
                self._file.write(json.dumps(_agent()) + "\n")
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        except OSError as error:
            raise TargetError(self._folder, note("log.cannot_write", why=error)) from error

    def _open(self) -> IO[str]:
        """Create a log under a name that no other run has."""
        stem = f"colorize-run-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        number = 1
        while True:
            name = f"{stem}.jsonl" if number == 1 else f"{stem}-{number}.jsonl"
            try:
                return (self._folder / name).open("x", encoding="utf-8")
            except FileExistsError:
                number += 1


def recorded(folder: Path) -> set[tuple[str, str]]:
    """Return name and SHA-256 of the results that the logs of a folder know; bad lines are none."""
    known = set()
    for file in sorted(folder.glob("colorize-run-*.jsonl")):
        for line in text_lines(file):
            if _DIGEST in line and (found := _result_of(line)):
                known.add(found)
    return known


def _result_of(line: str) -> tuple[str, str] | None:
    try:
        event = json.loads(line)["event"]
        (result,) = event["linkingObjectIdentifier"]
        note = event["eventOutcomeInformation"]["eventOutcomeDetail"]["eventOutcomeDetailNote"]
        return Path(result["linkingObjectIdentifierValue"]).name, str(note)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _digest(sha256: str, objects: list[dict[str, str]], when: Any = None) -> dict[str, Any]:
    return _event(_DIGEST, "SHA-256 of the result", True, sha256, objects, when=when)


def _agent() -> dict[str, Any]:
    return {
        "agent": {
            "agentIdentifier": {
                "agentIdentifierType": "software",
                "agentIdentifierValue": _AGENT,
            },
            "agentName": "Colorizer",
            "agentType": "software",
            "agentVersion": __version__,
        }
    }


def _event(
    kind: str,
    detail: str,
    good: bool,
    note: str,
    objects: Iterable[dict[str, str]],
    *,
    when: Any = None,
) -> dict[str, Any]:
    outcome: dict[str, Any] = {"eventOutcome": "success" if good else "failure"}
    if note:
        outcome["eventOutcomeDetail"] = {"eventOutcomeDetailNote": note}
    return {
        "event": {
            "eventIdentifier": {
                "eventIdentifierType": "UUID",
                "eventIdentifierValue": str(uuid.uuid4()),
            },
            "eventType": kind,
            "eventDateTime": _time(when),
            "eventDetailInformation": {"eventDetail": detail},
            "eventOutcomeInformation": outcome,
            "linkingAgentIdentifier": {
                "linkingAgentIdentifierType": "software",
                "linkingAgentIdentifierValue": _AGENT,
                "linkingAgentRole": "executing program",
            },
            "linkingObjectIdentifier": list(objects),
        }
    }


def _time(when: Any) -> str:
    """Return a time as a sidecar tells it; now where it tells none."""
    try:
        return datetime.fromisoformat(when).isoformat(timespec="seconds")
    except (TypeError, ValueError):
        return datetime.now(UTC).isoformat(timespec="seconds")


def _linked(path: Path, role: str) -> dict[str, str]:
    return {
        "linkingObjectIdentifierType": "path",
        "linkingObjectIdentifierValue": os.path.abspath(path),  # noqa: PTH100 - links stay
        "linkingObjectRole": role,
    }

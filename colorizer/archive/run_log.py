"""The log of a run: PREMIS events as JSON lines, in the words of PREMIS 3.

First the agent, this program; then for every finished result an event `derivation`, or of a copy
`replication`, and one `message digest calculation`; for every failed source a `derivation` whose
outcome is a failure.
Skipped outputs are no events: nothing happened to them.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from colorizer import __version__
from colorizer.errors import TargetError
from colorizer.jobs import JobState, Progress

_AGENT = f"Colorizer {__version__}"


class RunLog:
    """Writes `colorize-run-<UTC>.jsonl`, from the first event on; nothing without one."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the results, which must be there by the first event."""
        self._folder = folder
        self._file: IO[str] | None = None

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
            self._write(
                _event(
                    "message digest calculation",
                    "SHA-256 of the result",
                    True,
                    progress.sha256,
                    objects[1:],
                )
            )

    def close(self) -> None:
        """Close the log."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, line: dict[str, Any]) -> None:
        try:
            if self._file is None:
                self._file = self._open()
                self._file.write(json.dumps(_agent()) + "\n")
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        except OSError as error:
            raise TargetError(self._folder, f"the run log can't be written: {error}") from error

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
    kind: str, detail: str, good: bool, note: str, objects: Iterable[dict[str, str]]
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
            "eventDateTime": datetime.now(UTC).isoformat(timespec="seconds"),
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


def _linked(path: Path, role: str) -> dict[str, str]:
    return {
        "linkingObjectIdentifierType": "path",
        "linkingObjectIdentifierValue": os.path.abspath(path),  # noqa: PTH100 - links stay
        "linkingObjectRole": role,
    }

"""What runs leave behind, without times: two that did the same leave the same."""

import json
from pathlib import Path
from typing import Any

from tests import drawn

RESULTS = (".png", ".mkv")


def results(out: Path) -> dict[str, str]:
    """Return the hashes of results by their names below OUT."""
    return {name: told for name, told in drawn.hashes(out).items() if name.endswith(RESULTS)}


def sidecars(out: Path) -> dict[str, Any]:
    """Return what the sidecars of results say, by their names below OUT."""
    found = {}
    for file in out.rglob("*.colorize.json"):
        told = json.loads(file.read_text())
        del told["begun"], told["ended"], told["result"]["changed_ns"]
        found[file.relative_to(out).as_posix()] = told
    return found


def manifest(out: Path) -> list[str]:
    """Return the lines of the manifest in the order of names."""
    return sorted((out / "manifest-sha256.txt").read_text().splitlines())


def events(out: Path) -> list[str]:
    """Return the PREMIS events of all runs, with names below OUT, in some order of their own."""
    found = []
    for log in out.glob("*.jsonl"):
        for line in log.read_text().splitlines():
            if event := json.loads(line).get("event"):
                del event["eventIdentifier"], event["eventDateTime"]
                found.append(json.dumps(event, sort_keys=True).replace(f"{out}/", ""))
    return sorted(found)


def records(out: Path) -> dict[str, Any]:
    """Return all of these."""
    return {
        "results": results(out), "sidecars": sidecars(out), "manifest": manifest(out),
        "events": events(out),
    }  # fmt: skip

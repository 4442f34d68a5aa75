"""One share of a run, so that several machines do one folder without talking to each other."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from colorizer.archive.planning.naming import Plan
from colorizer.archive.records.manifest import entry_name
from colorizer.errors import SettingsError
from colorizer.files.name_forms import normal_form
from colorizer.notes import note

MOST = 1_000_000
"""Shares of one run."""
_FORM = re.compile(r"(\d{1,7})/(\d{1,7})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shard:
    """Share `number` of `count`, from 1."""

    number: int
    count: int

    def has(self, name: str) -> bool:
        """Return whether a name is in this share; each is in exactly one."""
        digest = sha256(name.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1


def parse_shard(text: str) -> Shard:
    """Read I/N.

    Raises:
        SettingsError: it does not name a share.
    """
    found = _FORM.fullmatch(text.strip())
    number, count = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= count <= MOST:
        raise SettingsError(note("run.no_shard", text=text, most=MOST))
    return Shard(number, count)


def share_of(plan: Plan, shard: Shard, out: Path) -> Plan:
    """Return what of a plan is in a share, by the way of each result from `out`.

    Names are given for the whole run first, so every machine gives the same ones.
    """

    def within(path: Path) -> bool:
        return shard.has(normal_form(entry_name(path, out)))

    return replace(
        plan,
        jobs=tuple(job for job in plan.jobs if within(job.target)),
        settled=tuple(event for event in plan.settled if within(event.job.target)),
        problems=tuple(problem for problem in plan.problems if within(problem.path)),
        left_out=tuple(left for left in plan.left_out if within(left.path)),
    )

"""Which settings, weights, cut lists and hints a result was made with, and those of its job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from colorizer.archive.records.provenance import Sidecar, State
from colorizer.errors import ModelNotFound
from colorizer.files.checksum import file_hash
from colorizer.guidance.cut_list import cut_file, override_file
from colorizer.guidance.hints.file import hint_file, read_hints
from colorizer.guidance.references.files import (
    content_files,
    hinted_references,
    override_references,
    reference_hashes,
)
from colorizer.jobs import Job, Kind
from colorizer.models import weights_file
from colorizer.notes import note
from colorizer.places.hint import as_lists
from colorizer.settings import Settings, shaping

_LOSSY = (".jpg", ".jpeg", ".webp")


def differing(sidecar: Sidecar, settings: Settings, kind: str) -> list[str]:
    """Name the settings that would give another result, with both values.

    Args:
        sidecar: of the result.
        settings: to compare; those that shape no result of this kind do not count.
        kind: "photo" or "film".
    """
    then, now, default = sidecar["settings"], _values(settings, kind), _values(Settings(), kind)
    suffix = Path(str(sidecar["result"].get("name"))).suffix.lower()
    names = [n for n in now if n != "jpeg_quality" or suffix in _LOSSY]
    # An option that an older version did not know was as it is by default.
    pairs = {name: (then.get(name, default[name]), now[name]) for name in names}
    unlike = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return [
        note("settings.was_now", name=n, was=_shown(a), now=_shown(b))
        for n, (a, b) in unlike.items()
    ]


def _shown(value: Any) -> Any:
    """Return a value as messages name it; no value is a word, too."""
    return note("settings.not_given") if value in ("", None, [], ()) else value


@lru_cache(maxsize=8)
def _values(settings: Settings, kind: str) -> dict[str, Any]:
    """Return the settings that shape a result of a kind; the same for thousands of files."""
    values = settings.as_dict()
    return {name: values[name] for name in shaping(kind)}


def weights_of(settings: Settings) -> Path | None:
    """Return the file that the weights of some settings come from; None where none is known."""
    if settings.weights is not None:
        return settings.weights
    try:
        return weights_file(settings.model)
    except ModelNotFound:
        return None


def other_input(sidecar: Sidecar, job: Job) -> list[str]:
    """Name weights and cut list, where they are not those of the result."""
    found = []
    then = sidecar["model"].get("weights_sha256")
    file = weights_of(job.settings)
    # Without a file the run will say what is wrong, and weights of no file can't be compared.
    if then and file is not None and file.is_file() and _known_hash(file, State.of(file)) != then:
        found.append(note("existing.other_weights"))
    cuts = cut_file(job.settings.shots, job.source)
    shots = sidecar.get("shots")
    then = shots.get("sha256") if isinstance(shots, dict) else None
    if then and cuts is not None and cuts.is_file() and file_hash(cuts) != then:
        found.append(note("existing.other_cut_list"))
    if job.kind is Kind.FILM and job.settings.smooth and _other_shots(sidecar, override_file(cuts)):
        found.append(note("existing.other_shot_settings"))
    if _other_hints(sidecar, job):
        found.append(note("existing.other_hints"))
    return found


def _other_shots(sidecar: Sidecar, own: Path | None) -> bool:
    """Tell whether a film's shots have other settings of their own than in the result."""
    told = sidecar.get("shot_settings")
    then = told if isinstance(told, dict) else {}
    if own is None or not own.is_file():
        return bool(then)
    painted = reference_hashes(override_references(own))
    same = sorted(painted.values()) == sorted((then.get("references") or {}).values())
    return then.get("sha256") != file_hash(own) or not same


def _other_hints(sidecar: Sidecar, job: Job) -> bool:
    """Tell whether the file of hints is another than the result's; a window's hints have none.

    Raises:
        SettingsError: it can't be read.
    """
    then, now = sidecar["settings"].get("hints"), job.settings.hints
    model = sidecar["model"]
    before = sorted((model.get("references") or {}).values())
    matched = reference_hashes(content_files(job.settings))
    if not then and now is None:
        own = sidecar["settings"].get("reference") or matched  # a window's stay as they are
        return bool(own) and before != sorted(matched.values())
    file = hint_file(now, job.source)
    hints = () if file is None else read_hints(file)
    painted = reference_hashes(hinted_references(hints))
    made = _told(model.get("hints") or [], model.get("references") or {})
    same = before == sorted({**painted, **matched}.values())
    return not same or made != _told(as_lists(hints), painted)


def _told(hints: Iterable[Any], references: Mapping[str, str]) -> list[list[Any]]:
    """Return hints as they can be compared, a reference by its hash in place of its path."""
    return [[references.get(hint[0], hint[0]), *hint[1:]] for hint in hints]


@lru_cache(maxsize=8)
def _known_hash(file: Path, stamp: Any) -> str:
    """Hash a file once while it stays as it is; `stamp` changes with it."""
    return file_hash(file)

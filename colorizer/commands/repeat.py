"""The option --repeat of `run`: make a result again from its sidecar and compare the two."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from colorizer.archive.planning.differences import weights_of
from colorizer.archive.records.named_paths import check_references, named_settings
from colorizer.archive.records.provenance import (
    Sidecar,
    find_source,
    read_sidecar,
    sidecar_of,
    source_hash,
)
from colorizer.archive.records.sidecar_form import sidecar_fault
from colorizer.commands.report import ExitCode
from colorizer.commands.streams import say, write_json, write_line
from colorizer.errors import MediaError, SettingsError
from colorizer.files.checksum import file_hash
from colorizer.files.shown_names import counted
from colorizer.jobs import Job, JobState, Kind
from colorizer.media import check_target
from colorizer.notes import note
from colorizer.places.frame_pattern import there
from colorizer.places.hint import from_lists
from colorizer.settings import Settings

_MOST_THREADS = 1024


def repeat(arguments: argparse.Namespace) -> int:
    """Make the result of a sidecar again, say whether it is the same, return the exit code.

    Raises:
        MediaError: no sidecar, or its source is gone or was changed.
    """
    if arguments.inputs or arguments.from_file:
        raise SettingsError(note("repeat.no_input"))
    file: Path = arguments.repeat
    sidecar = read_sidecar(file)
    if sidecar is None:
        raise MediaError(file, sidecar_fault(file) or note("repeat.no_sidecar"))
    with _target(sidecar, file, arguments.out) as target:
        job = _job(sidecar, file, target, arguments)
        if arguments.dry_run:
            write_line(f"repeat {job.source} -> {job.target}")
            return ExitCode.OK
        differences = _run(job, sidecar, arguments)
        made = read_sidecar(sidecar_of(target))
        same, verdict = _compare(sidecar, made or {}, target, file)
    if arguments.json:
        write_json(
            event="repeated", same=same, verdict=verdict, target=str(target), differing=differences
        )
    else:
        write_line(f"{'same  ' if same else 'DIFFERS'} {sidecar['result']['name']}: {verdict}")
    return ExitCode.OK if same else ExitCode.SOME_FAILED


@contextmanager
def _target(sidecar: Sidecar, file: Path, out: str | None) -> Iterator[Path]:
    """Give the place of the new result: in `out`, else in a folder that does not outlast it."""
    name = sidecar["result"]["name"]
    if out is not None:
        folder = Path(out)
        as_file = folder.suffix and not folder.is_dir() and not out.endswith(("/", os.sep))
        target = folder if as_file else folder / name
        if there(target, film=sidecar["kind"] == Kind.FILM):
            raise MediaError(target, note("repeat.exists"))
        yield target
        return
    with tempfile.TemporaryDirectory(prefix=".colorize-repeat-", dir=_roomy(file.parent)) as folder:
        yield Path(folder) / name


def _roomy(folder: Path) -> Path | None:
    """Return a folder for a result as large as the first: next to it, if that can be written to."""
    return folder if os.access(folder, os.W_OK) else None


def _job(sidecar: Sidecar, file: Path, target: Path, arguments: argparse.Namespace) -> Job:
    source, told = find_source(sidecar, file), sidecar["source"]
    try:
        found = source_hash(source, told["bytes"])
    except OSError as error:
        raise MediaError(source, note("repeat.cannot_read_source", why=error.strerror)) from error
    if found != told["sha256"]:
        raise MediaError(source, note("repeat.another_source"))
    named = {item.name for item in fields(Settings) if "Path" in str(item.type)} | {
        "profile",
        "assume_profile",
    }
    given = {name: str(value) for name, value in vars(arguments).items() if name in named and value}
    values = named_settings(sidecar, file, given)
    check_references(sidecar, file)
    known = {item.name for item in fields(Settings)}
    for name in values.keys() - known:
        say(f"the setting {name} is unknown to this version and left out")
    settings = Settings.from_dict({n: value for n, value in values.items() if n in known})
    settings = replace(settings, existing="overwrite", sidecar=True, device=_device(sidecar))
    hints = from_lists(sidecar["model"].get("hints") or ())
    kind, named = Kind(sidecar["kind"]), "shots" in given
    check_target(target, kind, codec=settings.codec, wanted=settings.format)
    return Job(source, target, kind, settings, hints, new_list=named)


def _device(sidecar: Sidecar) -> str:
    """Return the device of the result where this machine has its like, else what auto gives."""
    from colorizer.errors import DeviceError
    from colorizer.stages.device import choose_device

    wanted = str(sidecar.get("device", {}).get("type", "auto"))
    try:
        choose_device(wanted)
    except DeviceError:
        return "auto"
    return wanted


def _run(job: Job, sidecar: Sidecar, arguments: argparse.Namespace) -> list[str]:
    """Run the job as the sidecar says; return and tell what is not as it was then."""
    import torch
    from tqdm import tqdm

    from colorizer import pipeline
    from colorizer.engine.runner import run_jobs
    from colorizer.stages.device import device_facts

    # With other threads, sums are rounded in another order.
    threads = sidecar.get("device", {}).get("threads")
    if type(threads) is int and 0 < threads <= _MOST_THREADS:
        torch.set_num_threads(threads)
    model = pipeline.open_model(job.settings)
    device = device_facts(next(model.parameters()).device)
    differences = _differences(sidecar, job, model.weights_sha256, device)
    for line in differences:
        say(f"not as it was: {line}")
    with closing(run_jobs([job], model)) as steps:
        for step in tqdm(steps, unit="frame", disable=arguments.quiet or not sys.stderr.isatty()):
            if step.state is JobState.FAILED:
                raise MediaError(job.source, step.message)
    return differences


def _differences(sidecar: Sidecar, job: Job, weights: str, device: dict[str, Any]) -> list[str]:
    """Name what may make the new result another: weights, device, versions, cut list."""
    from colorizer.archive.records.provenance import program_facts

    found = []
    then = sidecar["model"].get("weights_sha256")
    if (then or None) != (weights or None):
        found.append(f"weights {str(then)[:12]}, now {weights[:12]} ({weights_of(job.settings)})")
    was, now = sidecar.get("device", {}), device
    found += [f"device {n} {was.get(n)}, now {now.get(n)}" for n in now if now[n] != was.get(n)]
    was, now = sidecar.get("program", {}), program_facts()
    found += [
        note("settings.was_now", name=n, was=was.get(n), now=now.get(n))
        for n in now
        if now[n] != was.get(n)
    ]
    painted = dict(sidecar["model"].get("references") or {})
    for key, words in (("shots", "cut list"), ("shot_settings", "settings of shots")):
        told = sidecar.get(key)
        if isinstance(told, dict):
            if not _is_same(told["path"], told["sha256"]):
                found.append(f"the {words} {told['path']}")
            painted |= told.get("references") or {}
    found += [f"the reference {path}" for path in painted if not _is_same(path, painted[path])]
    return found


def _is_same(path: str, digest: str) -> bool:
    try:
        return file_hash(Path(path)) == digest
    except OSError:
        return False


def _compare(sidecar: Sidecar, made: Sidecar, target: Path, file: Path) -> tuple[bool, str]:
    """Compare the new result with the recorded one: as files, then by their pixels.

    Returns:
        Whether they are the same, and how in words.
    """
    then, now = sidecar["result"], made["result"]
    if then["sha256"] == now["sha256"]:
        return True, "the same file, byte for byte"
    if sidecar["kind"] == Kind.PHOTO:
        if then.get("pixels_sha256") == now.get("pixels_sha256"):
            return True, "the same pixels; the files differ in metadata or encoding"
        return False, "other pixels"
    former = file.with_name(then["name"])
    if not former.is_file():
        return False, f"another file; {former} does not exist, so its frames can't be compared"
    from colorizer.archive.verify.film import same_frames

    different = same_frames(former, target)
    if not different:
        return True, "the same samples in every frame; the files differ in the container"
    return False, f"{counted(different, 'frame')} of other samples"

"""The command `verify`: results against what was recorded of them, and against their sources."""

from __future__ import annotations

import argparse
import os
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.commands.options import positive
from colorizer.commands.report import ExitCode
from colorizer.commands.streams import say, write_json, write_line
from colorizer.errors import MediaError, SettingsError
from colorizer.notes import note
from colorizer.places.frame_pattern import normal, stands_for_frames

if TYPE_CHECKING:
    from colorizer.archive.planning.moved import Moved

TEXT = """\
Check that results are unchanged and kept the picture of their sources.

OUT is a folder of results, a photo or a film. In a folder, every file that the manifest lists or
that has a sidecar is hashed, and so is its source. Then the pictures are compared: a photo is
turned back to gray, and its lightness must equal the source's except for rounding; of a film the
luma of every frame is compared, at the bit depth of the output, and the number and times of its
frames. A lossless codec must keep every sample; for a lossy one PSNR-Y is printed instead. One line
per result; the exit code is 1 if any check fails.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("outputs", nargs="+", type=Path, metavar="OUT", help="folders and results")
    parser.add_argument(
        "--source",
        type=Path,
        metavar="FILE",
        help="source of the one OUT; default: the one its sidecar names",
    )
    parser.add_argument(
        "--sources",
        type=Path,
        metavar="ROOT",
        help="folder to search for sources that have moved",
    )
    parser.add_argument(
        "--exact", action="store_true", help="require exact luma of lossy codecs too"
    )
    parser.add_argument("--quick", action="store_true", help="compare hashes only, no pictures")
    parser.add_argument("--no-source", action="store_true", help="check the results only")
    parser.add_argument("--jobs", type=positive, metavar="N", help="number of results at once")
    parser.add_argument("--json", action="store_true", help="as JSON lines")


def verify(arguments: argparse.Namespace) -> int:
    """Check all that was named; the exit code says whether all is as it must be."""
    single = len(arguments.outputs) == 1 and not arguments.outputs[0].is_dir()
    if arguments.source and not single:
        raise SettingsError(note("verify.source_for_one"))
    if arguments.sources and not arguments.sources.is_dir():
        raise SettingsError(note("verify.sources_no_folder", folder=arguments.sources))
    if arguments.sources and (arguments.source or arguments.no_source):
        raise SettingsError(note("verify.sources_alone"))
    failed = 0
    for out in arguments.outputs:
        try:
            failed += _folder(out, arguments) if out.is_dir() else not _one(out, arguments)
        except MediaError as error:
            if len(arguments.outputs) == 1:
                raise
            say(f"failed: {error}")
            failed += 1
    return ExitCode.SOME_FAILED if failed else ExitCode.OK


def _folder(root: Path, arguments: argparse.Namespace) -> int:
    """Check a folder and return how many results are not as they must be.

    Raises:
        MediaError: nothing is recorded of what is in it.
    """
    from colorizer.archive.verify.check import check_all, contents_of

    contents = contents_of(root)
    if not contents.recorded:
        raise MediaError(root, note("verify.nothing_to_check"))
    counts = {True: 0, False: 0}
    findings = check_all(
        contents.recorded,
        pictures=not arguments.quick,
        sources=not arguments.no_source,
        moved=_moved(arguments),
        jobs=arguments.jobs or min(4, os.cpu_count() or 1),
    )
    for finding in findings:
        counts[finding.good] += 1
        _tell(finding, arguments)
    for path in contents.unfinished:
        say(f"unfinished: {path}")
    for path in contents.unrecorded:
        say(f"not recorded: {path}")
    bad_bag = (root / "bagit.txt").is_file() and not _complete_bag(root)
    if arguments.json:
        write_json(event="summary", good=counts[True], failed=counts[False] + bad_bag)
    say(f"{counts[True]} as they must be, {counts[False]} not")
    return counts[False] + bad_bag


def _complete_bag(root: Path) -> bool:
    """Tell whether a bag holds just what its manifests say, as the library `bagit` sees it."""
    try:
        import bagit
    except ImportError:
        say(f"{root}: a bag; install film-colorizer[bag] to have its completeness checked")
        return True
    try:
        bagit.Bag(str(root)).validate(completeness_only=True)
    except bagit.BagError as error:
        write_line(f"FAILED {root}: is no valid bag: {' '.join(str(error).split())}")
        return False
    return True


def _one(out: Path, arguments: argparse.Namespace) -> bool:
    from colorizer.archive.records.provenance import read_sidecar, sidecar_of
    from colorizer.archive.records.sidecar_form import unusable
    from colorizer.archive.verify.check import Finding, Recorded, check, compare
    from colorizer.commands.info import known_kind

    kind = known_kind(out)
    out = normal(out) if stands_for_frames(out) else out
    sidecar = read_sidecar(sidecar_of(out))
    fault = unusable(sidecar_of(out)) if sidecar is None else ""
    if sidecar is None and not (fault or arguments.source):
        raise MediaError(out, note("verify.source_unknown"))
    finding = Finding(out, good=True, text="as recorded")
    if sidecar is not None or fault:
        recorded = Recorded(out, has_sidecar=True)
        sources = not (arguments.no_source or arguments.source)
        finding = check(recorded, moved=_moved(arguments), pictures=False, sources=sources)
    if finding.good and not arguments.quick and not arguments.no_source:
        described = sidecar or {"kind": str(kind), "settings": {}, "result": {}}
        source = arguments.source or _source(out, described, arguments)
        finding = compare(out, source, described, exact=arguments.exact)
        finding.facts["source"] = str(source)
    _tell(finding, arguments)
    return finding.good


def _moved(arguments: argparse.Namespace) -> Moved | None:
    from colorizer.archive.planning.moved import Moved

    return Moved(arguments.sources) if arguments.sources else None


def _source(out: Path, sidecar: dict[str, Any], arguments: argparse.Namespace) -> Path:
    from colorizer.archive.records.provenance import find_source, sidecar_of

    moved = _moved(arguments)
    if moved and (found := moved.source_of(sidecar)):
        return found
    return find_source(sidecar, sidecar_of(out))


def _tell(finding: Any, arguments: argparse.Namespace) -> None:
    """Write the line of one result."""
    if not arguments.json:
        write_line(f"{'ok    ' if finding.good else 'FAILED'} {finding.path}: {finding.text}")
        return
    # JSON knows no infinity and no paths.
    facts = {name: _plain(value) for name, value in finding.facts.items()}
    told = {"good": finding.good, "target": str(finding.path), "message": finding.text}
    write_json(event="verified", **{**facts, **told})


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not isfinite(value) else value

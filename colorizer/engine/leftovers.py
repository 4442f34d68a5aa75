"""What a job that is not to be continued left next to its target: parts, journal, segments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from glob import escape
from pathlib import Path

from colorizer.archive.planning.results import name_key
from colorizer.errors import TargetError
from colorizer.files.claims import Claim, claim_file
from colorizer.places.frame_pattern import is_pattern, normal


def remove_unfinished(targets: Iterable[Path], kept: Collection[Path] = ()) -> None:
    """Remove the unfinished files of targets; finished results and what others write stay.

    Args:
        targets: of jobs that were begun and are wanted no more.
        kept: targets that are wanted by others; those of the same names stay as they are.
    """
    wanted = {name_key(target) for target in kept}
    for target in targets:
        for one in (target, *_parts_of(target)):
            if name_key(one) not in wanted:
                _clear(one)


def _clear(target: Path) -> None:
    from colorizer.media.film.unfinished import discard
    from colorizer.media.film.work_folder import work_folder

    target = normal(target) if is_pattern(target) else target
    if not work_folder(target).exists() and not claim_file(target).exists():
        return
    claim = Claim(target)
    try:
        if not claim.take():  # another process makes it
            return
    except TargetError:  # its folder can't be written to: nothing can be removed there
        return
    try:
        discard(target)
    finally:
        claim.release()


def _parts_of(target: Path) -> Iterator[Path]:
    """Yield the targets of the parts of a film that was split, see `colorizer.engine.parts`."""
    pattern = f".{escape(target.stem)}.*{escape(target.suffix)}.colorize"
    for folder in sorted(target.parent.glob(pattern)):
        name = folder.name.removeprefix(".").removesuffix(".colorize")
        number = name.removeprefix(f"{target.stem}.").removesuffix(target.suffix)
        if number.isdecimal():
            yield target.with_name(name)

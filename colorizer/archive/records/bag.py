"""A bag: results in `data/`, with their hashes next to it, as BagIt (RFC 8493) wants them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from colorizer import __version__
from colorizer.errors import TargetError
from colorizer.files.durable import write_whole
from colorizer.files.strangers import LIST_BYTES, read_whole
from colorizer.notes import note

PAYLOAD = "data"
_CHECKSUMS = ["sha256", "sha512"]


def open_bag(root: Path) -> None:
    """Make an empty bag, or check that an existing one can be continued.

    Raises:
        TargetError: the folder holds files and is no bag, or can't be written to.
        ImportError: the library `bagit` is missing.
    """
    import bagit

    if (root / "bagit.txt").is_file():
        return
    try:
        root.mkdir(parents=True, exist_ok=True)
        if any(root.iterdir()):
            raise TargetError(root, note("bag.folder_holds_files"))
        bagit.make_bag(
            str(root), {"Bag-Software-Agent": f"Colorizer {__version__}"}, checksums=_CHECKSUMS
        )
    except (OSError, bagit.BagError) as error:
        raise TargetError(root, note("bag.cannot_make", why=error)) from error


def close_bag(root: Path, made: Collection[str], *, processes: int = 1) -> None:
    """Hash the payload and write the bag's manifests.

    Every file of the payload is read. One that is not as the former manifests say and was not
    made by this run ends it: damage is never written down as the truth.

    Args:
        root: of the bag.
        made: names below `data/`, with slashes, of what this run wrote.
        processes: that hash side by side.

    Raises:
        TargetError: a file was changed, or the bag can't be written.
    """
    import bagit

    try:
        bag = bagit.Bag(str(root))
        before = {file: read_whole(file, LIST_BYTES) for file in root.glob("*.txt")}
        former = {name: dict(sums) for name, sums in bag.payload_entries().items()}
        bag.save(processes=processes, manifests=True)
        now = bag.payload_entries()
        changed = sorted(
            name
            for name, sums in former.items()
            if name.removeprefix(f"{PAYLOAD}/") not in made and _differ(sums, now.get(name))
        )
        if not changed:
            return
        for file, content in before.items():
            write_whole(file, content)
    except (OSError, bagit.BagError) as error:
        raise TargetError(root, note("bag.cannot_write", why=error)) from error
    told = note("bag.changed", count=len(changed), more=len(changed) - 1)
    raise TargetError(root / changed[0], told)


def _differ(former: dict[str, str], now: Any) -> bool:
    return now is None or any(now.get(name) != value for name, value in former.items())

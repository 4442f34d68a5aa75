"""Training photographs, decoded once: `python -m training.datasets PACK INPUT...`.

INPUT is a folder of photos (any nesting), a tar file of SOURCE/NAME.webp, a folder of such tar
files, or a folder with the Kaggle arrays l/gray_scale.npy and ab/ab1.npy. Gray photos, one-tint
photos and near-duplicates are left out. Recipes of 224 pixels and more want --side 256.

A pack is a folder of three files: `pixels.u8` (all pictures, RGB, one after another), `index.npy`
(see `ROW`) and `pack.json` (names of the classes and how the pack was made).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from colorizer.errors import ColorizerError, MediaError, SettingsError
from training import filters
from training.sources import Part, Photo, Unreadable, parts_of
from training.split import split

SIDE = 160
"""Short side of a packed picture, in pixels; smaller ones are kept as they are."""
ROW = np.dtype(
    [("offset", "i8"), ("height", "i4"), ("width", "i4"), ("folder", "i4"), ("digest", "u8")]
)
"""One picture of the index: first byte, size in pixels, number of its class, hash of its file."""
SOURCE_WEIGHTS = Path(__file__).with_name("source_weights.toml")
"""How often a picture of a source is drawn, compared with 1 for sources that it does not name."""


@dataclass(frozen=True)
class Photos:
    """A pack, or some pictures of one, opened for reading."""

    pixels: np.ndarray
    """All pictures, flat uint8, memory-mapped."""
    index: np.ndarray
    """Of `ROW`, (count,)."""
    folders: list[str]
    """Names of the classes, SOURCE or SOURCE/CATEGORY."""
    source_weights: Mapping[str, float] = field(default_factory=dict)
    """How often a picture of a source is drawn; 1 for sources not named."""

    def __len__(self) -> int:
        return len(self.index)

    def picture(self, number: int) -> np.ndarray:
        """Return one picture, (h, w, 3) uint8 sRGB."""
        offset, height, width, *_ = self.index[number].item()
        return self.pixels[offset : offset + height * width * 3].reshape(height, width, 3)

    @cached_property
    def weights(self) -> np.ndarray:
        """Probability of drawing each picture, (count,), summing to 1."""
        of_folder = [self.source_weights.get(name.split("/")[0], 1.0) for name in self.folders]
        weights = np.array(of_folder)[self.index["folder"]]
        return weights / weights.sum()

    def some(self, numbers: np.ndarray) -> Photos:
        """Return the pictures of these numbers."""
        return replace(self, index=self.index[numbers])

    def divide(self, validation_share: float) -> tuple[Photos, Photos]:
        """Return training and validation photos; see `training.split`."""
        training, validation = split(self.index["digest"], validation_share)
        return self.some(training), self.some(validation)

    def data_hash(self) -> str:
        """Return a short hash of which pictures these are, at what size and in what order."""
        return hashlib.sha256(self.index.tobytes()).hexdigest()[:16]


def read_source_weights(file: Path = SOURCE_WEIGHTS) -> dict[str, float]:
    """Read a TOML table of sources and how often a picture of each is drawn.

    Raises:
        SettingsError: the file can't be read, or a weight is no number above 0.
    """
    try:
        weights = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} can't be read as source weights: {error}") from error
    for source, weight in weights.items():
        if not isinstance(weight, int | float) or not 0 < weight < float("inf"):
            raise SettingsError(f"{file}: {source} must be a number above 0, got {weight!r}")
    return weights


def open_pack(folder: Path, source_weights: Mapping[str, float] | None = None) -> Photos:
    """Open a pack folder.

    Args:
        folder: of `pack`.
        source_weights: see `Photos`; None takes the project's own.

    Raises:
        MediaError: it does not exist, or was made by an earlier version.
    """
    try:
        index = np.load(folder / "index.npy")
        made = json.loads((folder / "pack.json").read_text())
        pixels = np.memmap(folder / "pixels.u8", dtype=np.uint8, mode="r")
    except (OSError, ValueError) as error:
        reason = "no pack of photos; make one with: python -m training.datasets PACK INPUT..."
        raise MediaError(folder, reason) from error
    if index.dtype != ROW:
        raise MediaError(folder, "a pack of an earlier version; make it again")
    weights = read_source_weights() if source_weights is None else source_weights
    return Photos(pixels, index, made["folders"], weights)


@dataclass
class _Found:
    """What one part held."""

    folders: list[str]
    sizes: list[tuple[int, int]]
    digests: list[int]
    hashes: np.ndarray
    thumbnails: np.ndarray
    gray: int
    unreadable: list[Unreadable]


def _decode_part(part: Part, file: Path, side: int, max_side: int, min_spread: float) -> _Found:
    """Append the pictures of a part that have colour to `file`; tell what they are."""
    found = _Found([], [], [], np.empty((0, 2), np.uint64), np.empty(0, np.uint8), 0, [])
    grays, thumbnails = [], []
    with file.open("wb") as pixels:
        for photo in part(side, max_side):
            if not isinstance(photo, Photo):
                found.unreadable.append(photo)
            elif filters.colour_spread(photo.rgb) < min_spread:
                found.gray += 1
            else:
                pixels.write(photo.rgb.tobytes())
                found.folders.append(photo.folder)
                found.sizes.append((photo.rgb.shape[0], photo.rgb.shape[1]))
                found.digests.append(photo.digest)
                grays.append(filters.small_gray(photo.rgb))
                thumbnails.append(filters.thumbnail(photo.rgb))
    if grays:
        found.hashes = filters.perceptual_hashes(np.stack(grays))
        found.thumbnails = np.stack(thumbnails)
    return found


@dataclass(frozen=True)
class Packed:
    """How many photos a pack took and left out."""

    photos: int
    gray: int
    duplicates: int
    unreadable: int


def pack(
    inputs: list[Path],
    out: Path,
    *,
    side: int = SIDE,
    max_side: int = 0,
    min_spread: float = filters.MIN_SPREAD,
    processes: int | None = None,
) -> Packed:
    """Decode photos into a pack folder, which appears when it is complete.

    Args:
        inputs: see the module.
        out: folder to make; a pack that is there is replaced.
        side: short side of a picture, pixels.
        max_side: longest side, whose ends are cut; 0 is 1.5 times `side`.
        min_spread: least `filters.colour_spread`; 0 keeps gray photos.
        processes: None is one per core.

    Raises:
        MediaError: nothing to read, no photo is left, or `out` is a folder of something else.
    """
    if out.exists() and not (out / "pack.json").is_file() and any(out.iterdir()):
        raise MediaError(out, "not a pack, so it is not replaced; name another folder")
    parts = parts_of(inputs)
    part_folder = out.with_name(out.name + ".part")
    shutil.rmtree(part_folder, ignore_errors=True)
    part_folder.mkdir(parents=True)
    files = [part_folder / f"part-{n}" for n in range(len(parts))]
    work = partial(
        _decode_part, side=side, max_side=max_side or side * 3 // 2, min_spread=min_spread
    )
    found = []
    with _mapper(processes or os.cpu_count() or 1) as mapped:
        for one in tqdm(mapped(work, parts, files), total=len(parts), unit="part", leave=False):
            for bad in one.unreadable:
                tqdm.write(f"skipped {bad.name}: {bad.reason}", file=sys.stderr)
            found.append(one)
    if not any(one.folders for one in found):
        shutil.rmtree(part_folder)
        raise MediaError(inputs[0], "no photo in colour could be read")
    packed = _join(found, files, part_folder)
    shutil.rmtree(out, ignore_errors=True)
    part_folder.replace(out)
    return packed


@contextmanager
def _mapper(processes: int) -> Iterator[Callable[..., Any]]:
    """Give a map over fresh processes, or the plain one where one is enough."""
    if processes == 1:
        yield map
        return
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        yield pool.map


def _join(found: list[_Found], files: list[Path], folder: Path) -> Packed:
    """Copy the parts' pictures, less near-duplicates, into one file and write the index."""
    kept = [n for n, one in enumerate(found) if one.folders]
    repeats = filters.near_duplicates(
        np.concatenate([found[n].hashes for n in kept]),
        np.concatenate([found[n].thumbnails for n in kept]),
    )
    names = sorted({name for one in found for name in one.folders})
    number_of = {name: number for number, name in enumerate(names)}
    rows, offset, seen = [], 0, 0
    with (folder / "pixels.u8").open("wb") as pixels:
        for one, file in zip(found, files, strict=True):
            with file.open("rb") as part:
                described = zip(one.sizes, one.folders, one.digests, strict=True)
                for (height, width), name, digest in described:
                    data = part.read(height * width * 3)
                    seen += 1
                    if repeats[seen - 1]:
                        continue
                    pixels.write(data)
                    rows.append((offset, height, width, number_of[name], digest))
                    offset += len(data)
            file.unlink()
    packed = Packed(
        len(rows), sum(one.gray for one in found), int(repeats.sum()),
        sum(len(one.unreadable) for one in found),
    )  # fmt: skip
    np.save(folder / "index.npy", np.array(rows, dtype=ROW))
    (folder / "pack.json").write_text(json.dumps({"folders": names, **asdict(packed)}, indent=1))
    return packed


def main() -> None:
    """Pack what the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m training.datasets",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("pack", type=Path, help="folder to write")
    parser.add_argument("inputs", type=Path, nargs="+", help="folders, tar files")
    parser.add_argument("--side", type=int, default=SIDE, help="short side, pixels (%(default)s)")
    parser.add_argument("--max-side", type=int, default=0, help="long side; 0: 1.5 x short side")
    parser.add_argument(
        "--min-spread", type=float, default=filters.MIN_SPREAD,
        help="least spread of the colours, CIELAB units; 0 keeps gray photos (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--processes", type=int, help="default: one a core")
    values = vars(parser.parse_args())
    try:
        packed = pack(values.pop("inputs"), values.pop("pack"), **values)
    except ColorizerError as error:
        sys.exit(f"error: {error}")
    print(
        f"{packed.photos} pictures; left out: {packed.gray} gray, {packed.duplicates}"
        f" near-duplicates, {packed.unreadable} unreadable"
    )


if __name__ == "__main__":
    main()

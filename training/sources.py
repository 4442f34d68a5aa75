"""Reads training photographs: folders of any nesting, tar shards, and the Kaggle array layout.

What a person names on the command line becomes parts, each read by one process on its own.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from PIL import Image, ImageOps

from colorizer.errors import MediaError

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}
MIN_SIDE = 32
"""Photos with a shorter side, in pixels, are not used."""
_FILES_PER_PART = 512
_ROWS_PER_PART = 1000


@dataclass(frozen=True)
class Photo:
    """One photograph as read."""

    folder: str
    """Source, or source/category: its place below the root, which is the class it belongs to."""
    digest: int
    """First 64 bits of the SHA-256 of its bytes; decides its split."""
    rgb: np.ndarray
    """(h, w, 3) uint8 sRGB."""


@dataclass(frozen=True)
class Unreadable:
    """A file that gave no picture."""

    name: str
    reason: str


Part = Callable[[int, int], Iterator[Photo | Unreadable]]
"""Called with the short side and the longest side wanted; picklable."""


def parts_of(inputs: list[Path]) -> list[Part]:
    """Split what a person names into parts, in an order that depends on the names alone.

    Args:
        inputs: folders of photos or of tar files, tar files, folders of the Kaggle layout.

    Raises:
        MediaError: an input is missing or holds nothing to read.
    """
    parts: list[Part] = []
    for path in inputs:
        found = _parts_of_folder(path) if path.is_dir() else _parts_of_file(path)
        if not found:
            raise MediaError(path, "no photos found; name a folder of photos or tar files")
        parts += found
    return parts


def _parts_of_file(path: Path) -> list[Part]:
    if not path.is_file():
        raise MediaError(path, "not found; name a folder of photos, a tar file or a Kaggle folder")
    if path.suffix.lower() == ".tar":
        return [partial(read_tar, path)]
    return [partial(read_files, path.parent, (path,))]


def _parts_of_folder(folder: Path) -> list[Part]:
    if (folder / "l" / "gray_scale.npy").is_file():
        return _parts_of_arrays(folder)
    walked = [Path(top) / name for top, _, names in os.walk(folder) for name in names]
    tars = sorted(p for p in walked if p.suffix.lower() == ".tar")
    files = sorted(p for p in walked if p.suffix.lower() in SUFFIXES)
    chunks = [files[n : n + _FILES_PER_PART] for n in range(0, len(files), _FILES_PER_PART)]
    return [
        *(partial(read_tar, tar) for tar in tars),
        *(partial(read_files, folder, tuple(chunk)) for chunk in chunks),
    ]


def _parts_of_arrays(folder: Path) -> list[Part]:
    L = np.load(folder / "l" / "gray_scale.npy", mmap_mode="r")
    files = sorted((folder / "ab").rglob("ab*.npy"))
    lengths = [len(np.load(file, mmap_mode="r")) for file in files]
    if L.dtype != np.uint8 or L.ndim != 3 or sum(lengths) < len(L):
        raise MediaError(
            folder,
            f"l/gray_scale.npy holds {L.dtype} {L.shape}, ab/ab*.npy {sum(lengths)} pictures;"
            " expected uint8 (n, h, w) and as many ab pictures",
        )
    parts: list[Part] = []
    first = 0
    for file, length in zip(files, lengths, strict=True):
        for start in range(0, min(length, len(L) - first), _ROWS_PER_PART):
            stop = min(start + _ROWS_PER_PART, length, len(L) - first)
            parts.append(partial(read_arrays, folder, file, first, start, stop))
        first += length
    return parts


def read_files(
    root: Path, files: tuple[Path, ...], side: int, max_side: int
) -> Iterator[Photo | Unreadable]:
    """Read photo files; their class is the folder they lie in below `root`."""
    for file in files:
        folder = file.parent.relative_to(root).as_posix()
        try:
            data = file.read_bytes()
        except OSError as error:
            yield Unreadable(str(file), error.strerror or str(error))
            continue
        yield decode(str(file), root.name if folder == "." else folder, data, side, max_side)


def read_tar(tar: Path, side: int, max_side: int) -> Iterator[Photo | Unreadable]:
    """Read the members SOURCE/NAME or SOURCE/CATEGORY/NAME of a tar file."""
    try:
        with tarfile.open(tar) as archive:
            for member in archive:
                name = PurePosixPath(member.name)
                file = archive.extractfile(member)
                if file is None or name.suffix.lower() not in SUFFIXES:
                    continue
                folder = tar.stem if str(name.parent) == "." else str(name.parent)
                yield decode(f"{tar}:{name}", folder, file.read(), side, max_side)
    except (tarfile.TarError, OSError) as error:
        yield Unreadable(str(tar), f"{error}; what came before is used")


def read_arrays(
    folder: Path, ab_file: Path, first: int, start: int, stop: int, side: int, max_side: int
) -> Iterator[Photo | Unreadable]:
    """Read rows of the Kaggle "image colorization" arrays, memory-mapped.

    The set was written by OpenCV's 8-bit Lab: L is stored as L* x 255 / 100, ab as value + 128.

    Args:
        folder: holds l/gray_scale.npy, (n, h, w) uint8.
        ab_file: (m, h, w, 2) uint8.
        first: row of L that belongs to row 0 of `ab_file`.
        start: first row of `ab_file` to read.
        stop: row of `ab_file` to stop before.
        side: shortest side wanted, pixels.
        max_side: longest side wanted, pixels.
    """
    L = np.load(folder / "l" / "gray_scale.npy", mmap_mode="r")
    ab = np.load(ab_file, mmap_mode="r")
    for row in range(start, stop):
        codes = np.concatenate([L[first + row][..., None], ab[row]], axis=2)
        lab = codes.astype(np.float32) * (100 / 255, 1, 1) - (0, 128, 128)
        rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
        picture = Image.fromarray(np.round(rgb * 255).clip(0, 255).astype(np.uint8))
        yield Photo(folder.name, digest_of(codes.tobytes()), shrink(picture, side, max_side))


def decode(name: str, folder: str, data: bytes, side: int, max_side: int) -> Photo | Unreadable:
    """Decode one photo file, upright, shrunk."""
    try:
        picture = Image.open(io.BytesIO(data))
        picture.draft("RGB", (2 * side, 2 * side))
        picture = ImageOps.exif_transpose(picture)
        if min(picture.size) < MIN_SIDE:
            return Unreadable(name, f"only {picture.width} x {picture.height} pixels")
        return Photo(folder, digest_of(data), shrink(picture, side, max_side))
    except Exception as error:  # noqa: BLE001 - decoders raise whatever they meet
        return Unreadable(name, f"{error}" or type(error).__name__)


def digest_of(data: bytes) -> int:
    """Return the first 64 bits of the SHA-256."""
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "big")


def shrink(picture: Image.Image, side: int, max_side: int) -> np.ndarray:
    """Shrink a picture to a short side and cut its long side; (h, w, 3) uint8 sRGB."""
    scale = min(1.0, side / min(picture.size))
    size = (round(picture.width * scale), round(picture.height * scale))
    pixels = np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BOX, reducing_gap=2))
    top, left = (max(0, n - max_side) // 2 for n in pixels.shape[:2])
    return np.ascontiguousarray(pixels[top : top + max_side, left : left + max_side])

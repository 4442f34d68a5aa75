"""Damaged photos made of good ones: cut off, bits flipped, zeroed, with wild numbers."""

import random
from collections.abc import Iterator
from pathlib import Path

from tests import draw_photo

HEAD = 400
"""Bytes at either end where formats keep sizes and directories."""


def damaged(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """Return what was done to a file, and its content afterwards."""
    kind = rng.choice(("cut", "cut", "flip", "flip", "head", "head", "zero", "number"))
    if kind == "cut":
        return kind, data[: rng.randrange(len(data))]
    content = bytearray(data)
    if kind in ("flip", "head"):
        for _ in range(rng.randint(1, 8)):
            place = rng.randrange(len(content))
            if kind == "head" and len(content) > HEAD:
                place = rng.choice((rng.randrange(HEAD), -1 - rng.randrange(HEAD)))
            content[place] ^= 1 << rng.randrange(8)
        return kind, bytes(content)
    place = rng.randrange(min(len(content), HEAD) if kind == "number" else len(content))
    width = 4 if kind == "number" else rng.randrange(1, 64)
    fill = rng.choice((b"\xff", b"\x7f", b"\0")) if kind == "number" else b"\0"
    content[place : place + width] = fill * len(content[place : place + width])
    return kind, bytes(content)


def good_photos(folder: Path) -> list[Path]:
    """Draw one photo of every format, depth and state, and a HEIC where it can be encoded."""
    names = [*draw_photo.PHOTOS, *draw_photo.DOCUMENTS, *draw_photo.BILEVEL]
    photos = [draw_photo.draw(folder, name) for name in names]
    return photos + ([heic] if (heic := draw_photo.heic(folder / "gray.heic")) else [])


def damage(photos: list[Path], folder: Path, count: int, seed: int) -> Iterator[Path]:
    """Write `count` damaged copies, of each photo as many, and yield their paths."""
    rng = random.Random(seed)
    for number in range(count):
        photo = photos[number % len(photos)]
        kind, content = damaged(photo.read_bytes(), rng)
        path = folder / f"{number:05}_{kind}_{photo.stem}{photo.suffix}"
        path.write_bytes(content)
        yield path

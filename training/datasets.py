"""Training photographs: decoded once into one flat file, then drawn as random crops.

A pack is a folder of three files: `pixels.u8` (all pictures, RGB, one after another), `index.npy`
(offset, height, width, source number of each) and `sources.json` (the sources' names).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

SIDE = 160
"""Short side of a packed picture, in pixels; smaller ones are kept as they are."""
MAX_SIDE = 240
"""Long side of a packed picture: longer ones lose both ends."""
SOURCE_WEIGHTS = {
    **dict.fromkeys(("imagewoof320", "catsdogs-chanakya", "clothing-dataset", "caltech101"), 0.5),
    **dict.fromkeys(("houses", "fashion-ccp", "food-malaysian", "weather4"), 1.5),
    **dict.fromkeys(("flickr8k-1k", "imagen-1000", "corel-1k", "bsds500-train200"), 3.0),
    **dict.fromkeys(("coco-val14-132", "coco-vqa100", "voc12-mAP85", "exif-cameras"), 3.0),
}
"""How often a picture of a source is drawn, beside 1: evens out what the sources show."""


def shrink(picture: Image.Image, side: int = SIDE, max_side: int = MAX_SIDE) -> np.ndarray:
    """Shrink a picture to a short side and cut its long side; (h, w, 3) uint8 sRGB."""
    scale = min(1.0, side / min(picture.size))
    size = (round(picture.width * scale), round(picture.height * scale))
    pixels = np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BOX, reducing_gap=2))
    top, left = (max(0, n - max_side) // 2 for n in pixels.shape[:2])
    return np.ascontiguousarray(pixels[top : top + max_side, left : left + max_side])


def _decode_tar(tar: Path, part: Path) -> list[tuple[str, int, int]]:
    """Append every picture of a tar to `part`; return (source, height, width) of each."""
    found = []
    with tarfile.open(tar) as archive, part.open("wb") as pixels:
        for member in archive:
            file = archive.extractfile(member)
            if file is None:
                continue
            picture = shrink(Image.open(io.BytesIO(file.read())))
            pixels.write(picture.tobytes())
            found.append((member.name.split("/")[0], *picture.shape[:2]))
    return found


def pack(tars: list[Path], out: Path, processes: int = 2) -> None:
    """Decode tar files of `SOURCE/NAME.webp` into a pack folder."""
    out.mkdir(parents=True, exist_ok=True)
    parts = [out / f"part-{n}" for n in range(len(tars))]
    with ProcessPoolExecutor(processes) as pool:
        found = [row for rows in pool.map(_decode_tar, tars, parts) for row in rows]
    with (out / "pixels.u8").open("wb") as pixels:
        for part in parts:
            with part.open("rb") as file:
                while chunk := file.read(1 << 24):
                    pixels.write(chunk)
            part.unlink()
    sources = sorted({row[0] for row in found})
    sizes = np.array([row[1:] for row in found], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(sizes.prod(axis=1) * 3)[:-1]])
    numbers = np.array([sources.index(row[0]) for row in found])
    np.save(out / "index.npy", np.column_stack([offsets, sizes, numbers]))
    (out / "sources.json").write_text(json.dumps(sources))


@dataclass(frozen=True)
class Photos:
    """A pack opened for reading."""

    pixels: np.ndarray
    """All pictures, flat uint8, memory-mapped."""
    index: np.ndarray
    """(count, 4): offset, height, width, source number."""
    weights: np.ndarray
    """Probability of drawing each picture, (count,), summing to 1."""

    def __len__(self) -> int:
        return len(self.index)

    def picture(self, number: int) -> np.ndarray:
        """Return one picture, (h, w, 3) uint8 sRGB."""
        offset, height, width, _ = self.index[number]
        return self.pixels[offset : offset + height * width * 3].reshape(height, width, 3)

    def data_hash(self) -> str:
        """Return a short hash of which pictures the pack holds and in what order."""
        return hashlib.sha256(self.index.tobytes()).hexdigest()[:16]


def open_pack(folder: Path) -> Photos:
    """Open a pack folder."""
    index = np.load(folder / "index.npy")
    sources = json.loads((folder / "sources.json").read_text())
    weights = np.array([SOURCE_WEIGHTS.get(name, 1.0) for name in sources])[index[:, 3]]
    pixels = np.memmap(folder / "pixels.u8", dtype=np.uint8, mode="r")
    return Photos(pixels, index, weights / weights.sum())


def random_crop(picture: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Cut a random, randomly mirrored rectangle and scale it to (size, size, 3).

    The rectangle covers 0.5 to 1 of the picture's short side, aspect 3/4 to 4/3.
    """
    height, width = picture.shape[:2]
    side = min(height, width) * rng.uniform(0.5, 1.0) ** 0.5
    aspect = np.exp(rng.uniform(-0.29, 0.29)) ** 0.5
    h, w = min(height, round(side * aspect)), min(width, round(side / aspect))
    top, left = rng.integers(height - h + 1), rng.integers(width - w + 1)
    crop = picture[top : top + h, left : left + w]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    shrinks = min(h, w) > size
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(np.ascontiguousarray(crop), (size, size), interpolation=how)


def batches(photos: Photos, sizes: Sequence[int], batch: int, seed: int) -> Iterator[np.ndarray]:
    """Yield random batches without end, (batch, 3, size, size) uint8 sRGB, each of one of `sizes`."""
    rng = np.random.default_rng(seed)
    while True:
        size = int(rng.choice(sizes))
        numbers = rng.choice(len(photos), batch, p=photos.weights)
        crops = [random_crop(photos.picture(n), size, rng) for n in numbers]
        yield np.stack(crops).transpose(0, 3, 1, 2).copy()


def main() -> None:
    """Pack tar files named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m training.datasets", description=__doc__)
    parser.add_argument("pack", type=Path, help="folder to write")
    parser.add_argument("tars", type=Path, nargs="+", help="tar files of SOURCE/NAME.webp")
    arguments = parser.parse_args()
    pack(arguments.tars, arguments.pack)
    print(f"{len(open_pack(arguments.pack))} pictures")


if __name__ == "__main__":
    main()

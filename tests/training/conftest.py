"""Drawn training photographs."""

import io
import tarfile
from functools import cache

import numpy as np
import pytest
from PIL import Image

from training.datasets import open_pack, pack


@cache
def webp(seed):
    return encoded(drawn_photo(seed), "WEBP", quality=90)


def drawn_photo(seed, size=(180, 200)):
    """Return soft colourful blobs, (h, w, 3) uint8, another picture for each seed."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 236, (6, 6, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(size[::-1], Image.Resampling.BICUBIC))


def encoded(pixels, kind="PNG", **options):
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, kind, **options)
    return data.getvalue()


def write_tar(file, members):
    """Write {name: bytes} as a tar file."""
    with tarfile.open(file, "w") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return file


@pytest.fixture
def tars(tmp_path):
    """Twelve photos of two sources in two tar files."""
    return [
        write_tar(
            tmp_path / f"{number}.tar",
            {f"source{number}/{n}.webp": webp(10 * number + n) for n in range(6)},
        )
        for number in range(2)
    ]


@pytest.fixture
def photos(tars, tmp_path):
    pack(tars, tmp_path / "pack", processes=1)
    return open_pack(tmp_path / "pack")

"""Small photos and films drawn by code."""

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image


def picture(seed: int = 0, size: tuple[int, int] = (72, 96), shift: int = 0) -> np.ndarray:
    """Return soft gray shapes, (H, W) uint8, moved to the right by `shift` pixels."""
    rows, columns = np.mgrid[: size[0], : size[1]].astype(np.float32)
    columns = columns - shift
    waves = np.sin(rows / (7 + seed % 5)) + np.sin(columns / (9 + seed % 7)) + np.sin(seed)
    return np.clip(128 + 40 * waves, 0, 255).astype(np.uint8)


def photo(path: Path, seed: int = 0, size: tuple[int, int] = (72, 96)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture(seed, size)).save(path)
    return path


def film(path: Path, count: int = 8, size: tuple[int, int] = (64, 96), codec: str = "ffv1") -> Path:
    """Write a silent film of a slowly moving picture, 25 frames per second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(25))
        stream.height, stream.width = size
        stream.pix_fmt = "yuv420p"
        for index in range(count):
            gray = av.VideoFrame.from_ndarray(picture(1, size, shift=index), format="gray")
            container.mux(stream.encode(gray.reformat(format="yuv420p")))
        container.mux(stream.encode())
    return path


def film_frames(path: Path) -> list[np.ndarray]:
    """Return every frame of a film as RGB, (H, W, 3) uint8."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def hashes(folder: Path) -> dict[str, str]:
    """Return the content hash of every file below a folder, but for what is recorded about them."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not is_record(path.name)
    }


def is_record(name: str) -> bool:
    """Tell whether a file is a sidecar, a run log or a manifest."""
    return name.endswith(".colorize.json") or name.startswith(("colorize-run-", "manifest-"))


def colourful(path: Path) -> bool:
    """Tell whether a photo has colour worth the name."""
    rgb = np.asarray(Image.open(path).convert("RGB")).astype(int)
    return float((rgb.max(2) - rgb.min(2)).mean()) > 3

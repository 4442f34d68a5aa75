"""What other readers say of a photo that was refused: Pillow, tifffile and imagecodecs."""

import os
import re
import resource
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

WORDS = ("not supported", "cut off", "damaged")
"""What a refusal says, the first that stands in it."""
MOST_SECONDS, MOST_BYTES = 60.0, 8 << 30
_NO_PHOTO = re.compile(r"empty|neither|is a folder|megapixels|extra|pip install")
LISTED = (
    "AVIF",
    "BMP",
    "DIB",
    "GIF",
    "HEIF",
    "JPEG",
    "JPEG2000",
    "JXL",
    "MPO",
    "PNG",
    "PPM",
    "PSD",
)
LISTED += ("TGA", "TIFF", "WEBP")
"""Formats that the manual lists, by Pillow's names. Of others "not supported" is true, also where
another program reads them (icons, XBM, Sun raster)."""
_CUT = re.compile(r"truncat|end of file|eof|unexpected end|not enough|incomplete|premature", re.I)


def word_of(reason: str) -> str:
    """Return which of WORDS a refusal says, "other" for another reason, "none" without one."""
    found = next((word for word in WORDS if word in reason), "")
    return found or ("other" if _NO_PHOTO.search(reason) else "none")


def readers() -> Iterator[tuple[str, Callable[[Path], np.ndarray]]]:
    """Yield name and function of every other reader."""
    yield "Pillow", _pillow
    yield "tifffile", tifffile.imread
    yield "imagecodecs", lambda path: imagecodecs.imread(str(path))


def _pillow(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB") if image.mode in ("P", "PA") else image)


def listed(path: Path) -> bool:
    """Return whether a file is of a format that the manual lists, as far as Pillow can tell."""
    try:
        with Image.open(path) as image:
            return image.format in LISTED
    except Exception:
        return True


def second_opinion(path: Path) -> tuple[dict[str, tuple[int, ...]], str]:
    """Return the shapes of what other readers decode, by their names, and what the rest say."""
    shapes: dict[str, tuple[int, ...]] = {}
    said = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, read in readers():
            try:
                pixels = read(path)
            except Exception as error:
                if name != "imagecodecs":  # it tries every codec, and some call anything cut off
                    said.append(f"{name}: {error}")
                continue
            shapes[name] = np.shape(pixels)
    return shapes, "; ".join(said)


class SecondOpinions:
    """Asks the other readers in a process of its own, which a damaged file may end."""

    def __init__(self) -> None:
        self._pool = _new_pool()

    def contradiction(self, path: Path, reason: str) -> str:
        """Return what `contradiction` does, "" where no other reader survives the file."""
        try:
            return self._pool.submit(contradiction, path, reason).result(MOST_SECONDS)
        except (BrokenProcessPool, TimeoutError):
            for process in list((self._pool._processes or {}).values()):
                process.kill()
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = _new_pool()
            return ""


def _new_pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_be_quiet)


def _be_quiet() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def contradiction(path: Path, reason: str) -> str:
    """Return why a refusal is not true by other readers, "" where they agree.

    imagecodecs fills what is cut off without a word, so a picture that it alone decodes is no
    contradiction of "cut off" and "damaged".
    """
    word = word_of(reason)
    if word == "other":
        return ""
    if word == "none":
        return f"says neither of {', '.join(WORDS)}: {reason}"
    if word == "not supported" and not listed(path):
        return ""
    shapes, said = second_opinion(path)
    strict = {name: shape for name, shape in shapes.items() if name in ("Pillow", "tifffile")}
    if strict:
        return f"is called {word}, but {' and '.join(strict)} decode {next(iter(strict.values()))}"
    if word == "not supported" and _CUT.search(said):
        return f"is called not supported, others call it cut off: {said[:200]}"
    return ""

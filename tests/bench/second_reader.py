"""What other readers say of a photo that was refused: Pillow, tifffile and imagecodecs."""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

WORDS = ("not supported", "cut off", "damaged")
"""What a refusal says, the first that stands in it."""
_NO_PHOTO = re.compile(r"empty|neither|is a folder|megapixels|extra|pip install")
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
                said.append(f"{name}: {error}")
                continue
            shapes[name] = np.shape(pixels)
    return shapes, "; ".join(said)


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
    shapes, said = second_opinion(path)
    strict = {name: shape for name, shape in shapes.items() if name in ("Pillow", "tifffile")}
    if strict:
        return f"is called {word}, but {' and '.join(strict)} decode {next(iter(strict.values()))}"
    if word == "not supported" and _CUT.search(said):
        return f"is called not supported, others call it cut off: {said[:200]}"
    return ""

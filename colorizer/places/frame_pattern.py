"""Names of image sequences: one pattern, such as shot_%04d.dpx, stands for all frames.

A pattern is a path whose name holds a frame number as `%04d`, `%d` or `####`; `%%` is a percent
sign, and next to a `%04d` a `#` is a `#`. A pattern goes wherever the path of a film goes; what
needs the files asks here. A name alone never makes a pattern: a file of that name is that file,
and a photo is never a pattern. The library fileseq is not used: it takes the photo `100%deco.tif`
for a pattern, refuses `a#b%04d.tif`, and makes two sequences of numbers with 4 and with 5 digits.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from colorizer.errors import MediaError
from colorizer.notes import note

FILE_SUFFIXES = frozenset((".dpx", ".exr"))
"""Formats whose files are frames of a film and never photos."""
FRAME_SUFFIXES = FILE_SUFFIXES | {
    *(".tif", ".tiff", ".png", ".jpg", ".jpeg", ".jp2", ".j2k", ".bmp", ".ppm", ".pgm", ".webp"),
}
"""Formats that frames of a sequence are read in."""
_PERCENT = re.compile(r"%%|%(?:0?(\d{1,2}))?d")
_HASHES = re.compile(r"#+")
_NUMBERED = re.compile(r"(.*?)(\d{1,18})(\.[^.]+)", re.DOTALL)
_SHOWN_GAPS = 8


def is_pattern(path: Path) -> bool:
    """Tell whether the path of a film stands for frames: its name can, and no such file exists.

    Of a path whose kind is not known, `stands_for_frames` also looks for the frames.
    """
    return is_frame_name(path) and not os.path.lexists(path)


def is_frame_name(path: Path) -> bool:
    """Tell whether a name holds one frame number and the suffix of a format of frames."""
    name = path.name
    if "%" not in name and "#" not in name:  # a million files are asked
        return False
    return path.suffix.lower() in FRAME_SUFFIXES and _mark_in(name) is not None


def stands_for_frames(path: Path) -> bool:
    """Tell whether a person wrote a pattern: no such file exists, but several numbered ones do.

    One frame is enough where its format is one of frames alone.
    """
    if not is_pattern(path):
        return False
    try:
        return len(frames_of(path)) >= (1 if path.suffix.lower() in FILE_SUFFIXES else 2)
    except OSError:
        return False


def normal(pattern: Path) -> Path:
    """Return a pattern with its number written as `%0Nd`."""
    before, width, after = _parts(pattern)
    return pattern.with_name(f"{_escaped(before)}{_mark(width)}{_escaped(after)}")


def frame_path(pattern: Path, number: int) -> Path:
    """Return the file of one frame."""
    before, width, after = _parts(pattern)
    return pattern.with_name(f"{before}{number:0{width}}{after}")


def frames_of(pattern: Path) -> dict[int, Path]:
    """Return number -> file of the existing frames, in order of their numbers.

    Names in another Unicode form, as a move between systems gives them, are of the same frames;
    of two files with one number the one spelled as the pattern counts.

    Raises:
        OSError: the folder can't be read.
    """
    before, width, after = _parts(pattern)
    alike = (_composed(before), _composed(after))
    found: dict[int, Path] = {}
    with os.scandir(pattern.parent) as entries:
        for entry in entries:
            name = entry.name
            number = _number(name, before, after, width)
            if number is not None:
                found[number] = pattern.parent / name
            elif not name.isascii():
                number = _number(_composed(name), *alike, width)
                if number is not None:
                    found.setdefault(number, pattern.parent / name)
    return dict(sorted(found.items()))


def _number(name: str, before: str, after: str, width: int) -> int | None:
    """Return the number between the parts of a frame's name; None where it does not match."""
    if not (name.startswith(before) and name.endswith(after)):
        return None
    digits = name[len(before) : len(name) - len(after)]
    sound = digits.isdecimal() and digits.isascii() and f"{int(digits):0{width}}" == digits
    return int(digits) if sound else None


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def there(path: Path, *, film: bool = True) -> bool:
    """Tell whether a file exists, or of a film any frame of a pattern; a dead link counts."""
    if os.path.lexists(path):
        return True
    try:
        return film and is_pattern(path) and bool(frames_of(path))
    except OSError:
        return False


def files_of(path: Path) -> list[Path]:
    """Return the frames of a pattern; of any other path it alone.

    Raises:
        OSError: the folder of the frames can't be read, or there are none.
    """
    if not is_pattern(path):
        return [path]
    files = list(frames_of(path).values())
    if not files:
        raise FileNotFoundError(2, note("frames.no_such_name"), str(path))
    return files


def missing_words(numbers: Iterable[int]) -> str:
    """Return in words which numbers between the first and the last are missing; empty for none."""
    numbers = list(numbers)
    runs = [
        (before + 1, after - 1)
        for before, after in zip(numbers, numbers[1:], strict=False)
        if after > before + 1
    ]
    if not runs:
        return ""
    count = sum(last - first + 1 for first, last in runs)
    shown = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs[:_SHOWN_GAPS])
    missing = note("frames.missing", count=count, numbers=shown)
    more = len(runs) - _SHOWN_GAPS
    return note("frames.more_places", why=missing, places=more) if more > 0 else missing


def check_gaps(pattern: Path, numbers: Iterable[int]) -> None:
    """Refuse a sequence with holes.

    Raises:
        MediaError: numbers are missing, with the numbers.
    """
    if words := missing_words(numbers):
        raise MediaError(pattern, note("frames.find_or_accept", why=words))


def grouped(files: Iterable[Path]) -> dict[Path, list[Path]]:
    """Find the sequences that files of one folder make; files of none are left out.

    The last number of a name counts frames. Names with leading zeros all have the same length, up
    to the number that needs one digit more; 1.tif, ..., 10.tif are a sequence too.

    Returns:
        Pattern -> its files in order of their numbers.
    """
    alike: dict[tuple[Path, str, str], dict[str, Path]] = defaultdict(dict)
    for file in files:
        if found := _NUMBERED.fullmatch(file.name):
            before, digits, after = found.groups()
            alike[file.parent, before, after][digits] = file
    patterns: dict[Path, list[Path]] = {}
    for (folder, before, after), named in alike.items():
        for width, digits in _by_width(list(named)).items():
            pattern = folder / f"{_escaped(before)}{_mark(width)}{_escaped(after)}"
            if is_frame_name(pattern):
                patterns[pattern] = [named[number] for number in sorted(digits, key=int)]
    return patterns


def stem_of(pattern: Path) -> str:
    """Return what a sequence is called: its name before the number, or that of its folder."""
    before = _parts(pattern)[0].rstrip("_-. ")
    return before or Path(os.path.abspath(pattern)).parent.name or "sequence"  # noqa: PTH100


def named_like(pattern: Path, stem: str, suffix: str) -> str:
    """Return the name of a pattern with another stem and suffix; digits and separator stay."""
    before, width, _ = _parts(pattern)
    separator = before[len(before.rstrip("_-. ")) :] or "_"
    return f"{_escaped(stem + separator)}{_mark(width)}{suffix}"


def _by_width(digits: list[str]) -> dict[int, list[str]]:
    """Sort numbers of names by the width of their padding."""
    padded = sorted({len(text) for text in digits if text.startswith("0") and len(text) > 1})
    if not padded:
        return {min(map(len, digits)): digits}
    widths: dict[int, list[str]] = defaultdict(list)
    for text in digits:
        fitting = [width for width in padded if width <= len(text)]
        if text.startswith("0") and len(text) > 1 or len(text) in padded:
            widths[len(text)].append(text)
        else:
            widths[fitting[-1] if fitting else 1].append(text)
    return dict(widths)


def _mark(width: int) -> str:
    return f"%0{width}d" if width > 1 else "%d"


def _mark_in(name: str) -> tuple[int, int, int] | None:
    """Return begin, end and width of the one frame number in a name; None for none or several."""
    found = [mark for mark in _PERCENT.finditer(name) if mark.group() != "%%"]
    if found:
        width = int(found[0].group(1) or 1)
    else:
        found = list(_HASHES.finditer(name))
        width = len(found[0].group()) if found else 0
    return (*found[0].span(), max(1, width)) if len(found) == 1 else None


def _escaped(text: str) -> str:
    """Return a part of a file's name as it stands in a pattern."""
    return text.replace("%", "%%")


def _parts(pattern: Path) -> tuple[str, int, str]:
    """Return the name before the number, its least digits, and the name after it."""
    found = _mark_in(pattern.name)
    if found is None:
        raise ValueError(f"{pattern} holds no frame number")
    begin, end, width = found
    name = pattern.name
    return name[:begin].replace("%%", "%"), width, name[end:].replace("%%", "%")

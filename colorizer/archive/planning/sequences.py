"""Which of the files that were found are frames of image sequences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from colorizer.archive.planning.walk import Found
from colorizer.errors import MediaError, SettingsError
from colorizer.jobs import Kind
from colorizer.notes import note
from colorizer.places.frame_pattern import (
    FILE_SUFFIXES,
    FRAME_SUFFIXES,
    check_gaps,
    frames_of,
    grouped,
    is_pattern,
    normal,
)
from colorizer.settings import Settings

_LEAST = 2
"""Numbered photos that make a sequence, at least."""


def found_sequences(
    found: Iterable[Found], settings: Settings
) -> tuple[list[Found], list[MediaError]]:
    """Put one pattern in place of the frames of each sequence.

    DPX files are always frames; numbered photos where `settings.sequence` is set.

    Returns:
        What is left, each sequence at the place of its first frame, and sequences refused for gaps.
    """
    found = list(found)
    suffixes = FRAME_SUFFIXES if settings.sequence else FILE_SUFFIXES
    files = [item for item in found if item.path.suffix.lower() in suffixes]
    pattern_of: dict[Path, Path] = {}
    for pattern, frames in grouped(i.path for i in files if not _is_sequence(i)).items():
        if len(frames) >= _LEAST or pattern.suffix.lower() in FILE_SUFFIXES:
            pattern_of |= dict.fromkeys(frames, pattern)
    if not pattern_of and not any(map(_is_sequence, found)):
        return found, []
    kept: list[Found] = []
    problems: list[MediaError] = []
    told: set[Path] = set()
    for item in found:
        pattern = normal(item.path) if _is_sequence(item) else pattern_of.get(item.path)
        if pattern is None:
            kept.append(item)
        elif pattern not in told:
            told.add(pattern)
            if problem := gap_of(pattern, settings):
                problems.append(problem)
            else:
                kept.append(Found(pattern, item.folder, Kind.FILM, named=item.named))
    return kept, problems


def _is_sequence(item: Found) -> bool:
    return item.kind is Kind.FILM and is_pattern(item.path)


def gap_of(pattern: Path, settings: Settings) -> MediaError | None:
    """Return why a sequence is refused: numbers are missing, or it can't be listed."""
    try:
        if not settings.accept_gaps:
            check_gaps(pattern, frames_of(pattern))
    except OSError as error:
        return MediaError(pattern, note("file.cannot_read_so", why=error.strerror))
    except MediaError as error:
        return error
    return None


def only_sequence(inputs: Sequence[str], out: Path, settings: Settings) -> Path | None:
    """Return the one sequence of a folder whose result has the name `out`; None for other inputs.

    Raises:
        SettingsError: the folder holds several, so that one name is not enough.
    """
    frames = is_pattern(out)
    names_result = frames or (out.suffix != "" and not out.is_dir())
    if len(inputs) != 1 or not names_result or not Path(inputs[0]).is_dir():
        return None
    suffixes = FRAME_SUFFIXES if settings.sequence or frames else FILE_SUFFIXES
    names = Path(inputs[0]).iterdir()
    patterns = list(grouped(path for path in names if path.suffix.lower() in suffixes))
    if not patterns:
        return None
    if len(patterns) > 1:
        shown = ", ".join(pattern.name for pattern in patterns[:3])
        raise SettingsError(
            note("plan.several_sequences", folder=inputs[0], count=len(patterns), names=shown)
        )
    return patterns[0]

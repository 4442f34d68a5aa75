"""What becomes of photos that need no colour: coloured ones, blank pages, text and line art."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from colorizer.archive.planning.existing import settle
from colorizer.errors import TargetError
from colorizer.files.durable import flush_folder, replacing
from colorizer.files.strangers import open_regular
from colorizer.frame import Frame
from colorizer.jobs import Job, JobState, Progress
from colorizer.media import open_photo
from colorizer.media.photo.content import CONTENTS
from colorizer.media.photo.still import StillSource
from colorizer.notes import note
from colorizer.settings import Settings

WORDS = {
    "coloured": note("content.coloured"),
    "blank": note("content.blank"),
    "text": note("content.text"),
    "line_art": note("content.line_art"),
}
"""What a photo shows -> how it is called."""


class NoColourNeeded(Exception):
    """A photo is to be left as it is.

    Attributes:
        content: what it shows, one of CONTENTS.
    """

    def __init__(self, content: str) -> None:
        super().__init__(content)
        self.content = content


def sorted_out(frames: Iterator[Frame], source: StillSource, settings: Settings) -> Iterator[Frame]:
    """Pass on the frames of a photo that is to be coloured.

    Of several pages all must need no colour: one picture among them, and all are done.

    Raises:
        NoColourNeeded: nothing in it is to be coloured.
    """
    for frame in frames:
        if frame.index == 0 and _unwanted(source, settings) and _rest_unwanted(source, settings):
            raise NoColourNeeded(source.contents[0])
        yield frame


def _unwanted(source: StillSource, settings: Settings) -> bool:
    return action(source.contents[-1], settings) != "do"


def _rest_unwanted(source: StillSource, settings: Settings) -> bool:
    """Look at the pages after the first in a second reading: all at once would fill the memory."""
    if source.frame_count == 1:
        return True
    with open_photo(source.path, settings, side=settings.size) as again:
        return all(_unwanted(again, settings) for _ in again.frames())


def action(content: str, settings: Settings) -> str:
    """Return what the settings say is done with a photo: do, skip or copy."""
    wish = getattr(settings, content) if content in CONTENTS else "do"
    return "do" if wish == "auto" else wish


def leave(job: Job, content: str) -> Progress:
    """Skip or copy a photo that needs no colour, and say so.

    Raises:
        TargetError: the copy can't be written.
    """
    words = note("content.needs_no_colour", content=WORDS[content])
    if action(content, job.settings) == "skip":
        return Progress(job, JobState.SKIPPED, message=words, content=content)
    # A copy keeps its format, whatever the results' is.
    target = job.target.with_suffix(job.source.suffix.lower())
    job = replace(job, target=target)
    if settled := settle(job):
        return replace(settled, content=content)
    sha256 = copy_bytes(job.source, target)
    words = note("content.copied", why=words)
    return Progress(job, JobState.DONE, 1, 1, message=words, sha256=sha256, content=content)


def copy_bytes(source: Path, target: Path) -> str:
    """Copy a file byte for byte with its time, complete or not at all; return its SHA-256.

    Raises:
        TargetError: the copy can't be made.
    """
    digest = hashlib.sha256()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with open_regular(source) as read, replacing(target) as written:
            while block := read.read(1 << 20):
                digest.update(block)
                written.write(block)
            written.flush()
            shutil.copystat(source, written.name)
        flush_folder(target.parent)
    except OSError as error:
        raise TargetError(target, note("file.cannot_copy", why=error.strerror or error)) from error
    return digest.hexdigest()

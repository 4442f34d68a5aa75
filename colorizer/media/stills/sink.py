"""Stills of a film: a folder with the best frames of its shots, gray and coloured, for people.

    FOLDER/gray/NAME_s0003_f000131_0-00-05.240.png      as the film shows it
    FOLDER/colour/NAME_s0003_f000131_0-00-05.240.png    with the colours of today
    FOLDER/contact_sheet_001.png                        all of them, small
    FOLDER/stills.json                                  what was written, with hashes

What a person has painted over is not written over. A run that was interrupted continues at the
first shot whose stills are not complete.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from colorizer import __version__
from colorizer.colour.cielab import L_to_gray
from colorizer.colour.gamut import ab_to_srgb
from colorizer.errors import TargetError
from colorizer.files.checksum import file_hash
from colorizer.files.durable import write_whole
from colorizer.files.stills_list import COLOUR, GRAY, LIST, SHEET, StillsList, read_list
from colorizer.frame import Frame
from colorizer.media.film.protocol import Film
from colorizer.media.metadata.making import Making
from colorizer.media.metadata.xmp import mark_generated
from colorizer.media.stills.sheet import Cell, write_sheets
from colorizer.notes import Note, note
from colorizer.places.still_name import StillName, still_name

if TYPE_CHECKING:
    from colorizer.media.film.adopting import State
    from colorizer.media.film.anchor import Anchor


@dataclass(frozen=True, slots=True)
class Wanted:
    """What stills are written, and whether earlier ones are kept."""

    folder: Path
    stem: str
    """Of the film's name."""
    identity: Mapping[str, Any]
    """All that the stills depend on."""
    existing: str
    """One of `settings.EXISTING`, but for rename."""
    continues: bool = True
    """Whether a run that was interrupted can continue inside the film."""


class StillsSink:
    """Writes stills; `finish` completes list and contact sheet.

    A context manager, and as much of an output as the stages of a film ask for.
    """

    video = True
    by_rows = False
    warnings: list[str]
    files: list[Path]
    """Written by this run."""

    def __init__(self, wanted: Wanted, like: Film) -> None:
        """Look at what the folder holds.

        Args:
            wanted: see there.
            like: the opened film.

        Raises:
            TargetError: the folder can't be written, or holds stills of another film.
        """
        self._wanted, self._film = wanted, like
        self.warnings, self.files = [], []
        self._kept: list[Path] = []
        self._pending: list[dict[str, Any]] = []
        self._identity = json.loads(json.dumps(dict(wanted.identity), default=str))
        before = read_list(wanted.folder)
        self.done: Note | None = None
        """Why nothing is to be done."""
        self._list = StillsList(like.path.name, self._identity)
        self._known = before.hashes() if before else {}
        if before is not None:
            self._take_up(before)

    def _take_up(self, before: StillsList) -> None:
        """Decide by what an earlier run has left."""
        folder, existing = self._wanted.folder, self._wanted.existing
        same_film = before.identity.get("source") == self._identity.get("source")
        same = before.identity == self._identity
        if not same_film and existing != "overwrite":
            raise TargetError(folder, note("stills.other_film", film=before.film))
        if before.complete and existing == "fail":
            raise TargetError(folder, note("stills.exist"))
        if before.complete and (existing == "skip" or (existing == "update" and same)):
            self.done = note("stills.exist") if same else note("stills.exist_otherwise")
        elif not before.complete and same and self._wanted.continues:
            self._list = before
        elif not before.complete:
            self.warnings.append(note("stills.begun_again"))

    def __enter__(self) -> Self:
        try:
            for name in (GRAY, COLOUR):
                (self._wanted.folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            told = note("folder.cannot_create", why=error.strerror)
            raise TargetError(self._wanted.folder, told) from error
        return self

    def __exit__(self, *_: object) -> None:
        """Keep what is complete."""

    @property
    def start(self) -> int:
        """Index of the first frame of the first shot that is not complete."""
        return self._list.next

    @property
    def firsts(self) -> list[int]:
        """First frames of the shots that are complete."""
        return [shot["first_frame"] for shot in self._list.shots]

    def anchor(self, count: int) -> Anchor | None:
        """Return None: what lies before is decoded again."""
        return None

    def state(self) -> State:
        """Return nothing: it begins with a shot."""
        return {}

    def keep_state(self, index: int, state: State) -> None:
        """Forget it."""

    def chroma_size(self, frame: Frame) -> tuple[int, int]:
        """Return that of the luma plane."""
        return frame.Y.shape[0], frame.Y.shape[1]

    def chroma_shift(self, frame: Frame) -> tuple[float, float]:
        """Return none."""
        return 0.0, 0.0

    def write(self, frame: Frame, index: int) -> None:
        """Write a still of the shot that is not complete, both ways.

        Args:
            frame: with ab at the size of its luma.
            index: of the frame in the part of the film that is wanted.

        Raises:
            TargetError: the disk is full or a file can't be written.
        """
        number = index + self._film.first_index
        seconds = float((frame.pts or 0) * frame.time_base)
        begun = Fraction(self._film.first_index) / (self._film.rate or 1)
        name = still_name(
            StillName(self._wanted.stem, len(self._list.shots) + 1, number),
            self._film.timecode,
            number,
            seconds + float(begun),
            self._film.rate,
        )
        L = frame.lightness()
        assert frame.ab is not None
        gray = np.repeat(L_to_gray(L)[..., None], 3, axis=2)
        colour = np.moveaxis(ab_to_srgb(L, frame.ab), 0, -1)
        told = {"frame": number, "name": name}
        for kind, picture in ((GRAY, gray), (COLOUR, colour)):
            codes = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
            codes = self._on_screen(codes)
            xmp = self._marked(codes, name) if kind == COLOUR else b""
            told[kind] = self._put(self._wanted.folder / kind / name, codes, xmp)
        self._pending.append(told)

    def end_shot(self, first: int, after: int) -> None:
        """Note that the stills of a shot are complete.

        Args:
            first: index of its first frame.
            after: index of the first frame of the next.
        """
        shot = {"shot": len(self._list.shots) + 1, "first_frame": first}
        self._list.shots.append({**shot, "stills": self._pending})
        self._pending, self._list.next = [], after
        self._save()

    def finish(self) -> None:
        """Draw the contact sheet, and complete the list."""
        folder = self._wanted.folder
        cells = [
            Cell(
                f"shot {shot['shot']}  frame {still['frame']}",
                folder / GRAY / still["name"],
                folder / COLOUR / still["name"],
            )
            for shot, still in self._list.stills()
        ]
        self.files += write_sheets(folder, SHEET, cells)
        self._list.complete = True
        self._save()
        if self._kept:
            self.warnings.append(note("stills.kept", count=len(self._kept), file=self._kept[0]))

    def _on_screen(self, codes: np.ndarray) -> np.ndarray:
        """Return a picture of square pixels, whole where it is of a single field."""
        import cv2

        height, width = self._film.size
        ratio = self._film.sample_aspect_ratio or Fraction(1)
        size = (round(width * ratio), height) if ratio >= 1 else (width, round(height / ratio))
        if size == codes.shape[1::-1]:
            return codes
        return cv2.resize(codes, size, interpolation=cv2.INTER_CUBIC)

    def _marked(self, codes: np.ndarray, name: str) -> bytes:
        """Return XMP that says that the colour of a still is a guess."""
        known = sha256(json.dumps(self._identity, sort_keys=True).encode())
        known.update(name.encode() + codes.tobytes())
        source = self._identity.get("source", {})
        return mark_generated(
            None,
            Making(
                version=__version__,
                size=(codes.shape[0], codes.shape[1]),
                profile="sRGB",
                mime="image/png",
                source=self._film.path.name,
                source_sha256=str(source.get("sample", "")),
                identity=known.hexdigest(),
            ),
        )

    def _put(self, file: Path, picture: np.ndarray, xmp: bytes) -> str:
        """Write a picture unless somebody has painted there; return the hash of what was written.

        Raises:
            TargetError: it can't be written.
        """
        from colorizer.media import save_png

        relative = file.relative_to(self._wanted.folder).as_posix()
        try:
            painted = file.exists() and file_hash(file) != self._known.get(relative)
        except OSError as error:
            told = note("file.cannot_read_so", why=error.strerror)
            raise TargetError(file, told) from error
        if painted and self._wanted.existing != "overwrite":
            self._kept.append(file)
            return self._known.get(relative, "")
        save_png(file, picture, xmp)
        self.files.append(file)
        return file_hash(file)

    def _save(self) -> None:
        file = self._wanted.folder / LIST
        try:
            write_whole(file, self._list.as_json().encode("utf-8"))
        except OSError as error:
            raise TargetError(file, note("file.cannot_write_so", why=error.strerror)) from error

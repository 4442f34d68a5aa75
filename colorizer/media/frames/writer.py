"""Writing the frames of a sequence: which format, depth and transfer the files have."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from colorizer.errors import TargetError
from colorizer.files.checksum import file_hash
from colorizer.files.durable import write_whole
from colorizer.files.strangers import open_regular
from colorizer.frame import Frame
from colorizer.media.film.protocol import Film
from colorizer.media.frames.colours import dpx_bytes, film_rows, neutral_rows
from colorizer.media.frames.dpx import Header, new_header
from colorizer.media.frames.exr_frames import ExrCarried, exr_bytes
from colorizer.media.frames.exr_header import new_exr_header
from colorizer.media.frames.files import (
    EXR,
    Carried,
    FrameSink,
    stand_in,
)
from colorizer.media.photo.still import StillSource
from colorizer.media.photo.still_codes import colour_rows
from colorizer.media.photo.still_formats import WRITERS
from colorizer.notes import note
from colorizer.places.frame_pattern import FILE_SUFFIXES
from colorizer.settings import PhotoWriting

_HALF_HOLDS = 10
"""Bits of video whose codes all come back from half floats."""


class FrameWriter:
    """Colours frames and writes each to a file, in whatever thread."""

    warnings: list[str]
    """What the files can't hold, one line each."""

    def __init__(self, target: Path, writing: PhotoWriting, like: Film, *, made_by: str) -> None:
        """Choose what the files are.

        Args:
            target: pattern of the files.
            writing: see `StillSink`; frames have no caption.
            like: the opened film or sequence.
            made_by: how the colours come to be, in a line.

        Raises:
            TargetError: the suffix names no format of frames.
        """
        self.warnings = []
        self._target, self._like = target, like
        self._sequence = like.sequence
        self._writing, self._made_by = replace(writing, caption=False), made_by
        self._own = check_frames(target)
        self._transfer = self._dpx_transfer()
        self._film_hash = ""

    def open(self) -> None:
        """Hash the film that the frames are derived from.

        Raises:
            OSError: it can't be read.
        """
        if self._sequence is None:
            self._film_hash = file_hash(self._like.path)

    def number(self, index: int) -> int:
        """Return the number of a frame: the source's own, those of a film count from 1."""
        return self._sequence.numbers[index] if self._sequence else index + 1

    def carried(self, index: int) -> Carried | None:
        """Return what a frame's source file holds next to its picture; once."""
        return self._sequence.take(index) if self._sequence else None

    def write(self, path: Path, frame: Frame, carried: Carried | None) -> tuple[str, np.ndarray]:
        """Write one file; return its hash and its mean and largest error.

        Args:
            path: of the file.
            frame: with ab, or `ab_rows`, at full size.
            carried: from `carried`.

        Raises:
            TargetError: it can't be written.
        """
        if frame.kept and self._copies():
            return self._write_copy(path, frame)
        if self._own:
            return self._write_own(path, frame, carried)
        film = self._sequence is None
        deep = self._like.layout.bits > 8
        like = carried
        if not isinstance(like, StillSource):
            files = self._sequence
            own = files.file(self.number(frame.index)) if files else self._like.path
            like = stand_in(own, deep)
        with FrameSink(
            path,
            self._writing,
            like=like,
            made_by=self._made_by,
            colour=film_rows(self._like.tags.matrix) if film else colour_rows,
            source_sha256=self._film_hash,
        ) as sink:
            sink.write(frame)
        self.warnings += [line for line in sink.warnings if line not in self.warnings]
        return file_hash(path), np.array([sink.mean_dL, sink.max_dL])

    def _copies(self) -> bool:
        """Tell whether a frame that keeps its colours can be its source's file, byte for byte."""
        same = self._sequence and self._sequence.path.suffix.lower() == self._target.suffix.lower()
        plain = PhotoWriting()
        asked = (self._writing.bit_depth, self._writing.profile)
        return bool(same) and asked == (plain.bit_depth, plain.profile)

    def _write_copy(self, path: Path, frame: Frame) -> tuple[str, np.ndarray]:
        assert self._sequence is not None
        source = self._sequence.file(self.number(frame.index))
        try:
            with open_regular(source) as read:
                data = read.read()
            write_whole(path, data)
        except OSError as failure:
            raise TargetError(path, note("file.cannot_write_so", why=failure.strerror)) from failure
        return sha256(data).hexdigest(), np.zeros(2)

    def _write_own(
        self, path: Path, frame: Frame, carried: Carried | None
    ) -> tuple[str, np.ndarray]:
        if path.suffix.lower() == EXR:
            data, error = self._exr(frame, carried)
        else:
            header = carried if isinstance(carried, Header) else self._new_header(frame)
            colour = neutral_rows if self._sequence else film_rows(self._like.tags.matrix)
            bits = self._bits(header)
            data, error = dpx_bytes(frame, header, bits, path.name, self._transfer, colour)
        try:
            write_whole(path, data)
        except OSError as failure:
            raise TargetError(path, note("file.cannot_write_so", why=failure.strerror)) from failure
        return sha256(data).hexdigest(), error

    def _exr(self, frame: Frame, carried: Carried | None) -> tuple[bytes, np.ndarray]:
        """Return the OpenEXR file of a frame: half, or float where half is too coarse."""
        like, size = self._like, (frame.Y.shape[0], frame.Y.shape[1])
        if isinstance(carried, ExrCarried):
            return exr_bytes(frame, carried.header, carried.light, carried.header.bits, None)
        bits = 16 if like.layout.bits <= _HALF_HOLDS else 32
        header = new_exr_header(size, like.rate, like.sample_aspect_ratio)
        return exr_bytes(frame, header, None, bits, None if self._sequence else like.tags.matrix)

    def _dpx_transfer(self) -> str:
        """Return what the codes of DPX results are; tell what other formats can't hold."""
        transfer = self._sequence.transfer if self._sequence else "video"
        source = self._sequence.path.suffix.lower() if self._sequence else ""
        suffix = self._target.suffix.lower()
        if transfer != "video" and suffix != source:
            keeps = "OpenEXR" if source == EXR else "DPX"
            become = "linear light" if suffix == EXR else "video"
            self.warnings.append(
                note(
                    "frames.codes_cut", transfer=transfer, suffix=suffix, become=become, keeps=keeps
                )
            )
        return transfer if suffix == source else "video"

    def _new_header(self, frame: Frame) -> Header:
        like = self._like
        return new_header(
            (frame.Y.shape[0], frame.Y.shape[1]),
            like.rate,
            like.sample_aspect_ratio,
            number=self.number(frame.index),
            count=like.frame_count,
        )

    def _bits(self, header: Header) -> int:
        """Return the depth of a DPX result: DPX of 8 bit comes from such DPX alone."""
        if self._writing.bit_depth != "same":
            return int(self._writing.bit_depth)
        bits = self._like.layout.bits
        return header.bits or next(depth for depth in (10, 12, 16) if bits <= depth)


def check_frames(target: Path) -> bool:
    """Check that frames can be written under a pattern, and tell whether they are DPX or OpenEXR.

    Raises:
        TargetError: its suffix names no format of frames.
    """
    suffix = target.suffix.lower()
    if suffix in FILE_SUFFIXES:
        return True
    if suffix not in WRITERS:
        known = " ".join([*sorted(FILE_SUFFIXES), *WRITERS])
        raise TargetError(target, note("frames.formats", known=known))
    return False

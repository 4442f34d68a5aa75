"""What the metadata of a result tell of how it came to be."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from colorizer import __version__
from colorizer.colour.profiles import profile_name
from colorizer.errors import MediaError
from colorizer.files.checksum import file_hash
from colorizer.frame import Frame
from colorizer.notes import note


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a result came to be, as its XMP tells it."""

    version: str
    """Of this program."""
    parameters: str = ""
    """Model and settings, in a line."""
    size: tuple[int, int]
    """(height, width) of the result."""
    profile: str
    """Name of the result's ICC profile."""
    srgb: bool = True
    """Whether that is sRGB."""
    mime: str
    """Of the result, such as image/tiff."""
    source: str
    """File name of the source."""
    source_sha256: str
    identity: str
    """Hex digits that two results share only if they are the same; no time is in them, and none
    is written, so that equal runs give equal files."""


class PhotoMaking:
    """Tells of each page of one photo how its result came to be.

    Args:
        source: the photo, hashed once.
        made_by: model and settings, in a line.
        depth: the bits that were asked for.
        profile: of the result, as the settings name it.
        icc: that profile.
    """

    def __init__(self, source: Path, *, made_by: str, depth: str, profile: str, icc: bytes) -> None:
        self._source = source
        self._made_by = made_by
        self._depth = depth
        self._profile = profile
        self._icc = icc
        self._source_hash = ""

    def of(self, frame: Frame, size: tuple[int, int], kind: str) -> Making:
        """Return what the XMP of a page tells.

        Args:
            frame: the page, with ab at full size.
            size: (height, width) of its result.
            kind: file format of the result, as in image/KIND.

        Raises:
            MediaError: the source can't be read any more.
        """
        try:
            self._source_hash = self._source_hash or file_hash(self._source)
        except OSError as error:
            raise MediaError(self._source, note("file.cannot_read", why=error)) from error
        assert frame.ab is not None, "a sink wants frames with chroma"
        known = sha256(self._source_hash.encode() + self._icc + frame.ab.tobytes())
        known.update(f"{frame.index} {kind} {self._depth} {self._made_by}".encode())
        return Making(
            version=__version__,
            parameters=self._made_by,
            size=size,
            profile=profile_name(self._icc),
            srgb=self._profile == "srgb",
            mime=f"image/{kind}",
            source=self._source.name,
            source_sha256=self._source_hash,
            identity=known.hexdigest(),
        )

"""What the colour chunks of a PNG say, in the order of precedence that its specification gives.

PNG (Third Edition), 4.3: cICP, then iCCP, then sRGB, then gAMA with cHRM; the first that is
understood counts.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import BinaryIO, TypeAlias

from colorizer.colour.coded_colours import SRGB_PRIMARIES, profile_of, profile_of_codes
from colorizer.colour.made_profiles import SRGB_CURVE, Curve
from colorizer.media.metadata.limits import MOST_METADATA_BYTES
from colorizer.media.metadata.png_walk import walk_chunks
from colorizer.notes import note

SRGB_SAID = "srgb"
_CHUNKS = (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")
_Told: TypeAlias = tuple[bytes | None, str] | None


def colour_of_png(file: BinaryIO, space: str, notes: list[str]) -> tuple[bytes | None, str]:
    """Return the profile of the pixels, and "srgb" where the file says that they are sRGB.

    Args:
        file: a PNG.
        space: "gray" or "rgb".
        notes: chunks that can't be used are named.
    """
    chunks = colour_chunks(file)
    readers: tuple[Callable[[Mapping[bytes, bytes], str], _Told], ...] = (
        _cicp, _iccp, _srgb, _gamma,
    )  # fmt: skip
    for name, reader in zip((*_CHUNKS[:3], b"gAMA or cHRM"), readers, strict=True):
        try:
            found = reader(chunks, space)
        except (ValueError, struct.error, ZeroDivisionError, zlib.error) as error:
            notes.append(note("png.chunk", chunk=name.decode(), why=error))
            continue
        if found is not None:
            return found
    return None, ""


def colour_chunks(file: BinaryIO) -> dict[bytes, bytes]:
    """Read the colour chunks, which come before the pixels; the first of a name counts."""
    found: dict[bytes, bytes] = {}
    for name, length in walk_chunks(file):
        if name == b"IDAT":
            break
        if name in _CHUNKS and length <= MOST_METADATA_BYTES:
            found.setdefault(name, file.read(length))
    return found


def _cicp(chunks: Mapping[bytes, bytes], space: str) -> _Told:
    if b"cICP" not in chunks:
        return None
    primaries, transfer, matrix, full = struct.unpack_from("4B", chunks[b"cICP"])
    if matrix:
        raise ValueError(note("png.matrix", matrix=matrix))
    profile = profile_of_codes(space, primaries, transfer, bool(full))
    return profile, "" if profile else SRGB_SAID


def _iccp(chunks: Mapping[bytes, bytes], space: str) -> _Told:
    if b"iCCP" not in chunks:
        return None
    _, _, packed = chunks[b"iCCP"].partition(b"\0")
    unpacker = zlib.decompressobj()
    profile = unpacker.decompress(packed[1:], MOST_METADATA_BYTES)
    if not profile or unpacker.unconsumed_tail:
        raise ValueError(note("file.it_is_empty") if not profile else note("file.it_is_too_large"))
    return profile, ""


def _srgb(chunks: Mapping[bytes, bytes], space: str) -> _Told:
    return (None, SRGB_SAID) if b"sRGB" in chunks else None


def _gamma(chunks: Mapping[bytes, bytes], space: str) -> _Told:
    """Read gAMA and cHRM; what is missing is taken from sRGB."""
    curve: Curve = SRGB_CURVE
    primaries: tuple[float, ...] = SRGB_PRIMARIES
    if b"gAMA" in chunks:
        (gamma,) = struct.unpack_from(">I", chunks[b"gAMA"])
        if not 1000 <= gamma <= 1000000:
            raise ValueError(note("png.gamma", gamma=gamma / 100000))
        curve = (0, 100000 / gamma)
    if b"cHRM" in chunks:
        values = [value / 100000 for value in struct.unpack_from(">8I", chunks[b"cHRM"])]
        primaries = (*values[2:], *values[:2])
    if (curve, primaries) == (SRGB_CURVE, SRGB_PRIMARIES):
        return None
    return profile_of(space, primaries, curve), ""

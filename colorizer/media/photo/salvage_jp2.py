"""Codestreams of JPEG 2000 that are cut off, made whole (ISO/IEC 15444-1, annexes A and B).

Complete tiles decode as they are. Of a tile that is cut off, or missing, packets without content
take the place of those that are lost: it has less detail, or is of one gray.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from colorizer.media.photo.jp2_boxes import read_size
from colorizer.media.photo.jp2_header import Header
from colorizer.notes import note

_SOT, _SOD, _EOC, _COD = b"\xff\x90", b"\xff\x93", b"\xff\xd9", 0xFF52
_MOST_TILES = 65535
_MOST_PACKETS, _MOST_BYTES = 1 << 20, 1 << 28


@dataclass
class _Tiles:
    """What there is of the tiles of a codestream."""

    parts: bytearray = field(default_factory=bytearray)
    """All tile-parts that are complete."""
    last: bytes = b""
    """The one that is cut off."""
    number: int = -1
    """Tile to which `last` belongs."""
    length: int = 0
    """That `last` should have."""
    seen: dict[int, int] = field(default_factory=dict)
    """Complete tile-parts of each tile."""
    wanted: dict[int, int] = field(default_factory=dict)
    """Tile-parts that each tile announces."""


def repaired_jp2(data: bytes) -> Iterator[tuple[BinaryIO, float]]:
    """Yield ways to complete a codestream, and which share of its data is missing.

    Raises:
        ValueError, IndexError, struct.error: its headers are damaged or cut off.
    """
    header = Header(data)
    stream = data[header.start : header.end]
    size = read_size(stream, 0)
    at = stream.find(_SOT)
    if at < 0:
        raise ValueError(note("jp2.no_tiles"))
    main = stream[:at]
    count, packets = _grid(main), _most_packets(main, len(size.bits))
    if count * packets > _MOST_BYTES:
        raise ValueError(note("jp2.too_many_packets"))
    tiles = _walk(stream, at)
    complete = [n for n, seen in tiles.seen.items() if seen >= tiles.wanted.get(n, 1)]
    share = float(len(set(complete) - {tiles.number}))
    if tiles.number >= 0 and tiles.length:
        share += len(tiles.last) / tiles.length
    after = bytearray()
    for number in range(count):
        if number in complete or (number == tiles.number and tiles.length):
            continue
        after += _empty_part(number, tiles.seen.get(number, 0), packets)
    before = data[: header.start]
    for fill in (b"\xff", b"\0"):
        cut = tiles.last + fill * (tiles.length - len(tiles.last))
        made = main + tiles.parts + cut + after + _EOC
        yield io.BytesIO(_boxed(before, made)), max(0.0, 1 - share / count)


def tiles_present(stream: bytes) -> tuple[int, int]:
    """Return how many tiles of a codestream have data, and how many it should have.

    Raises:
        ValueError, IndexError, struct.error: its headers are damaged or cut off.
    """
    at = stream.find(_SOT)
    if at < 0:
        raise ValueError(note("jp2.no_tiles"))
    count = _grid(stream[:at])
    tiles = _walk(stream, at)
    return len({*tiles.seen, *((tiles.number,) if tiles.number >= 0 else ())}), count


def _grid(main: bytes) -> int:
    """Return the number of tiles by the main header, SIZ (A.5.1)."""
    right, bottom, _, _, across, down, left, top = struct.unpack_from(">8I", main, 8)
    if not across or not down:
        raise ValueError(note("jp2.tiles_sizeless"))
    count = -(-(right - left) // across) * -(-(bottom - top) // down)
    if not 0 < count <= _MOST_TILES:
        raise ValueError(note("jp2.tile_count", number=count))
    return count


def _most_packets(main: bytes, components: int) -> int:
    """Return the most packets that a tile has by the main header, COD (A.6.1)."""
    right, bottom, _, _, across, down = struct.unpack_from(">6I", main, 8)
    at = 2
    while at + 4 <= len(main):
        marker, length = struct.unpack_from(">HH", main, at)
        if marker == _COD:
            style, _, layers, _, levels = main[at + 4], *struct.unpack_from(">BHBB", main, at + 5)
            sizes = main[at + 14 : at + 15 + levels] if style & 1 else b"\xff"
            packets = 0
            for level in range(levels + 1):
                power, scale = sizes[min(level, len(sizes) - 1)], 1 << (levels - level)
                packets += (min(across, right) // scale // (1 << (power & 15)) + 2) * (
                    min(down, bottom) // scale // (1 << (power >> 4)) + 2
                )
            return min(_MOST_PACKETS, packets * layers * components)
        at += 2 + length
    raise ValueError(note("jp2.no_coding"))


def _walk(stream: bytes, at: int) -> _Tiles:
    """Follow the tile-parts until one is cut off or none."""
    tiles = _Tiles()
    while stream[at : at + 2] == _SOT and at + 12 <= len(stream):
        number, length, _, parts = struct.unpack_from(">HIBB", stream, at + 4)
        length = length or len(stream) - at
        if length < 14:
            break
        if parts:
            tiles.wanted[number] = parts
        part = stream[at : at + length]
        if len(part) < length or at + length == len(stream):
            head = part.find(_SOD)
            if head >= 0:
                tiles.last, tiles.number, tiles.length = part, number, length
            break
        tiles.parts += part
        tiles.seen[number] = tiles.seen.get(number, 0) + 1
        at += length
    return tiles


def _empty_part(tile: int, number: int, packets: int) -> bytes:
    """Return a tile-part whose packets say that they are empty, by a bit of 0 each."""
    body = _SOD + bytes(packets)
    return _SOT + struct.pack(">HHIBB", 10, tile, 12 + len(body), number, 0) + body


def _boxed(before: bytes, stream: bytes) -> bytes:
    """Put a codestream after the boxes that come before it; its own then ends with the file."""
    if not before:
        return stream
    head = 16 if before[-16:-12] == b"\0\0\0\1" and before[-12:-8] == b"jp2c" else 8
    return before[:-head] + b"\0\0\0\0jp2c" + stream

"""ICC profiles that are made: of the spaces of results, and of what a file says in other words."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from colorizer.colour.cielab import SRGB, RgbSpace
from colorizer.colour.rgb_spaces import D50, adaptation

Curve: TypeAlias = tuple[int, *tuple[float, ...]]
"""Kind and parameters of ICC's parametricCurveType (ICC.1:2022, 10.18)."""


def _s15(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _text(text: str) -> bytes:
    body = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(body), 28) + body


SRGB_CURVE = (3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_CURVES: dict[str, Curve] = {
    "sRGB": SRGB_CURVE,
    "Display P3": SRGB_CURVE,
    "Adobe RGB (1998) compatible": (0, 563 / 256),
    "eciRGB v2": (3, 3.0, 1 / 1.16, 0.16 / 1.16, 2700 / 24389, 0.08),
}
"""Kind and parameters of the curve of each named space, as ICC's parametricCurveType."""


@lru_cache(maxsize=8)
def make_profile(space: RgbSpace) -> bytes:
    """Return the profile of a named space, the same bytes every time."""
    name = "sRGB IEC61966-2.1" if space is SRGB else space.name
    return rgb_profile(name, space.to_xyz, _CURVES[space.name])


def rgb_profile(name: str, to_xyz: Sequence[Sequence[float]], curve: Curve) -> bytes:
    """Return a version 4 display profile of an RGB space.

    Args:
        name: its description.
        to_xyz: linear R, G, B to XYZ under the space's own white, whose Y is 1.
        curve: of all three channels, code to light.
    """
    native = np.array(to_xyz)
    adapted = adaptation(native.sum(1))
    columns = np.rint(adapted @ native * 65536).astype(int)
    # Rounded so that R = G = B = 1 is exactly the white of the connection space.
    columns[:, 1] += np.rint(np.array(D50) * 65536).astype(int) - columns.sum(1)
    tags = _common_tags(name) | {
        b"chad": b"sf32\0\0\0\0" + _s15(*adapted.ravel()),
        **{
            channel + b"XYZ": b"XYZ \0\0\0\0" + struct.pack(">3i", *columns[:, index])
            for index, channel in enumerate((b"r", b"g", b"b"))
        },
        **{channel + b"TRC": _curve_tag(curve) for channel in (b"r", b"g", b"b")},
    }
    return _assemble(tags, b"RGB ")


def gray_profile(name: str, curve: Curve) -> bytes:
    """Return a version 4 display profile of gray whose codes have the light of a curve."""
    return _assemble(_common_tags(name) | {b"kTRC": _curve_tag(curve)}, b"GRAY")


def _common_tags(name: str) -> dict[bytes, bytes]:
    return {
        b"desc": _text(name),
        b"cprt": _text("No copyright, use freely"),
        b"wtpt": b"XYZ \0\0\0\0" + _s15(*D50),
    }


def _curve_tag(curve: Curve) -> bytes:
    kind, *numbers = curve
    return b"para" + struct.pack(">IHH", 0, kind, 0) + _s15(*numbers)


def _assemble(tags: dict[bytes, bytes], space: bytes) -> bytes:
    """Return a profile of the given tags, equal ones stored once."""
    start = 128 + 4 + 12 * len(tags)
    table, body, places = struct.pack(">I", len(tags)), b"", {}
    for name, data in tags.items():
        if data not in places:
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, places[data], len(data))
    date = struct.pack(">6H", 2024, 1, 1, 0, 0, 0)  # fixed: equal runs give equal files
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"\0\0\0\0", 0x04400000, b"mntr",
                         space, b"XYZ ") + date + b"acsp"  # fmt: skip
    header += bytes(28) + _s15(*D50)
    return header + bytes(128 - len(header)) + table + body

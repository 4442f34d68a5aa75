"""Small image sequences drawn by code."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import tifffile

from colorizer.colour.cielab import srgb_to_linear
from colorizer.media.frames.dpx import Header, new_header, write_dpx
from colorizer.media.frames.exr import write_exr
from colorizer.media.frames.exr_header import ExrHeader, new_exr_header
from tests.draw_film import draw_luma

SIZE = (48, 64)


def dpx_header(*, transfer: int = 6, order: str = ">", size=SIZE, number: int = 1) -> Header:
    """Return a header that says 18 frames per second and has a time code and user data."""
    header = new_header(size, Fraction(18), None, number=number, count=None)
    raw = bytearray(header.raw + b"scanned by hand".ljust(64, b"\0"))
    raw[4:8] = len(raw).to_bytes(4, "big")
    raw[32:36] = (64).to_bytes(4, "big")
    raw[801] = transfer
    raw[1920:1924] = bytes.fromhex("01020304")
    if order == "<":
        raw[:4] = b"XPDS"
        numbers = [(4, 4), (16, 4), (20, 4), (24, 4), (28, 4), (32, 4), (660, 4)]
        numbers += [(768, 2), (770, 2), (772, 4), (776, 4), (780, 4), (784, 4), (792, 4)]
        numbers += [(1620, 2), (1622, 2), (1624, 2), (1626, 2), (1628, 4), (1632, 4)]
        numbers += [(1712, 4), (1716, 4), (1720, 4), (1724, 4), (1920, 4), (1940, 4)]
        for place, length in numbers:
            raw[place : place + length] = raw[place : place + length][::-1]
    return replace(header, raw=bytes(raw), order=order, transfer=transfer)


def draw_dpx(
    folder: Path, count: int = 4, *, bits: int = 10, first: int = 1, name="shot_{:04}.dpx", **header
) -> list[np.ndarray]:
    """Draw gray DPX frames of the whole range and return their codes."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for index in range(count):
        Y = draw_luma(index, SIZE, bits, full=True)
        data = write_dpx(dpx_header(**header), np.repeat(Y[..., None], 3, -1), bits, "drawn")
        (folder / name.format(first + index)).write_bytes(data)
        drawn.append(Y)
    return drawn


def draw_tiffs(
    folder: Path, count: int = 4, *, bits: int = 16, first: int = 1, name="f{:03}.tif", size=SIZE
) -> list[np.ndarray]:
    """Draw gray TIFF frames and return their codes."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [draw_luma(index, size, bits, full=True) for index in range(count)]
    for number, Y in enumerate(drawn, first):
        tifffile.imwrite(folder / name.format(number), Y, description=f"frame {number}")
    return drawn


def exr_header(size=SIZE, **attributes: tuple[str, bytes]) -> ExrHeader:
    """Return a header that says 18 frames per second, its owner and what else is given."""
    header = new_exr_header(size, Fraction(18), None)
    own = {"owner": ("string", b"the archive"), "comments": ("string", b"scanned by hand")}
    return replace(header, attributes={**header.attributes, **own, **attributes})


def draw_exr(folder: Path, count: int = 4, *, bits: int = 16, **attributes) -> list[np.ndarray]:
    """Draw gray OpenEXR frames, with some light beyond black and white; return their light."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for index in range(count):
        light = srgb_to_linear(draw_luma(index, SIZE, 16, full=True) / 65535) * 1.3 - 0.02
        light = light.astype(np.float16 if bits == 16 else np.float32).astype(np.float32)
        data = write_exr(exr_header(**attributes), np.repeat(light[..., None], 3, -1), bits)
        (folder / f"light_{index + 1:04}.exr").write_bytes(data)
        drawn.append(light)
    return drawn

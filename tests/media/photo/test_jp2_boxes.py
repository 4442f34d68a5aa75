"""Palettes, depths and channel definitions of JPEG 2000 (ISO/IEC 15444-1, annex I.5.3)."""

import struct

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from colorizer.colour.cielab import srgb_to_lab
from colorizer.media.photo.jp2_boxes import SIGNATURE, box, boxes
from tests import draw_photo
from tests.media.photo.opening import L_of_frame, open_photo


def stream_of(codes, bits):
    data = imagecodecs.jpeg2k_encode(
        codes, level=0, reversible=True, codecformat="j2k", bitspersample=bits
    )
    return bytes(data)


def jp2(path, codes, bits, *header, space=16):
    height, width = codes.shape[:2]
    count = 1 if codes.ndim == 2 else codes.shape[2]
    head = struct.pack(">IIHBBBB", height, width, count, bits - 1, 7, 0, 0)
    colour = box(b"colr", b"\1\0\0", struct.pack(">I", space))
    path.write_bytes(
        SIGNATURE
        + box(b"ftyp", b"jp2 ", bytes(4), b"jp2 ")
        + box(b"jp2h", box(b"ihdr", head), colour, *header)
        + box(b"jp2c", stream_of(codes, bits))
    )
    return path


def palette(bits, column_bits=8):
    """Return `pclr` and `cmap` boxes of a palette, and its colours."""
    count = 2**bits
    top = 2**column_bits - 1
    ramp = np.rint(np.linspace(top, 0, count))
    colours = np.stack([ramp, np.rint(ramp * 0.9), np.rint(ramp * 0.7)], 1).astype(np.uint16)
    wire = colours.astype(np.uint8 if column_bits <= 8 else ">u2").tobytes()
    depths = bytes([column_bits - 1] * 3)
    return colours, (
        box(b"pclr", struct.pack(">HB", count, 3), depths, wire),
        box(b"cmap", *(struct.pack(">HBB", 0, 1, column) for column in range(3))),
    )


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palettes_of_every_depth_show_what_openjpeg_shows(tmp_path, bits):
    codes = draw_photo.gray() >> (8 - bits)
    _, header = palette(bits)
    path = jp2(tmp_path / "palette.jp2", codes, bits, *header)
    frame, source = open_photo(path)
    expected = imagecodecs.jpeg2k_decode(path.read_bytes()) / 255  # OpenJPEG reads the boxes
    L = srgb_to_lab(np.moveaxis(expected, -1, 0))[0]
    assert np.abs(L_of_frame(frame) - L).max() < 0.01
    assert source.page.coding.depth == 8


def test_a_palette_of_sixteen_bits_keeps_them(tmp_path):
    codes = draw_photo.gray() >> 4
    colours, header = palette(4, 16)
    frame, source = open_photo(jp2(tmp_path / "deep.jp2", codes, 4, *header))
    expected = colours[codes].astype(float) / 65535
    L = srgb_to_lab(np.moveaxis(expected, -1, 0))[0]
    assert np.abs(L_of_frame(frame) - L).max() < 0.002
    assert source.page.coding.depth == 16


def cdef(*entries):
    return box(b"cdef", struct.pack(">H", len(entries)), *(struct.pack(">3H", *e) for e in entries))


def test_channel_definitions_order_the_colours(tmp_path):
    drawn = draw_photo.tinted()
    header = cdef((0, 0, 3), (1, 0, 2), (2, 0, 1))  # blue, green, red
    path = jp2(tmp_path / "bgr.jp2", drawn[..., ::-1].copy(), 8, header)
    frame, _ = open_photo(path)
    expected, _ = open_photo(jp2(tmp_path / "rgb.jp2", drawn, 8))
    assert np.array_equal(frame.Y, expected.Y)


@pytest.mark.parametrize(("meaning", "kind"), [(1, 2), (2, 1), (65535, 0)])
def test_channel_definitions_say_what_a_fourth_channel_is(tmp_path, meaning, kind):
    multiplied = np.minimum(draw_photo.tinted(), draw_photo.alpha()[..., None])
    codes = np.dstack([multiplied, draw_photo.alpha()])
    header = cdef((0, 0, 1), (1, 0, 2), (2, 0, 3), (3, meaning, 0 if meaning < 3 else 65535))
    _, source = open_photo(jp2(tmp_path / "four.jp2", codes, 8, header))
    assert [extra.kind for extra in source.page.extras] == [kind]
    assert np.array_equal(source.page.extras[0].plane, draw_photo.alpha())


def test_sycc_is_converted_as_openjpeg_converts_it(tmp_path):
    with Image.fromarray(draw_photo.tinted()) as image:
        ycc = np.asarray(image.convert("YCbCr"))
    path = jp2(tmp_path / "ycc.jp2", ycc, 8, space=18)
    frame, _ = open_photo(path)
    with Image.open(path) as image:  # Pillow applies the same matrix
        expected = np.asarray(image.convert("RGB")).astype(float) / 255
    L = srgb_to_lab(np.moveaxis(expected, -1, 0))[0]
    assert np.abs(L_of_frame(frame) - L).max() < 0.5


def test_a_palette_that_does_not_fit_is_called_damaged(tmp_path):
    _, (colours, _) = palette(4)
    wrong = box(b"cmap", struct.pack(">HBB", 3, 1, 0))
    path = jp2(tmp_path / "wrong.jp2", draw_photo.gray() >> 4, 4, colours, wrong)
    assert any(kind == b"jp2c" for kind, _, _ in boxes(path.read_bytes()))
    with pytest.raises(Exception, match="is damaged"):
        open_photo(path)

"""Photos of rare kinds other than TIFF, each with what a second reader makes of it."""

import struct

import imagecodecs
import numpy as np
from PIL import Image

from tests import draw_photo
from tests.media.kinds_of_tiff import (
    BILEVEL,
    G8,
    G16,
    HEIGHT,
    RGB8,
    RGB16,
    TIFFS,
    WIDTH,
    data_of,
    linear,
    of,
    pillow,
    saved,
    to_rgb16,
)
from tests.media.odd_photos import psd

OTHERS = {
    "animated.gif": (
        saved("GIF", Image.fromarray(G8), save_all=True, append_images=[Image.fromarray(255 - G8)]),
        of(G8, 255),
    ),
    "interlaced.gif": (saved("GIF", Image.fromarray(G8), interlace=1), of(G8, 255)),
    "transparent.gif": (
        saved("GIF", lambda: Image.fromarray(G8).convert("P"), transparency=3), of(G8, 255),
    ),
    "indexed.psd": (
        lambda path: path.write_bytes(
            (d := psd([255 - G8], 2))[:26] + struct.pack(">I", 768)
            + bytes(range(255, -1, -1)) * 3 + d[30:]
        ),
        of(G8, 255),
    ),
    "duotone.psd": (
        lambda path: path.write_bytes(
            (d := psd([G8], 8))[:26] + struct.pack(">I", 512) + bytes(512) + d[30:]
        ),
        of(G8, 255),
    ),
    "cmyk.psd": (
        lambda path: path.write_bytes(psd([np.full_like(G8, 255)] * 3 + [G8], 4)), of(G8, 255),
    ),
    "gray16.psb": (
        lambda path: path.write_bytes(psd([G16], 1, large=True, compression=1)), of(G16, 65535),
    ),
    "bitmap.psd": (
        lambda path: path.write_bytes(
            struct.pack(">4sH6sHIIHH", b"8BPS", 1, bytes(6), 1, HEIGHT, WIDTH, 1, 0)
            + bytes(12) + b"\0\0" + np.packbits(~BILEVEL, axis=1).tobytes()
        ),
        of(BILEVEL, 1),
    ),
    "frames.avif": (
        saved("AVIF", Image.fromarray(RGB8), save_all=True,
              append_images=[Image.fromarray(255 - RGB8)], quality=95, subsampling="4:4:4"),
        pillow,
    ),
    "gray_alpha.avif": (
        data_of(lambda a: imagecodecs.avif_encode(a, level=100), np.dstack([G8, G8])), pillow,
    ),
    "gray12.avif": (
        data_of(lambda a: imagecodecs.avif_encode(a, level=100, bitspersample=12),
                draw_photo.gray(12)),
        lambda path: to_rgb16(imagecodecs.avif_decode(path.read_bytes()), 4095),
    ),
    "gray16.jxl": (data_of(lambda a: imagecodecs.jpegxl_encode(a, lossless=True), G16),
                   linear(G16 / 65535)),
    "rgba16.jxl": (
        data_of(lambda a: imagecodecs.jpegxl_encode(a, lossless=True),
                np.dstack([RGB16, G16])), linear(RGB16 / 65535),
    ),
    "lossy.jxl": (
        data_of(lambda a: imagecodecs.jpegxl_encode(a, level=90), RGB8),
        lambda path: to_rgb16(imagecodecs.jpegxl_decode(path.read_bytes()), 255),
    ),
    "float.jxl": (
        data_of(lambda a: imagecodecs.jpegxl_encode(a, lossless=True),
                (G16 / 65535).astype(np.float32)),
        linear(G16 / 65535),
    ),
    "lossless.webp": (saved("WEBP", Image.fromarray(RGB8), lossless=True), pillow),
    "alpha.webp": (
        saved("WEBP", Image.fromarray(np.dstack([RGB8, draw_photo.alpha()])), lossless=True,
              exact=True), of(RGB8, 255),
    ),
    "animated.webp": (
        saved("WEBP", Image.fromarray(RGB8), lossless=True, save_all=True,
              append_images=[Image.fromarray(255 - RGB8)]), of(RGB8, 255),
    ),
    "twelve.jp2": (
        data_of(lambda a: imagecodecs.jpeg2k_encode(a, level=0, reversible=True,
                                                    bitspersample=12), draw_photo.tinted(12)),
        of(draw_photo.tinted(12), 4095),
    ),
    "sixteen.jp2": (
        data_of(lambda a: imagecodecs.jpeg2k_encode(a, level=0, reversible=True), G16),
        of(G16, 65535),
    ),
}  # fmt: skip


def png_of(bits, kind, transparent=None):
    """Write a PNG of 1 to 16 bits, gray (0), RGB (2) or palette (3), after its specification."""
    import zlib

    def write(path):
        codes = draw_photo.gray(bits) if kind != 2 else draw_photo.tinted(bits)
        if bits == 16:
            rows = codes.astype(">u2").reshape(HEIGHT, -1).view(np.uint8)
        else:
            flat = codes.reshape(HEIGHT, -1)
            spread = (flat[..., None] >> np.arange(bits - 1, -1, -1)) & 1
            rows = np.packbits(spread.reshape(HEIGHT, -1).astype(np.uint8), axis=1)
        raw = b"".join(b"\0" + row.tobytes() for row in rows)
        chunks = [(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, kind, 0, 0, 0))]
        if kind == 3:
            chunks.append(
                (b"PLTE", b"".join(bytes([n * 255 // (2**bits - 1)]) * 3 for n in range(2**bits)))
            )
        if transparent is not None:
            chunks.append((b"tRNS", transparent))
        chunks += [(b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
        made = b"\x89PNG\r\n\x1a\n"
        for name, body in chunks:
            made += struct.pack(">I", len(body)) + name + body
            made += struct.pack(">I", zlib.crc32(name + body))
        path.write_bytes(made)

    return write


PNGS = {
    f"{kind}{bits}{'t' if clear else ''}.png": (
        png_of(bits, number, clear),
        of(draw_photo.tinted(bits) if number == 2 else draw_photo.gray(bits), 2**bits - 1),
    )
    for kind, number, depths, clear in (
        ("gray", 0, (1, 2, 4, 8, 16), None), ("gray", 0, (1, 2, 4, 8, 16), b"\0\1"),
        ("rgb", 2, (8, 16), None), ("rgb", 2, (8, 16), b"\0\1\0\1\0\1"),
        ("index", 3, (1, 2, 4, 8), None), ("index", 3, (1, 2, 4, 8), b"\0\x80"),
    )
    for bits in depths
}  # fmt: skip


def tga(kind, bits, rle=False):
    """Lay out a TGA 2.0, its first row the topmost."""

    def write(path):
        table = b""
        if kind in (1, 9):
            pixels, table = (
                (255 - G8)[..., None],
                bytes(v for n in range(255, -1, -1) for v in (n,) * 3),
            )
        elif kind in (3, 11):
            pixels = G8[..., None]
        elif bits == 16:
            five = np.dstack([G8 >> 3] * 3).astype(np.uint16)
            pixels = (five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]).astype("<u2")
            pixels = pixels.view(np.uint8).reshape(HEIGHT, WIDTH, 2)
        else:
            pixels = RGB8[..., ::-1]
            if bits == 32:
                pixels = np.dstack([pixels, np.full_like(G8, 255)])
        head = struct.pack("<BBBHHBHHHHBB", 0, bool(table), kind, 0, 256 if table else 0,
                           24 if table else 0, 0, 0, WIDTH, HEIGHT, bits,
                           0x20 | (8 if bits == 32 else 0))  # fmt: skip
        data = bytearray()
        for row in pixels:
            if kind < 8:
                data += row.tobytes()
                continue
            for at in range(0, WIDTH, 100):
                part = row[at : at + 100]
                if (part == part[0]).all():
                    data += bytes([127 + len(part)]) + part[0].tobytes()
                else:
                    data += bytes([len(part) - 1]) + part.tobytes()
        path.write_bytes(head + table + bytes(data))

    return write


def five_bits(path):
    return to_rgb16(G8 >> 3, 31)


TGAS = {
    "1.tga": (tga(1, 8), of(G8, 255)), "9.tga": (tga(9, 8), of(G8, 255)),
    "2_24.tga": (tga(2, 24), of(RGB8, 255)), "10_24.tga": (tga(10, 24), of(RGB8, 255)),
    "2_32.tga": (tga(2, 32), of(RGB8, 255)), "10_32.tga": (tga(10, 32), of(RGB8, 255)),
    "3.tga": (tga(3, 8), of(G8, 255)), "11.tga": (tga(11, 8), of(G8, 255)),
    "2_16.tga": (tga(2, 16), five_bits), "10_16.tga": (tga(10, 16), five_bits),
}  # fmt: skip


def bmp(bits, *, compression=0, down=False, masks=()):
    """Lay out a Windows BMP, BITMAPINFOHEADER."""

    def write(path):
        table = b""
        if bits <= 8:
            table = b"".join(bytes([n * 255 // (2**bits - 1)] * 3 + [0]) for n in range(2**bits))
            spread = (draw_photo.gray(bits)[..., None] >> np.arange(bits - 1, -1, -1)) & 1
            rows = np.packbits(spread.reshape(HEIGHT, -1).astype(np.uint8), axis=1)
        elif bits == 16:
            shifts = ((11, 5, 0), (3, 2, 3)) if masks else ((10, 5, 0), (3, 3, 3))
            pixels = sum(
                (G8.astype(np.uint16) >> less) << up for up, less in zip(*shifts, strict=True)
            )
            rows = pixels.astype("<u2").view(np.uint8)
        else:
            pixels = RGB8[..., ::-1]
            if bits == 32:
                pixels = np.dstack([pixels, np.zeros_like(G8)])
            rows = pixels.reshape(HEIGHT, -1)
        order = rows if down else rows[::-1]
        if compression in (1, 2):
            data = b""
            for row in order:
                n, wide = len(row), len(row) * (8 // bits)
                for at in range(0, n, 40):
                    part = row[at : at + 40].tobytes()
                    data += bytes([0, len(part) * (8 // bits)]) + part + b"\0" * (len(part) % 2)
                data += b"\0\0"
                assert wide == WIDTH
            data += b"\0\1"
        else:
            data = b"".join(row.tobytes() + bytes(-len(row) % 4) for row in order)
        extra = struct.pack("<3I", *masks) if masks else b""
        start = 54 + len(extra) + len(table)
        head = struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start)
        head += struct.pack("<IiiHHIIiiII", 40, WIDTH, -HEIGHT if down else HEIGHT, 1, bits,
                            compression, len(data), 2835, 2835, 0, 0)  # fmt: skip
        path.write_bytes(head + extra + table + data)

    return write


BMPS = {
    "1.bmp": (bmp(1), of(draw_photo.gray(1), 1)), "4.bmp": (bmp(4), of(draw_photo.gray(4), 15)),
    "8.bmp": (bmp(8), of(G8, 255)), "24.bmp": (bmp(24), of(RGB8, 255)),
    "32.bmp": (bmp(32), of(RGB8, 255)), "16.bmp": (bmp(16), five_bits),
    "down.bmp": (bmp(24, down=True), of(RGB8, 255)),
    "rle8.bmp": (bmp(8, compression=1), of(G8, 255)),
    "rle4.bmp": (bmp(4, compression=2), of(draw_photo.gray(4), 15)),
    "565.bmp": (bmp(16, compression=3, masks=(0xF800, 0x7E0, 0x1F)), pillow),
    "fields32.bmp": (bmp(32, compression=3, masks=(0xFF0000, 0xFF00, 0xFF)), of(RGB8, 255)),
}  # fmt: skip

ODD = {
    "headless.dib": (saved("DIB", Image.fromarray(RGB8)), of(RGB8, 255)),
    "inks.jpg": (
        data_of(lambda a: imagecodecs.jpeg_encode(a, lossless=True), np.dstack([RGB8, G8 * 0])),
        pillow,
    ),
    "1bit.tga": (saved("TGA", Image.fromarray(BILEVEL)), of(BILEVEL, 1)),
}
KINDS = {
    **ODD,
    **{f"{name}.tif": pair for name, pair in TIFFS.items()}, **OTHERS, **PNGS, **TGAS, **BMPS,
}  # fmt: skip

"""Every kind of photo that archives hold: the picture that a second reader shows, or a true word.

The second reader is Pillow, tifffile or imagecodecs, as named with each; where none reads the kind,
the bytes are laid out here after its specification, so that the picture is known.
"""

import struct

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer.errors import UnsupportedMedia
from tests import draw_photo
from tests.media.photo.test_still import L_of, L_of_frame, open_photo
from tests.media.test_more_formats import psd

G8, G16, RGB8, RGB16 = (
    draw_photo.gray(), draw_photo.gray(16), draw_photo.tinted(), draw_photo.tinted(16),
)  # fmt: skip
HEIGHT, WIDTH = draw_photo.SIZE
BILEVEL = G8 > 127
FLOAT24 = bytes(imagecodecs.float24_encode((G16 / 65535).astype(np.float32).ravel(), byteorder="<"))


def to_rgb16(codes, top):
    """Return (H, W, 3) uint16 of codes (H, W) or (H, W, n), opacity left out."""
    codes = np.asarray(codes)
    if codes.ndim == 3:
        codes = codes[..., :3] if codes.shape[2] >= 3 else codes[..., 0]
    scaled = np.rint(np.clip(codes.astype(np.float64) / top, 0, 1) * 65535).astype(np.uint16)
    return scaled if scaled.ndim == 3 else np.dstack([scaled] * 3)


def pillow(path):
    with Image.open(path) as image:
        image.load()
        mode = "LA" if image.mode in ("LA", "La") else "RGBA" if image.mode == "PA" else "RGB"
        if image.mode.startswith("I;16"):
            return to_rgb16(np.asarray(image), 65535)
        return to_rgb16(np.asarray(image.convert(mode)), 255)


def by_tifffile(path):
    return to_rgb16(tifffile.imread(path, key=0), np.iinfo(tifffile.imread(path).dtype).max)


def by_codecs(path, top=None):
    codes = imagecodecs.imread(str(path))
    return to_rgb16(codes, top or np.iinfo(codes.dtype).max)


def of(codes, top):
    return lambda path: to_rgb16(codes, top)


def linear(light):
    """Return sRGB codes of linear light (IEC 61966-2-1).

    imagecodecs says of JPEG XL of more than 8 bits that its samples are linear.
    """
    light = np.asarray(light, float)
    low, high = 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055
    return of(np.where(light <= 0.0031308, low, high), 1)


def tiff(array, **options):
    options = {"photometric": "rgb" if np.ndim(array) == 3 else "minisblack", **options}
    return lambda path: tifffile.imwrite(path, array, **options)


def packed_tiff(bits):
    """Gray of `bits` a sample, the bits packed row by row (TIFF 6.0, section 19)."""

    def write(path):
        rows = draw_photo.gray(bits)
        spread = (rows[..., None] >> np.arange(bits - 1, -1, -1)) & 1
        data = np.packbits(spread.reshape(HEIGHT, -1).astype(np.uint8), axis=1).tobytes()
        path.write_bytes(tiff_bytes(data, {258: (3, [bits]), 262: (3, [1])}))

    return write


def tiff_bytes(data, tags, order="<"):
    """Lay out a TIFF of one strip (TIFF 6.0, section 2)."""
    tags = {
        256: (3, [WIDTH]), 257: (3, [HEIGHT]), 258: (3, [8]), 259: (3, [1]), 262: (3, [1]),
        273: (4, [8]), 277: (3, [1]), 278: (3, [HEIGHT]), 279: (4, [len(data)]), **tags,
    }  # fmt: skip
    data += b"\0" * (len(data) % 2)
    place = 8 + len(data)
    behind, entries = b"", b""
    after = place + 2 + 12 * len(tags) + 4
    for code, (kind, values) in sorted(tags.items()):
        letter = {1: "B", 3: "H", 4: "I", 7: "B"}[kind]
        value = struct.pack(f"{order}{len(values)}{letter}", *values)
        if len(value) > 4:
            where, behind = struct.pack(order + "I", after + len(behind)), behind + value
        else:
            where = value.ljust(4, b"\0")
        entries += struct.pack(order + "HHI", code, kind, len(values)) + where
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", place)
    return head + data + struct.pack(order + "H", len(tags)) + entries + bytes(4) + behind


def thunder(rows):
    """Encode 4-bit rows as libtiff's tif_thunder.c describes it; even width.

    The top two bits of a byte: 0 repeats the last pixel, 1 holds three 2-bit deltas, 2 two 3-bit
    deltas, 3 a raw pixel. Deltas: 0, 1, skip, -1 and 0, 1, 2, 3, skip, -3, -2, -1. The last pixel
    is 0 at the start of every row.
    """
    two, three = {0: 0, 1: 1, -1: 3}, {0: 0, 1: 1, 2: 2, 3: 3, -3: 5, -2: 6, -1: 7}
    out = bytearray()
    for row in rows.tolist():
        last, at = 0, 0
        while at < len(row):
            deltas = np.diff([last, *row[at : at + 3]]).tolist()
            run = next(
                (n for n, v in enumerate(row[at : at + 63]) if v != last), len(row[at:][:63])
            )
            if run >= 3:
                out.append(run)
                at += run
                continue
            if len(deltas) == 3 and all(d in two for d in deltas):
                out.append(0x40 | two[deltas[0]] << 4 | two[deltas[1]] << 2 | two[deltas[2]])
                at += 3
            elif len(deltas) >= 2 and all(d in three for d in deltas[:2]):
                out.append(0x80 | three[deltas[0]] << 3 | three[deltas[1]])
                at += 2
            else:
                out.append(0xC0 | row[at])
                at += 1
            last = row[at - 1]
    return bytes(out)


def thunder_tiff(path):
    data = thunder(G8 >> 4)
    path.write_bytes(tiff_bytes(data, {258: (3, [4]), 259: (3, [32809])}))


def ccitt(kind, *, inverted=False, fill=1):
    """Let Pillow's libtiff encode fax codes; reverse the bits of its bytes for fill order 2."""

    def write(path):
        Image.fromarray(BILEVEL).save(path, compression=kind)
        with tifffile.TiffFile(path) as tif:
            page = tif.pages.first
            at, count = page.dataoffsets[0], page.databytecounts[0]
            data = path.read_bytes()[at : at + count]
            t4 = int(page.tags[292].value) if 292 in page.tags else 0
            number = int(page.compression)
            photometric = int(page.photometric)
            order = int(page.fillorder)
        if order == 2:
            data = bytes(imagecodecs.bitorder_decode(data))
        if fill == 2:
            data = bytes(imagecodecs.bitorder_decode(data))
        tags = {258: (3, [1]), 259: (3, [number]), 266: (3, [fill]),
                262: (3, [1 - photometric if inverted else photometric])}  # fmt: skip
        if number == 3:
            tags[292] = (4, [t4])
        path.write_bytes(tiff_bytes(data, tags))

    return write


def data_of(encode, array):
    return lambda path: path.write_bytes(bytes(encode(array)))


def saved(kind, image, **options):
    def write(path):
        path.write_bytes(draw_photo.encoded(image() if callable(image) else image, kind, **options))

    return write


def one_strip(data, shape, dtype, compression, **options):
    return lambda path: tifffile.imwrite(
        path, iter([bytes(data)]), shape=shape, dtype=dtype, compression=compression,
        rowsperstrip=HEIGHT, photometric="rgb" if len(shape) == 3 else "minisblack", **options,
    )  # fmt: skip


TIFFS = {
    "thunderscan": (thunder_tiff, of(G8 >> 4, 15)),
    "half float": (tiff((G16 / 65535).astype(np.float16)), of((G16 / 65535).astype(np.float16), 1)),
    "24-bit float": (
        lambda path: path.write_bytes(
            tiff_bytes(FLOAT24, {258: (3, [24]), 339: (3, [3])})
        ),
        lambda path: to_rgb16(
            imagecodecs.float24_decode(FLOAT24, byteorder="<").reshape(HEIGHT, WIDTH), 1
        ),
    ),
    "double": (tiff(G16 / 65535), of(G16, 65535)),
    "10 bit": (packed_tiff(10), of(draw_photo.gray(10), 1023)),
    "12 bit": (packed_tiff(12), of(draw_photo.gray(12), 4095)),
    "14 bit": (packed_tiff(14), of(draw_photo.gray(14), 16383)),
    "2 bit": (packed_tiff(2), of(draw_photo.gray(2), 3)),
    "4 bit": (packed_tiff(4), of(draw_photo.gray(4), 15)),
    "6 bit": (packed_tiff(6), of(draw_photo.gray(6), 63)),
    "planes": (
        tiff(np.moveaxis(RGB16, -1, 0).copy(), photometric="rgb", planarconfig="separate"),
        of(RGB16, 65535),
    ),
    "tiled planes": (
        tiff(
            np.moveaxis(RGB16, -1, 0).copy(), photometric="rgb", planarconfig="separate",
            tile=(16, 16), byteorder=">", compression="zlib", predictor=True,
        ),
        of(RGB16, 65535),
    ),
    "tiled big-endian BigTIFF": (
        tiff(RGB16, tile=(16, 32), byteorder=">", bigtiff=True, compression="lzw"), by_tifffile,
    ),
    "JPEG with tables": (saved("TIFF", Image.fromarray(RGB8), compression="jpeg"), pillow),
    "JPEG without tables": (tiff(RGB8, compression="jpeg"), by_tifffile),
    "JPEG in tiles": (tiff(RGB8, compression="jpeg", tile=(16, 16)), by_tifffile),
    "gray JPEG": (tiff(G8, compression="jpeg"), by_tifffile),
    "CCITT group 4": (ccitt("group4"), pillow),
    "CCITT group 4, inverted": (ccitt("group4", inverted=True), pillow),
    "CCITT group 4, fill order 2": (ccitt("group4", fill=2), pillow),
    "CCITT group 3": (ccitt("group3"), pillow),
    "CCITT group 3, inverted, fill order 2": (ccitt("group3", inverted=True, fill=2), pillow),
    "CCITT modified Huffman": (ccitt("tiff_ccitt"), pillow),
    "PackBits": (tiff(RGB8, compression="packbits"), by_tifffile),
    "ZSTD": (tiff(RGB16, compression="zstd", predictor=True), by_tifffile),
    "LZMA": (tiff(RGB16, compression="lzma"), by_tifffile),
    "WebP": (tiff(RGB8, compression="webp", compressionargs={"lossless": True}), of(RGB8, 255)),
    "LERC": (tiff(RGB16, compression="lerc"), of(RGB16, 65535)),
    "PNG": (tiff(RGB16, compression="png"), of(RGB16, 65535)),
    "JPEG 2000": (tiff(RGB16, compression="jpeg2000"), of(RGB16, 65535)),
    "JPEG XL": (tiff(RGB16, compression="jpegxl", compressionargs={"lossless": True}),
                of(RGB16, 65535)),
    "Aperio JPEG 2000": (
        one_strip(imagecodecs.jpeg2k_encode(RGB8, level=0, reversible=True, codecformat="j2k",
                                            mct=False), RGB8.shape, np.uint8, 33005),
        of(RGB8, 255),
    ),
    "associated gray alpha": (
        tiff(np.dstack([G8, np.full_like(G8, 255)]), photometric="minisblack",
             extrasamples=["assocalpha"], planarconfig="contig"), of(G8, 255),
    ),
    "palette of 16": (
        lambda path: Image.fromarray(G8).quantize(16).save(path), pillow,
    ),
    "white is zero, 16 bit": (tiff(65535 - G16, photometric="miniswhite"), of(G16, 65535)),
    "CMYK": (saved("TIFF", lambda: Image.fromarray(RGB8).convert("CMYK")), pillow),
}  # fmt: skip

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


@pytest.mark.parametrize("name", KINDS)
def test_the_picture_is_that_of_a_second_reader(tmp_path, name):
    write, second = KINDS[name]
    path = tmp_path / name
    write(path)
    frame, _ = open_photo(path)
    expected = L_of(second(path))
    step = 0.5 if frame.bits == 8 or name.endswith((".avif", ".webp")) else 0.02
    assert np.abs(L_of_frame(frame) - expected).max() < step


REFUSED = {
    "two.jpg": (data_of(lambda a: imagecodecs.jpeg_encode(a, level=90), np.dstack([G8, G8])),
                "2 components"),
    "lab.tif": (saved("TIFF", lambda: Image.fromarray(RGB8).convert("LAB"), compression="jpeg"),
                "CIELAB"),
    "signed 8.tif": (tiff(G8.astype(np.int8)), "signed integers"),
    "signed 16.tif": (tiff(G8.astype(np.int16)), "signed integers"),
    "signed 32.tif": (tiff(G8.astype(np.int32)), "signed integers"),
    "complex.tif": (tiff(G8.astype(np.complex64)), "complex"),
    "layers.psd": (lambda path: path.write_bytes(
        struct.pack(">4sH6sHIIHH", b"8BPS", 1, bytes(6), 1, HEIGHT, WIDTH, 32, 1) + bytes(14)
        + (G8 / 255).astype(">f4").tobytes()), "32 bit"),
    "scan.pam": (lambda path: path.write_bytes(
        f"P7\nWIDTH {WIDTH}\nHEIGHT {HEIGHT}\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n"
        .encode() + G8.tobytes()), "PAM"),
    "scan.pfm": (lambda path: path.write_bytes(
        f"Pf\n{WIDTH} {HEIGHT}\n-1.0\n".encode() + (G8[::-1] / 255).astype("<f4").tobytes()),
        "PFM"),
    "signed.jp2": (lambda path: path.write_bytes(bytes(
        imagecodecs.jpeg2k_encode(G8.astype(np.int16) - 100, level=0, reversible=True))), "signed"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_called_not_supported_by_its_kind(tmp_path, name):
    write, word = REFUSED[name]
    path = tmp_path / name
    write(path)
    with pytest.raises(UnsupportedMedia, match=f"not supported.*{word}"):
        open_photo(path)

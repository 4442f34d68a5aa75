"""TIFF files of every storage kind, each with what a second reader makes of it."""

import struct

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

from tests import draw_photo

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

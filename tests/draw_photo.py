"""Photos drawn by code, in every format, depth and state that archives hold."""

import io
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

from colorizer.colour.cielab import srgb_to_linear

SIZE = (40, 56)
TINT = np.array([1.0, 0.965, 0.9])
"""Paper of an old print, as factors of R, G and B."""


def gray(bits: int = 8, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Draw a disc on a ramp, (H, W) uint8 or uint16 with `bits` significant bits, no symmetry."""
    down, across = np.mgrid[: size[0], : size[1]] / np.array(size).reshape(2, 1, 1)
    picture = 0.15 + 0.5 * across + 0.25 * down * across
    picture[(down - 0.35) ** 2 + (across - 0.3) ** 2 < 0.04] = 0.85
    return np.rint(picture * (2**bits - 1)).astype(np.uint8 if bits <= 8 else np.uint16)


def tinted(bits: int = 8, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Draw the same on yellowed paper, (H, W, 3)."""
    codes = gray(bits, size)
    return np.rint(codes[..., None] * TINT).astype(codes.dtype)


def colours(size: tuple[int, int] = SIZE) -> np.ndarray:
    """Draw a picture that is in colour, (H, W, 3) uint8."""
    down, across = np.mgrid[: size[0], : size[1]] / np.array(size).reshape(2, 1, 1)
    return np.rint(np.stack([across, down, 1 - across * down], -1) * 255).astype(np.uint8)


def alpha(bits: int = 8) -> np.ndarray:
    """Return transparency that grows to the right, (H, W)."""
    ramp = np.linspace(0, 2**bits - 1, SIZE[1])
    return np.tile(np.rint(ramp).astype(np.uint8 if bits == 8 else np.uint16), (SIZE[0], 1))


def noise(size: tuple[int, int] = SIZE) -> np.ndarray:
    """Return noise, which no codec shrinks, (H, W) uint8."""
    return np.random.default_rng(0).integers(0, 256, size, np.uint8)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """Encode with Pillow and return the bytes."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _pillow(array: np.ndarray, mode: str | None = None, **options: object) -> Callable:
    def save(path: Path) -> None:
        image = Image.fromarray(array)
        (image.convert(mode) if mode else image).save(path, **options)

    return save


def _cmyk(path: Path) -> None:
    left = 255 - gray()
    Image.fromarray(np.dstack([left * 0, left * 0, left * 0, left]), "CMYK").save(path, quality=98)


def _png16(array: np.ndarray) -> Callable:
    return lambda path: path.write_bytes(imagecodecs.png_encode(array))


def _tiff(array: np.ndarray, **options: object) -> Callable:
    return lambda path: tifffile.imwrite(path, array, **options)


def page_pictures() -> list[np.ndarray]:
    """Return what the pages of pages.tif show."""
    return [gray(), gray(16, (30, 44)), gray()[::-1].copy()]


def _pages(path: Path) -> None:
    with tifffile.TiffWriter(path) as writer:
        for number, picture in enumerate(page_pictures()):
            tags = [(297, 3, 2, (number, 3), True), (285, 2, 0, f"leaf {number}", True)]
            writer.write(picture, photometric="minisblack", extratags=tags, contiguous=False)


def _palette_tiff(path: Path) -> None:
    colormap = np.tile(np.arange(255, -1, -1, dtype=np.uint16) * 257, (3, 1))
    tifffile.imwrite(path, 255 - gray(), photometric="palette", colormap=colormap)


def _ccitt(path: Path) -> None:
    Image.fromarray(gray()).point(lambda v: 255 * (v > 127)).convert("1").save(
        path, compression="group4"
    )


def _jp2(array: np.ndarray, **options: object) -> Callable:
    return lambda path: path.write_bytes(
        imagecodecs.jpeg2k_encode(array, level=0, reversible=True, **options)
    )


def _netpbm(mark: str, array: np.ndarray, top: int) -> Callable:
    """Write a PNM with a comment; plain where the mark is that of one."""
    size = f"{array.shape[1]} {array.shape[0]}"
    head = f"{mark}\n# drawn\n{size}\n" + (f"{top}\n" if mark not in ("P1", "P4") else "")
    if mark in ("P1", "P2", "P3"):
        body = "\n".join(" ".join(map(str, row)) for row in array.reshape(-1, 14)).encode()
    elif mark == "P4":
        body = np.packbits(array, axis=1).tobytes()
    else:
        body = array.astype(np.uint8 if top < 256 else ">u2").tobytes()
    return lambda path: path.write_bytes(head.encode() + body)


TIFF_GRAY = {"photometric": "minisblack"}
PHOTOS: dict[str, Callable[[Path], None]] = {
    "gray.jpg": _pillow(gray(), quality=98),
    "tinted.jpg": _pillow(tinted(), quality=98, subsampling=0),
    "progressive.jpg": _pillow(gray(), quality=98, progressive=True),
    "cmyk.jpg": _cmyk,
    "gray.png": _pillow(gray()),
    "gray_alpha.png": lambda path: Image.fromarray(np.dstack([gray(), alpha()])).save(path),
    "palette.png": _pillow(gray(), "P"),
    "neutral_rgb.png": _pillow(np.dstack([gray()] * 3)),
    "tinted_alpha.png": lambda path: Image.fromarray(np.dstack([tinted(), alpha()])).save(path),
    "gray16.png": _png16(gray(16)),
    "tinted16.png": _png16(tinted(16)),
    "gray16_alpha.png": _png16(np.dstack([gray(16), alpha(16)])),
    "gray.tif": _tiff(gray(), **TIFF_GRAY),
    "gray16.tif": _tiff(gray(16), **TIFF_GRAY),
    "gray16_big_endian.tif": _tiff(gray(16), byteorder=">", **TIFF_GRAY),
    "gray16_lzw.tif": _tiff(gray(16), compression="lzw", predictor=True, **TIFF_GRAY),
    "gray16_zip.tif": _tiff(gray(16), compression="zlib", **TIFF_GRAY),
    "gray16_lzw_big_endian.tif": _tiff(
        gray(16), compression="lzw", predictor=True, byteorder=">", **TIFF_GRAY
    ),
    "gray16_bigtiff.tif": _tiff(gray(16), bigtiff=True, **TIFF_GRAY),
    "gray16_tiled.tif": _tiff(gray(16), tile=(16, 32), compression="zlib", **TIFF_GRAY),
    "gray16_alpha.tif": _tiff(
        np.dstack([gray(16), alpha(16)]), extrasamples=["unassalpha"], planarconfig="contig",
        **TIFF_GRAY,
    ),
    "white_is_zero.tif": _tiff(255 - gray(), photometric="miniswhite"),
    "tinted.tif": _tiff(tinted(), photometric="rgb"),
    "tinted16.tif": _tiff(tinted(16), photometric="rgb"),
    "tinted_planes.tif": _tiff(
        np.moveaxis(tinted(), -1, 0).copy(), photometric="rgb", planarconfig="separate"
    ),
    "tinted_alpha.tif": _tiff(
        np.dstack([tinted(), alpha()]), photometric="rgb", extrasamples=["unassalpha"]
    ),
    "tinted_jpeg.tif": _pillow(tinted(), compression="jpeg", quality=98),
    "palette.tif": _palette_tiff,
    "gray.webp": _pillow(gray(), "RGB", lossless=True),
    "lossy.webp": _pillow(gray(), "RGB", quality=98),
    "gray.bmp": _pillow(gray()),
    "palette.bmp": _pillow(gray(), "P"),
    "gray.jp2": _jp2(gray()),
    "gray16.jp2": _jp2(gray(16)),
    "tinted16.jp2": _jp2(tinted(16)),
    "gray16.j2k": _jp2(gray(16), codecformat="j2k"),
    "tinted_alpha.jp2": _jp2(np.dstack([tinted(), alpha()])),
    "gray.pgm": _netpbm("P5", gray(), 255),
    "plain.pgm": _netpbm("P2", gray(), 255),
    "gray16.pgm": _netpbm("P5", gray(16), 65535),
    "plain16.pgm": _netpbm("P2", gray(16), 65535),
    "tinted.ppm": _netpbm("P6", tinted(), 255),
    "tinted16.ppm": _netpbm("P6", tinted(16), 65535),
    "plain.ppm": _netpbm("P3", np.dstack([gray()] * 3), 255),
}  # fmt: skip
"""Photos that show `gray()`, by file name."""
DOCUMENTS: dict[str, Callable[[Path], None]] = {"pages.tif": _pages}
"""Files of the pages of `page_pictures()`."""
BILEVEL: dict[str, Callable[[Path], None]] = {
    "bilevel.tif": _tiff(gray() > 127, photometric="minisblack"),
    "bilevel_ccitt.tif": _ccitt,
    "raw.pbm": _netpbm("P4", gray() <= 127, 1),
    "plain.pbm": _netpbm("P1", (gray() <= 127).astype(int), 1),
    "bilevel.png": lambda path: Image.fromarray(gray() > 127).save(path),
}
"""Photos that show `gray() > 127` in black and white."""
UNREADABLE: dict[str, bytes] = {
    "empty.jpg": b"",
    "text.jpg": b"This is a shopping list: milk, bread.\n",
    "cut.jpg": encoded(Image.fromarray(noise()), "JPEG", quality=90)[:900],
    "cut.png": encoded(Image.fromarray(noise()), "PNG")[:900],
    "cut.webp": encoded(Image.fromarray(noise()), "WEBP", quality=90)[:500],
    "cut.bmp": encoded(Image.fromarray(noise()), "BMP")[:900],
    "cut.tif": encoded(Image.fromarray(noise()), "TIFF", compression="tiff_lzw")[:-900],
    "cut.jp2": imagecodecs.jpeg2k_encode(noise(), level=0, reversible=True)[:900],
    "cut.pgm": b"P5 56 40 255\n" + noise().tobytes()[:900],
    "cut_plain.pgm": b"P2 56 40 255\n1 2 3",
    "wild.pgm": b"P5 56 99999999 255\n",
    "head.pgm": b"P5 56",
    "head.jp2": b"\0\0\0\x0cjP  \r\n\x87\n",
    "head.j2k": b"\xff\x4f\xff\x51",
    "picture.jxr": b"II\xbc\1" + bytes(range(200)),
    "head.tif": b"II*\0\x08\0\0\0",
    "head.jpg": b"\xff\xd8\xff\xe0",
    "head.png": b"\x89PNG\r\n\x1a\n",
}
"""Contents of files that can't be colorized, by file name."""


def heic(path: Path, bits: int = 8) -> Path | None:
    """Write `tinted()` as a HEIC of 8 or 10 bits; None where the library is not installed."""
    try:
        import pillow_heif
    except ImportError:
        return None
    codes = tinted(bits)
    mode = "RGB" if bits == 8 else "RGB;16"
    data = codes if bits == 8 else codes << (16 - bits)
    image = pillow_heif.from_bytes(mode, SIZE[::-1], np.ascontiguousarray(data).tobytes())
    image.save(path, quality=-1, chroma=444)
    return path


def dng(path: Path, byteorder: str = "<") -> Path:
    """Write `gray()`, twice as large, as a camera raw: a mosaic of linear light."""
    light = srgb_to_linear(gray(16, (2 * SIZE[0], 2 * SIZE[1])) / 65535)
    same = (1, 1) * 3
    identity = tuple(n for i in range(9) for n in (int(i % 4 == 0), 1))
    tags = [
        (33421, 3, 2, (2, 2), True),
        (33422, 1, 4, b"\0\1\1\2", True),
        (50706, 1, 4, b"\1\4\0\0", True),
        (50708, 2, 0, "Drawn camera", True),
        (271, 2, 0, "Drawn", True),
        (315, 2, 0, "A. Archivist", True),
        (50714, 3, 1, 0, True),
        (50717, 3, 1, 16383, True),
        (50721, 10, 9, identity, True),
        (50728, 5, 3, same, True),
    ]
    tifffile.imwrite(
        path,
        np.rint(light * 16383).astype(np.uint16),
        photometric=32803,
        extratags=tags,
        metadata=None,
        byteorder=byteorder,
    )
    return path


def draw(folder: Path, name: str) -> Path:
    """Write one of the photos above and return its path."""
    path = folder / name
    if name in UNREADABLE:
        path.write_bytes(UNREADABLE[name])
    else:
        {**PHOTOS, **DOCUMENTS, **BILEVEL}[name](path)
    return path

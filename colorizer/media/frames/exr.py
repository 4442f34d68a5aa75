"""OpenEXR frames: header, samples, and a coloured frame with the header it came with.

OpenImageIO reads the samples. Frames are written here, since it would drop or rewrite attributes of
types that it does not know: R, G, B in lines, half or float, ZIP
(https://openexr.com/en/latest/OpenEXRFileLayout.html).
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np

from colorizer import __version__
from colorizer.errors import MediaError
from colorizer.files.strangers import check_size
from colorizer.media.frames.exr_header import FLOAT, HALF, MAGIC, ExrHeader, look_at_exr
from colorizer.media.metadata.limits import MOST_FRAME_BYTES
from colorizer.notes import note

_LONG_NAMES = 0x400
_ZIP, _ZIP_LINES = 3, 16
_OWN = ("channels", "compression", "dataWindow", "lineOrder", "comments", "type", "chunkCount")
_OF_THE_SOURCE = ("tiles", "preview", "maxSamplesPerPixel", "version")
"""Attributes that would not be true of a result."""
_COMMENT = (
    f"Colorizer {__version__}: colour added by a trained model; digital source type"
    " http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)


def read_exr(path: Path) -> tuple[ExrHeader, np.ndarray]:
    """Read a frame.

    Returns:
        Header, and scene-linear light (H, W) of luminance or (H, W, 3) of R, G, B, float32, as it
        stands there but for what is not a number, which is 0.

    Raises:
        MediaError: see `look_at_exr`.
    """
    header = look_at_exr(path)
    try:
        check_size(path, MOST_FRAME_BYTES)
    except OSError as error:
        raise MediaError(path, note("file.cannot_read_so", why=error.strerror)) from error
    stored = _stored(path, [name for name in "RGB" if name in header.channels] or ["Y"])
    light = np.zeros((*header.size, stored.shape[2]), np.float32)
    (left, top), (height, width) = header.offset, stored.shape[:2]
    rows, columns = _overlap(top, height, header.size[0]), _overlap(left, width, header.size[1])
    light[rows[0], columns[0]] = stored[rows[1], columns[1]]
    np.nan_to_num(light, copy=False, nan=0.0, posinf=65504.0, neginf=0.0)
    return header, light[..., 0] if light.shape[2] == 1 else light


def _stored(path: Path, names: list[str]) -> np.ndarray:
    """Return channels of the data window, (h, w, channels) float32."""
    from OpenImageIO import ImageInput, geterror

    reader = ImageInput.open(str(path))
    if reader is None:
        raise MediaError(path, note("file.cannot_decode", why=_line(geterror())))
    try:
        # Alone, a channel is read without those between, such as depth and ids.
        places = [reader.spec().channelnames.index(name) for name in names]
        planes = [reader.read_image(0, 0, place, place + 1, "float") for place in places]
        whole = [plane for plane in planes if plane is not None]
        if len(whole) < len(planes):
            raise MediaError(path, note("file.cannot_decode", why=_line(reader.geterror())))
        return np.dstack(whole)
    finally:
        reader.close()


def _line(error: str) -> str:
    return " ".join(error.split())


def _overlap(begin: int, length: int, whole: int) -> tuple[slice, slice]:
    """Return which of `whole` places are covered by `length` from `begin` on, and by which."""
    first, last = max(0, begin), max(0, min(whole, begin + length))
    return slice(first, last), slice(first - begin, last - begin)


def write_exr(header: ExrHeader, rgb: np.ndarray, bits: int) -> bytes:
    """Return the bytes of a coloured frame.

    Args:
        header: of the source, whose other attributes are kept.
        rgb: scene-linear light, (H, W, 3) float32.
        bits: 16 or 32.
    """
    kind, code = (np.dtype("<f2"), HALF) if bits == 16 else (np.dtype("<f4"), FLOAT)
    if bits == 16:
        rgb = np.clip(rgb, -65504, 65504)
    lines = np.ascontiguousarray(np.moveaxis(rgb[..., ::-1].astype(kind), 2, 1))  # B, G, R a line
    head = _head(header, code)
    blocks = []
    for top in range(0, len(lines), _ZIP_LINES):
        raw = lines[top : top + _ZIP_LINES].tobytes()
        packed = _zipped(raw)
        data = packed if len(packed) < len(raw) else raw
        blocks.append(struct.pack("<ii", top, len(data)) + data)
    places = np.cumsum([len(head) + 8 * len(blocks), *map(len, blocks[:-1])]).astype("<u8")
    return head + places.tobytes() + b"".join(blocks)


def _head(header: ExrHeader, code: int) -> bytes:
    """Return magic, version and attributes of a result."""
    display = header.attributes["displayWindow"]
    channel = b"".join(
        name + b"\0" + struct.pack("<iB3xii", code, 0, 1, 1) for name in (b"B", b"G", b"R")
    )
    before = header.attributes.get("comments", ("string", b""))[1]
    comment = b"\n".join(filter(None, (before, _COMMENT.encode())))
    dropped = (*_OWN, *_OF_THE_SOURCE)
    kept = {name: pair for name, pair in header.attributes.items() if name not in dropped}
    own = {
        "channels": ("chlist", channel + b"\0"),
        "comments": ("string", comment),
        "compression": ("compression", bytes([_ZIP])),
        "dataWindow": display,
        "lineOrder": ("lineOrder", b"\0"),
    }
    long = any(len(name) > 31 or len(kind) > 31 for name, (kind, _) in kept.items())
    parts = [MAGIC, struct.pack("<I", 2 | (_LONG_NAMES if long else 0))]
    for name, (kind, value) in sorted((kept | own).items()):
        parts += [name.encode("latin-1"), b"\0", kind.encode("latin-1"), b"\0"]
        parts += [struct.pack("<I", len(value)), value]
    return b"".join(parts) + b"\0"


def _zipped(raw: bytes) -> bytes:
    """Return lines as ZIP compression stores them: bytes apart, their differences, deflated."""
    codes = np.frombuffer(raw, np.uint8)
    apart = np.concatenate([codes[0::2], codes[1::2]])
    steps = apart.copy()
    steps[1:] = apart[1:] - apart[:-1] + np.uint8(128)
    return zlib.compress(steps.tobytes(), 4)

"""OpenEXR frames: header, samples, and a coloured frame with the header it came with.

Samples that are not compressed, or deflated, are unpacked by FFmpeg, which does it exactly; other
compressions it gets wrong at times and does not tell, so they want the library OpenEXR. Frames are
written here: R, G, B in lines, half or float, ZIP
(https://openexr.com/en/latest/OpenEXRFileLayout.html).
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from colorizer import __version__
from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.files.strangers import check_size, read_whole
from colorizer.media.frames.exr_header import FLOAT, HALF, LINES_OF, MAGIC, ExrHeader, look_at_exr
from colorizer.media.metadata.limits import MOST_FRAME_BYTES
from colorizer.media.photo.scan import one_line

_LONG_NAMES = 0x400
_ZIP, _ZIP_LINES = 3, 16
CHECKED = (0, 2, 3, 5)
"""Compressions whose blocks can be checked, by length or by what zlib keeps of them: none, ZIPS,
ZIP, PXR24."""
_NAMES = {1: "RLE", 4: "PIZ", 6: "B44", 7: "B44A", 8: "DWAA", 9: "DWAB"}
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
        plain = header.table is not None and header.compression in CHECKED
        light = _by_ffmpeg(path, header) if plain else _by_openexr(path, header)
    except OSError as error:
        raise MediaError(path, f"can't be read ({error.strerror})") from error
    np.nan_to_num(light, copy=False, nan=0.0, posinf=65504.0, neginf=0.0)
    return header, light[..., 0] if light.shape[2] == 1 else light


def _by_ffmpeg(path: Path, header: ExrHeader) -> np.ndarray:
    """Return the samples of a file, (H, W, 1 or 3) float32."""
    import av
    from av.error import FFmpegError

    data = read_whole(path, MOST_FRAME_BYTES)
    _check_blocks(path, header, data)
    try:
        decoder: Any = av.CodecContext.create("exr", "r")
        decoder.thread_count = 1
        (frame,) = decoder.decode(av.Packet(data))
    except (FFmpegError, ValueError) as error:
        raise MediaError(path, f"can't be decoded ({error})") from error
    height, width = header.size
    if (frame.height, frame.width) != header.size:
        raise MediaError(path, "is decoded to another size than its header says")
    kind = np.float16 if "f16" in frame.format.name else np.float32
    planes = [
        np.frombuffer(memoryview(plane), kind).reshape(height, -1)[:, :width]
        for plane in frame.planes
    ]
    order = (0,) if len(planes) == 1 else (2, 0, 1)  # FFmpeg has them as G, B, R
    return np.stack([planes[n] for n in order], -1).astype(np.float32)


def _by_openexr(path: Path, header: ExrHeader) -> np.ndarray:
    """Do the same by the library of the format."""
    try:
        import OpenEXR
    except ImportError as error:
        how = f"as {_NAMES[header.compression]}" if header.compression in _NAMES else "in tiles"
        raise UnsupportedMedia(
            path,
            f"is stored {how}; to read it, pip install 'film-colorizer[exr]', or save it as ZIP",
        ) from error
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            found = file.channels()
            planes = [found[name].pixels for name in "RGB" if name in found] or [found["Y"].pixels]
    except (RuntimeError, ValueError, KeyError) as error:
        raise MediaError(path, f"can't be decoded ({one_line(error)})") from error
    light = np.zeros((*header.size, len(planes)), np.float32)
    (left, top), (height, width) = header.offset, planes[0].shape
    rows, columns = _overlap(top, height, header.size[0]), _overlap(left, width, header.size[1])
    light[rows[0], columns[0]] = np.stack(planes, -1)[rows[1], columns[1]]
    return light


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


def _check_blocks(path: Path, header: ExrHeader, data: bytes) -> None:
    """Inflate all blocks: FFmpeg would leave out those that are damaged without a word.

    Raises:
        MediaError: one is damaged.
    """
    if header.table is None:
        return
    high = LINES_OF[header.compression]
    end = header.first_line + header.lines
    for place in np.frombuffer(data[header.table], "<u8").tolist():
        try:
            top, length = struct.unpack_from("<ii", data, place)
            # A block that would grow is stored as it is, and nothing checks it.
            if length != header.line_bytes * min(high, end - top):
                zlib.decompress(data[place + 8 : place + 8 + length])
        except (zlib.error, struct.error) as error:
            raise MediaError(path, f"can't be decoded: lines are damaged ({error})") from error


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

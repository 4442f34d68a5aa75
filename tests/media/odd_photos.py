"""Photos of formats that Pillow does not write, as bytes."""

import struct

import imagecodecs


def write(path, data):
    path.write_bytes(bytes(data))
    return path


def psd(planes, mode, *, compression=0, large=False, resources=b"", layers=b""):
    """Write a document as Adobe's file format specification lays it out."""
    height, width = planes[0].shape
    bits = 8 * planes[0].itemsize
    head = struct.pack(
        ">4sH6sHIIHH", b"8BPS", 2 if large else 1, bytes(6), len(planes), height, width, bits, mode
    )
    body = struct.pack(">I", 0) + struct.pack(">I", len(resources)) + resources
    body += struct.pack(">Q" if large else ">I", len(layers)) + layers
    wire = [plane.astype(plane.dtype.newbyteorder(">")) for plane in planes]
    rows = [row.tobytes() for plane in wire for row in plane]
    body += struct.pack(">H", compression)
    if compression == 1:
        packed = [bytes(imagecodecs.packbits_encode(row)) for row in rows]
        body += b"".join(struct.pack(">I" if large else ">H", len(row)) for row in packed)
        rows = packed
    return head + body + b"".join(rows)

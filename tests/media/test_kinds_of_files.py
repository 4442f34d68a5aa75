"""Every kind of photo that archives hold: the picture that a second reader shows, or a true word.

The second reader is Pillow, tifffile or imagecodecs, as named with each; where none reads the kind,
the bytes are laid out here after its specification, so that the picture is known.
"""

import struct

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from colorizer.errors import UnsupportedMedia
from tests.media.kinds_of_photos import KINDS
from tests.media.kinds_of_tiff import G8, HEIGHT, RGB8, WIDTH, data_of, saved, tiff
from tests.media.photo.opening import L_of, L_of_frame, open_photo


@pytest.mark.matrix
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

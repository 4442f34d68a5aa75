"""Bytes after the end of a picture: a JPEG keeps them, else they are told once; padding is none."""

import io

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from tests.media.photo.coloured import colour
from tests.media.photo.opening import open_photo

MORE = b"what no one knows " * 4
GRAY = (np.arange(48 * 64).reshape(48, 64) % 199).astype(np.uint8)
TOLD = f"{len(MORE)} bytes after the end of its picture are left out"


def encoded(kind: str) -> bytes:
    if kind == "jls":
        return imagecodecs.jpegls_encode(GRAY)
    if kind == "png16":
        return imagecodecs.png_encode(GRAY.astype(np.uint16) * 256)
    made = io.BytesIO()
    Image.fromarray(GRAY).save(made, kind)
    return made.getvalue()


def several_pictures() -> bytes:
    made, picture = io.BytesIO(), Image.fromarray(GRAY)
    picture.save(made, "MPO", save_all=True, append_images=[picture])
    return made.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "png16", "WEBP", "BMP", "PPM"])
@pytest.mark.parametrize("more", [MORE, b"\0" * 40 + b"\r\n", b""], ids=["some", "padding", "none"])
def test_they_are_told_once_and_padding_is_nothing(tmp_path, kind, more):
    (tmp_path / "a").write_bytes(encoded(kind))
    whole, _ = open_photo(tmp_path / "a")
    (tmp_path / "a").write_bytes(encoded(kind) + more)
    frame, source = open_photo(tmp_path / "a")
    assert source.warnings == ([TOLD] if more == MORE else [])
    assert np.array_equal(frame.Y, whole.Y)


def test_a_profile_after_the_pixels_of_a_bmp_is_part_of_it(tmp_path):
    data = bytearray(encoded("BMP") + MORE)
    data[2:6] = len(data).to_bytes(4, "little")
    (tmp_path / "a.bmp").write_bytes(data)
    assert open_photo(tmp_path / "a.bmp")[1].warnings == []


def test_further_pictures_of_a_phone_are_one_line(tmp_path):
    data = several_pictures()
    (tmp_path / "phone.jpg").write_bytes(data)
    (line,) = open_photo(tmp_path / "phone.jpg")[1].warnings
    assert "further pictures" in line


@pytest.mark.parametrize("kind", ["JPEG", "jls"])
def test_those_of_a_jpeg_of_any_kind_are_kept_or_told(tmp_path, kind):
    (tmp_path / "a.jpg").write_bytes(encoded(kind) + MORE)
    _, sink = colour(tmp_path / "a.jpg", tmp_path / "result.jpg")
    assert (tmp_path / "result.jpg").read_bytes().endswith(b"\xff\xd9" + MORE)
    _, sink = colour(tmp_path / "a.jpg", tmp_path / "result.png")
    assert any("bytes after the end of the picture" in line for line in sink.warnings)

"""What codes mean, in less common formats and profiles: by Little CMS, Pillow or the standard."""

import io
import struct

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from tests import draw_photo
from tests.media.drawn_size import HEIGHT, WIDTH
from tests.media.photo.coloured import colour
from tests.media.photo.opening import L_of, L_of_frame
from tests.media.test_colour_meaning import CHRM, chunk, gamma, lightness, little_cms, png, read


def profile_with(tags, *, kind=b"GRAY", pcs=b"XYZ ", version=2):
    """Build a profile (ICC.1:2001-04 and ICC.1:2022) of tags."""
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    name = b"A profile"
    text = b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0" + bytes(78)
    if version == 4:
        wide = name.decode().encode("utf-16-be")
        text = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(wide), 28) + wide
    tags = {b"desc": text, b"wtpt": white, **tags}
    at, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for sign, data in tags.items():
        table += sign + struct.pack(">II", at + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"lcms", version << 24, b"scnr", kind, pcs)
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + body


def lut(bits):
    """A table of one input and CIELAB, as mft1 or mft2: L is the square of the code."""
    matrix = struct.pack(">9i", *(65536, 0, 0, 0, 65536, 0, 0, 0, 65536))
    ramp = np.linspace(0, 1, 256)
    grid = np.linspace(0, 1, 9)
    if bits == 8:
        codes = np.stack([grid**2 * 255, grid * 0 + 128, grid * 0 + 128], 1)
        parts = (ramp * 255, codes, np.tile(ramp * 255, 3))
        body = b"".join(np.rint(part).astype(np.uint8).tobytes() for part in parts)
        return b"mft1\0\0\0\0" + bytes([1, 3, 9, 0]) + matrix + body
    codes = np.stack([grid**2 * 0xFF00, grid * 0 + 0x8000, grid * 0 + 0x8000], 1)
    parts = (ramp * 65535, codes, np.tile(ramp * 65535, 3))
    body = b"".join(np.rint(part).astype(">u2").tobytes() for part in parts)
    return b"mft2\0\0\0\0" + bytes([1, 3, 9, 0]) + matrix + struct.pack(">HH", 256, 256) + body


def para(kind, *values):
    numbers = struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + numbers


GRAYS = {
    "mft1": profile_with({b"A2B0": lut(8)}, pcs=b"Lab "),
    "mft2": profile_with({b"A2B0": lut(16)}, pcs=b"Lab "),
    "para 0": profile_with({b"kTRC": para(0, 1.8)}, version=4),
    "para 1": profile_with({b"kTRC": para(1, 2.2, 0.9, 0.1)}, version=4),
    "para 2": profile_with({b"kTRC": para(2, 2.2, 0.8, 0.05, 0.1)}, version=4),
    "para 3": profile_with(
        {b"kTRC": para(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)}, version=4
    ),
    "para 4": profile_with({b"kTRC": para(4, 2, 0.9, 0.05, 0.5, 0.1, 0.02, 0.01)}, version=4),
    "para over CIELAB": profile_with({b"kTRC": para(0, 1.8)}, version=4, pcs=b"Lab "),
}


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("name", GRAYS)
def test_gray_profiles_of_every_make_mean_what_little_cms_says(tmp_path, name, bits):
    path = tmp_path / "gray.tif"
    tifffile.imwrite(path, draw_photo.gray(bits), photometric="minisblack", iccprofile=GRAYS[name])
    frame, source = read(path)
    assert source.warnings == []
    theirs = little_cms(draw_photo.gray(bits), GRAYS[name], "gray")
    assert np.abs(L_of_frame(frame) - theirs).max() < (0.3 if name == "mft1" else 0.03)


def jp2_with(profile, codes):
    """Replace the colour box of a JP2 by one with a profile (ISO/IEC 15444-1, I.5.3.3)."""
    data = bytes(imagecodecs.jpeg2k_encode(codes, level=0, reversible=True))
    at = data.index(b"colr") - 4
    (length,) = struct.unpack_from(">I", data, at)
    box = struct.pack(">I4s3B", 11 + len(profile), b"colr", 2, 0, 0) + profile
    head = data.index(b"jp2h") - 4
    (size,) = struct.unpack_from(">I", data, head)
    made = data[:at] + box + data[at + length :]
    return made[:head] + struct.pack(">I", size + len(box) - length) + made[head + 4 :]


GRAY_WITH_RGB = {
    "gray.jpg": lambda codes, icc: draw_photo.encoded(
        Image.fromarray(codes), "JPEG", quality=100, icc_profile=icc
    ),
    "gray.png": lambda codes, icc: draw_photo.encoded(
        Image.fromarray(codes), "PNG", icc_profile=icc
    ),
    "gray.jp2": lambda codes, icc: jp2_with(icc, codes),
    "gray.tif": lambda codes, icc: draw_photo.encoded(
        Image.fromarray(codes), "TIFF", icc_profile=icc
    ),
    "gray.webp": lambda codes, icc: draw_photo.encoded(
        Image.fromarray(np.dstack([codes] * 3)), "WEBP", lossless=True, icc_profile=icc
    ),
    "gray.avif": lambda codes, icc: draw_photo.encoded(
        Image.fromarray(np.dstack([codes] * 3)), "AVIF", quality=100, icc_profile=icc
    ),
}


@pytest.mark.parametrize("name", GRAY_WITH_RGB)
def test_gray_with_an_rgb_profile_uses_its_gray_axis_in_every_format(tmp_path, name):
    profile, path = imagecodecs.cms_profile("adobergb"), tmp_path / name
    path.write_bytes(GRAY_WITH_RGB[name](draw_photo.gray(), profile))
    frame, source = read(path)
    assert source.warnings == []
    theirs = little_cms(np.dstack([draw_photo.gray()] * 3), profile, "rgb")
    lossy = name.endswith((".jpg", ".avif"))
    assert np.abs(L_of_frame(frame) - theirs).max() < (1.5 if lossy else 0.02)


@pytest.mark.parametrize("bits", [8, 16])
def test_gama_and_chrm_count_at_every_depth(tmp_path, bits):
    path = png(tmp_path / "rgb.png", draw_photo.tinted(bits), gamma(45471), CHRM)
    theirs = little_cms(draw_photo.tinted(bits), imagecodecs.cms_profile("adobergb"), "rgb")
    assert np.abs(L_of_frame(read(path)[0]) - theirs).max() < 0.1


@pytest.mark.parametrize(("transfer", "word"), [(16, "cICP"), (18, "cICP")])
def test_light_of_high_dynamic_range_is_named_and_not_guessed(tmp_path, transfer, word):
    """H.273: 16 is PQ, 18 is HLG; what comes after it in the order of PNG counts."""
    hdr = chunk(b"cICP", bytes([9, transfer, 0, 1]))
    path = png(tmp_path / "hdr.png", draw_photo.gray(16), hdr, gamma(100000))
    frame, source = read(path)
    assert any(word in line for line in source.warnings)
    assert np.abs(L_of_frame(frame) - lightness(draw_photo.gray(16) / 65535)).max() < 0.01


def turned_back(orientation):
    """Return `gray()` as it is stored when EXIF says `orientation`."""
    swap = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270}  # fmt: skip
    return Image.fromarray(draw_photo.gray()).transpose(swap[orientation])


def exif_of(orientation):
    exif = Image.Exif()
    exif[274] = orientation
    return exif.tobytes()


def heic_of(image, orientation):
    pillow_heif = pytest.importorskip("pillow_heif")
    file = io.BytesIO()
    rgb = image.convert("RGB")
    made = pillow_heif.from_bytes("RGB", rgb.size, rgb.tobytes())
    made.save(file, quality=-1, chroma=444, exif=exif_of(orientation))
    assert b"irot" in file.getvalue() or b"imir" in file.getvalue()
    return file.getvalue()


def saved(kind, **options):
    return lambda image, n: draw_photo.encoded(image, kind, exif=exif_of(n), **options)


TURNED = {
    "gray.jpg": saved("JPEG", quality=100),
    "gray.png": saved("PNG"),
    "gray.webp": lambda image, n: draw_photo.encoded(
        image.convert("RGB"), "WEBP", lossless=True, exif=exif_of(n)
    ),
    "gray.tif": lambda image, n: draw_photo.encoded(image, "TIFF", tiffinfo={274: n}),
    "gray.heic": heic_of,
    "gray.avif": lambda image, n: draw_photo.encoded(
        image.convert("RGB"), "AVIF", quality=100, subsampling="4:4:4", exif=exif_of(n)
    ),
}  # fmt: skip


@pytest.mark.matrix
@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("name", TURNED)
def test_photos_of_every_format_are_turned_upright_once(tmp_path, name, orientation):
    """AVIF and HEIC are written with the boxes irot and imir that Pillow makes of EXIF's number."""
    path = tmp_path / name
    path.write_bytes(TURNED[name](turned_back(orientation), orientation))
    frame, _ = read(path)
    assert frame.Y.shape == draw_photo.SIZE
    expected = L_of(np.dstack([draw_photo.gray()] * 3))
    assert np.abs(L_of_frame(frame) - expected).max() < 2


def test_jpeg_2000_is_shown_as_its_pixels_are(tmp_path):
    """ISO/IEC 15444-1 knows no orientation; viewers obey none in the EXIF of a uuid box."""
    from colorizer.media.photo.jp2_boxes import EXIF_ID, box

    path = tmp_path / "gray.jp2"
    data = bytes(imagecodecs.jpeg2k_encode(draw_photo.gray(), level=0, reversible=True))
    path.write_bytes(data + box(b"uuid", EXIF_ID, exif_of(6)))
    frame, _ = read(path)
    assert np.array_equal(frame.Y, draw_photo.gray())
    colour(path, tmp_path / "result.jpg")
    with Image.open(tmp_path / "result.jpg") as image:
        assert image.size == (WIDTH, HEIGHT)
        assert image.getexif().get(274, 1) == 1

"""--damaged salvage of the formats whose decoders give nothing of a file that is cut off.

What is kept is compared with what Pillow, imagecodecs (OpenJPEG, libavif, libjpeg-turbo) or libheif
decode of the whole file.
"""

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from colorizer.errors import MediaError
from tests import draw_photo
from tests.matrix import mostly_slow
from tests.media.odd_photos import psd
from tests.media.photo.opening import L_of, L_of_frame
from tests.media.photo.test_salvage import read

SIZE = (240, 320)


def soft(bits=8):
    """Return noise as soft as a photograph, (H, W)."""
    import cv2

    drawn = cv2.GaussianBlur(draw_photo.noise(SIZE).astype(np.float32), (0, 0), 1.2)
    drawn = (drawn - drawn.min()) / (drawn.max() - drawn.min())
    return np.rint(drawn * (2**bits - 1)).astype(np.uint8 if bits <= 8 else np.uint16)


def rgb(bits=8):
    return np.dstack([soft(bits)] * 3)


def by_pillow(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def by_libavif(path):
    return imagecodecs.avif_decode(path.read_bytes())


def by_libheif(path):
    import pillow_heif

    return np.asarray(pillow_heif.open_heif(path))


def heic():
    pytest.importorskip("pillow_heif")
    import io

    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(rgb())).save(file, quality=90)
    return file.getvalue()


def pillows(kind, array=None, **options):
    return lambda: draw_photo.encoded(
        Image.fromarray(rgb() if array is None else array), kind, **options
    )


FROM_THE_TOP = {
    "webp": (pillows("WEBP", quality=90), by_pillow),
    "lossless.webp": (pillows("WEBP", lossless=True), by_pillow),
    "animated.webp": (
        pillows("WEBP", lossless=True, save_all=True, append_images=[Image.new("RGB", SIZE[::-1])]),
        by_pillow,
    ),
    "avif": (lambda: bytes(imagecodecs.avif_encode(rgb(), level=90)), by_libavif),
    "ten.avif": (
        lambda: bytes(imagecodecs.avif_encode(rgb(10), level=90, bitspersample=10)),
        by_libavif,
    ),
    "heic": (heic, by_libheif),
    "gif": (pillows("GIF", soft(), interlace=0), by_pillow),
    "psd": (lambda: psd([soft()], 1), by_pillow),
    "packed.psd": (lambda: psd([soft()], 1, compression=1), by_pillow),
    "twelve.jpg": (
        lambda: imagecodecs.jpeg_encode(rgb(12), level=95, bitspersample=12),
        lambda path: imagecodecs.jpeg_decode(path.read_bytes()),
    ),
}  # fmt: skip
"""What encodes a picture, and what decodes it for comparison."""


@pytest.mark.parametrize("share", mostly_slow([0.55, 0.9], 0.55))
@pytest.mark.parametrize("name", mostly_slow(FROM_THE_TOP, "psd", "twelve.jpg"))
def test_the_upper_part_is_saved_as_others_decode_it(tmp_path, name, share):
    encode, decode = FROM_THE_TOP[name]
    path = tmp_path / f"cut.{name}"
    data = bytes(encode())
    path.write_bytes(data)
    expected = np.asarray(decode(path))
    bits = 12 if expected.max() > 1023 else 10 if expected.max() > 255 else 8
    expected = np.rint(expected * (65535 / (2**bits - 1))).astype(np.uint16)
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MediaError, match="cut off"):
        read(path, "fail")
    (frame,), source = read(path)
    missing = source.salvage.facts()["missing"]["1"]
    assert 0 < missing < 0.75
    assert any("of its picture are missing" in line for line in source.warnings)
    rows = int(SIZE[0] * (1 - missing)) - 1
    assert rows > 40
    L = L_of(expected if expected.ndim == 3 else np.dstack([expected] * 3))
    assert np.abs(L_of_frame(frame)[:rows] - L[:rows]).max() < 0.02


@pytest.mark.parametrize("compression", [None, "tga_rle"])
def test_the_lower_part_of_a_tga_is_saved(tmp_path, compression):
    """Truevision TGA 2.0: the first row of the file is the lowest, and so Pillow writes it."""
    path = tmp_path / "cut.tga"
    data = pillows("TGA", compression=compression)()
    path.write_bytes(data[: int(len(data) * 0.6)])
    with pytest.raises(MediaError, match="cut off"):
        read(path, "fail")
    (frame,), source = read(path)
    missing = source.salvage.missing[1]
    assert missing == pytest.approx(0.4, abs=0.08)
    first = int(SIZE[0] * missing) + 1
    assert np.array_equal(frame.Y[first:], soft()[first:])
    assert not frame.Y[: first - 20].any()


@pytest.mark.parametrize("progression", ["LRCP", "RPCL"])
def test_the_tiles_of_a_jpeg_2000_that_are_complete_are_saved(tmp_path, progression):
    path = tmp_path / "cut.jp2"
    data = pillows(
        "JPEG2000", soft(), irreversible=False, tile_size=(80, 80), progression=progression
    )()
    path.write_bytes(data)
    expected = imagecodecs.jpeg2k_decode(data)
    path.write_bytes(data[: int(len(data) * 0.7)])
    with pytest.raises(MediaError, match="cut off"):
        read(path, "fail")
    (frame,), source = read(path)
    assert source.salvage.missing[1] == pytest.approx(0.3, abs=0.08)
    whole = [
        (down, across)
        for down in range(0, SIZE[0], 80)
        for across in range(0, SIZE[1], 80)
        if np.array_equal(frame.Y[down:, across:][:80, :80], expected[down:, across:][:80, :80])
    ]
    assert whole[:8] == [(80 * (n // 4), 80 * (n % 4)) for n in range(8)]


@pytest.mark.parametrize(("share", "error"), [(0.5, 8), (0.9, 1.5)])
def test_a_jpeg_2000_of_one_tile_keeps_what_detail_it_has(tmp_path, share, error):
    path = tmp_path / "cut.j2k"
    data = bytes(imagecodecs.jpeg2k_encode(soft(), level=0, reversible=True, codecformat="j2k"))
    path.write_bytes(data[: int(len(data) * share)])
    (frame,), source = read(path)
    assert np.abs(frame.Y.astype(int) - soft()).mean() < error
    assert source.salvage.missing[1] == pytest.approx(1 - share, abs=0.03)
    assert any("coarser" in line for line in source.warnings)


def test_a_jpeg_xl_says_that_nothing_of_it_can_be_saved(tmp_path):
    path = tmp_path / "cut.jxl"
    data = bytes(imagecodecs.jpegxl_encode(soft(), lossless=True))
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match="cut off.*nothing of a JPEG XL can be salvaged"):
        read(path)


def test_an_interlaced_gif_keeps_every_second_row(tmp_path):
    path = tmp_path / "cut.gif"
    data = pillows("GIF", soft(), interlace=1)()
    path.write_bytes(data[: int(len(data) * 0.6)])
    (frame,), _ = read(path)
    assert np.array_equal(frame.Y[::2], soft()[::2])


def test_a_colour_that_a_photoshop_document_lacks_is_taken_from_another(tmp_path):
    path = tmp_path / "cut.psd"
    data = psd([soft()] * 3, 3, compression=1)
    path.write_bytes(data[: int(len(data) * 0.5)])
    (frame,), source = read(path)
    assert source.salvage.missing[1] == pytest.approx(0.5, abs=0.03)
    assert np.array_equal(frame.Y, soft())


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("options", [{"level": 95}, {"lossless": True}])
def test_an_uncommon_jpeg_that_is_cut_off_is_not_taken_for_whole(tmp_path, bits, options):
    if bits == 16 and "level" in options:
        pytest.skip("JPEG has 16 bits without loss alone")
    path = tmp_path / "cut.jpg"
    data = imagecodecs.jpeg_encode(soft(bits), bitspersample=bits, **options)
    for share in (0.3, 0.6, 0.95):
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(MediaError, match="cut off"):
            read(path, "fail")
    path.write_bytes(data[:-2])
    (frame,), source = read(path, "fail")
    assert np.array_equal(frame.Y, imagecodecs.jpeg_decode(data))
    assert source.warnings == ["its end marker is missing; the picture is complete"]


@pytest.mark.slow
def test_a_jpeg_2000_that_lacks_tiles_is_not_taken_for_whole(tmp_path):
    """ISO/IEC 15444-1, A.5.1: the size of the tiles says how many there are; OpenJPEG accepts less.

    One bit of the width makes a picture of 2,097,152 more columns.
    """
    path = tmp_path / "wide.jp2"
    data = bytearray(imagecodecs.jpeg2k_encode(draw_photo.gray(16), level=0, reversible=True))
    data[data.index(b"\xff\x4f\xff\x51") + 9] ^= 0x20
    path.write_bytes(data)
    assert imagecodecs.jpeg2k_decode(bytes(data)[data.index(b"\xff\x4f") :]).shape[1] > 2_000_000
    with pytest.raises(MediaError, match="damaged: 1 of 37451 tiles are present"):
        read(path, "fail")

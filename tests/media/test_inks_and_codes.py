"""Inks, extra channels and the codes of AVIF, HEIC and JPEG XL."""

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from tests import draw_photo
from tests.media.drawn_size import HEIGHT, WIDTH
from tests.media.photo.coloured import colour
from tests.media.photo.opening import L_of, L_of_frame
from tests.media.photo.test_opacity import associated
from tests.media.test_colour_meaning import lightness, read


def inks():
    """CMYK with colour in it, 0 is no ink."""
    with Image.fromarray(draw_photo.tinted()) as image:
        return np.asarray(image.convert("CMYK")).copy()


def light_left(codes):
    """R = (1 - C)(1 - K) and so on, CSS Color 5, device-cmyk."""
    left = 1 - codes.astype(float) / 255
    return np.rint(left[..., :3] * left[..., 3:] * 65535).astype(np.uint16)


@pytest.mark.parametrize("space", ["cmyk", "ycck"])
def test_inks_of_jpegs_are_those_that_pillow_reads(tmp_path, space):
    """Adobe's marker says that inks are stored inverted, and whether as YCCK."""
    path = tmp_path / "inks.jpg"
    path.write_bytes(
        imagecodecs.jpeg_encode(
            255 - inks(), level=98, colorspace="cmyk", outcolorspace=space, subsampling="444"
        )
    )
    with Image.open(path) as image:
        assert image.mode == "CMYK"
        assert image.info.get("adobe_transform") == (2 if space == "ycck" else 0)
        theirs = np.asarray(image)
    frame, source = read(path)
    assert np.abs(L_of_frame(frame) - L_of(light_left(theirs))).max() < 0.6
    assert np.abs(L_of_frame(frame) - L_of(light_left(inks()))).max() < 3
    assert source.assumed == {"cmyk": "device-cmyk"}


@pytest.mark.parametrize("suffix", [".png", ".webp", ".jp2"])
def test_infrared_after_transparency_is_left_out_and_said(tmp_path, suffix):
    source, target = tmp_path / "scan.tif", tmp_path / f"result{suffix}"
    planes = np.dstack([draw_photo.tinted(), draw_photo.alpha(), draw_photo.alpha()[::-1]])
    tifffile.imwrite(
        source, planes, photometric="rgb", planarconfig="contig",
        extrasamples=["unassalpha", "unspecified"],
    )  # fmt: skip
    _, sink = colour(source, target)
    with Image.open(target) as image:
        assert image.mode == "RGBA"
        assert np.array_equal(np.asarray(image)[..., 3], draw_photo.alpha())
    assert any("1 channel that is neither" in line for line in sink.warnings)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".jp2"])
@pytest.mark.parametrize("bits", [8, 16])
def test_associated_colours_become_straight_where_formats_hold_no_others(tmp_path, suffix, bits):
    source, target = tmp_path / "scan.tif", tmp_path / f"result{suffix}"
    associated(source, bits)
    colour(source, target, ab=(0.0, 0.0), jpeg_quality=100)
    data = target.read_bytes()
    decode = {".png": imagecodecs.png_decode, ".jp2": imagecodecs.jpeg2k_decode,
              ".webp": imagecodecs.webp_decode}[suffix]  # fmt: skip
    result = np.asarray(decode(data))
    top = np.iinfo(result.dtype).max
    straight = np.rint(result[..., :3] * (65535 / top)).astype(np.uint16)
    opaque = draw_photo.alpha() > 150
    difference = np.abs(L_of(straight) - L_of(draw_photo.tinted(16)))[opaque]
    assert difference.max() < (3 if suffix == ".webp" else 0.8 if bits == 8 else 0.05)


@pytest.mark.parametrize(("transfer", "power"), [(8, 1.0), (4, 2.2), (5, 2.8)])
@pytest.mark.parametrize("bits", [8, 10])
def test_the_codes_of_an_avif_are_obeyed(tmp_path, transfer, power, bits):
    """H.273, table 3: 8 is linear light, 4 and 5 are powers of 2.2 and 2.8."""
    path = tmp_path / "gray.avif"
    data = imagecodecs.avif_encode(
        draw_photo.gray(bits), level=100, bitspersample=bits, primaries=1, transfer=transfer
    )
    path.write_bytes(bytes(data))
    drawn = imagecodecs.avif_decode(data) / (2**bits - 1)
    assert np.abs(L_of_frame(read(path)[0]) - lightness(drawn**power)).max() < 0.5


@pytest.mark.parametrize("transfer", [16, 18])
def test_an_avif_of_high_dynamic_range_is_named(tmp_path, transfer):
    path = tmp_path / "hdr.avif"
    data = imagecodecs.avif_encode(
        draw_photo.tinted(10), level=90, bitspersample=10, primaries=9, transfer=transfer
    )
    path.write_bytes(bytes(data))
    _, source = read(path)
    assert any("PQ" in line or "HLG" in line for line in source.warnings)


def test_the_codes_of_a_heic_are_obeyed(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    path = tmp_path / "gray.heic"
    rgb = np.dstack([draw_photo.gray()] * 3)
    made = pillow_heif.from_bytes("RGB", (WIDTH, HEIGHT), rgb.tobytes())
    made.save(path, quality=-1, chroma=444, transfer_characteristics=8, color_primaries=1)
    frame, _ = read(path)
    expected = lightness(draw_photo.gray() / 255)
    assert np.abs(L_of_frame(frame) - expected).max() < 2


def test_a_profile_inside_a_jpeg_xl_is_named(tmp_path):
    """ISO/IEC 18181-1, annex D: size, depth, and an encoding of colours that wants a profile."""
    from colorizer.media.photo.jxl_header import colour_of_jxl

    # div8 with 5 bits of 0; ratio 1; not as usual; no more fields; 8 bits of integers; 16 bits
    # are enough; no further channels; not XYB; colours not as usual; a profile; RGB.
    fields = ((1, 1), (0, 5), (1, 3), (0, 1), (0, 1), (0, 1), (0, 2), (1, 1), (0, 2), (0, 1),
              (0, 1), (1, 1), (0, 2))  # fmt: skip
    value = at = 0
    for number, count in fields:
        value |= number << at
        at += count
    told = colour_of_jxl(b"\xff\x0a" + value.to_bytes(8, "little"))
    assert (told.profiled, told.xyb) == (True, False)
    for data, transfer in (
        (imagecodecs.jpegxl_encode(draw_photo.gray(), lossless=True), 13),
        (imagecodecs.jpegxl_encode(draw_photo.tinted(), level=90), 13),
    ):
        assert colour_of_jxl(bytes(data)).transfer == transfer

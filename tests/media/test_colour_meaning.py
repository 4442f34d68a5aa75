"""What the codes of a photo mean: profiles, PNG chunks, what is stated and what is assumed."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer.colour.made_profiles import rgb_profile
from colorizer.colour.profiles import result_profile
from colorizer.colour.rgb_spaces import NAMED_SPACES
from colorizer.errors import SettingsError
from colorizer.media.photo.assumed import ASSUMABLE, assumed_profile, check_assumed
from colorizer.media.photo.still import StillSource
from colorizer.settings import Reading
from tests import draw_photo
from tests.colour.test_profiles import EXACT, LAB, dot_gain, gray_profile, table_curve
from tests.media.photo.coloured import colour
from tests.media.photo.opening import L_of, L_of_frame


def read(path, **how):
    with StillSource(path, Reading(**how), side=32) as source:
        (frame,) = source.frames()
    return frame, source


def lightness(light):
    """CIELAB L of luminance (CIE 15:2004)."""
    light = np.asarray(light, float)
    return np.where(light > 216 / 24389, 116 * np.cbrt(light) - 16, light * 24389 / 27)


def little_cms(codes, profile, space):
    return imagecodecs.cms_transform(
        codes, profile, LAB, colorspace=space, outcolorspace="lab", outdtype="float64", flags=EXACT
    )[..., 0]


def in_lab(profile):
    """Return a gray profile whose connection space is CIELAB."""
    return profile[:20] + b"Lab " + profile[24:]


CURVES = {
    "linear": table_curve([]),
    "gamma": table_curve([round(1.8 * 256)]),
    "dot gain": dot_gain(),
}


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("bits", [8, 16])
def test_gray_profiles_over_lab_mean_what_little_cms_says(tmp_path, name, bits):
    profile, path = in_lab(gray_profile(CURVES[name])), tmp_path / "gray.tif"
    tifffile.imwrite(path, draw_photo.gray(bits), photometric="minisblack", iccprofile=profile)
    frame, source = read(path)
    assert source.warnings == []
    theirs = little_cms(draw_photo.gray(bits), profile, "gray")
    assert np.abs(L_of_frame(frame) - theirs).max() < 0.02


@pytest.mark.parametrize("name", ["adobergb", "srgb"])
def test_a_gray_picture_uses_the_gray_axis_of_an_rgb_profile(tmp_path, name):
    profile, path = imagecodecs.cms_profile(name), tmp_path / "gray.tif"
    tifffile.imwrite(path, draw_photo.gray(16), photometric="minisblack", iccprofile=profile)
    frame, source = read(path)
    assert source.warnings == []
    theirs = little_cms(np.dstack([draw_photo.gray(16)] * 3), profile, "rgb")
    assert np.abs(L_of_frame(frame) - theirs).max() < 0.02
    assert np.array_equal(frame.Y, draw_photo.gray(16))


def test_rgb_without_colour_uses_the_curve_of_a_gray_profile(tmp_path):
    profile, path = gray_profile(dot_gain()), tmp_path / "rgb.tif"
    rgb = np.dstack([draw_photo.gray()] * 3)
    tifffile.imwrite(path, rgb, photometric="rgb", iccprofile=profile)
    frame, source = read(path)
    assert source.warnings == []
    theirs = little_cms(draw_photo.gray(), profile, "gray")
    assert np.abs(L_of_frame(frame) - theirs).max() < 0.02


def test_a_profile_called_linear_srgb_is_not_taken_for_srgb(tmp_path):
    profile = rgb_profile("Linear sRGB", NAMED_SPACES["srgb"].to_xyz, (0, 1.0))
    path = tmp_path / "linear.tif"
    tifffile.imwrite(path, draw_photo.tinted(16), photometric="rgb", iccprofile=profile)
    theirs = little_cms(draw_photo.tinted(16), profile, "rgb")
    # Little CMS looks at it under D50, we under the white of the space: 0.2 apart on old paper.
    assert np.abs(L_of_frame(read(path)[0]) - theirs).max() < 0.3


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(path, codes, *chunks):
    """Write a PNG with chunks of our own before its pixels."""
    plain = imagecodecs.png_encode(codes)
    path.write_bytes(plain[:33] + b"".join(chunks) + plain[33:])
    return path


def gamma(value):
    return chunk(b"gAMA", struct.pack(">I", value))


ADOBE_XY = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
CHRM = chunk(b"cHRM", struct.pack(">8I", *ADOBE_XY))
SRGB = chunk(b"sRGB", b"\0")
LINEAR_ICC = chunk(b"iCCP", b"linear\0\0" + zlib.compress(gray_profile(table_curve([]))))


@pytest.mark.parametrize("bits", [8, 16])
def test_gama_of_a_png_is_obeyed(tmp_path, bits):
    for value in (100000, 45455, 55556):
        path = png(tmp_path / "gray.png", draw_photo.gray(bits), gamma(value))
        expected = lightness((draw_photo.gray(bits) / (2**bits - 1)) ** (100000 / value))
        assert np.abs(L_of_frame(read(path)[0]) - expected).max() < 0.01


def test_gama_and_chrm_of_a_png_are_obeyed(tmp_path):
    """Adobe RGB by its numbers is what Little CMS makes of its profile."""
    path = png(tmp_path / "rgb.png", draw_photo.tinted(16), gamma(45471), CHRM)
    theirs = little_cms(draw_photo.tinted(16), imagecodecs.cms_profile("adobergb"), "rgb")
    assert np.abs(L_of_frame(read(path)[0]) - theirs).max() < 0.1


BT709 = chunk(b"cICP", bytes([1, 8, 0, 1]))
"""Code point 8 of H.273: linear."""


@pytest.mark.parametrize(
    ("chunks", "exponent"),
    [
        ((BT709, LINEAR_ICC, SRGB, gamma(45455)), 1.0),
        ((chunk(b"cICP", bytes([1, 4, 0, 1])), LINEAR_ICC, SRGB, gamma(100000)), 2.2),
        ((LINEAR_ICC, SRGB, gamma(45455)), 1.0),
        ((SRGB, gamma(100000)), None),
        ((chunk(b"cICP", bytes([9, 16, 0, 1])), gamma(100000)), 1.0),
    ],
    ids=["cICP", "cICP over iCCP", "iCCP", "sRGB", "PQ is passed over"],
)
def test_colour_chunks_count_in_the_order_of_the_png_specification(tmp_path, chunks, exponent):
    """PNG (Third Edition), 4.3: cICP, iCCP, sRGB, gAMA and cHRM."""
    path = png(tmp_path / "gray.png", draw_photo.gray(16), *chunks)
    frame, source = read(path)
    value = draw_photo.gray(16) / 65535
    if exponent is None:
        expected = L_of(np.dstack([draw_photo.gray(16)] * 3))
    else:
        expected = lightness(value**exponent)
    assert np.abs(L_of_frame(frame) - expected).max() < 0.01
    assert source.assumed == {}


def test_cicp_of_video_range_has_its_black_at_16(tmp_path):
    path = png(tmp_path / "gray.png", draw_photo.gray(), chunk(b"cICP", bytes([1, 13, 0, 0])))
    value = np.clip((draw_photo.gray() - 16.0) / 219, 0, 1)
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    assert np.abs(L_of_frame(read(path)[0]) - lightness(light)).max() < 0.02


def test_chunks_without_sense_are_named(tmp_path):
    path = png(tmp_path / "gray.png", draw_photo.gray(), gamma(0))
    frame, source = read(path)
    assert np.array_equal(frame.Y, draw_photo.gray())
    assert any("gAMA" in line for line in source.warnings)


def test_sound_pngs_with_large_metadata_are_read(tmp_path):
    noise = np.random.default_rng(0).bytes(1_500_000)
    icc = result_profile("adobe-rgb") + noise
    icc = struct.pack(">I", len(icc)) + icc[4:]
    path = tmp_path / "large.png"
    Image.fromarray(draw_photo.tinted()).save(path, icc_profile=icc)
    xmp = b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><!--" + b"x" * 1_500_000
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 3_000_000))
    data = path.read_bytes()
    path.write_bytes(data[:33] + chunk(b"iTXt", xmp + b"--></x:xmpmeta>") + text + data[33:])
    _, source = read(path)
    assert source.warnings == []


def test_exif_that_says_adobe_rgb_is_believed(tmp_path):
    image = Image.fromarray(draw_photo.tinted())
    exif = image.getexif()
    exif.get_ifd(0x8769)[0xA001] = 2
    image.save(tmp_path / "camera.jpg", exif=exif, quality=100, subsampling=0)
    with Image.open(tmp_path / "camera.jpg") as image:
        codes = np.asarray(image)
    theirs = little_cms(codes, imagecodecs.cms_profile("adobergb"), "rgb")
    assert np.abs(L_of_frame(read(tmp_path / "camera.jpg")[0]) - theirs).max() < 0.3


def test_what_is_assumed_has_a_name(tmp_path):
    _, source = read(draw_photo.draw(tmp_path, "cmyk.jpg"))
    assert source.assumed == {"cmyk": "device-cmyk"}
    _, source = read(draw_photo.draw(tmp_path, "gray16.tif"))
    assert source.assumed == {"gray": "sRGB"}
    _, source = read(draw_photo.draw(tmp_path, "gray16.tif"), assume_profile="linear")
    assert source.assumed == {"gray": "linear"}


def test_linear_scans_are_taken_for_linear_where_a_person_says_so(tmp_path):
    for name, drawn in (("gray16.tif", draw_photo.gray(16)), ("tinted16.tif", None)):
        frame, _ = read(draw_photo.draw(tmp_path, name), assume_profile="linear")
        value = draw_photo.tinted(16) / 65535 if drawn is None else drawn / 65535
        light = value if value.ndim == 2 else value @ np.array([0.2126, 0.7152, 0.0722])
        assert np.abs(L_of_frame(frame) - lightness(light)).max() < 0.02


def test_an_icc_file_counts_for_the_pixels_it_describes(tmp_path):
    file = tmp_path / "scanner.icc"
    file.write_bytes(gray_profile(dot_gain()))
    frame, source = read(draw_photo.draw(tmp_path, "gray16.tif"), assume_profile=str(file))
    theirs = little_cms(draw_photo.gray(16), file.read_bytes(), "gray")
    assert np.abs(L_of_frame(frame) - theirs).max() < 0.02
    assert source.assumed == {"gray": "A curve"}
    _, source = read(draw_photo.draw(tmp_path, "cmyk.jpg"), assume_profile=str(file))
    assert source.assumed == {"cmyk": "device-cmyk"}


def test_what_can_not_be_assumed_is_refused_with_what_can(tmp_path):
    (tmp_path / "no.icc").write_bytes(b"no profile")
    for wrong in ("dot-gain", str(tmp_path / "no.icc")):
        with pytest.raises(SettingsError, match="--assume-profile .* auto, srgb, adobe-rgb"):
            check_assumed(wrong)
    for name in ASSUMABLE:
        check_assumed(name)
        for space in ("gray", "rgb", "cmyk"):
            profile, _ = assumed_profile(name, space)
            assert profile is None or profile[36:40] == b"acsp"


def in_xmp(orientation):
    return (
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF"
        b" xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description"
        b" xmlns:t='http://ns.adobe.com/tiff/1.0/' t:Orientation='%d'/></rdf:RDF></x:xmpmeta>"
        % orientation
    )


def turned_by(tag, kind, xmp, path):
    """Write a picture as `path` with an Orientation tag of a type, and one in XMP."""
    tags = [(274, kind, 1, tag, True)] if tag else []
    if path.suffix == ".tif":
        tags += [(700, 1, len(in_xmp(xmp)), in_xmp(xmp), True)] if xmp else []
        tifffile.imwrite(path, draw_photo.gray(), photometric="minisblack", extratags=tags)
        return
    block = b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHI", 274, kind, 1) + bytes([tag, 0, 0, 0])
    exif = {"exif": b"Exif\0\0" + block + bytes(4)} if tag else {}
    more = {"xmp": in_xmp(xmp)} if xmp else {}
    file = io.BytesIO()
    kind = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP"}[path.suffix]
    image = Image.fromarray(draw_photo.gray())
    if kind == "PNG" and xmp:
        text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + in_xmp(xmp))
        image.save(file, kind, **exif)
        data = file.getvalue()
        path.write_bytes(data[:33] + text + data[33:])
        return
    image.save(file, kind, **exif, **more)
    path.write_bytes(file.getvalue())


@pytest.mark.parametrize("suffix", [".tif", ".jpg", ".png", ".webp"])
@pytest.mark.parametrize(
    ("tag", "kind", "xmp", "turned"),
    [(6, 3, 0, True), (6, 1, 0, True), (6, 4, 0, True), (0, 3, 6, True), (1, 3, 6, False),
     (9, 3, 6, True), (6, 3, 1, True)],
)  # fmt: skip
def test_one_rule_of_orientation_for_every_format(tmp_path, suffix, tag, kind, xmp, turned):
    """EXIF 2.32 and TIFF 6.0: 6 is turned right by a quarter; the tag counts before XMP."""
    path = tmp_path / f"turned{suffix}"
    turned_by(tag, kind, xmp, path)
    frame, _ = read(path)
    height, width = draw_photo.SIZE
    assert frame.Y.shape == ((width, height) if turned else (height, width))


@pytest.mark.parametrize(("kind", "xmp"), [(1, 0), (3, 0), (4, 0), (3, 6)])
def test_a_turned_result_is_not_turned_again(tmp_path, kind, xmp):
    """Pillow, which obeys the tag and XMP, shows the result as it is stored."""
    source, target = tmp_path / "turned.jpg", tmp_path / "result.jpg"
    turned_by(0 if xmp else 6, kind, xmp, source)
    colour(source, target)
    height, width = draw_photo.SIZE
    with Image.open(target) as image:
        assert image.size == (height, width)
        assert image.getexif().get(274, 1) == 1

import io
import struct

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from colorizer.colour.cielab import light_to_L
from colorizer.colour.profiles import (
    gray_light,
    profile_name,
    result_profile,
    result_space,
    rgb_light,
)
from colorizer.colour.rgb_spaces import NAMED_SPACES
from colorizer.errors import SettingsError

LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
EXACT = 0x0100
"""cmsFLAGS_NOOPTIMIZE."""


def gray_profile(curve: bytes) -> bytes:
    """Build a gray profile, version 2, with the given curve tag."""
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    name = b"A curve"
    text = b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0" + bytes(78)
    tags = {b"desc": text, b"wtpt": white, b"kTRC": curve}
    start, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        table += struct.pack(">4sII", tag, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), bytes(4), 0x02100000, b"prtr", b"GRAY",
                       b"XYZ ")  # fmt: skip
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + body


def table_curve(values):
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values)


def dot_gain(share=0.20, steps=256):
    """Build the curve of a press whose dots grow: reflectance of what is left of the paper."""
    ink = 1 - np.linspace(0, 1, steps)
    grown = np.clip(ink + 4 * share * ink * (1 - ink), 0, 1)
    return table_curve(np.rint((1 - grown) * 65535).astype(int))


GRAYS = {
    "gamma 1.8": gray_profile(table_curve([round(1.8 * 256)])),
    "gamma 2.2": gray_profile(table_curve([round(2.2 * 256)])),
    "linear": gray_profile(table_curve([])),
    "dot gain": gray_profile(dot_gain()),
    "parametric": imagecodecs.cms_profile("gray", gamma=1.8),
}


@pytest.mark.parametrize("name", GRAYS)
def test_gray_profiles_mean_what_little_cms_says(name):
    light = gray_light(GRAYS[name], 65536)
    ramp = np.arange(65536, dtype=np.uint16)[None]
    theirs = imagecodecs.cms_transform(
        ramp, GRAYS[name], LAB, colorspace="gray", outcolorspace="lab", outdtype="float64",
        flags=EXACT,
    )  # fmt: skip
    # Little CMS rounds the values of tables to 16 bits of light, which is much in the dark.
    limit = 0.015 if name == "dot gain" else 0.005
    assert np.abs(light_to_L(light) - theirs[0, :, 0]).max() < limit


@pytest.mark.parametrize("name", NAMED_SPACES)
def test_our_profiles_mean_what_their_space_says(name):
    """Compared through Little CMS under D50, to which the profile's own white is adapted."""
    profile, space = result_profile(name), NAMED_SPACES[name]
    codes = (np.random.default_rng(1).random((20, 30, 3)) * 65535).astype(np.uint16)
    theirs = imagecodecs.cms_transform(
        codes, profile, LAB, colorspace="rgb", outcolorspace="lab", outdtype="float64", flags=EXACT
    )
    linear = np.asarray(space.decode(codes / 65535.0)) @ np.array(space.to_xyz).T
    d50, white = np.array([0.9642, 1.0, 0.8249]), np.array(space.gray)
    cones = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    adapt = np.linalg.inv(cones) @ np.diag((cones @ d50) / (cones @ white)) @ cones
    assert np.abs(light_to_L((linear @ adapt.T)[..., 1]) - theirs[..., 0]).max() < 0.005


@pytest.mark.parametrize("name", NAMED_SPACES)
def test_our_profiles_are_valid_and_read_back(tmp_path, name):
    profile = result_profile(name)
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    assert ImageCms.getProfileDescription(opened).strip() == profile_name(profile)
    assert struct.unpack_from(">I", profile)[0] == len(profile)
    file = tmp_path / "space.icc"
    file.write_bytes(profile)
    space = result_space(str(file))
    assert np.abs(np.array(space.to_xyz) - NAMED_SPACES[name].to_xyz).max() < 3e-5
    light = np.linspace(0, 1, 4001)
    theirs, ours = NAMED_SPACES[name].encode(light), space.encode(light)
    assert np.abs(np.asarray(theirs) - ours).max() < 1e-4


def test_a_picture_with_our_profile_looks_the_same_to_pillow():
    """sRGB codes through our sRGB profile to Pillow's own are the same codes."""
    codes = np.random.default_rng(2).integers(0, 256, (16, 16, 3), np.uint8)
    ours = ImageCms.ImageCmsProfile(io.BytesIO(result_profile("srgb")))
    image = ImageCms.profileToProfile(
        Image.fromarray(codes), ours, ImageCms.createProfile("sRGB"), flags=EXACT
    )
    assert np.abs(np.asarray(image).astype(int) - codes).max() <= 1


def test_rgb_profiles_weigh_their_primaries_under_their_own_white():
    light = rgb_light(imagecodecs.cms_profile("adobergb"), 256)
    assert np.abs(light[:, -1] - (0.29734, 0.62736, 0.07529)).max() < 3e-4
    assert abs(light[:, -1].sum() - 1) < 1e-9


def test_the_same_profile_has_the_same_bytes():
    assert result_profile("eci-rgb-v2") == result_profile("eci-rgb-v2")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "srgb, adobe-rgb, eci-rgb-v2, display-p3 or an ICC file"),
        (b"", "no ICC profile"),
        (b"\0" * 400, "no ICC profile"),
        (GRAYS["gamma 2.2"], "no ICC profile of an RGB space"),
        (result_profile("srgb")[:300], "cut off"),
    ],
)
def test_what_is_no_profile_of_an_rgb_space_is_refused(tmp_path, content, words):
    file = tmp_path / "some.icc"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=words):
        result_space(str(file))


def test_damaged_profiles_never_crash():
    good = result_profile("adobe-rgb")
    rng = np.random.default_rng(3)
    for _ in range(300):
        bad = bytearray(good)
        for at in rng.integers(128, len(bad), 4):
            bad[at] = rng.integers(0, 256)
        try:
            light = rgb_light(bytes(bad), 256)
        except (ValueError, struct.error):
            continue
        assert light is None or light.shape == (3, 256)

"""What an archive checks on a master: lightness, the way back to gray, every tag."""

import json
import shutil
import subprocess
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile

from colorizer import colorize
from colorizer.colour.cielab import light_to_L
from colorizer.colour.profiles import gray_light
from colorizer.colour.rgb_spaces import NAMED_SPACES
from tests.colour.test_profiles import GRAYS

NEEDS_EXIFTOOL = pytest.mark.skipif(not shutil.which("exiftool"), reason="needs exiftool")
CHANGED = {
    "IFD0:BitsPerSample", "IFD0:SamplesPerPixel", "IFD0:PhotometricInterpretation",
    "IFD0:PlanarConfiguration", "IFD0:Predictor", "IFD0:SubfileType", "IFD0:RowsPerStrip",
    "IFD0:StripOffsets", "IFD0:StripByteCounts", "ExifIFD:ColorSpace", "InteropIFD:InteropIndex",
    "XMP-tiff:Orientation", "XMP-xmp:CreatorTool", "XMP-xmpMM:DocumentID",
    "XMP-xmpMM:InstanceID", "XMP-xmpMM:OriginalDocumentID", "XMP-xmpMM:DerivedFrom",
    "XMP-xmpMM:History", "XMP-iptcExt:DigitalSourceType", "XMP-iptcExt:AISystemUsed",
    "XMP-iptcExt:AISystemVersionUsed",
}  # fmt: skip
"""Tags that the README says a result changes; ICC tags are those of its own profile."""
TAGS = """
-Make=Linhof|-Model=Technika|-Software=SilverFast|-Artist=A. Renger|-Copyright=Stadtarchiv
-ImageDescription=Marktplatz, Blick nach Süden|-DocumentName=Box 12|-LensModel=Apo-Lanthar
-DateTimeOriginal=1907:06:01 12:00:00|-ExposureTime=1/50|-FNumber=8|-ISO=100|-SerialNumber=42
-UserComment=Glasplatte|-ColorSpace=Uncalibrated|-InteropIndex=R03|-XPTitle=Titel
-GPSLatitude=48.1|-GPSLatitudeRef=N|-GPSLongitude=11.5|-GPSLongitudeRef=E|-GPSVersionID=2.3.0.0
-IPTC:ObjectName=Mark|-IPTC:Caption-Abstract=Der Platz Süd|-IPTC:Keywords=Markt
-IPTC:Keywords=Platz|-IPTC:CodedCharacterSet=UTF8|-IPTC:By-line=Renger
-XMP-dc:Title=Mark|-XMP-dc:Description=Der Platz|-XMP-dc:Subject=Markt|-XMP-dc:Creator=Renger
-XMP-xmp:CreatorTool=SilverFast 8|-XMP-xmp:Rating=4|-XMP-photoshop:City=München
-XMP-xmpMM:DocumentID=xmp.did:42|-XMP-xmpMM:InstanceID=xmp.iid:43|-XMP-tiff:Orientation#=1
-XMP-iptcExt:DigitalSourceType=http://cv.iptc.org/newscodes/digitalsourcetype/print
-XMP-xmpMM:HistoryAction=created|-XMP-mwg-rs:RegionName=Rathaus|-XMP-mwg-rs:RegionType=Focus
-Photoshop:CopyrightFlag=True|-Photoshop:URL=http://archive.example
"""


def every_code() -> np.ndarray:
    """Draw shapes to be coloured, and below them every 16-bit code once, (512, 256) uint16."""
    down, across = np.mgrid[:256, :256] / 256
    shapes = 0.5 + 0.3 * np.sin(9 * across) * np.cos(7 * down)
    shapes[(down - 0.5) ** 2 + (across - 0.5) ** 2 < 0.05] = 0.8
    codes = np.random.default_rng(0).permutation(65536).reshape(256, 256)
    return np.concatenate([np.rint(shapes * 65535), codes]).astype(np.uint16)


def write_master(path: Path, profile: bytes | None, **options: object) -> Path:
    tifffile.imwrite(
        path, every_code(), photometric="minisblack", iccprofile=profile, resolution=(600, 600),
        resolutionunit=2, metadata=None, software=False, **options,
    )  # fmt: skip
    return path


def source_light(profile: bytes | None) -> np.ndarray:
    """Return the luminance of every 16-bit code of the source."""
    ramp = np.arange(65536) / 65535
    if profile is None:
        return np.where(ramp <= 0.04045, ramp / 12.92, ((ramp + 0.055) / 1.055) ** 2.4)
    return gray_light(profile, 65536)


def result_light(rgb: np.ndarray, space: str) -> np.ndarray:
    known = NAMED_SPACES[space]
    return np.asarray(known.decode(rgb / 65535.0)) @ np.array(known.to_xyz[1])


@pytest.fixture(scope="module")
def coloured(tmp_path_factory):
    """Give the 16-bit result of a master by its profile and the result's space; made once."""
    folder, made = tmp_path_factory.mktemp("masters"), {}

    def result(gray: str, space: str) -> np.ndarray:
        if (gray, space) not in made:
            source = write_master(folder / f"{gray}.tif", GRAYS.get(gray))
            (target,) = colorize(source, folder / space, profile=space, device="cpu")
            made[gray, space] = tifffile.imread(target)
        return made[gray, space]

    return result


PAIRS = [("none", "srgb"), ("gamma 2.2", "srgb"), ("dot gain", "srgb"), ("gamma 2.2", "adobe-rgb"),
         ("gamma 1.8", "eci-rgb-v2"), ("dot gain", "display-p3")]  # fmt: skip


@pytest.mark.matrix
@pytest.mark.parametrize(("gray", "space"), PAIRS)
def test_lightness_is_the_source_s_through_both_profiles(coloured, gray, space):
    rgb = coloured(gray, space)
    assert rgb.dtype == np.uint16
    assert np.ptp(rgb.astype(int), axis=2).mean() > 500, "the result has no colour"
    L = light_to_L(source_light(GRAYS.get(gray)))[every_code()]
    assert np.abs(light_to_L(result_light(rgb, space)) - L).max() < 0.02


@pytest.mark.matrix
@pytest.mark.parametrize(("gray", "space"), PAIRS)
def test_the_result_made_gray_again_has_the_codes_of_the_source(coloured, gray, space):
    light = source_light(GRAYS.get(gray))
    back = np.interp(result_light(coloured(gray, space), space), light, np.arange(65536))
    codes = every_code()
    # Below, 16 bits of the result are coarser than those of a power law: all is under L* 0.05.
    shown = light_to_L(light[codes]) > (0.05 if gray.startswith("gamma") else -1)
    assert shown.mean() > 0.95
    assert np.abs(np.rint(back) - codes)[shown].max() <= 1
    assert np.abs(back - codes)[shown].mean() < 0.1


@pytest.mark.parametrize("space", ["srgb", "adobe-rgb", "display-p3"])
def test_on_a_screen_little_cms_shows_the_same_luminance(coloured, space):
    """The result through its embedded profile and Little CMS to a screen of the same white."""
    from colorizer.colour.profiles import result_profile

    rgb = coloured("gamma 2.2", space) if space != "display-p3" else coloured("dot gain", space)
    gray = "gamma 2.2" if space != "display-p3" else "dot gain"
    screen = imagecodecs.cms_profile("adobergb")  # wide enough for most colours, D65
    shown = imagecodecs.cms_transform(
        rgb, result_profile(space), screen, colorspace="rgb", outcolorspace="rgb",
        outdtype="float64", flags=0x0100,
    )  # fmt: skip
    light = np.clip(shown, 0, 1) ** (563 / 256) @ np.array(NAMED_SPACES["adobe-rgb"].to_xyz[1])
    fits = ((shown > 0.02) & (shown < 0.98)).all(-1)
    assert fits.mean() > 0.5
    L = light_to_L(source_light(GRAYS[gray]))[every_code()]
    assert np.abs(light_to_L(light) - L)[fits].max() < 0.02


def tags_of(path: Path) -> dict[str, object]:
    command = ["exiftool", "-j", "-a", "-G1", "-struct", "-n", str(path)]
    (found,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    silent = {"SourceFile", "System", "ExifTool", "File"}
    kept = {
        name: value
        for name, value in found.items()
        if name.split(":")[0] not in silent and not name.startswith("ICC")
    }
    return kept | {name: value for name, value in found.items() if "Warning" in name}


def give_tags(path: Path) -> None:
    given = [tag for line in TAGS.strip().splitlines() for tag in line.split("|")]
    command = ["exiftool", "-q", "-overwrite_original", "-charset", "iptc=utf8", *given, str(path)]
    subprocess.run(command, check=True)


@NEEDS_EXIFTOOL
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_every_tag_of_a_master_is_kept_but_those_documented(tmp_path, byteorder):
    source = write_master(
        tmp_path / "a.tif", GRAYS["gamma 2.2"], byteorder=byteorder, compression="lzw"
    )
    give_tags(source)
    (target,) = colorize(source, tmp_path / "out", device="cpu")
    before, after = tags_of(source), tags_of(target)
    assert len(before) > 60
    differing = {name for name in before | after if before.get(name) != after.get(name)}
    assert differing <= CHANGED
    assert not [name for name in after if "Warning" in name]
    assert (after["IFD0:XResolution"], after["IFD0:ResolutionUnit"]) == (600, 2)
    assert after["XMP-iptcExt:DigitalSourceType"].endswith("compositeWithTrainedAlgorithmicMedia")
    assert after["XMP-iptcExt:AISystemUsed"] == "Colorizer"
    assert after["XMP-xmpMM:DerivedFrom"]["FilePath"] == "a.tif"
    assert [step["Action"] for step in after["XMP-xmpMM:History"]] == ["created", "converted"]
    assert "autochrome" in after["XMP-xmpMM:History"][1]["Parameters"]


DESCRIPTIVE = {
    "EXIF:Make": "Linhof", "EXIF:ImageDescription": "Marktplatz, Blick nach Süden",
    "EXIF:DateTimeOriginal": "1907:06:01 12:00:00", "EXIF:ExposureTime": 0.02,
    "EXIF:LensModel": "Apo-Lanthar", "EXIF:GPSLatitude": 48.1, "EXIF:UserComment": "Glasplatte",
    "XMP:Description": "Der Platz", "XMP:City": "München", "XMP:Rating": 4,
}  # fmt: skip
OF_IPTC = {"IPTC:ObjectName": "Mark", "IPTC:Keywords": ["Markt", "Platz"], "IPTC:By-line": "Renger"}


@NEEDS_EXIFTOOL
@pytest.mark.parametrize(
    ("suffix", "to"),
    [(".tif", "jpeg"), (".tif", "png"), (".tif", "jp2"), (".jpg", "tiff"), (".png", "jpeg")],
)
def test_descriptions_go_from_one_format_into_another(tmp_path, suffix, to):
    source = tmp_path / f"a{suffix}"
    drawn = (every_code()[:256] >> 8).astype(np.uint8)
    encode = {".jpg": imagecodecs.jpeg8_encode, ".png": imagecodecs.png_encode}.get(suffix)
    if encode is None:
        write_master(source, None)
    else:
        source.write_bytes(encode(drawn))
    give_tags(source)
    (target,) = colorize(source, tmp_path / "out", format=to, device="cpu", size=64)
    command = ["exiftool", "-j", "-G0", "-n", str(target)]
    (found,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    wanted = DESCRIPTIVE | OF_IPTC
    assert {name: found.get(name) for name in wanted} == wanted
    assert "ExifTool:Warning" not in found

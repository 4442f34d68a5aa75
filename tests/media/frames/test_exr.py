"""OpenEXR frames, checked against FFmpeg and the library of the format."""

import struct
from fractions import Fraction

import av
import cv2
import numpy as np
import OpenEXR
import pytest

from colorizer.colour.cielab import light_to_L
from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.frames.exr import read_exr, write_exr
from colorizer.media.frames.exr_frames import codes_of, luminance, space_of, tone
from colorizer.media.frames.exr_header import look_at_exr
from tests.draw_sequence import exr_header

AP1 = (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)


def noise(size, bits=16):
    """Draw scene-linear light with values beyond black and white that the depth can hold."""
    values = np.random.default_rng(bits).normal(0.5, 1, (*size, 3))
    return values.astype(np.float16 if bits == 16 else np.float32).astype(np.float32)


def write(folder, rgb, bits=16, **attributes):
    file = folder / "a.exr"
    file.write_bytes(write_exr(exr_header(rgb.shape[:2], **attributes), rgb, bits))
    return file


def by_ffmpeg(folder, pix_fmt, compression, planes, size):
    """Let FFmpeg write a frame of planes in its order, G B R."""
    encoder = av.CodecContext.create("exr", "w")
    encoder.height, encoder.width, encoder.pix_fmt = *size, pix_fmt
    encoder.time_base = Fraction(1, 24)
    encoder.options = {"compression": compression, "format": "float"}
    frame = av.VideoFrame(size[1], size[0], pix_fmt)
    for plane, values in zip(frame.planes, planes, strict=True):
        lines = np.frombuffer(memoryview(plane), np.float32).reshape(size[0], -1)
        lines[:] = 0
        lines[:, : size[1]] = values
    data = b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
    (folder / "f.exr").write_bytes(data)
    return folder / "f.exr"


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("size", [(5, 7), (33, 64), (16, 1)])
def test_what_is_written_comes_back_through_ffmpeg(tmp_path, bits, size):
    rgb = noise(size, bits)
    header, light = read_exr(write(tmp_path, rgb, bits))
    np.testing.assert_array_equal(light, rgb)
    assert (header.bits, header.size, header.rate) == (bits, size, 18)


@pytest.mark.parametrize("compression", ["none", "zip1", "zip16"])
def test_what_ffmpeg_writes_is_read(tmp_path, compression):
    rgb = noise((20, 30), 32)
    planes = [rgb[..., n] for n in (1, 2, 0)]
    header, light = read_exr(by_ffmpeg(tmp_path, "gbrpf32le", compression, planes, (20, 30)))
    np.testing.assert_array_equal(light, rgb)
    assert (header.bits, header.channels) == (32, ("B", "G", "R"))


def by_openexr(folder, rgb, compression, **header):
    kind = getattr(OpenEXR, f"{compression}_COMPRESSION")
    values = {"compression": kind, "type": OpenEXR.scanlineimage, **header}
    with OpenEXR.File(values, {"RGB": rgb}) as file:
        file.write(str(folder / "o.exr"))
    return folder / "o.exr"


@pytest.mark.parametrize("kind", [np.float16, np.float32])
@pytest.mark.parametrize(
    "compression", ["NO", "ZIPS", "ZIP", "RLE", "PIZ", "PXR24", "B44A", "DWAB"]
)
def test_what_the_library_of_the_format_writes_is_read_exactly(tmp_path, kind, compression):
    rgb = cv2.GaussianBlur(noise((150, 170), 32), (0, 0), 3).astype(kind)
    file = by_openexr(tmp_path, rgb, compression)
    header, light = read_exr(file)
    assert header.bits == 8 * rgb.itemsize
    with OpenEXR.File(str(file)) as library:
        stored = library.channels()["RGB"].pixels.astype(np.float32)
    np.testing.assert_array_equal(light, stored)


@pytest.mark.parametrize("compression", ["ZIP", "PIZ"])
def test_a_part_that_is_stored_lies_in_its_place(tmp_path, compression):
    rgb, whole = noise((40, 30), 32), np.zeros((50, 60, 3), np.float32)
    windows = {
        "dataWindow": (np.array([7, -5], np.int32), np.array([36, 34], np.int32)),
        "displayWindow": (np.array([0, 0], np.int32), np.array([59, 49], np.int32)),
    }
    whole[:35, 7:37] = rgb[5:]
    np.testing.assert_array_equal(
        read_exr(by_openexr(tmp_path, rgb, compression, **windows))[1], whole
    )


def test_tiles_and_other_channels_are_read_past(tmp_path):
    rgb = noise((40, 50), 32)
    planes = {name: np.ascontiguousarray(rgb[..., n]) for n, name in enumerate("RGB")}
    planes["Z"] = planes["depth.left"] = np.full((40, 50), 9, np.float32)
    values = {"compression": OpenEXR.PIZ_COMPRESSION, "type": OpenEXR.tiledimage}
    values["tiles"] = OpenEXR.TileDescription()
    with OpenEXR.File(values, planes) as file:
        file.write(str(tmp_path / "t.exr"))
    np.testing.assert_array_equal(read_exr(tmp_path / "t.exr")[1], rgb)


def test_luminance_alone_is_read(tmp_path):
    Y = noise((20, 30), 32)[..., 0]
    header, light = read_exr(by_ffmpeg(tmp_path, "grayf32le", "zip16", [Y], (20, 30)))
    np.testing.assert_array_equal(light, Y)
    assert header.channels == ("Y",)


def test_the_header_of_the_source_stays_but_for_what_changed(tmp_path):
    own = {"timeCode": ("timecode", bytes(range(8))), "chunkCount": ("int", b"\1\0\0\0")}
    header = look_at_exr(write(tmp_path, noise((5, 7)), **own))
    assert header.attributes["owner"] == ("string", b"the archive")
    assert header.attributes["timeCode"] == own["timeCode"]
    assert "chunkCount" not in header.attributes
    comments = header.attributes["comments"][1]
    assert comments.startswith(b"scanned by hand\n")
    assert b"compositeWithTrainedAlgorithmicMedia" in comments


def test_what_is_not_a_number_is_black(tmp_path):
    rgb = noise((4, 4))
    rgb[0, 0], rgb[0, 1] = np.nan, np.inf
    _, light = read_exr(write(tmp_path, rgb, 32))
    assert (light[0, 0] == 0).all()
    assert (light[0, 1] == 65504).all()


def test_files_that_are_cut_off_or_strange_are_refused(tmp_path):
    file = write(tmp_path, noise((40, 50)))
    data = file.read_bytes()
    for length in (3, 100, len(data) // 2, len(data) - 1):
        file.write_bytes(data[:length])
        with pytest.raises(MediaError, match="cut off"):
            look_at_exr(file)
    for flag, told in ((0x1000, "several parts"), (0x800, "deep samples")):
        file.write_bytes(data[:4] + struct.pack("<I", 2 | flag) + data[8:])
        with pytest.raises(UnsupportedMedia, match=told):
            look_at_exr(file)
    file.write_bytes(data.replace(b"R\0\1\0", b"Z\0\1\0", 1))
    with pytest.raises(UnsupportedMedia, match="has the channels B, G, Z"):
        look_at_exr(file)
    window = struct.pack("<4i", 0, 0, 49, 39)
    file.write_bytes(data.replace(window, struct.pack("<4i", 0, 0, 1 << 30, 1 << 30)))
    with pytest.raises(MediaError, match="it is damaged"):
        look_at_exr(file)
    file.write_bytes(b"PK" + data)
    with pytest.raises(MediaError, match="is no OpenEXR"):
        look_at_exr(file)


def test_damaged_samples_are_a_line(tmp_path):
    file = write(tmp_path, np.tile(np.linspace(0, 1, 500, dtype=np.float32)[:, None], (40, 1, 3)))
    data = bytearray(file.read_bytes())
    data[-60:-20] = bytes(40)
    file.write_bytes(bytes(data))
    with pytest.raises(MediaError, match="decoded"):
        read_exr(file)


@pytest.mark.parametrize("compression", ["PIZ", "DWAB", "RLE"])
def test_damaged_samples_of_other_compressions_are_a_line(tmp_path, compression):
    file = by_openexr(tmp_path, noise((150, 170), 32), compression)
    data = bytearray(file.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    file.write_bytes(bytes(data))
    with pytest.raises(MediaError, match="decoded"):
        read_exr(file)


def test_codes_are_in_the_order_of_light_and_lose_nothing_of_half():
    half = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    light = half[np.isfinite(half)].astype(np.float32)
    codes = codes_of(np.sort(light))
    assert (np.diff(codes.astype(int)) >= 0).all()
    assert len(np.unique(codes)) == len(np.unique(light))
    wanted = light_to_L(np.clip(light, 0, 1))
    np.testing.assert_allclose(tone()[codes_of(light)], wanted, atol=1e-4)


def test_luminance_is_of_the_primaries_that_the_file_names(tmp_path):
    header = look_at_exr(
        write(tmp_path, noise((4, 4)), chromaticities=("chromaticities", struct.pack("<8f", *AP1)))
    )
    weights = space_of(header).to_xyz[1]
    assert weights == pytest.approx((0.27223, 0.67408, 0.05369), abs=1e-4)
    rgb = noise((4, 4))
    np.testing.assert_allclose(luminance(rgb, space_of(header)), rgb @ weights, rtol=1e-5)
    nonsense = exr_header(chromaticities=("chromaticities", bytes(32)))
    assert space_of(nonsense).to_xyz[1][1] == pytest.approx(0.7152, abs=1e-3)

"""The ICC profile inside a JPEG XL is used as that of a PNG with the same pixels."""

import ctypes
import struct

import numpy as np
import pytest
from PIL import Image

from colorizer.colour.profiles import result_profile
from colorizer.media.photo import jxl_profile
from colorizer.media.photo.jxl_profile import _library, profile_of_jxl
from tests.media.photo.opening import open_photo

LIBRARY = _library()


def encoded(codes: np.ndarray, profile: bytes) -> bytes:
    """Write a lossless JPEG XL with libjxl itself (jxl/encode.h, JxlBasicInfo)."""
    make = LIBRARY
    for name in ("JxlEncoderCreate", "JxlEncoderFrameSettingsCreate"):
        getattr(make, name).restype = ctypes.c_void_p
    encoder = ctypes.c_void_p(make.JxlEncoderCreate(None))
    info = ctypes.create_string_buffer(1024)
    make.JxlEncoderInitBasicInfo(info)
    height, width = codes.shape[:2]
    struct.pack_into("=IIII", info, 4, width, height, 8, 0)
    struct.pack_into("=i", info, 36, 1)  # uses_original_profile
    assert make.JxlEncoderSetBasicInfo(encoder, info) == 0
    assert make.JxlEncoderSetICCProfile(encoder, profile, ctypes.c_size_t(len(profile))) == 0
    frame = ctypes.c_void_p(make.JxlEncoderFrameSettingsCreate(encoder, None))
    assert make.JxlEncoderSetFrameLossless(frame, 1) == 0
    form = struct.pack("=IiiiQ", 3, 2, 0, 0, 0)
    data = codes.tobytes()
    assert make.JxlEncoderAddImageFrame(frame, form, data, ctypes.c_size_t(len(data))) == 0
    make.JxlEncoderCloseInput(encoder)
    made = ctypes.create_string_buffer(1 << 20)
    place, left = ctypes.c_void_p(ctypes.addressof(made)), ctypes.c_size_t(len(made))
    assert make.JxlEncoderProcessOutput(encoder, ctypes.byref(place), ctypes.byref(left)) == 0
    make.JxlEncoderDestroy(encoder)
    return made.raw[: len(made) - left.value]


@pytest.fixture
def files(tmp_path):
    codes = np.random.default_rng(0).integers(0, 256, (40, 56, 3)).astype(np.uint8)
    profile = result_profile("adobe-rgb")
    (tmp_path / "a.jxl").write_bytes(encoded(codes, profile))
    Image.fromarray(codes).save(tmp_path / "a.png", icc_profile=profile)
    Image.fromarray(codes).save(tmp_path / "plain.png")
    return tmp_path, profile


@pytest.mark.skipif(LIBRARY is None, reason="this imagecodecs holds no libjxl apart")
def test_the_profile_is_used_and_is_byte_for_byte_what_was_written(files):
    folder, profile = files
    assert profile_of_jxl((folder / "a.jxl").read_bytes()) == profile
    told, source = open_photo(folder / "a.jxl")
    expected, _ = open_photo(folder / "a.png")
    plain, _ = open_photo(folder / "plain.png")
    assert np.array_equal(told.Y, expected.Y)
    assert not np.array_equal(told.Y, plain.Y)
    assert not any("profile" in line for line in source.warnings)


@pytest.mark.skipif(LIBRARY is None, reason="this imagecodecs holds no libjxl apart")
def test_without_the_library_it_is_said_by_name(files, monkeypatch):
    monkeypatch.setattr(jxl_profile, "_library", lambda: None)
    _, source = open_photo(files[0] / "a.jxl")
    assert any("its ICC profile can't be read from a JPEG XL" in line for line in source.warnings)


@pytest.mark.skipif(LIBRARY is None, reason="this imagecodecs holds no libjxl apart")
@pytest.mark.parametrize("data", [b"", b"\xff\x0a", b"\xff\x0a" + bytes(100), b"no"])
def test_what_is_none_has_no_profile(data):
    assert profile_of_jxl(data) is None

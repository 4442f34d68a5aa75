"""DPX frames, checked against FFmpeg's reader."""

import struct
from dataclasses import replace

import av
import numpy as np
import pytest

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.media.frames.dpx import read_dpx, read_header, write_dpx
from tests.draw_sequence import dpx_header, draw_dpx


def noise(bits: int, size: tuple[int, int]) -> np.ndarray:
    codes = np.random.default_rng(bits).integers(0, 2**bits, (*size, 3))
    return codes.astype(np.uint8 if bits == 8 else np.uint16)


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("width", [7, 8])
def test_every_code_comes_back_and_ffmpeg_agrees(tmp_path, order, bits, width):
    rgb = noise(bits, (5, width))
    file = tmp_path / "a.dpx"
    file.write_bytes(write_dpx(dpx_header(order=order, size=(5, width)), rgb, bits, "a.dpx"))
    header, codes = read_dpx(file)
    np.testing.assert_array_equal(codes, rgb)
    assert (header.bits, header.size, header.rate, header.order) == (bits, (5, width), 18, order)
    with av.open(str(file)) as container:
        frame = next(container.decode(video=0))
    if bits in (8, 16):
        np.testing.assert_array_equal(frame.to_ndarray(), rgb)
    else:
        assert frame.format.name == f"gbrp{bits}le"


def test_the_header_of_the_source_stays_but_for_what_changed(tmp_path):
    header = dpx_header(transfer=1)
    data = write_dpx(header, noise(10, header.size), 10, "shot_0007.dpx")
    changed = [n for n in range(len(header.raw)) if data[n] != header.raw[n]]
    allowed = [*range(16, 20), *range(36, 136), *range(160, 260), *range(800, 852)]
    assert set(changed) <= set(allowed)
    assert data[801] == 1
    assert data[1920:1924].hex() == "01020304"
    assert b"scanned by hand" in data[2048:2112]
    assert data[36:49] == b"shot_0007.dpx"
    assert b"colour added by a trained model" in data[160:260]
    assert struct.unpack_from(">I", data, 16)[0] == len(data)


def test_gray_of_ten_bits_is_read(tmp_path):
    """Three samples to a word, the first in its low bits: so scanners write luma alone."""
    header, Y = dpx_header(size=(2, 6)), np.arange(12, dtype=np.uint32).reshape(2, 6) * 90
    words = Y[:, 0::3] << 2 | Y[:, 1::3] << 12 | Y[:, 2::3] << 22
    data = bytearray(write_dpx(header, noise(10, (2, 6)), 10, "a")[: len(header.raw)])
    data[800] = 6
    (tmp_path / "a.dpx").write_bytes(bytes(data) + words.astype(">u4").tobytes())
    np.testing.assert_array_equal(read_dpx(tmp_path / "a.dpx")[1], Y)


def test_a_frame_cut_off_is_told_by_its_bytes(tmp_path):
    draw_dpx(tmp_path, 1)
    file = tmp_path / "shot_0001.dpx"
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(MediaError, match=r"is cut off: it has \d+ bytes of \d+"):
        read_dpx(file)


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [(800, 100, "CbYCr"), (803, 1, "1 bit"), (807, 1, "run-length"), (771, 2, "2 image elements")],
)
def test_what_is_not_read_is_named(tmp_path, place, value, told):
    data = bytearray(write_dpx(dpx_header(), noise(8, (48, 64)), 8, "a"))
    data[place] = value
    with pytest.raises(UnsupportedMedia, match=told):
        read_header(tmp_path / "a.dpx", bytes(data), len(data))


@pytest.mark.parametrize("data", [b"", b"SDPX", b"text" * 600])
def test_what_is_no_dpx_is_told(tmp_path, data):
    (tmp_path / "a.dpx").write_bytes(data)
    with pytest.raises(MediaError, match="no DPX"):
        read_dpx(tmp_path / "a.dpx")


def test_depth_may_change_on_writing(tmp_path):
    header = replace(dpx_header(), bits=10)
    rgb = noise(16, header.size)
    (tmp_path / "a.dpx").write_bytes(write_dpx(header, rgb, 16, "a"))
    np.testing.assert_array_equal(read_dpx(tmp_path / "a.dpx")[1], rgb)

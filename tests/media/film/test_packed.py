"""Samples that lie together in words, palettes and 1 bit are read exactly."""

import av
import numpy as np
import pytest

from colorizer.media.film.luma import luma_layout, read_luma, read_plane
from colorizer.media.film.own_colours import own_colours
from colorizer.media.film.packed import rows_of
from tests.draw_film import draw_luma, fill
from tests.media.film.reading import read

HEIGHT, WIDTH = SIZE = 6, 48
"""The width is a multiple of 16: else FFmpeg's converter, in threads, writes over the next line."""
PLANAR = {
    **dict.fromkeys(["yuyv422", "yvyu422", "uyvy422"], "yuv422p"),
    **dict.fromkeys(["vyu444", "uyva", "vuya", "vuyx", "ayuv"], "yuv444p"),
    **{"y210le": "yuv422p10le", "y212le": "yuv422p12le", "y216le": "yuv422p16le"},
    **dict.fromkeys(["xv30le", "v30xle"], "yuv444p10le"),
    **{"xv36le": "yuv444p12le", "xv36be": "yuv444p12le"},
    **dict.fromkeys(["xv48le", "ayuv64le"], "yuv444p16le"),
    **dict.fromkeys(["x2rgb10le", "x2bgr10le"], "gbrp10le"),
}
"""What FFmpeg packs, by the format it makes of it."""


def noise(name: str) -> tuple[av.VideoFrame, list[np.ndarray]]:
    """Return a frame of noise and its planes."""
    frame, planes = av.VideoFrame(WIDTH, HEIGHT, name), []
    bits = frame.format.components[0].bits
    for number, plane in enumerate(frame.planes):
        codes = np.random.default_rng(number).integers(0, 2**bits, (plane.height, plane.width))
        planes.append(codes.astype(np.uint8 if bits == 8 else np.uint16))
        fill(frame, number, planes[-1])
    return frame, planes


@pytest.mark.parametrize("name", PLANAR)
def test_packed_samples_are_those_of_the_planes_they_were_made_of(name):
    frame, planes = noise(PLANAR[name])
    packed = frame.reformat(format=name)
    layout = luma_layout(packed.format)
    if layout.sampling == "rgb":
        green, blue, red = planes
        for number, plane in enumerate((red, green, blue)):
            assert np.array_equal(read_plane(packed, layout, number), plane)
        return
    assert layout.sampling == PLANAR[name][3:6]
    assert np.array_equal(read_luma(packed, layout, "bt709"), planes[0])
    tags = type("Tags", (), {"matrix": "bt709", "full_range": False})
    cb, cr = own_colours(packed, planes[0], layout, tags).chroma
    assert np.array_equal(cb, planes[1])
    assert np.array_equal(cr, planes[2])


@pytest.mark.parametrize(
    "name", ["rgb565le", "bgr565be", "rgb555be", "bgr555le", "rgb444le", "bgr8"]
)
def test_rgb_of_few_bits_has_its_black_and_white_and_its_channels(name):
    frame = av.VideoFrame(WIDTH, HEIGHT, name)
    layout = luma_layout(frame.format)
    words = rows_of(frame.planes[0], np.dtype(np.uint8)).copy()
    for byte, code in ((0, 0), (255, 255)):
        frame.planes[0].update(np.full_like(words, byte).tobytes())
        assert np.all(read_luma(frame, layout, "bt709") == code)
    shown = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    shown[..., 0] = 255
    red = av.VideoFrame.from_ndarray(shown).reformat(format=name)
    assert [read_plane(red, layout, number).max() for number in range(3)] == [255, 0, 0]


def film(path, codec: str, frame: av.VideoFrame):
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=25)
        stream.height, stream.width, stream.pix_fmt = frame.height, frame.width, frame.format.name
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def test_gray_of_quicktime_animation_is_its_palette_s(tmp_path):
    Y, frame = draw_luma(0, (HEIGHT, 32), full=True), av.VideoFrame(32, HEIGHT, "gray")
    fill(frame, 0, Y)
    film(tmp_path / "a.mov", "qtrle", frame)
    frames, source = read(tmp_path / "a.mov")
    assert source.layout.pix_fmt == "pal8"
    assert np.array_equal(frames[0].Y, Y)
    assert source.tags.full_range
    assert frames[0].colours is None


def test_a_palette_in_colour_is_read_as_rgb():
    frame = av.VideoFrame(WIDTH, HEIGHT, "pal8")
    fill(frame, 0, np.full(SIZE, 7, np.uint8))
    palette = np.zeros(256, np.uint32)
    palette[7] = 0xFF102030
    frame.planes[1].update(palette.tobytes())
    layout = luma_layout(frame.format)
    assert [read_plane(frame, layout, number)[2, 3] for number in range(3)] == [16, 32, 48]


@pytest.mark.parametrize("name", ["monob", "monow"])
def test_one_bit_is_black_and_white(name):
    white = np.arange(WIDTH) % 3 == 0
    frame = av.VideoFrame(WIDTH, HEIGHT, name)
    bits = np.packbits(white if name == "monob" else ~white)
    frame.planes[0].update(
        np.pad(
            np.tile(bits, (HEIGHT, 1)), ((0, 0), (0, frame.planes[0].line_size - len(bits)))
        ).tobytes()
    )
    Y = read_luma(frame, luma_layout(frame.format), "bt709")
    assert np.array_equal(Y, np.tile(np.where(white, 255, 0), (HEIGHT, 1)))

"""What a container wants shown of a picture: the result shows all, and says so."""

import struct

import pytest

from colorizer.media.film import matroska
from tests.draw_film import draw_film
from tests.media.film.test_edit_lists import box, boxes
from tests.media.film.tinted import colour

WAY = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")


def with_aperture(data: bytes, way: tuple[bytes, ...], clap: bytes) -> bytes:
    """Return boxes with a clean aperture in the first entry of stsd."""
    if not way:
        return data[:8] + box(data[12:16], data[16:], clap)
    parts = [(kind, data[first:last]) for kind, first, last in boxes(data, 0, len(data))]
    return b"".join(
        box(kind, with_aperture(part[8:], way[1:], clap)) if kind == way[0] else part
        for kind, part in parts
    )


def told(folder, name: str) -> list[str]:
    _, _, sink = colour(folder / name, folder / "b.mkv")
    return [line for line in sink.warnings if "clean aperture" in line]


@pytest.mark.parametrize(("width", "lines"), [(56, 1), (64, 0)])
def test_the_clean_aperture_of_quicktime_is_told(tmp_path, width, lines):
    draw_film(tmp_path / "a.mov", codec="prores_ks", pix_fmt="yuv422p10le", frames=2)
    data = (tmp_path / "a.mov").read_bytes()
    clap = box(b"clap", struct.pack(">8I", 2 * width, 2, 48, 1, 0, 1, 0, 1))
    (tmp_path / "a.mov").write_bytes(with_aperture(data, WAY, clap))
    told_of = [
        f".mkv does not keep that {width}x48 of its picture are to be shown (clean aperture)"
    ]
    assert told(tmp_path, "a.mov") == told_of[:lines]


def test_the_crop_of_matroska_is_told(tmp_path):
    draw_film(tmp_path / "a.mkv", frames=2, title="a name that makes room for the crop")

    def cropped(entry):
        crop = [(number, b"\x02") for number in (0x54AA, 0x54BB, 0x54DD)]
        parts = [
            (n, matroska._join([*matroska._split(c), *crop]) if n == 0xE0 else c) for n, c in entry
        ]
        return [(n, c) for n, c in parts if n not in (0x536E, 0xEC)]

    assert matroska._change_entry(tmp_path / "a.mkv", cropped)
    told_of = [".mkv does not keep that 62x44 of its picture are to be shown (clean aperture)"]
    assert told(tmp_path, "a.mkv") == told_of

"""--damaged salvage: what can be decoded is, and what is missing is told and recorded."""

import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from colorizer.archive.verify.still import verify_still
from colorizer.errors import MediaError
from colorizer.media.photo.still import StillSource
from colorizer.media.photo.still_sink import StillSink
from colorizer.settings import Reading
from tests import draw_photo

SIZE = (240, 320)


def large():
    return draw_photo.noise(SIZE)


def read(path, damaged="salvage"):
    with StillSource(path, Reading(damaged=damaged), side=32) as source:
        frames = list(source.frames())
    return frames, source


def cut(path, kind, share, **options):
    data = draw_photo.encoded(Image.fromarray(large()), kind, **options)
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "PPM"])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_the_upper_part_of_a_photo_cut_off_is_saved(tmp_path, kind, share):
    path = cut(tmp_path / "cut.bin", kind, share)
    with pytest.raises(MediaError, match="cut off"):
        read(path, "fail")
    (frame,), source = read(path)
    missing = source.salvage.missing[1]
    assert missing == pytest.approx(1 - share, abs=0.08)
    assert any("of its picture are missing" in line for line in source.warnings)
    if kind != "BMP":  # whose first rows are the last of the picture
        rows = int(SIZE[0] * (share - 0.08))
        whole = path.with_name("whole.bin")
        whole.write_bytes(draw_photo.encoded(Image.fromarray(large()), kind))
        (expected,), _ = read(whole, "fail")
        assert np.array_equal(frame.Y[:rows], expected.Y[:rows])


def test_a_damaged_png_of_sixteen_bits_keeps_what_comes_before(tmp_path):
    drawn = np.random.default_rng(0).integers(0, 65536, SIZE).astype(np.uint16)
    path = tmp_path / "deep.png"
    Image.fromarray(drawn).save(path)
    data = bytearray(path.read_bytes())
    place = len(data) // 2
    data[place : place + 50] = bytes(50)
    path.write_bytes(data)
    (frame,), source = read(path)
    kept = int(SIZE[0] * (1 - source.salvage.missing[1])) - 1
    assert kept > 20
    assert np.array_equal(frame.Y[:20], drawn[:20])


def pages(path, count=4):
    drawn = [draw_photo.noise((60, 80)) // (n + 1) for n in range(count)]
    with tifffile.TiffWriter(path) as writer:
        for page in drawn:
            writer.write(page, photometric="minisblack", compression="zlib", rowsperstrip=10)
    return drawn


def test_one_damaged_strip_costs_one_strip(tmp_path):
    path = tmp_path / "strips.tif"
    (drawn, *_) = pages(path, 1)
    with tifffile.TiffFile(path) as tif:
        at, length = tif.pages.first.dataoffsets[2], tif.pages.first.databytecounts[2]
    data = bytearray(path.read_bytes())
    data[at : at + length] = bytes(length)
    path.write_bytes(data)
    with pytest.raises(MediaError, match="damaged"):
        read(path, "fail")
    (frame,), source = read(path)
    assert source.salvage.missing == {1: pytest.approx(1 / 6)}
    whole = [row for row in range(60) if not 20 <= row < 30]
    assert np.array_equal(frame.Y[whole], drawn[whole])


def test_a_document_with_one_damaged_page_is_done_without_it(tmp_path):
    path, target = tmp_path / "document.tif", tmp_path / "result.tif"
    drawn = pages(path)
    with tifffile.TiffFile(path) as tif:
        tag = tif.pages[1].tags["Compression"]
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, tag.valueoffset, 60000)  # of no codec
    path.write_bytes(data)
    with (
        StillSource(path, Reading(damaged="salvage"), side=32) as source,
        StillSink(target, like=source) as sink,
    ):
        from dataclasses import replace

        for frame in source.frames(sink.pages):
            size = sink.chroma_size(frame)
            sink.write(replace(frame, ab=np.zeros((2, *size), np.float32)))
        facts = sink.facts()
    assert list(facts["salvaged"]["pages_left_out"]) == ["2"]
    assert any(line.startswith("page 2 of 4 is left out") for line in source.warnings)
    with tifffile.TiffFile(target) as tif:
        found = [page.asarray()[..., 0] for page in tif.pages]
    assert len(found) == 3
    for page, expected in zip(found, (drawn[0], drawn[2], drawn[3]), strict=True):
        assert np.array_equal(page, expected)
    assert verify_still(target, path, Reading(damaged="salvage")).good


def test_a_document_cut_off_keeps_its_first_pages(tmp_path):
    path = tmp_path / "document.tif"
    pages(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])
    with pytest.raises(MediaError, match="cut off"):
        read(path, "fail")
    frames, source = read(path)
    assert 1 <= len(frames) < 4
    assert source.warnings


@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_plain_tiff_of_one_strip_keeps_its_upper_part(tmp_path, share):
    path, drawn = tmp_path / "scan.tif", large()
    tifffile.imwrite(path, drawn, photometric="minisblack", rowsperstrip=SIZE[0])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    (frame,), source = read(path)
    assert source.salvage.missing[1] == pytest.approx(1 - share, abs=0.02)
    rows = int(SIZE[0] * (share - 0.02))
    assert np.array_equal(frame.Y[:rows], drawn[:rows])


def test_a_size_that_no_data_backs_is_refused_at_once(tmp_path):
    for kind, place in (("PNG", 16), ("BMP", 18)):
        path = cut(tmp_path / "wild.bin", kind, 0.8)
        data = bytearray(path.read_bytes())
        data[place : place + 2] = b"\x7f\x7f"
        path.write_bytes(data)
        with pytest.raises(MediaError):
            read(path)


def test_what_is_whole_is_not_called_salvaged(tmp_path):
    _, source = read(draw_photo.draw(tmp_path, "gray16.tif"))
    assert source.salvage.facts() == {}
    assert source.warnings == []


@pytest.mark.parametrize("how", ["short", "ended"])
def test_a_strip_of_jpeg_that_ends_early_is_not_taken_for_whole(tmp_path, how):
    """libjpeg fills up with gray and gives no error; imagecodecs decodes the whole strip."""
    path = tmp_path / "strips.tif"
    drawn = draw_photo.noise((128, 128))
    tifffile.imwrite(path, drawn, photometric="minisblack", compression="jpeg", rowsperstrip=64)
    expected = tifffile.imread(path)
    with tifffile.TiffFile(path) as tif:
        page = tif.pages.first
        at, count = page.dataoffsets[1], page.databytecounts[1]
        place, kind = page.tags["StripByteCounts"].valueoffset, page.tags["StripByteCounts"].dtype
    data = bytearray(path.read_bytes())
    half = count // 2
    if how == "short":
        form = "<H" if kind == 3 else "<I"
        struct.pack_into(form, data, place + struct.calcsize(form), half)
    else:
        data[at + half : at + count] = (b"\xff\xd9" * count)[: count - half]
    path.write_bytes(data)
    with pytest.raises(MediaError, match="damaged: part 2 of 2 ends before"):
        read(path, "fail")
    (frame,), source = read(path)
    missing = source.salvage.missing[1]
    assert 0.1 < missing < 0.4
    kept = int(128 * (1 - missing)) - 1
    assert np.array_equal(frame.Y[:kept], expected[:kept])

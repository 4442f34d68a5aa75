import json
import subprocess
import sys
from fractions import Fraction

import pytest
import tifffile
from PIL import Image

from colorizer.errors import MediaError, UnsupportedMedia
from colorizer.jobs import Kind
from colorizer.media.probe import kind_of, probe
from tests import draw_photo
from tests.draw_film import draw_film
from tests.draw_film import draw_luma as draw


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.JPG", Kind.PHOTO),
        ("a.tiff", Kind.PHOTO),
        ("a.Mkv", Kind.FILM),
        ("a.mxf", Kind.FILM),
        ("a.mp3", None),
        ("a.txt", None),
        ("a.mkv.part", None),
        (".DS_Store", None),
    ],
)
def test_suffix_tells_the_kind(tmp_path, name, kind):
    assert kind_of(tmp_path / name) is kind


def test_first_bytes_tell_the_kind_of_a_file_without_suffix(tmp_path):
    Image.fromarray(draw(0, (20, 30))).save(tmp_path / "scan", format="PNG")
    draw_film(tmp_path / "reel", muxer="matroska", frames=2)
    (tmp_path / "notes").write_text("not a picture")
    (tmp_path / "folder").mkdir()
    assert kind_of(tmp_path / "scan") is Kind.PHOTO
    assert kind_of(tmp_path / "reel") is Kind.FILM
    assert kind_of(tmp_path / "notes") is None
    assert kind_of(tmp_path / "folder") is None


def test_kind_of_needs_neither_av_nor_pillow():
    code = (
        "import sys; from pathlib import Path; from colorizer.media.probe import kind_of;"
        "kind_of(Path('a.mkv')); assert not {'av', 'PIL', 'cv2', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_film_is_told_in_full(tmp_path):
    path = tmp_path / "a.mov"
    draw_film(
        path,
        codec="prores_ks",
        pix_fmt="yuv422p10le",
        rate=Fraction(30000, 1001),
        ratio=Fraction(8, 9),
        frames=5,
        sounds=("pcm_s16le",),
        chapters=True,
        metadata={"title": "Reel one"},
        matrix=6,
    )
    facts = probe(path)
    assert json.loads(json.dumps(facts)) == facts
    expected = {
        "kind": "film",
        "codec": "prores",
        "width": 64,
        "height": 48,
        "bits": 10,
        "pixel_format": "yuv422p10le",
        "range": "limited",
        "matrix": "bt601",
        "rate": "30000/1001",
        "frames": 5,
        "frames_are": "counted",
        "sample_aspect_ratio": "8:9",
        "interlaced": False,
    }
    assert {key: facts[key] for key in expected} == expected
    assert facts["duration"] == pytest.approx(5 * 1001 / 30000)
    kinds = [(stream["type"], stream["codec"]) for stream in facts["streams"]]
    assert kinds[:2] == [("video", "prores"), ("audio", "pcm_s16le")]
    assert [chapter["title"] for chapter in facts["chapters"]] == ["One", "Two"]
    assert facts["metadata"]["title"] == "Reel one"


def test_frames_of_matroska_are_said_to_be_estimated(tmp_path):
    draw_film(tmp_path / "a.mkv", frames=7)
    facts = probe(tmp_path / "a.mkv")
    assert (facts["frames"], facts["frames_are"]) == (7, "estimated")


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_16_bit_scan_is_told_from_its_header(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    Image.fromarray(draw(0, (20, 30), 16)).save(path, dpi=(300, 300))
    facts = probe(path)
    assert (facts["kind"], facts["width"], facts["height"], facts["bits"]) == ("photo", 30, 20, 16)
    assert facts["dpi"] == pytest.approx([300, 300], abs=0.1)


def test_a_jpeg_tells_profile_and_orientation(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(draw(0, (20, 30))).save(tmp_path / "a.jpg", exif=exif, icc_profile=b"icc")
    facts = probe(tmp_path / "a.jpg")
    assert (facts["orientation"], facts["icc_profile"], facts["bits"]) == (6, True, 8)


def test_a_float_tiff_that_pillow_may_not_know_is_told(tmp_path):
    planes = draw(0, (20, 30), 16).astype("float64")
    tifffile.imwrite(tmp_path / "a.tif", planes)
    facts = probe(tmp_path / "a.tif")
    assert (facts["width"], facts["height"], facts["bits"]) == (30, 20, 64)


FACTS = {
    "gray16_big_endian.tif": ("TIFF", 16),
    "bilevel_ccitt.tif": ("TIFF", 1),
    "gray16.png": ("PNG", 16),
    "cmyk.jpg": ("JPEG", 8),
    "lossy.webp": ("WEBP", 8),
    "palette.bmp": ("BMP", 8),
    "tinted16.jp2": ("JPEG2000", 16),
    "gray16.j2k": ("JPEG2000", 16),
    "tinted16.ppm": ("PNM", 16),
    "raw.pbm": ("PNM", 1),
}


@pytest.mark.parametrize("name", FACTS)
def test_every_format_of_photos_is_told_from_its_header(tmp_path, name):
    facts = probe(draw_photo.draw(tmp_path, name))
    assert json.loads(json.dumps(facts)) == facts
    assert (facts["format"], facts["bits"]) == FACTS[name]
    assert (facts["height"], facts["width"]) == draw_photo.SIZE
    assert facts["pages"] == 1


def test_pages_are_counted(tmp_path):
    assert probe(draw_photo.draw(tmp_path, "pages.tif"))["pages"] == 3


def test_a_wild_size_is_damage(tmp_path):
    (tmp_path / "a.pgm").write_bytes(b"P5 60000 50000 255 ")
    (tmp_path / "b.pgm").write_bytes(b"P5 20000 10000 255 ")
    with pytest.raises(MediaError, match="more than 1000 megapixels"):
        probe(tmp_path / "a.pgm")
    with pytest.raises(MediaError, match="20000 x 10000 pixels in 19 bytes"):
        probe(tmp_path / "b.pgm")


def test_what_is_no_medium_is_refused_with_its_reason(tmp_path):
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "a.jpg").write_text("words")
    (tmp_path / "a.mkv").write_text("words")
    (tmp_path / "empty.tif").touch()
    with pytest.raises(UnsupportedMedia):
        probe(tmp_path / "a.txt")
    for name in ("a.jpg", "a.mkv", "empty.tif", "missing.png"):
        with pytest.raises(MediaError, match=name):
            probe(tmp_path / name)

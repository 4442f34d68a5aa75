"""Only files that hold their film themselves are opened; expected values are of the formats."""

from __future__ import annotations

import av
import numpy as np
import pytest

from colorizer.errors import UnsupportedMedia
from colorizer.media.film.plan import check
from colorizer.media.film.source import FilmSource
from colorizer.media.probe import probe
from colorizer.settings import FilmWriting
from tests.draw_film import draw_film

_PLAYLISTS = {
    "ffconcat": "ffconcat version 1.0\nfile inner.mkv\n",
    "M3U8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\ninner.mkv\n#EXT-X-ENDLIST\n",
    "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
}


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.mxf", "a.avi"])
@pytest.mark.parametrize("kind", _PLAYLISTS)
def test_a_playlist_is_never_followed_under_any_name(tmp_path, kind, name):
    draw_film(tmp_path / "inner.mkv")
    (tmp_path / name).write_text(_PLAYLISTS[kind])
    # FFmpeg itself follows the list, so the refusal is ours.
    if kind == "ffconcat":
        with av.open(f"file:{tmp_path / name}") as followed:
            assert followed.format.name == "concat"
    for look in (lambda path: FilmSource(path, side=32), probe):
        with pytest.raises(UnsupportedMedia, match=kind):
            look(tmp_path / name)


def test_a_name_with_a_pattern_opens_no_other_picture(tmp_path):
    from PIL import Image

    for number in range(3):
        Image.new("L", (32, 32)).save(tmp_path / f"p{number}.png")
    with pytest.raises(Exception, match="p%d"):
        FilmSource(tmp_path / "p%d.png", side=32)


def test_a_picture_named_as_a_film_is_said_to_be_one(tmp_path):
    from PIL import Image

    Image.new("L", (32, 32)).save(tmp_path / "p.png")
    (tmp_path / "p.png").rename(tmp_path / "p.mkv")
    with pytest.raises(UnsupportedMedia, match="picture"):
        FilmSource(tmp_path / "p.mkv", side=32)


def _refer(path, track: int) -> None:
    """Make the data reference of a track one to another file (ISO/IEC 14496-12, 8.7.2)."""
    data = bytearray(path.read_bytes())
    place = -1
    for _ in range(track + 1):
        place = data.index(b"dref", place + 1)
    # dref: length kind version flags count, then the entry: length kind version flags
    assert data[place + 16 : place + 20] == b"url "
    kept = bytes(data[place + 16 : place + 24])
    assert kept[-1] == 1  # self-contained
    name = b"file:///other.mov\0"
    data[place + 12 : place + 24] = (12 + len(name)).to_bytes(4, "big") + b"url " + bytes(4) + name
    for box in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        start = data.rindex(box, 0, place + 4) - 4
        length = int.from_bytes(data[start : start + 4], "big") + len(name)
        data[start : start + 4] = length.to_bytes(4, "big")
    path.write_bytes(data)


def test_a_film_whose_picture_is_in_another_file_is_refused_by_its_name(tmp_path):
    path = tmp_path / "a.mov"
    draw_film(path, codec="prores_ks", pix_fmt="yuv422p10le", frames=3)
    _refer(path, 0)
    with pytest.raises(UnsupportedMedia, match=r"other\.mov"):
        FilmSource(path, side=32)


def test_sound_in_another_file_is_said_to_be_left_out(tmp_path):
    path = tmp_path / "a.mov"
    draw_film(path, codec="prores_ks", pix_fmt="yuv422p10le", frames=3, sounds=("pcm_s16le",))
    _refer(path, 1)
    with FilmSource(path, side=32) as source:
        assert len(list(source.frames())) == 3
        _, copies, warnings = check(source, tmp_path / "b.mkv", FilmWriting(codec="ffv1"))
    assert copies == []
    assert any("other.mov" in line for line in warnings)


@pytest.mark.parametrize(
    "name", ["a.mkv", "a.mp4", "a.mov", "a.avi", "a.ts", "a.nut", "a.mpg", "a.y4m"]
)
def test_containers_that_hold_their_film_are_read_under_any_name(tmp_path, name):
    codec = {".mpg": "mpeg1video", ".y4m": "wrapped_avframe"}.get(name[1:], "mpeg4")
    muxer = {"a.y4m": "yuv4mpegpipe"}.get(name)
    planes = draw_film(tmp_path / name, codec=codec, muxer=muxer, size=(64, 64))
    (tmp_path / name).rename(tmp_path / "b.film")
    with FilmSource(tmp_path / "b.film", side=32) as source:
        frames = list(source.frames())
    assert len(frames) == len(planes)
    assert np.mean(np.abs(frames[0].Y.astype(int) - planes[0])) < 10

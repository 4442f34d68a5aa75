"""Captions and the luminance of the master: in the result where its codec holds them, else said.

Captions are put in as ATSC A/53 orders (SEI user data, ITU-T H.264 D.1.6) and read back by FFmpeg's
decoders through PyAV.
"""

import re
import struct
from fractions import Fraction

import av
import pytest

from colorizer.media.film.plan import check
from colorizer.media.film.side import KINDS, lost_side_data, time_code_of, words
from colorizer.media.film.source import FilmSource
from colorizer.media.probe import probe
from colorizer.settings import FilmWriting
from tests.draw_film import draw_film
from tests.media.film.tinted import colour

CAPTION = "closed captions (CEA-608/708)"
DISPLAY = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"


def pairs(number):
    """Return the two caption triplets of a frame."""
    return bytes([0xFC, 0x94, 0x20 + number % 100, 0xFD, 0x80, 0x80])


def captioned(path, frames=12, **options):
    """Draw an H.264 film whose every frame has captions."""
    x264 = {"bf": "0", "threads": "1"}
    draw_film(path, codec="libx264", frames=frames, options=x264, size=(64, 64), **options)
    data = path.read_bytes()
    starts = [found.start() for found in re.finditer(b"\0\0\1", data)] + [len(data)]
    made, number = b"", 0
    for start, end in zip(starts, starts[1:], strict=False):
        unit = data[start:end]
        if unit[3] & 31 in (1, 5) and unit[4] & 0x80:  # the first slice of a picture
            body = b"\xb5\0\x31GA94\3\xc2\xff" + pairs(number) + b"\xff"
            made += b"\0\0\1\6\4" + bytes([len(body)]) + body + b"\x80"
            number += 1
        made += unit
    path.write_bytes(made)


def captions(path):
    """Return the captions of every frame, None where it has none."""
    found = []
    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            data = frame.side_data.get("A53_CC")
            found.append(None if data is None else bytes(data))
    return found


@pytest.mark.matrix
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p"])
@pytest.mark.parametrize(
    ("codec", "name"), [("h264", "b.mp4"), ("h264", "b.mkv"), ("h265", "b.mkv")]
)
def test_captions_come_along_frame_by_frame(tmp_path, codec, name, pix_fmt):
    captioned(tmp_path / "a.h264", pix_fmt=pix_fmt)
    expected = [pairs(number) for number in range(12)]
    assert captions(tmp_path / "a.h264") == expected
    _, _, sink = colour(tmp_path / "a.h264", tmp_path / name, codec)
    assert captions(tmp_path / name) == expected
    assert not [line for line in sink.warnings if "captions" in line]


@pytest.mark.parametrize(
    ("codec", "name"), [("ffv1", "b.mkv"), ("prores", "b.mov"), ("av1", "b.mkv")]
)
def test_captions_that_a_codec_lacks_are_said_before(tmp_path, codec, name):
    captioned(tmp_path / "a.h264")
    with FilmSource(tmp_path / "a.h264", side=32) as source:
        _, _, warnings = check(source, tmp_path / name, FilmWriting(codec=codec))
        assert words(source.side_data) == [CAPTION]
    (line,) = [line for line in warnings if "left out of the frames" in line]
    assert CAPTION in line
    assert "h264" in line


def light_of(path):
    """Return mastering display and light level of the first frame as FFmpeg's structures."""
    with av.open(str(path)) as film:
        data = next(film.decode(video=0)).side_data
        names = ("MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL")
        display, light = (bytes(data.get(name) or b"") for name in names)
    numbers = struct.unpack("=22i", display[:88]) if display else ()
    shares = [numbers[at] / numbers[at + 1] for at in range(0, 20, 2)] if numbers else []
    return shares, struct.unpack("=2I", light[:8]) if light else ()


def bright(path, **options):
    params = f"log-level=error:master-display={DISPLAY}:max-cll=1000,400:pools=1"
    draw_film(
        path, codec="libx265", pix_fmt="yuv420p10le", frames=4, size=(64, 64), matrix=9,
        primaries=9, transfer=16, options={"x265-params": params}, **options,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("codec", "name"),
    [("h264", "b.mp4"), ("h265", "b.mkv"), ("h265", "b.mp4"), ("av1", "b.mkv"), ("ffv1", "b.mkv")],
)
def test_the_light_of_the_master_comes_along(tmp_path, codec, name):
    bright(tmp_path / "a.mkv")
    shares, light = light_of(tmp_path / "a.mkv")
    assert light == (1000, 400)
    assert shares[-1] == pytest.approx(1000)
    colour(tmp_path / "a.mkv", tmp_path / name, codec)
    got, got_light = light_of(tmp_path / name)
    assert got_light == light
    assert got == pytest.approx(shares, abs=1e-3)


def test_the_light_of_a_named_film_leaves_its_name_and_its_aspect(tmp_path):
    bright(tmp_path / "a.mkv", title="Reel 1")
    _, _, sink = colour(tmp_path / "a.mkv", tmp_path / "b.mkv", "ffv1")
    assert light_of(tmp_path / "b.mkv")[1] == (1000, 400)
    with av.open(str(tmp_path / "b.mkv")) as film:
        assert film.streams.video[0].metadata["title"] == "Reel 1"
    assert not [line for line in sink.warnings if "left out of the frames" in line]


def test_the_light_of_the_master_that_prores_lacks_is_said(tmp_path):
    bright(tmp_path / "a.mkv")
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        _, _, warnings = check(source, tmp_path / "b.mov", FilmWriting(codec="prores"))
    assert any("mastering display" in line and "content light" in line for line in warnings)
    assert len(probe(tmp_path / "a.mkv")["side_data"]) == 2


def barred(path):
    """Draw an H.264 film with bar data as ATSC A/53 Part 4, 6.2.3.2 orders: top and bottom bars."""
    draw_film(path, codec="libx264", frames=12, options={"bf": "0", "threads": "1"}, size=(64, 64))
    data = path.read_bytes()
    body = b"\xb5\0\x31GA94\6\xcf\xc0\x08\xc0\x38\xff"
    unit = b"\0\0\1\6\4" + bytes([len(body)]) + body + b"\x80"
    first = re.search(b"\0\0\1[\x65\x25]", data)
    assert first
    path.write_bytes(data[: first.start()] + unit + data[first.start() :])


def test_bar_data_is_named_before_the_work(tmp_path):
    barred(tmp_path / "a.h264")
    with FilmSource(tmp_path / "a.h264", side=32) as source:
        _, _, warnings = check(source, tmp_path / "b.mkv", FilmWriting(codec="h264"))
        assert "bar data" in words(source.side_data)
    assert any("bar data" in line for line in warnings)


def bits(*fields):
    """Pack (value, bits) into bytes, the highest first."""
    text = "".join(format(value, f"0{count}b") for value, count in fields)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


AFD = b"\xb5\0\x31DTG1\x41\xfa"
"""ETSI TS 101 154, B.3: 16:9, as the coded frame, in a user data of ITU-T T.35."""
HDR10_PLUS = b"\xb5\0\x3c\0\1\4" + bits(
    (1, 8), (1, 2), (4000, 27), (0, 1), *[(1000, 17)] * 3, (500, 17), (0, 4), (10, 10), (0, 3)
)  # fmt: skip
"""SMPTE ST 2094-40 as CTA-861 has it in an SEI: one window without any curve."""


def in_transport(bare, path):
    """Put the pictures of a bare stream without B-frames into a transport stream."""
    with av.open(str(bare)) as film, av.open(str(path), "w") as made:
        stream = made.add_stream_from_template(film.streams.video[0], opaque=True)
        for number, packet in enumerate(film.demux(video=0)):
            if packet.size:
                packet.pts = packet.dts = number
                packet.time_base, packet.stream = Fraction(1, 25), stream
                made.mux(packet)


DRAWN = {
    "AFD": ("libx264", b"\6", b"\0\0\1[\x65\x25]", AFD, {"bf": "0", "threads": "1"}),
    "DYNAMIC_HDR_PLUS": ("libx265", b"\x4e\1", b"\0\0\1[\x26\x28\x2a]", HDR10_PLUS,
                         {"x265-params": "log-level=error:pools=1:bframes=0"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize(("codec", "name"), [("h265", "b.mp4"), ("ffv1", "b.mkv")])
def test_side_data_that_no_encoder_writes_is_named_before_the_work(tmp_path, kind, codec, name):
    """FFmpeg's decoder finds the kind in the drawn film."""
    encoder, head, slice_of, body, options = DRAWN[kind]
    bare, source = tmp_path / {"libx264": "a.h264", "libx265": "a.hevc"}[encoder], tmp_path / "a.ts"
    draw_film(bare, codec=encoder, frames=4, size=(64, 64), options=options)
    data = bare.read_bytes()
    body = re.sub(rb"\0\0([\0-\3])", lambda found: b"\0\0\3" + found[1], body)
    first = re.search(slice_of, data)
    assert first
    unit = b"\0\0\1" + head + b"\4" + bytes([len(body)]) + body + b"\x80"
    bare.write_bytes(data[: first.start()] + unit + data[first.start() :])
    in_transport(bare, source)
    with av.open(str(source)) as film:
        assert kind in [item.type.name for item in next(film.decode(video=0)).side_data]
    with FilmSource(source, side=32) as opened:
        _, _, warnings = check(opened, tmp_path / name, FilmWriting(codec=codec))
    word = KINDS[kind]
    assert any(word in line for line in warnings)
    assert any(word in str(line) for line in probe(source)["side_data"])


@pytest.mark.matrix
@pytest.mark.parametrize("frames", [60, 600])
def test_captions_that_begin_later_are_said(tmp_path, frames):
    """In a film of some length before the work, in any film once they are met."""
    captioned(tmp_path / "late.h264", frames=frames)
    draw_film(
        tmp_path / "plain.h264", codec="libx264", frames=60, size=(64, 64),
        options={"bf": "0", "threads": "1"},
    )  # fmt: skip
    both = (tmp_path / "plain.h264").read_bytes() + (tmp_path / "late.h264").read_bytes()
    (tmp_path / "both.h264").write_bytes(both)
    in_transport(tmp_path / "both.h264", tmp_path / "a.ts")
    if frames == 600:
        with FilmSource(tmp_path / "a.ts", side=32) as source:
            _, _, warnings = check(source, tmp_path / "b.mkv", FilmWriting(codec="ffv1"))
        assert any(CAPTION in line for line in warnings)
        return
    _, _, sink = colour(tmp_path / "a.ts", tmp_path / "b.mkv", "ffv1")
    assert any(CAPTION in line for line in sink.warnings)


def test_a_film_that_is_replaced_is_looked_at_again(tmp_path):
    captioned(tmp_path / "a.h264")
    in_transport(tmp_path / "a.h264", tmp_path / "a.ts")
    draw_film(tmp_path / "b.ts", codec="libx264", frames=12, size=(64, 64))
    assert probe(tmp_path / "a.ts")["side_data"]
    (tmp_path / "b.ts").replace(tmp_path / "a.ts")
    assert not probe(tmp_path / "a.ts")["side_data"]


def test_every_other_kind_is_named_for_every_codec(tmp_path):
    draw_film(tmp_path / "a.mkv", frames=2, size=(128, 256))
    with FilmSource(tmp_path / "a.mkv", side=32) as source:
        for codec, suffix in (("h264", "mp4"), ("ffv1", "mkv"), ("dnxhr", "mov")):
            coding, _, warnings = check(source, tmp_path / f"b.{suffix}", FilmWriting(codec=codec))
            assert not [line for line in warnings if "left out of the frames" in line]
            kinds = ["AFD", "DOVI_METADATA", "DYNAMIC_HDR_PLUS", "S12M_TIMECODE"]
            (line,) = lost_side_data(coding, kinds, time_code=False)
            for word in ("format", "Dolby Vision", "HDR10+", "ST 12"):
                assert word in line
            assert lost_side_data(coding, ["S12M_TIMECODE"], time_code=True) == []


@pytest.mark.parametrize(
    ("code", "rate", "text"),
    [
        # SMPTE ST 12-1 as FFmpeg packs it: frames, seconds, minutes, hours in BCD; bit 30 drops.
        (0x12_34_56_10, Fraction(25), "10:56:34:12"),
        (0x40_00_00_00 | 0x05_00_10_09, Fraction(30000, 1001), "09:10:00;05"),
        (0x12_34_56_10 | 1 << 7, Fraction(50), "10:56:34:25"),
        (0x12_34_56_10 | 1 << 23, Fraction(60), "10:56:34:25"),
    ],
)
def test_time_codes_of_frames_are_read(code, rate, text):
    assert time_code_of(struct.pack("=4I", 1, code, 0, 0), rate) == text

"""Films through pipes. Planes are compared with what FFmpeg decodes, through PyAV."""

import io
import os
import shlex
import shutil
import subprocess
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import colorizer
from colorizer import pipeline
from colorizer.commands import cli
from colorizer.commands.report import ExitCode
from colorizer.errors import MediaError
from colorizer.media.film.piped import PipedFilm, PipedOutput
from tests.draw_film import draw_film
from tests.program import PROGRAM
from tests.tiny_model import tiny_model
from tests.tiny_weights import write_tiny_weights

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(colorizer.__file__).with_name("samples")
SIZE = (48, 64)
FRAMES = 12


def y4m(colours, size=SIZE, bits=8, more=""):
    """Lay out a film as yuv4mpeg(5) has it; return its bytes and its luma."""
    height, width = size
    down, across = {"mon": (height, width), "420": (2, 2), "422": (1, 2), "444": (1, 1)}[
        colours[:3]
    ]
    chroma = (0, 0) if colours[:3] == "mon" else (-(-height // down), -(-width // across))
    code = np.uint8 if bits == 8 else np.dtype("<u2")
    draw = np.random.default_rng(bits)
    lumas = [draw.integers(16 << bits - 8, 236 << bits - 8, size).astype(code) for _ in range(3)]
    data = f"YUV4MPEG2 W{width} H{height} F24000:1001 Ip A12:11 C{colours}{more}\n".encode()
    for luma in lumas:
        planes = 2 * np.full(chroma, 1 << bits - 1, code).tobytes()
        data += b"FRAME\n" + luma.tobytes() + planes
    return data, lumas


def decoded(data):
    """Return luma planes, and what FFmpeg reads of a y4m."""
    with av.open(io.BytesIO(data), "r", format="yuv4mpegpipe") as film:
        stream = film.streams.video[0]
        facts = (stream.average_rate, stream.sample_aspect_ratio, stream.codec_context.field_order)
        frames = list(film.decode(stream))
        lumas = []
        for frame in frames:
            deep = frame.format.components[0].bits > 8
            plane = np.frombuffer(memoryview(frame.planes[0]), "<u2" if deep else np.uint8)
            lumas.append(plane.reshape(frame.height, -1)[:, : frame.width])
        return lumas, frames[0].format.name, facts, frames[0].color_range


@pytest.mark.parametrize(
    ("colours", "bits", "made"),
    [
        ("mono", 8, "yuv420p"), ("mono16", 16, "yuv420p16le"), ("420jpeg", 8, "yuv420p"),
        ("420p10", 10, "yuv420p10le"), ("422", 8, "yuv422p"), ("422p12", 12, "yuv422p12le"),
        ("444", 8, "yuv444p"), ("444p16", 16, "yuv444p16le"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [SIZE, (37, 51)])
def test_luma_rate_and_aspect_pass_a_pipe_untouched(colours, bits, made, size):
    data, lumas = y4m(colours, size, bits)
    out = io.BytesIO()
    with PipedFilm(io.BytesIO(data), side=64) as film, PipedOutput(out, like=film) as sink:
        for frame in film.frames():
            ab = np.full((2, *sink.chroma_size(frame)), 9, np.float32)
            sink.write(replace(frame, ab=ab))
    found, pix_fmt, facts, _ = decoded(out.getvalue())
    assert pix_fmt == made
    assert facts == decoded(data)[2]
    assert all(np.array_equal(one, two) for one, two in zip(found, lumas, strict=True))


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"RIFF....AVI LIST", "holds no y4m"), (y4m("420jpeg")[0][:99], "ended inside frame 0"),
     (y4m("420jpeg")[0].replace(b"C420jpeg", b"C440"), "can't be read as C440")],
)  # fmt: skip
def test_what_has_no_frame_that_can_be_read_is_told_apart(data, told):
    with pytest.raises(MediaError, match=told):
        PipedFilm(io.BytesIO(data), side=64)


@pytest.mark.parametrize("missing", [7, 8])
def test_a_pipe_that_ends_inside_a_frame_is_cut_off(missing):
    data, _ = y4m("420jpeg")
    with (
        PipedFilm(io.BytesIO(data[:-missing]), side=64) as film,
        pytest.raises(MediaError, match="cut off: the pipe ended inside frame 2"),
    ):
        assert len(list(film.frames())) == 2
    with PipedFilm(io.BytesIO(data.replace(b"FRAME\n", b"FRAME Ip\n")), side=64) as film:
        assert len(list(film.frames())) == 3


@pytest.mark.parametrize(
    ("header", "told", "first"),
    [("Ip", "auto", None), ("It", "auto", "top"), ("Ib", "auto", "bottom"), ("Ip", "top", "top"),
     ("It", "no", None)],
)  # fmt: skip
def test_fields_are_those_of_the_header_unless_a_person_knows_better(header, told, first):
    data, _ = y4m("420jpeg")
    data = data.replace(b" Ip ", f" {header} ".encode(), 1)
    with PipedFilm(io.BytesIO(data), side=64, interlaced=told) as film:
        assert film.first_field == first


@pytest.mark.parametrize("sampling", ["420jpeg", "420mpeg2", "420paldv"])
def test_chroma_lies_where_it_lay_and_where_the_header_says(sampling):
    data, _ = y4m(sampling)
    planes = np.random.default_rng(1).integers(90, 160, (2, SIZE[0] // 2, SIZE[1] // 2), np.uint8)
    data = data[: -planes.nbytes] + planes.tobytes()
    out, found = io.BytesIO(), set()
    with PipedFilm(io.BytesIO(data), side=64) as film, PipedOutput(out, like=film) as sink:
        for frame in film.frames():
            ab = np.zeros((2, *sink.chroma_size(frame)), np.float32)
            sink.write(replace(frame, ab=ab, kept=True))
            found.add(sink.chroma_shift(frame))
    assert f" C{sampling} ".encode() in out.getvalue().split(b"\n")[0]
    assert out.getvalue().endswith(planes.tobytes())
    shifts = {"420jpeg": (0, 0), "420mpeg2": (0, -0.25), "420paldv": (-0.25, -0.25)}
    assert found == {shifts[sampling]}


def test_full_range_is_kept():
    data, _ = y4m("420jpeg", more=" XCOLORRANGE=FULL")
    out = io.BytesIO()
    with PipedFilm(io.BytesIO(data), side=64) as film, PipedOutput(out, like=film) as sink:
        assert film.tags.full_range
        frame = next(film.frames())
        sink.write(replace(frame, ab=np.zeros((2, *sink.chroma_size(frame)), np.float32)))
    assert decoded(out.getvalue())[3] == 2


@pytest.mark.slow
@pytest.mark.program
def test_a_film_through_real_pipes_has_the_luma_and_colours_of_the_same_from_a_file(tmp_path):
    draw_film(tmp_path / "a.mkv", codec="ffv1", frames=FRAMES, size=SIZE)
    command = [*PROGRAM, "run", "--size", "64", "--device", "cpu"]
    direct = subprocess.run(
        [*command, str(tmp_path / "a.mkv"), "-o", "-"], capture_output=True, check=True
    )
    with av.open(str(tmp_path / "a.mkv")) as film:
        source = [np.array(frame.to_ndarray()[: SIZE[0]]) for frame in film.decode(video=0)]
    gray = b"YUV4MPEG2 W64 H48 F25:1 Ip A0:0 Cmono XCOLORRANGE=LIMITED\n"
    gray += b"".join(b"FRAME\n" + Y.tobytes() for Y in source)
    piped = subprocess.run([*command, "-", "-o", "-"], input=gray, capture_output=True, check=True)
    lumas, *_ = decoded(piped.stdout)
    assert len(lumas) == FRAMES
    assert all(np.array_equal(one, two) for one, two in zip(lumas, source, strict=True))
    assert piped.stdout == direct.stdout
    assert b"12 frames" in piped.stderr


@pytest.mark.parametrize("colours", ["C420", "C420p10", "C422p12", "C444p16"])
def test_the_header_of_vspipe_is_read(colours):
    bits = int(colours.partition("p")[2] or 8)
    data, lumas = y4m(colours[1:4], bits=bits)
    frames = data.split(b"\n", 1)[1]
    head = f"YUV4MPEG2 {colours} F24000:1001 Ip W{SIZE[1]} H{SIZE[0]} A0:0 XLENGTH=3\n"
    with PipedFilm(io.BytesIO(head.encode() + frames), side=32) as film:
        assert film.rate == Fraction(24000, 1001)
        assert film.sample_aspect_ratio is None
        assert all(map(np.array_equal, (frame.Y for frame in film.frames()), lumas))


PIPES = """
set -eo pipefail
ffmpeg -v error -i film.mkv -f framemd5 -vf extractplanes=y source.txt
ffmpeg -v error -i film.mkv -strict -1 -f yuv4mpegpipe - | $COMMAND run - -o - --size 64 \\
  --weights tiny.safetensors | x265 --y4m - --output-depth {bits} --lossless -o out.hevc
ffmpeg -v error -i out.hevc -f framemd5 -vf extractplanes=y result.txt
"""


@pytest.mark.slow
@pytest.mark.program
@pytest.mark.skipif(
    not (shutil.which("ffmpeg") and shutil.which("x265")), reason="no ffmpeg and x265 here"
)
@pytest.mark.parametrize(("pix_fmt", "bits"), [("yuv420p", 8), ("yuv422p10le", 10)])
def test_ffmpeg_pipes_into_it_and_x265_takes_what_comes_out(tmp_path, pix_fmt, bits):
    size = (96, 128)  # x265 takes none below 64
    draw_film(tmp_path / "film.mkv", codec="ffv1", frames=FRAMES, size=size, pix_fmt=pix_fmt)
    write_tiny_weights(tmp_path / "tiny.safetensors")
    command = ["bash", "-c", PIPES.replace("{bits}", str(bits))]
    told = {**os.environ, "PYTHONPATH": str(ROOT), "COMMAND": shlex.join(PROGRAM)}
    subprocess.run(command, cwd=tmp_path, env=told, check=True, timeout=120)
    source, result = (
        [line.split()[-1] for line in (tmp_path / name).read_text().splitlines() if line[0] != "#"]
        for name in ("source.txt", "result.txt")
    )
    assert len(source) == FRAMES
    assert result == source


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(pipeline, "load_model", lambda *_: tiny_model())


@pytest.mark.usefixtures("quick")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_named_pipes_and_y4m_files(tmp_path, capsys):
    data, lumas = y4m("420jpeg")
    os.mkfifo(tmp_path / "in")
    feeding = threading.Thread(target=(tmp_path / "in").write_bytes, args=(data,))
    feeding.start()
    out = tmp_path / "out.y4m"
    assert cli.main(["run", str(tmp_path / "in"), "-o", str(out), "--size", "64"]) == ExitCode.OK
    feeding.join()
    assert "can't say that its colour is generated" in capsys.readouterr().err
    assert all(map(np.array_equal, decoded(out.read_bytes())[0], lumas))
    before = out.read_bytes()
    assert cli.main(["run", str(tmp_path / "a.mkv"), "-o", str(out)]) != ExitCode.OK
    assert out.read_bytes() == before
    again = ["run", str(out), "-o", str(tmp_path / "b.mkv"), "--codec", "ffv1", "--size", "64"]
    assert cli.main(again) == ExitCode.OK


@pytest.mark.usefixtures("quick")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_y4m_file_of_a_pipe_that_is_cut_off_does_not_appear(tmp_path, capsys):
    data, _ = y4m("420jpeg")
    os.mkfifo(tmp_path / "in")
    feeding = threading.Thread(target=(tmp_path / "in").write_bytes, args=(data[:-7],))
    feeding.start()
    words = ["run", str(tmp_path / "in"), "-o", str(tmp_path / "out.y4m"), "--size", "64"]
    assert cli.main(words) == ExitCode.NO_INPUT
    feeding.join()
    assert "cut off: the pipe ended inside frame 2" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["-", "-o", "x.mkv"], "is written as y4m"),
        (["-", "a.mkv", "-o", "-"], "takes one film"),
        (["-", "-o", "-", "--start", "3"], "--start has no use in a pipe"),
        (["-", "-o", "-", "--negative"], "--negative has no use in a pipe"),
        (["a.mkv", "-o", "-", "--verify"], "--verify has no use in a pipe"),
        (["a.mkv", "-o", "-", "--json"], "leave out --json"),
        ([str(SAMPLES / "coffee.png"), "-o", "-"], "a pipe takes one film"),
        ([str(SAMPLES), "-o", "-"], "a pipe takes one film"),
    ],
)
def test_what_a_pipe_can_not_do_is_said(options, told, capsys):
    assert cli.main(["run", *options]) == ExitCode.USAGE
    assert told in capsys.readouterr().err

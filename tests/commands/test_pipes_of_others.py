"""Pipes from and to programs that were not made with FFmpeg."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from tests import drawn
from tests.program import PROGRAM
from tests.tiny_weights import write_tiny_weights

ROOT = Path(__file__).resolve().parents[2]
COUNT = 5
SCRIPT = """
import vapoursynth as vs
frames = []
for n in range(5):
    bar = lambda k: vs.core.std.BlankClip(
        width=16, height=96, length=1, format=vs.GRAY10, color=(64 + 100 * ((k + n) % 8)))
    frames.append(vs.core.std.StackHorizontal([bar(k) for k in range(8)]))
luma = vs.core.std.Splice(frames)
none = vs.core.std.BlankClip(
    format=vs.YUV420P10, width=128, height=96, length=5, color=[0, 512, 512])
vs.core.std.ShufflePlanes([luma, none, none], [0, 1, 2], vs.YUV).set_output()
"""
DRAWN = "png2yuv -v 0 -f 25 -I p -b 0 -L 0 -j %02d.png"
OTHERS = [
    ("vspipe -c y4m script.vpy -", "cat"),
    (DRAWN, "y4mscaler -v 0 -I sar=1:1 -O chromass=mono"),
    (f"{DRAWN} | y4mscaler -v 0 -I sar=1:1 -O chromass=420paldv", "yuvfps -v 0 -s 25:1 -r 25:1"),
]
"""What writes y4m, what reads it: VapourSynth's and the tools of mjpegtools."""


def lumas(file: Path) -> list[bytes]:
    with av.open(str(file), format="yuv4mpegpipe") as film:
        frames = list(film.decode(video=0))
    found = []
    for frame in frames:
        rows = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(frame.height, -1)
        samples = frame.width * (2 if frame.format.components[0].bits > 8 else 1)
        found.append(rows[:, :samples].tobytes())
    return found


@pytest.mark.slow
@pytest.mark.program
@pytest.mark.parametrize(("feed", "read"), OTHERS)
def test_programs_of_others_feed_it_and_read_the_same_luma_from_it(tmp_path, feed, read):
    if missing := [one for one in (*feed.split(" | "), read) if not shutil.which(one.split()[0])]:
        pytest.skip(f"not here: {missing}")
    (tmp_path / "script.vpy").write_text(SCRIPT)
    for number in range(COUNT):
        drawn.photo(tmp_path / f"{number:02}.png", number, (96, 128))
    write_tiny_weights(tmp_path / "tiny.safetensors")
    script = f"""set -eo pipefail
    {feed} > source.y4m
    {feed} | $COMMAND run - -o - --weights tiny.safetensors | {read} > result.y4m
    """
    told = {**os.environ, "PYTHONPATH": str(ROOT), "COMMAND": shlex.join(PROGRAM)}
    subprocess.run(["bash", "-c", script], cwd=tmp_path, env=told, check=True, timeout=120)
    found = lumas(tmp_path / "result.y4m")
    assert len(found) == COUNT
    assert found == lumas(tmp_path / "source.y4m")

"""Films joined of unlike parts, and what is read back of their results."""

import hashlib

import av
import numpy as np

from colorizer.commands import cli
from tests.draw_film import draw_film

FRAMES = 30
MPEG2 = {"codec": "mpeg2video", "options": {"b": "4M", "g": "12"}}
INTERLACED = {
    "codec": "mpeg2video",
    "options": {"b": "4M", "g": "12", "flags": "+ildct+ilme"},
    "field_order": 4,
}


def joined(path, *drawings):
    """Draw films and join their bytes, as MPEG streams may be."""
    with path.open("wb") as whole:
        for number, drawing in enumerate(drawings):
            part = path.with_name(f"drawn{number}{path.suffix}")
            draw_film(part, **{"frames": FRAMES, **drawing})
            whole.write(part.read_bytes())
            part.unlink()
    return path


def luma_of(path):
    """Return hashes of the luma planes that FFmpeg decodes."""
    with av.open(str(path)) as film:
        return [
            hashlib.sha256(
                np.frombuffer(memoryview(frame.planes[0]), np.uint8)
                .reshape(frame.height, -1)[:, : frame.width]
                .tobytes()
            ).hexdigest()
            for frame in film.decode(video=0)
        ]


def colorize(source, out, *more):
    return cli.main(["run", str(source), "--size", "64", "-q", "--codec", "ffv1", *more, "-o", out])


def recorded(path, *drawings, sound="mp2"):
    """Draw films and join them as one recording, whose clock runs on; return their lumas."""
    lumas = []
    with av.open(str(path), "w") as whole:
        streams = []
        for number, drawing in enumerate(drawings):
            part = path.with_name(f"drawn{number}{path.suffix}")
            draw_film(part, **{"frames": FRAMES, "sounds": (sound,), **drawing})
            lumas.append(luma_of(part))
            with av.open(str(part)) as film:
                streams = streams or [whole.add_stream_from_template(s) for s in film.streams]
                for packet in film.demux():
                    if packet.dts is not None:
                        shift = round(number * FRAMES / 25 / packet.time_base)
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = streams[packet.stream.index]
                        whole.mux(packet)
            part.unlink()
    return lumas

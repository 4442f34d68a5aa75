"""Stills of interlaced and anamorphic films go out as a screen shows them, and come back."""

import json
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from colorizer.guidance.references.content import OfFilm, anchors_of
from colorizer.models import load_model
from colorizer.pipeline import stills
from colorizer.settings import Settings
from tests.commands.test_stills import SAMPLE, coloured_by, recoloured
from tests.draw_film import fill, marked

SIZE = (144, 176)
FRAMES = 10


def moments(count):
    """Return frames of the sample film as FFmpeg decodes them, of this film's (height, width)."""
    with av.open(str(SAMPLE)) as container:
        decoded = (frame.to_ndarray(format="gray") for frame in container.decode(video=0))
        return [
            cv2.resize(next(decoded), SIZE[::-1], interpolation=cv2.INTER_AREA)
            for _ in range(count)
        ]


def woven(path, ratio, first):
    """Draw a film whose frames have two fields, of two moments; return these moments."""
    seen = moments(2 * FRAMES)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = *SIZE, "yuv420p"
        context = stream.codec_context
        context.sample_aspect_ratio, context.color_range = ratio, 1
        context.options = {"qp": "0", "x264-params": "tff=1" if first == "top" else "bff=1"}
        for index in range(FRAMES):
            frame = av.VideoFrame(SIZE[1], SIZE[0], "yuv420p")
            parity = int(first == "bottom")
            Y = seen[2 * index + 1].copy()
            Y[parity::2] = seen[2 * index][parity::2]
            fill(frame, 0, np.rint(16 + Y * (219 / 255)).astype(np.uint8))
            for plane in (1, 2):
                fill(frame, plane, np.full((SIZE[0] // 2, SIZE[1] // 2), 128, np.uint8))
            frame.pts, frame.time_base = index, Fraction(1, 25)
            output.mux(stream.encode(marked(frame, first)))
        output.mux(stream.encode(None))
    return seen


def likeness(one, other):
    return float(np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "ratio", "screen"),
    [("top", Fraction(64, 45), (250, 144)), ("bottom", Fraction(2), (352, 144)),
     ("top", Fraction(8, 9), (176, 162)), ("bottom", Fraction(1), (176, 144))],
)  # fmt: skip
def test_stills_of_fields_come_back_recoloured(tmp_path, first, ratio, screen):
    source, model = tmp_path / "a.mkv", load_model()
    seen = woven(source, ratio, first)
    settings = Settings(codec="ffv1", size=128)
    list(stills.find_stills(source, tmp_path / "out", settings, model))
    (gray,), (still,) = ([*(tmp_path / "out" / kind).iterdir()] for kind in ("gray", "colour"))
    with Image.open(gray) as opened:
        assert opened.size == screen
        codes = np.asarray(opened.convert("L").resize(SIZE[::-1], Image.Resampling.LANCZOS))
    number = int(gray.name[9:15])
    fields = [
        cv2.resize(
            seen[index][(index + (first == "bottom")) % 2 :: 2], SIZE[::-1],
            interpolation=cv2.INTER_CUBIC,
        )
        for index in (2 * number, 2 * number + 1)
    ]  # fmt: skip
    likest = sorted(likeness(codes, field) for field in fields)
    assert likest[1] > 0.995  # the lines of one field, and of the other none
    assert likest[1] > likest[0]
    file = f"{still.stem}_v2.jpg"
    recoloured(still, tmp_path / "back" / file)
    near, far = coloured_by(tmp_path, source, settings, model, file)
    assert np.mean(near) < 0.45 * np.mean(far)
    told = json.loads((tmp_path / "b.mkv.colorize.json").read_text())["references_reached"]
    assert told[0]["shots"][0]["share"] > 0.5


def test_a_still_of_wide_pixels_lies_on_its_frame(tmp_path, monkeypatch):
    """A crop of what the screen shows, twice as wide, is laid on the frame that its name tells."""
    from colorizer.colour.cielab import gray_to_L
    from colorizer.frame import Frame
    from colorizer.guidance.references import content

    codes = moments(1)[0]
    L = gray_to_L(codes.astype(np.float32) / 255)
    frame = Frame(0, 0, Fraction(1, 25), codes, 8, True, L)
    rgb = np.stack([codes, (codes * 0.6).astype(np.uint8), (codes * 0.3).astype(np.uint8)], -1)
    painted = Image.fromarray(rgb).resize((2 * SIZE[1], SIZE[0]), Image.Resampling.LANCZOS)
    file = tmp_path / "a_s0001_f000000_0-00-00.000.png"
    painted.crop((20, 10, 330, 135)).save(file)
    found, lay = [], content.registered
    monkeypatch.setattr(content, "registered", lambda *given: found.append(lay(*given)) or found[0])
    film = OfFilm(lambda _: frame, SIZE, Fraction(2))
    assert anchors_of([file], load_model(), 144, film=film) is not None
    (laid,) = found
    inside = np.zeros(SIZE, bool)
    inside[10:135, 10:165] = True
    assert laid is not None
    assert (laid.inside == inside).mean() > 0.97

"""A gray film of several shots, in each a square that moves over a ground."""

from pathlib import Path

import av
import numpy as np

from tests.draw_film import fill
from tests.stages.shots_drawn import texture

SIZE = (96, 128)
SIDE = 36


def square_at(index: int) -> tuple[float, float]:
    """Return the middle of the square in frame `index` of its shot, as shares of width, height."""
    return (4 + index + SIDE / 2) / SIZE[1], 0.5


def draw_shots(path: Path, *lengths: int) -> None:
    """Draw a film with shots of so many frames."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.height, stream.width = SIZE
        stream.pix_fmt = "gray"
        for seed, length in enumerate(lengths):
            ground = texture(2 * seed, SIZE, low=30, high=60, sigma=3)
            square = texture(2 * seed + 1, (SIDE, SIDE), low=100, high=130)
            for index in range(length):
                luma = ground.copy()
                luma[30 : 30 + SIDE, 4 + index : 4 + index + SIDE] = square
                frame = av.VideoFrame(SIZE[1], SIZE[0], "gray")
                fill(frame, 0, np.rint(luma).astype(np.uint8))
                output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def chroma_of(path: Path) -> list[np.ndarray]:
    """Return Cb and Cr of every frame, (2, H, W) in 8-bit codes."""
    with av.open(str(path)) as container:
        frames = [f.to_ndarray(format="yuv444p") for f in container.decode(video=0)]
    return [frame[1:].astype(np.float32) for frame in frames]


def square_of(chroma: np.ndarray, index: int) -> np.ndarray:
    """Return chroma within the square of frame `index` of its shot."""
    left = 4 + index
    return chroma[:, 34 : 26 + SIDE, left + 4 : left + SIDE - 4]


def ground_of(chroma: np.ndarray, index: int) -> np.ndarray:
    """Return chroma well outside the square, (2, n)."""
    outside = np.ones(SIZE, bool)
    outside[24 : 36 + SIDE, : 4 + index + SIDE + 6] = False
    return chroma[:, outside]

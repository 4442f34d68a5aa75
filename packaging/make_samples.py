"""Draw the sample folder that ships: `python packaging/make_samples.py OUT`.

Three photographs from scikit-image's own pictures made gray (astronaut: NASA, public domain;
coffee: Rachel Michetti, CC0; rocket: SpaceX, CC0) and a short film drawn by moving a camera over
two of them and the cat Chelsea (Stefan van der Walt, CC0), with a tone as sound.
"""

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import skimage.data
import tifffile
from PIL import Image

from colorizer.colour.cielab import L_to_gray, srgb_to_lab

SIZE = (240, 320)
"""Height and width of the film."""
RATE = Fraction(24)
FRAMES_A_SHOT = 32


def gray(name: str) -> np.ndarray:
    """Return a picture's gray version with the same L*, (H, W) float64 in [0, 1]."""
    rgb = getattr(skimage.data, name)().transpose(2, 0, 1) / 255
    return L_to_gray(srgb_to_lab(rgb)[0]).clip(0, 1)


def moving_camera(picture: np.ndarray, zoom: float, drift: float) -> Iterator[np.ndarray]:
    """Yield views of a picture, (240, 320) uint8, with old film's grain and flicker."""
    rng = np.random.default_rng(0)
    height, width = picture.shape
    whole = min(height / SIZE[0], width / SIZE[1])
    for frame in range(FRAMES_A_SHOT):
        at = frame / (FRAMES_A_SHOT - 1)
        scale = whole * (1 - zoom * at)
        left = (width - SIZE[1] * scale) * (0.5 + drift * (at - 0.5))
        top = (height - SIZE[0] * scale) * 0.15
        move = np.array([[scale, 0, left], [0, scale, top]])
        view = cv2.warpAffine(
            picture, move, SIZE[::-1], flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
        )
        view = view * rng.normal(1, 0.02) + rng.normal(0, 0.015, SIZE)
        yield np.round(16 + 219 * view.clip(0, 1)).astype(np.uint8)


def write_film(path: Path) -> None:
    """Write three shots as a black-and-white H.264 film with sound."""
    with av.open(str(path), "w") as film:
        video = film.add_stream("libx264", rate=RATE, options={"crf": "20"})
        video.height, video.width, video.pix_fmt = *SIZE, "yuv420p"
        sound = film.add_stream("aac", rate=44100)
        shots = [("chelsea", 0.3, 0.6), ("astronaut", 0.4, 0.2), ("coffee", 0.2, -0.8)]
        for name, zoom, drift in shots:
            for view in moving_camera(gray(name), zoom, drift):
                neutral = np.full((SIZE[0] // 2, SIZE[1]), 128, np.uint8)
                picture = av.VideoFrame.from_ndarray(np.vstack([view, neutral]), "yuv420p")
                film.mux(video.encode(picture))
        seconds = len(shots) * FRAMES_A_SHOT / RATE
        time = np.arange(int(44100 * seconds)) / 44100
        tone = 0.05 * np.sin(2 * np.pi * 220 * time, dtype=np.float64)
        for start in range(0, len(tone), 1024):
            block = tone[None, start : start + 1024].astype(np.float32)
            samples = av.AudioFrame.from_ndarray(block, "fltp", "mono")
            samples.sample_rate, samples.pts = 44100, start
            film.mux(sound.encode(samples))
        film.mux(video.encode(None))
        film.mux(sound.encode(None))


def main() -> None:
    """Write all samples into the folder named on the command line."""
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    eight = {name: np.round(gray(name) * 255).astype(np.uint8) for name in ("astronaut", "coffee")}
    Image.fromarray(eight["astronaut"]).save(out / "astronaut.jpg", quality=92, dpi=(300, 300))
    Image.fromarray(eight["coffee"]).save(out / "coffee.png", dpi=(300, 300))
    sixteen = np.round(gray("rocket") * 65535).astype(np.uint16)
    tifffile.imwrite(
        out / "rocket.tif", sixteen, compression="zlib", predictor=True, resolution=(300, 300)
    )
    write_film(out / "film.mp4")


if __name__ == "__main__":
    main()

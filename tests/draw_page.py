"""Scans that are no photographs, drawn by code: text, line art, blank pages."""

from collections.abc import Iterator

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

WORDS = ("the", "of", "and", "house", "river", "winter", "captain", "letters", "Amsterdam", "1907")


def paper(page: np.ndarray, rng: np.random.Generator, shade: float = 0.0) -> np.ndarray:
    """Return a page (H, W) as scanned: grain, and darker to the lower right by `shade`."""
    rows, columns = np.mgrid[: page.shape[0], : page.shape[1]].astype(np.float32)
    slope = shade * (columns / page.shape[1] + rows / page.shape[0]) / 2
    grain = cv2.GaussianBlur(rng.normal(0, 3, page.shape).astype(np.float32), (0, 0), 1.2)
    return np.clip(page - slope + grain, 0, 255).astype(np.uint8)


def text(
    rng: np.random.Generator, size: tuple[int, int] = (877, 620), letters: int = 13
) -> np.ndarray:
    """Return a page of text, (H, W) uint8."""
    height, width = size
    image = Image.new("L", (width, height), int(rng.integers(200, 250)))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(letters)
    ink, edge = int(rng.integers(10, 70)), width // 10
    for y in range(edge, height - 2 * edge, round(1.5 * letters)):
        line = " ".join(rng.choice(WORDS, width // (3 * letters)))
        while draw.textlength(line, font) > width - 2 * edge:
            line = line[:-5]
        draw.text((edge, y), line, ink, font)
    return paper(np.asarray(image).astype(np.float32), rng, shade=float(rng.integers(0, 25)))


def line_art(
    rng: np.random.Generator, size: tuple[int, int] = (900, 700), strokes: int = 20
) -> np.ndarray:
    """Return a drawing in lines with hatching, (H, W) uint8."""
    height, width = size
    image = Image.new("L", (width, height), 245)
    draw = ImageDraw.Draw(image)
    for number in range(strokes):
        x, y = int(rng.integers(60, width - 60)), int(rng.integers(60, height - 60))
        reach, thick = int(rng.integers(30, 160)), int(rng.integers(2, 5))
        box = (x - reach, y - reach, x + reach, y + reach)
        match number % 4:
            case 0:
                draw.ellipse(box, outline=20, width=thick)
            case 1:
                ends = rng.normal((x, y), reach, (6, 2))
                draw.line([(float(a), float(b)) for a, b in ends], 20, thick)
            case 2:
                draw.rectangle(box, outline=20, width=thick)
            case _:
                for step in range(-reach, reach, 9):
                    draw.line((x + step, y - reach, x + step + reach // 2, y + reach), 30, 2)
    return paper(np.asarray(image).astype(np.float32), rng, shade=float(rng.integers(0, 20)))


def blank(rng: np.random.Generator, size: tuple[int, int] = (900, 640)) -> np.ndarray:
    """Return an empty sheet, (H, W) uint8."""
    sheet = np.full(size, float(rng.integers(130, 250)), np.float32)
    return paper(sheet, rng, shade=float(rng.integers(0, 15)))


def aged(gray: np.ndarray, rng: np.random.Generator, stain: float = 1.0) -> np.ndarray:
    """Return a gray picture as an old print: toned in two colours, stained, noisy, (H, W, 3)."""
    light = gray[..., None].astype(np.float32) / 255
    dark = rng.uniform([0.05, 0.02, 0], [0.25, 0.15, 0.1])
    middle = rng.uniform([0.5, 0.4, 0.2], [0.7, 0.55, 0.5])
    white = rng.uniform([0.85, 0.8, 0.6], [1, 0.95, 0.9])
    rgb = np.where(
        light < 0.5,
        dark + (middle - dark) * light * 2,
        middle + (white - middle) * (light * 2 - 1),
    )
    height, width = gray.shape
    rows, columns = np.mgrid[:height, :width]
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    spot = np.exp(-(((columns - x) / (0.15 * width)) ** 2) - ((rows - y) / (0.15 * height)) ** 2)
    rgb = rgb * (1 - stain * spot[..., None] * np.array([0, 0.1, 0.25]))
    return np.clip(rgb * 255 + rng.normal(0, 4, rgb.shape), 0, 255).astype(np.uint8)


def pages(count: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what a page shows and the page, `count` of each kind."""
    rng = np.random.default_rng(3)
    for _ in range(count):
        yield "text", text(rng, letters=int(rng.integers(10, 20)))
        yield "line_art", line_art(rng, strokes=int(rng.integers(10, 28)))
        yield "blank", blank(rng)

"""Countdown leaders, slates, test charts and blank leader as films have them, drawn with Pillow."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (240, 320)


def _pen(ground: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return a picture of codes at twice the size, and what draws on it."""
    picture = Image.new("L", (2 * SIZE[1], 2 * SIZE[0]), ground)
    return picture, ImageDraw.Draw(picture)


def _text(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], words: str, ink: int, points: int
) -> None:
    pen.text(at, words, fill=ink, font=ImageFont.load_default(points), anchor="mm")


def universal(number: int = 5, turn: float = 130.0, ground: int = 150) -> Image.Image:
    """The SMPTE universal leader: a hand sweeps around two circles and a numeral."""
    picture, pen = _pen(ground)
    pen.pieslice((-200, -200, 840, 680), -90, -90 + turn, fill=ground - 60)
    pen.line((0, 240, 640, 240), fill=30, width=3)
    pen.line((320, 0, 320, 480), fill=30, width=3)
    for radius in (150, 185):
        pen.ellipse((320 - radius, 240 - radius, 320 + radius, 240 + radius), outline=235, width=6)
    _text(pen, (320, 240), str(number), 15, 260)
    return picture


def academy(number: int = 7) -> Image.Image:
    """The Academy leader: white numerals on black, and a crosshair."""
    picture, pen = _pen(8)
    pen.line((0, 240, 640, 240), fill=200, width=3)
    pen.line((320, 0, 320, 480), fill=200, width=3)
    pen.ellipse((120, 40, 520, 440), outline=220, width=5)
    _text(pen, (320, 240), str(number), 235, 200)
    return picture


def slate() -> Image.Image:
    """A clapboard that fills the frame."""
    picture, pen = _pen(25)
    for x in range(-80, 720, 80):
        pen.polygon([(x, 0), (x + 40, 0), (x + 80, 70), (x + 40, 70)], fill=225)
    for y in (75, 200, 325):
        pen.line((0, y, 640, y), fill=225, width=4)
    pen.line((215, 200, 215, 480), fill=225, width=4)
    pen.line((430, 200, 430, 480), fill=225, width=4)
    _text(pen, (320, 138), "THE OLD MILL", 230, 56)
    for x, words in ((107, "SCENE"), (322, "TAKE"), (535, "ROLL")):
        _text(pen, (x, 225), words, 230, 28)
    for x, words in ((107, "12"), (322, "3"), (535, "A7")):
        _text(pen, (x, 280), words, 230, 60)
    _text(pen, (320, 400), "9 MAY 1931", 230, 44)
    return picture


def wedge(steps: int = 11, *, down: bool = False) -> Image.Image:
    """A step wedge."""
    picture, pen = _pen(0)
    length = (480 if down else 640) / steps
    for n in range(steps):
        tone = round(8 + 240 * n / (steps - 1))
        box = (
            (0, n * length, 640, (n + 1) * length)
            if down
            else (n * length, 0, (n + 1) * length, 480)
        )
        pen.rectangle(box, fill=tone)
    return picture


def bars() -> Image.Image:
    """Colour bars as black-and-white film and tape have them (SMPTE ECR 1-1978)."""
    picture, pen = _pen(16)
    for n, tone in enumerate((180, 162, 131, 112, 84, 65, 35)):
        pen.rectangle((n * 640 / 7, 0, (n + 1) * 640 / 7, 320), fill=tone)
    for n, tone in enumerate((35, 16, 84, 16, 131, 16, 180)):
        pen.rectangle((n * 640 / 7, 320, (n + 1) * 640 / 7, 360), fill=tone)
    pen.rectangle((107, 360, 214, 480), fill=235)
    pen.rectangle((460, 360, 480, 480), fill=7)
    return picture


def resolution() -> Image.Image:
    """A chart of wedges of lines, circles and gray steps, as the EIA chart of 1956."""
    picture, pen = _pen(225)
    for n in range(-6, 7):
        pen.line((320 + 9 * n, 30, 320 + 3 * n, 200), fill=20, width=2)
        pen.line((320 + 9 * n, 450, 320 + 3 * n, 280), fill=20, width=2)
        pen.line((60, 240 + 9 * n, 260, 240 + 3 * n), fill=20, width=2)
        pen.line((580, 240 + 9 * n, 380, 240 + 3 * n), fill=20, width=2)
    for x, y in ((90, 80), (550, 80), (90, 400), (550, 400)):
        for radius in (20, 40, 60):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=20, width=3)
    pen.ellipse((110, 30, 530, 450), outline=20, width=3)
    for n in range(8):
        pen.rectangle((180 + 35 * n, 4, 214 + 35 * n, 26), fill=20 + 28 * n)
    for x in (205, 435):
        _text(pen, (x, 150), "300", 20, 20)
    return picture


def grid() -> Image.Image:
    """A crosshatch with a circle, for geometry."""
    picture, pen = _pen(40)
    for x in range(0, 641, 40):
        pen.line((x, 0, x, 480), fill=220, width=3)
    for y in range(0, 481, 40):
        pen.line((0, y, 640, y), fill=220, width=3)
    pen.ellipse((100, 20, 540, 460), outline=220, width=4)
    return picture


def checks() -> Image.Image:
    """A checkerboard."""
    picture, pen = _pen(20)
    for y in range(0, 480, 60):
        for x in range(60 * (y // 60 % 2), 640, 120):
            pen.rectangle((x, y, x + 59, y + 59), fill=220)
    return picture


def ramp() -> Image.Image:
    """An even rise from black to white."""
    codes = np.broadcast_to(np.linspace(5, 250, 2 * SIZE[1]), (2 * SIZE[0], 2 * SIZE[1]))
    return Image.fromarray(codes.astype(np.uint8))


def monoscope() -> Image.Image:
    """A television test card: a grid, a circle with bars and steps in it."""
    picture = grid()
    pen = ImageDraw.Draw(picture)
    pen.ellipse((110, 30, 530, 450), fill=128)
    for n in range(6):
        pen.rectangle((170 + 50 * n, 180, 219 + 50 * n, 240), fill=16 + 44 * n)
    for n in range(24):
        pen.rectangle((170 + 12 * n, 250, 175 + 12 * n, 300), fill=235)
    pen.rectangle((220, 80, 420, 130), fill=16)
    _text(pen, (320, 105), "TV 3", 235, 40)
    pen.rectangle((220, 340, 420, 390), fill=235)
    return picture


def blank(ground: int = 6) -> Image.Image:
    """Leader with scratches and dust."""
    picture, pen = _pen(ground)
    ink = 225 if ground < 128 else 40
    rng = np.random.default_rng(2)
    for x in (83, 300, 471, 474):
        pen.line((x, 0, x + 3, 480), fill=ink, width=2)
    for x, y in rng.uniform(0, 480, (40, 2)):
        pen.ellipse((x, y, x + 5, y + 4), fill=ink)
    return picture


LEADERS = {
    "universal leader": universal, "universal leader, light": lambda: universal(3, 290, 210),
    "Academy leader": academy, "slate": slate, "step wedge": wedge,
    "step wedge down": lambda: wedge(6, down=True), "colour bars": bars,
    "resolution chart": resolution, "grid": grid, "checks": checks, "ramp": ramp,
    "television card": monoscope, "black leader": blank, "white leader": lambda: blank(244),
}  # fmt: skip


def as_filmed(
    picture: Image.Image,
    grain: float = 2.0,
    vignette: float = 0.1,
    soft: float = 0.7,
    turn: float = 0.5,
    seed: int = 0,
) -> np.ndarray:
    """Return codes (h, w) in [0, 255] of a picture with what a print has; `grain` in codes."""
    turned = picture.rotate(turn, Image.Resampling.BICUBIC, fillcolor=picture.getpixel((2, 2)))
    small = turned.filter(ImageFilter.GaussianBlur(2 * soft)).resize(
        SIZE[::-1], Image.Resampling.BOX
    )
    y, x = np.mgrid[-1 : 1 : SIZE[0] * 1j, -1 : 1 : SIZE[1] * 1j]
    codes = np.asarray(small, np.float32) * (1 - vignette * (x * x + y * y) / 2)
    codes = codes + np.random.default_rng(seed).normal(0, grain, SIZE)
    return codes.clip(0, 255).astype(np.float32)

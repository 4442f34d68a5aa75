"""Make the README's picture: `python packaging/make_picture.py OUT.jpg`."""

import sys
import tempfile
from pathlib import Path

from PIL import Image

from colorizer import colorize

SAMPLES = Path(__file__).parents[1] / "colorizer" / "samples"
HEIGHT = 300


def main() -> None:
    """Colorize the sample photos and put each below its original."""
    photos = [SAMPLES / name for name in ("astronaut.jpg", "coffee.png", "rocket.tif")]
    with tempfile.TemporaryDirectory() as out:
        pairs = []
        for photo in photos:
            (result,) = colorize(photo, out)
            gray = Image.open(photo)
            if gray.mode.startswith("I;16"):  # Pillow shows 16 bits as white
                gray = Image.open(result).convert("L")
            pairs.append((gray.convert("RGB"), Image.open(result).convert("RGB")))
    widths = [gray.width * HEIGHT // gray.height for gray, _ in pairs]
    sheet = Image.new("RGB", (sum(widths), 2 * HEIGHT))
    for number, pair in enumerate(pairs):
        for row, picture in enumerate(pair):
            place = (sum(widths[:number]), row * HEIGHT)
            sheet.paste(picture.resize((widths[number], HEIGHT)), place)
    sheet.save(sys.argv[1], quality=90)


if __name__ == "__main__":
    main()

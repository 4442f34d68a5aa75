"""A folder that grows between runs."""

from pathlib import Path

from PIL import Image

from colorizer.commands import cli


def put(file: Path, level: int) -> Path:
    """Write a photo of one gray, by which its results are known."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (64, 64), level).save(file)
    return file


def run(source, out, *arguments) -> int:
    given = ["run", source, "-o", out, "--size", 64, "-q", *arguments]
    return cli.main([str(argument) for argument in given])


def levels(out: Path) -> dict[str, int]:
    """Return the mean gray of every result, to the nearest ten, by name."""
    found = {}
    for file in sorted(out.rglob("*")):
        if file.suffix.lower() in (".tif", ".png", ".jpg", ".jp2", ".bmp"):
            gray = Image.open(file).convert("L").resize((1, 1)).getpixel((0, 0))
            found[file.relative_to(out).as_posix()] = round(gray / 10) * 10
    return found


def states(out: Path) -> dict[str, tuple[int, int]]:
    """Return what tells that a file was not written again."""
    files = [file for file in out.rglob("*_color*") if file.is_file()]
    return {file.name: (file.stat().st_mtime_ns, file.stat().st_ino) for file in files}

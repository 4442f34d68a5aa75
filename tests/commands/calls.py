"""What the tests of the command line look at."""

from pathlib import Path

from tests import drawn


def results(folder: Path) -> list[str]:
    return list(drawn.hashes(folder / "out"))

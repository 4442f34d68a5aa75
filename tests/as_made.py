"""A folder that is made once for many tests and is as it was made for each."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class Made:
    """One folder and a copy of it, with its times.

    Args:
        folder: where it lies for all tests: records name its files by their whole paths.
        make: fills it.
    """

    def __init__(self, folder: Path, make: Callable[[Path], object]) -> None:
        self._folder, self._copy = folder / "made", folder / "copy"
        self._folder.mkdir()
        make(self._folder)
        shutil.copytree(self._folder, self._copy)

    @contextmanager
    def lent(self) -> Iterator[Path]:
        """Give the folder to one test, after which it is made of the copy again."""
        try:
            yield self._folder
        finally:
            self._folder.chmod(0o700)
            shutil.rmtree(self._folder)
            shutil.copytree(self._copy, self._folder)

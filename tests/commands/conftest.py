"""What the tests of the commands share."""

from pathlib import Path

import pytest

from tests import drawn


@pytest.fixture
def archive(tmp_path) -> Path:
    """A folder with two photos, one of them deeper, a film, and what else lies around."""
    drawn.photo(tmp_path / "in" / "a.png", 1)
    drawn.photo(tmp_path / "in" / "1920" / "b.jpg", 2)
    drawn.film(tmp_path / "in" / "film.mkv", 3)
    (tmp_path / "in" / "notes.txt").write_text("boxes 1 to 4")
    (tmp_path / "in" / "Thumbs.db").write_bytes(b"x")
    return tmp_path

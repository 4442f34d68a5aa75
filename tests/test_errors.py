"""The tree of errors."""

from pathlib import Path

import pytest

from colorizer import errors
from colorizer.errors import ColorizerError, MediaError, TargetError, UnsupportedMedia


def test_every_error_is_a_colorizer_error():
    classes = [item for item in vars(errors).values() if isinstance(item, type)]
    found = [item for item in classes if issubclass(item, Exception)]
    assert len(found) == 10
    assert all(issubclass(item, ColorizerError) for item in found)


@pytest.mark.parametrize("kind", [MediaError, UnsupportedMedia, TargetError])
def test_media_errors_name_the_file_and_keep_the_reason(kind):
    error = kind(Path("a.tif"), "is empty")
    assert str(error) == "a.tif: is empty"
    assert (error.path, error.reason) == (Path("a.tif"), "is empty")
    assert isinstance(error, MediaError)

import os
from pathlib import Path

import pytest

from colorizer.files.name_forms import split_path


@pytest.mark.parametrize("text", ["a/b.tif", "/a/b.tif", "/b.tif", "b.tif", "a:/b.tif", "é/b", "."])
def test_a_path_is_split_as_the_system_splits_it(text):
    assert split_path(Path(text)) == os.path.split(Path(text))

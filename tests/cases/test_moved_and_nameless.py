"""Sources that moved away from what is recorded, and files whose names tell little."""

import json
import shutil

import pytest
from PIL import Image

from colorizer.commands import cli
from tests import drawn
from tests.cases.conftest import run

pytestmark = pytest.mark.usefixtures("tiny")


def test_verify_finds_sources_that_have_moved(tmp_path, capsys):
    drawn.photo(tmp_path / "in" / "a.png", 1)
    drawn.photo(tmp_path / "in" / "1920" / "a.png", 2)
    drawn.film(tmp_path / "in" / "1920" / "f.mkv", 3)
    assert run(tmp_path / "in", "-o", tmp_path / "out", "--codec", "ffv1") == 0
    shutil.move(tmp_path / "in" / "1920", tmp_path / "store" / "shelf" / "twenties")
    shutil.move(tmp_path / "in", tmp_path / "store" / "rest")
    capsys.readouterr()
    assert cli.main(["verify", str(tmp_path / "out")]) == 1
    assert cli.main(["verify", str(tmp_path / "out"), "--sources", str(tmp_path / "store")]) == 0
    assert "3 as they must be, 0 not" in capsys.readouterr().err
    one = tmp_path / "out" / "1920" / "a_color.png"
    assert cli.main(["verify", str(one), "--sources", str(tmp_path / "store"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[0])
    assert told["source"] == str(tmp_path / "store" / "shelf" / "twenties" / "a.png")
    drawn.photo(tmp_path / "store" / "shelf" / "twenties" / "a.png", 9)
    assert cli.main(["verify", str(tmp_path / "out"), "--sources", str(tmp_path / "store")]) == 1
    assert cli.main(["verify", str(tmp_path / "out"), "--sources", str(tmp_path / "none")]) == 2


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("TIFF", ".tif"), ("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp"), ("JPEG2000", ".jp2")],
)
def test_a_result_of_a_name_without_suffix_has_one(tmp_path, kind, suffix):
    """Pillow says what the result is."""
    (tmp_path / "in").mkdir()
    Image.fromarray(drawn.picture(1)).convert("RGB").save(tmp_path / "in" / "noext", kind)
    for source in (tmp_path / "in", tmp_path / "in" / "noext"):
        assert run(source, "-o", tmp_path / "out") == 0
        (result,) = (tmp_path / "out").glob("noext_color*[!n]")
        assert result.name == f"noext_color{suffix}"
        assert Image.open(result).format == kind
    assert run(tmp_path / "in", "-o", tmp_path / "png", "--format", "png") == 0
    assert (tmp_path / "png" / "noext_color.png").exists()


def test_a_name_without_suffix_next_to_one_with_it(tmp_path):
    drawn.photo(tmp_path / "in" / "a.png", 1)
    shutil.copy(drawn.photo(tmp_path / "b.png", 2), tmp_path / "in" / "a")
    assert run(tmp_path / "in", "-o", tmp_path / "out") == 0
    assert sorted(path.name for path in (tmp_path / "out").glob("*.png")) == [
        "a_2_color.png",
        "a_color.png",
    ]

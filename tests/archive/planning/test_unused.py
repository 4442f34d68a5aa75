from pathlib import Path

import pytest

from colorizer.archive.planning.plan import plan_run
from colorizer.settings import Settings


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("a.mkv", {"codec": "ffv1", "quality": 20}, ["--quality has no effect on ffv1"]),
        ("a.mkv", {"codec": "h265", "quality": 20}, []),
        ("a.mkv", {"shots": Path("a.csv"), "smooth": False}, ["--shots", "without --smooth"]),
        ("a.mkv", {"shots": Path("a.csv")}, []),
        (
            "a.mkv",
            {"keep_colours": "film", "memory": "off"},
            ["--keep-colours film", "--memory on"],
        ),
        ("a.mkv", {"keep_colours": "film"}, []),
        ("a.jpg", {"start": "5", "shots": Path("a.csv")}, ["--shots, --start: for films only"]),
        ("a.jpg", {"keep_colours": "film"}, []),
    ],
)
def test_an_option_without_effect_is_named(tmp_path, name, given, words):
    (tmp_path / name).write_bytes(b"")
    notes = plan_run([str(tmp_path / name)], str(tmp_path / "out/"), Settings(**given)).notes
    assert len(notes) == bool(words)
    assert all(word in " ".join(notes) for word in words)

"""What the installers are made of, as far as it can be seen without building one."""

import ast
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

from colorizer import __version__
from colorizer.commands.cli import program_parser

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
NAME = "org.colorizer.Colorizer"


@pytest.fixture
def shell_words(monkeypatch):
    pytest.importorskip("shtab")
    monkeypatch.syspath_prepend(PACKAGING)
    import shell_words

    return shell_words


def desktop_entry() -> dict[str, str]:
    lines = (PACKAGING / "linux" / f"{NAME}.desktop").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def test_open_with_gives_the_window_photos_and_films():
    entry = desktop_entry()
    assert entry["Exec"] == "colorizer-gui %F"
    kinds = entry["MimeType"].strip(";").split(";")
    assert len(kinds) == len(set(kinds))
    assert {"image/tiff", "image/jpeg", "image/png", "video/mp4", "video/quicktime"} <= set(kinds)
    assert all(re.fullmatch(r"(image|video|application)/[\w.+-]+", kind) for kind in kinds)


def test_desktop_entry_metadata_and_window_share_one_name(qapp):
    from gui.app.start import create_app

    root = ElementTree.parse(PACKAGING / "linux" / f"{NAME}.metainfo.xml").getroot()
    assert root.findtext("id") == NAME
    assert root.findtext("launchable") == f"{NAME}.desktop"
    assert create_app().desktopFileName() == NAME


@pytest.mark.skipif(not shutil.which("appstreamcli"), reason="AppStream's own checker is not here")
def test_the_metadata_is_valid(tmp_path):
    file = tmp_path / f"{NAME}.metainfo.xml"
    text = (PACKAGING / "linux" / file.name).read_text("utf-8")
    file.write_text(text.replace("@VERSION@", __version__).replace("@DATE@", "2026-11-27"))
    subprocess.run(["appstreamcli", "validate", "--no-net", file], check=True)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_knows_every_command(shell_words, shell):
    script = shell_words.completions(shell)
    assert all(name in script for name in shell_words.commands(program_parser()))
    if found := shutil.which(shell):
        subprocess.run([found, "-n"], input=script, text=True, check=True)


def test_the_manual_page_has_every_command_and_the_exit_codes(shell_words):
    page = shell_words.man_page()
    for name in shell_words.commands(program_parser()):
        assert f".SH COLORIZER {name.upper()}" in page
    assert "interrupted; the same command continues" in page
    assert not re.search(r"^[.'](?!TH|SH|nf|fi)", page, re.MULTILINE)


def test_what_the_bundle_names_can_be_imported():
    tree = ast.parse((PACKAGING / "bundle.spec").read_text("utf-8"))
    named = next(
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and node.targets[0].id == "BY_NAME"  # type: ignore[attr-defined]
    )  # fmt: skip
    names = [e.value for e in named.elts if isinstance(e, ast.Constant)]  # type: ignore[attr-defined]
    assert "colorizer.__main__" in names
    assert not [name for name in names if find_spec(name) is None]


def test_every_script_of_a_start_is_one_that_runs(tmp_path):
    for entry, words in (
        ("start_command", "colorizer 0"),
        ("start_window", "usage: colorizer-gui"),
    ):
        option = "--version" if entry == "start_command" else "--help"
        script = PACKAGING / "entries" / f"{entry}.py"
        root = PACKAGING.parent
        ended = subprocess.run(
            [sys.executable, script, option], capture_output=True, text=True, cwd=root,
            check=True, env={**os.environ, "PYTHONPATH": str(root)},
        )  # fmt: skip
        assert ended.stdout.startswith(words)


def test_the_windows_script_starts_the_programs_of_the_bundle():
    script = (PACKAGING / "windows" / "colorizer.iss").read_text("utf-8")
    assert set(re.findall(r"[\w-]+\.exe", script)) == {"colorizer-gui.exe"}
    assert script.count("uninsdeletekey") >= 3, "an uninstall leaves nothing"


def test_icons_of_all_systems_are_made(tmp_path):
    root = PACKAGING.parent
    told = {**os.environ, "PYTHONPATH": str(root), "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, PACKAGING / "icons.py", tmp_path], check=True, env=told)
    assert {"colorizer.ico", "colorizer.icns", "16.png", "512.png"} <= {
        file.name for file in tmp_path.iterdir()
    }

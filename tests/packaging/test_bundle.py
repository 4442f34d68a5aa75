"""What the installers are made of, as far as it can be seen without building one."""

import ast
import os
import plistlib
import re
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from colorizer import __version__
from colorizer.commands.cli import program_parser
from colorizer.media.photo.suffixes import PHOTO_SUFFIXES
from colorizer.media.probe import FILM_SUFFIXES

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
    app = create_app()
    assert app.desktopFileName() == NAME
    # Of X11, whose windows have the name of the application for their class.
    assert desktop_entry()["StartupWMClass"] == app.applicationName()


@pytest.mark.skipif(
    not shutil.which("desktop-file-validate"), reason="the checker of desktop files is not here"
)
def test_the_desktop_file_is_valid():
    subprocess.run(["desktop-file-validate", PACKAGING / "linux" / f"{NAME}.desktop"], check=True)


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
    assert ".SH COLORIZER MODELS IMPORT" in page
    assert "interrupted; the same command continues" in page
    assert not re.search(r"^[.'](?!TH|SH|nf|fi)", page, re.MULTILINE)


@pytest.mark.skipif(not shutil.which("man"), reason="man is not here")
@pytest.mark.parametrize(("page", "told"), [("man_page", "--existing"), ("window_page", "INPUT")])
def test_man_finds_nothing_wrong_in_the_manual_pages(shell_words, tmp_path, page, told):
    file = tmp_path / "colorizer.1"
    file.write_text(getattr(shell_words, page)(), "utf-8")
    environment = {**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"}
    shown = subprocess.run(
        ["man", "--warnings", "-l", file],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stderr == ""
    assert told in shown.stdout


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not here")
def test_zsh_completes_a_command(shell_words, tmp_path):
    (tmp_path / "_colorizer").write_text(shell_words.completions("zsh"), "utf-8")
    load = f"fpath=({tmp_path} $fpath); autoload -Uz compinit; compinit -D -u"
    script = f"{load}; print $_comps[colorizer]"
    ended = subprocess.run(["zsh", "-fc", script], capture_output=True, text=True)
    assert ended.stdout.strip() == "_colorizer"


def test_bash_completes_commands_options_and_their_values(shell_words):
    script = (
        shell_words.completions("bash")
        + """
completed() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    found=$(complete -p colorizer); found=${found##*-F }
    ${found%% *} colorizer "${@: -1}" "${@: -2:1}"
    echo "${COMPREPLY[@]}"
}
completed colorizer ver
completed colorizer run --shar
completed colorizer run --codec pro
"""
    )
    told = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["verify", "--shard", "prores"]


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """The module that packs for Linux, and a bundle whose programs print their names."""
    monkeypatch.syspath_prepend(PACKAGING / "linux")
    monkeypatch.delitem(sys.modules, "pack", raising=False)
    pack = import_module("pack")
    (tmp_path / "bundle" / "_internal").mkdir(parents=True)
    for name in ("colorizer", "colorizer-gui", "_internal/library.so"):
        file = tmp_path / "bundle" / name
        file.write_text("#!/bin/sh\nbasename $0\n")
        file.chmod(0o755)
    (tmp_path / "dist").mkdir()
    told = {**os.environ, "PYTHONPATH": str(PACKAGING.parent)}
    icons = tmp_path / "build" / "icons"
    subprocess.run([sys.executable, PACKAGING / "icons.py", icons], check=True, env=told)
    yield pack
    sys.modules.pop("pack")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
def test_an_app_image_starts_the_window_and_with_a_command_the_command_line(
    packed, tmp_path, monkeypatch
):
    tool = tmp_path / "tools" / "appimagetool"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\ntest "$ARCH" = x86_64 && touch "$2"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tool.parent), prepend=os.pathsep)
    assert packed.app_image(tmp_path / "bundle", tmp_path / "dist", "x86_64").exists()
    root = tmp_path / "build" / "Colorizer.AppDir"
    assert (root / f"{NAME}.desktop").exists()
    assert (root / f"{NAME}.png").exists()
    for words, program in (
        ([], "colorizer-gui"), (["film.mkv"], "colorizer-gui"),
        (["run", "film.mkv"], "colorizer"), (["--version"], "colorizer"),
    ):  # fmt: skip
        assert subprocess.check_output([root / "AppRun", *words], text=True) == f"{program}\n"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("dpkg"), reason="dpkg is not here")
def test_a_package_that_is_removed_leaves_nothing(packed, tmp_path):
    file = packed.deb(tmp_path / "bundle", tmp_path / "dist", "x86_64")
    system = tmp_path / "system"
    for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "usr/share", "opt"):
        (system / folder).mkdir(parents=True)
    (system / "var" / "lib" / "dpkg" / "status").touch()

    def present() -> set[str]:
        """Return what lies outside dpkg's own records."""
        paths = (path.relative_to(system).as_posix() for path in system.rglob("*"))
        return {path for path in paths if not path.startswith("var")}

    def dpkg(*words: str | Path) -> None:
        forced = "--force-depends,not-root,bad-path"
        subprocess.run(["dpkg", f"--root={system}", "--log=/dev/null", forced, *words], check=True)

    before = present()
    dpkg("-i", file)
    assert {"usr/bin/colorizer", "opt/colorizer/colorizer-gui", "usr/share/doc/colorizer/copyright",
            f"usr/share/applications/{NAME}.desktop", "usr/share/man/man1/colorizer.1.gz",
            "usr/share/zsh/vendor-completions/_colorizer"} <= present()  # fmt: skip
    assert (system / "usr" / "bin" / "colorizer").readlink() == Path("/opt/colorizer/colorizer")
    dpkg("--purge", "colorizer")
    assert present() <= before


def test_what_the_bundle_names_can_be_imported():
    tree = ast.parse((PACKAGING / "bundle.spec").read_text("utf-8"))
    named = next(
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and node.targets[0].id == "BY_NAME"  # type: ignore[attr-defined]
    )  # fmt: skip
    names = [e.value for e in named.elts if isinstance(e, ast.Constant)]  # type: ignore[attr-defined]
    assert "colorizer.__main__" in names
    assert not [name for name in names if find_spec(name) is None]


@pytest.mark.parametrize("script", ["bundle.spec", *(
    f"{system}/pack.py" for system in ("linux", "macos", "windows")
)])  # fmt: skip
def test_what_the_scripts_of_all_systems_import_of_the_program_exists(script):
    tree = ast.parse((PACKAGING / script).read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    own = [one for one in imports if one.module and one.module.split(".")[0] == "colorizer"]
    assert own
    for one in own:
        module = import_module(one.module or "")
        assert all(hasattr(module, name.name) for name in one.names), one.module


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


def test_open_with_of_windows_offers_the_program_for_all_that_it_reads(monkeypatch):
    monkeypatch.syspath_prepend(PACKAGING / "windows")
    monkeypatch.delitem(sys.modules, "pack", raising=False)
    import pack

    lines = pack.types().splitlines()
    assert len(lines) == len(PHOTO_SUFFIXES | FILM_SUFFIXES)
    assert all(r"\colorizer-gui.exe\SupportedTypes" in line for line in lines)
    assert any('ValueName: ".tif"' in line for line in lines)
    monkeypatch.delitem(sys.modules, "pack")


def test_an_update_of_windows_keeps_no_library_of_the_version_before():
    script = (PACKAGING / "windows" / "colorizer.iss").read_text("utf-8")
    assert 'Type: filesandordirs; Name: "{app}\\_internal"' in script


def test_the_entitlements_of_macos_are_a_property_list():
    file = PACKAGING / "macos" / "entitlements.plist"
    assert all(plistlib.loads(file.read_bytes()).values())


def test_icons_of_all_systems_are_made(tmp_path):
    root = PACKAGING.parent
    told = {**os.environ, "PYTHONPATH": str(root), "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, PACKAGING / "icons.py", tmp_path], check=True, env=told)
    assert {"colorizer.ico", "colorizer.icns", "16.png", "512.png"} <= {
        file.name for file in tmp_path.iterdir()
    }
    for side in (16, 512):
        with Image.open(tmp_path / f"{side}.png") as icon:
            assert icon.size == (side, side)

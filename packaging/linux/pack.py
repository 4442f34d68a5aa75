"""Make a .deb, and an AppImage where appimagetool is installed, of the Linux bundle.

`python packaging/linux/pack.py BUNDLE OUT MACHINE`; called by build.py.
"""

from __future__ import annotations

import datetime
import gzip
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from colorizer import __version__
from colorizer.commands.cli import program_parser

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from shell_words import commands, completions, man_page, window_page  # noqa: E402

NAME = "org.colorizer.Colorizer"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
NEEDED = (
    f"libc6 (>= {platform.libc_ver()[1]}), libegl1, libgl1, libxkbcommon0, libxkbcommon-x11-0,"
    " libxcb-cursor0, libxcb-icccm4, libxcb-keysyms1, libxcb-shape0, libxcb-xkb1,"
    " libfontconfig1, libdbus-1-3"
)


def share(root: Path, drawn: Path) -> None:
    """Put icon, desktop file, metadata, man pages and completion below root/usr/share.

    Args:
        root: of the package.
        drawn: folder of the icons.
    """
    usr = root / "usr" / "share"
    for size in (48, 64, 128, 256, 512):
        icons = usr / "icons" / "hicolor" / f"{size}x{size}" / "apps"
        icons.mkdir(parents=True)
        shutil.copy(drawn / f"{size}.png", icons / f"{NAME}.png")
    for folder in ("applications", "metainfo"):
        (usr / folder).mkdir()
    shutil.copy(HERE / f"{NAME}.desktop", usr / "applications")
    text = (HERE / f"{NAME}.metainfo.xml").read_text("utf-8")
    text = text.replace("@VERSION@", __version__).replace("@DATE@", str(datetime.date.today()))  # noqa: DTZ011
    (usr / "metainfo" / f"{NAME}.metainfo.xml").write_text(text, "utf-8")
    for shell, place in (("bash", "bash-completion/completions/colorizer"),
                         ("zsh", "zsh/vendor-completions/_colorizer")):  # fmt: skip
        file = usr / place
        file.parent.mkdir(parents=True)
        file.write_text(completions(shell), "utf-8")
    documents = usr / "doc" / "colorizer"
    documents.mkdir(parents=True)
    shutil.copy(HERE.parent / "licences" / "README.txt", documents / "copyright")
    pages = usr / "man" / "man1"
    pages.mkdir(parents=True)
    for name, page in (("colorizer", man_page()), ("colorizer-gui", window_page())):
        (pages / f"{name}.1.gz").write_bytes(gzip.compress(page.encode(), mtime=0))


def deb(bundle: Path, out: Path, machine: str) -> Path:
    """Pack the bundle into /opt/colorizer, with links in /usr/bin; removal leaves nothing."""
    work = out.parent / "build"
    root = work / "deb"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(bundle, root / "opt" / "colorizer", symlinks=True)
    share(root, work / "icons")
    (root / "usr" / "bin").mkdir()
    for name in ("colorizer", "colorizer-gui"):
        (root / "usr" / "bin" / name).symlink_to(f"/opt/colorizer/{name}")
    size = sum(path.lstat().st_size for path in root.rglob("*")) // 1024
    architecture = ARCHITECTURES[machine]
    control = root / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(
        f"Package: colorizer\nVersion: {__version__}\nArchitecture: {architecture}\n"
        "Section: video\nPriority: optional\n"
        "Maintainer: The Colorizer developers <colorizer@localhost>\n"
        f"Installed-Size: {size}\nDepends: {NEEDED}\n"
        "Description: Colorize black-and-white scans and films\n"
        " Adds colour to folders of scans and whole films; the picture itself is kept.\n"
    )
    file = out / f"colorizer_{__version__}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z12", "-b", root, file], check=True
    )
    return file


def app_image(bundle: Path, out: Path, machine: str) -> Path:
    """Pack the bundle into one file that runs without being installed."""
    work = out.parent / "build"
    root = work / "Colorizer.AppDir"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(bundle, root / "opt" / "colorizer", symlinks=True)
    share(root, work / "icons")
    words = "|".join(commands(program_parser()))
    (root / "AppRun").write_text(
        "#!/bin/sh\n# The window; with a command or an option, the command line.\n"
        'here=$(dirname "$(readlink -f "$0")")/opt/colorizer\n'
        f'case "$1" in {words}|-*) exec "$here/colorizer" "$@" ;; esac\n'
        'exec "$here/colorizer-gui" "$@"\n'
    )
    (root / "AppRun").chmod(0o755)
    shutil.copy(HERE / f"{NAME}.desktop", root)
    shutil.copy(work / "icons" / "256.png", root / f"{NAME}.png")
    file = out / f"Colorizer-{__version__}-{machine}.AppImage"
    told = {**os.environ, "ARCH": machine, "VERSION": __version__}
    subprocess.run(["appimagetool", root, file], check=True, env=told)
    return file


def main(bundle: Path, out: Path, machine: str) -> None:
    """Make the packages and print their names."""
    print(deb(bundle, out, machine))
    if shutil.which("appimagetool"):
        print(app_image(bundle, out, machine))
    else:
        print("no AppImage: appimagetool is not installed")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])

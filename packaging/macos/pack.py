"""Make a DMG of Colorizer.app; called by build.py.

`python packaging/macos/pack.py BUNDLE OUT MACHINE`. PyInstaller has signed the application,
with the certificate that CODESIGN_IDENTITY names, or with none: then its user must allow the first
start, in macOS's settings under Privacy & Security. It is not notarized.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from colorizer import __version__


def main(out: Path, machine: str) -> None:
    """Pack the application with a link to its place."""
    app, folder = out / "Colorizer.app", out.parent / "build" / "dmg"
    subprocess.run(["codesign", "--verify", "--deep", "--strict", app], check=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(app, folder / app.name, symlinks=True)
    (folder / "Applications").symlink_to("/Applications")
    file = out / f"Colorizer-{__version__}-{machine}.dmg"
    told = ["-volname", "Colorizer", "-srcfolder", folder, "-ov", "-format", "ULMO", file]
    subprocess.run(["hdiutil", "create", *told], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[2]), sys.argv[3])

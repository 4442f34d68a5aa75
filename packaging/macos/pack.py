"""Make a DMG of Colorizer.app; called by build.py.

`python packaging/macos/pack.py BUNDLE OUT MACHINE`. With a certificate in CODESIGN_IDENTITY the
application is signed first; without, macOS asks its user for confirmation at the first start.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from colorizer import __version__


def main(out: Path, machine: str) -> None:
    """Sign the application where there is a certificate, and pack it with a link to its place."""
    app, folder = out / "Colorizer.app", out.parent / "build" / "dmg"
    identity = os.environ.get("CODESIGN_IDENTITY", "-")
    sign = ["codesign", "--force", "--deep", "--options", "runtime", "--sign", identity, app]
    subprocess.run(sign, check=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(app, folder / app.name, symlinks=True)
    (folder / "Applications").symlink_to("/Applications")
    file = out / f"Colorizer-{__version__}-{machine}.dmg"
    told = ["-volname", "Colorizer", "-srcfolder", folder, "-ov", "-format", "ULMO", file]
    subprocess.run(["hdiutil", "create", *told], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[2]), sys.argv[3])

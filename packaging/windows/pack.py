"""Make the Windows installer of the bundle, by Inno Setup; called by build.py.

`python packaging/windows/pack.py BUNDLE OUT MACHINE`
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from colorizer import __version__
from colorizer.media.photo.suffixes import PHOTO_SUFFIXES
from colorizer.media.probe import FILM_SUFFIXES

USUAL = Path(r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe")


def types() -> str:
    """Return the lines of the registry by which "Open with" offers the program for its files."""
    key = r"Software\Classes\Applications\colorizer-gui.exe\SupportedTypes"
    line = f'Root: HKA; Subkey: "{key}"; ValueType: string; ValueName: "%s"; ValueData: ""\n'
    return "".join(line % suffix for suffix in sorted(PHOTO_SUFFIXES | FILM_SUFFIXES))


def main(bundle: Path, out: Path) -> None:
    """Run Inno Setup's compiler."""
    compiler = shutil.which("iscc") or USUAL
    offered = out.parent / "build" / "types.iss"
    offered.write_text(types(), "utf-8")
    told = [f"/DVersion={__version__}", f"/DBundle={bundle}", f"/DOut={out}", f"/DTypes={offered}"]
    subprocess.run([compiler, *told, Path(__file__).with_name("colorizer.iss")], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

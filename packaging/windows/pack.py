"""Make the Windows installer of the bundle, by Inno Setup; called by build.py.

`python packaging/windows/pack.py BUNDLE OUT MACHINE`
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from colorizer import __version__

USUAL = Path(r"C:\Program Files (x86)\Inno Setup 6\ISCC.exe")


def main(bundle: Path, out: Path) -> None:
    """Run Inno Setup's compiler."""
    compiler = shutil.which("iscc") or USUAL
    told = [f"/DVersion={__version__}", f"/DBundle={bundle}", f"/DOut={out}"]
    subprocess.run([compiler, *told, Path(__file__).with_name("colorizer.iss")], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

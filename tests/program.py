"""The command that tests start as a person does: of this environment, or one that is told.

`COLORIZER_COMMAND=dist/colorizer/colorizer pytest -m program` runs the tests that need nothing else
on a bundle.
"""

import os
import shlex
import sys

PROGRAM = shlex.split(os.environ.get("COLORIZER_COMMAND", ""))
PROGRAM = PROGRAM or [sys.executable, "-m", "colorizer"]

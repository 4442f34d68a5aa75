"""A process that reads one large photo for the window: `colorizer --reader`.

Path, short side and `Reading` come pickled on standard input; the frame, or why it can't be read,
goes pickled to standard output. A parent that no longer wants it ends the process, or itself.
"""

from __future__ import annotations

import os
import pickle
import sys
from threading import Thread
from typing import NoReturn

from colorizer.errors import MediaError
from colorizer.media import open_photo


def main() -> NoReturn:
    """Read the photo that standard input names, then end the process."""
    out = os.dup(1)
    os.dup2(2, 1)  # what libraries print
    path, side, reading = pickle.load(sys.stdin.buffer)
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        with open_photo(path, reading, side=side) as source:
            found = next(source.frames(1))
    except MediaError as error:
        found = error.reason
    with os.fdopen(out, "wb") as pipe:
        pickle.dump(found, pipe, protocol=5)
    os._exit(0)


def _end_with_parent() -> NoReturn:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()

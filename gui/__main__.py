"""The command `colorizer-gui`: opens the window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from colorizer.files.bundle import how_to_get, is_bundle, restore_library_path
from colorizer.files.shown_names import shown
from colorizer.files.standard_streams import give_streams
from colorizer.notes import note


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and return the exit code when it is closed.

    Args:
        argv: the arguments without the program's name; None takes those of the process.
    """
    give_streams()
    restore_library_path()
    arguments = window_parser().parse_args(argv)
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and not is_bundle()
        how = how_to_get("film-colorizer[gui]") if missing else note("window.libraries")
        sys.stderr.write(f"colorizer-gui: the window needs PySide6 ({error}); {how}\n")
        return 4
    from gui.app.start import run

    return run(arguments.inputs, arguments.profile)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with options in one line, whatever a person has written."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and exit with 2."""
        super().error(shown(message))


def window_parser() -> argparse.ArgumentParser:
    """Return the parser of the command; its manual page reads it too."""
    parser = _Parser(prog="colorizer-gui", description="The window of Colorizer.")
    parser.add_argument(
        "inputs", nargs="*", type=Path, metavar="INPUT", help="files and folders to add"
    )
    parser.add_argument(
        "--profile",
        type=Path,
        metavar="FOLDER",
        help="keep queue and preferences in this folder instead of the person's own",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

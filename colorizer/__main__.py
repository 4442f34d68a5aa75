"""`python -m colorizer` is the command `colorizer`; with --worker, the process that does jobs.

With --reader it is the process that reads a large photo for the window, with --doctor the one in
which `doctor` loads libraries.
"""

import sys

from colorizer.commands.cli import main
from colorizer.files.bundle import restore_library_path
from colorizer.files.standard_streams import give_streams


def start() -> int:
    """Do what the arguments of this process ask, and return the exit code."""
    give_streams()
    restore_library_path()
    if sys.argv[1:] == ["--worker"]:
        from colorizer.engine.worker import main as work

        work()
    if sys.argv[1:] == ["--reader"]:
        from colorizer.engine.reader import main as read

        read()
    if sys.argv[1:2] == ["--doctor"]:
        from colorizer.engine.doctor import main as examine

        return examine()
    return main()


if __name__ == "__main__":
    sys.exit(start())

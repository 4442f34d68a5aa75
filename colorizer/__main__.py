"""`python -m colorizer` is the command `colorizer`; with --worker, the process that does jobs."""

import sys

from colorizer.commands.cli import main
from colorizer.files.bundle import prepare_bundle


def start() -> int:
    """Do what the arguments of this process ask, and return the exit code."""
    prepare_bundle()
    if sys.argv[1:] == ["--worker"]:
        from colorizer.engine.worker import main as work

        work()
    return main()


if __name__ == "__main__":
    sys.exit(start())

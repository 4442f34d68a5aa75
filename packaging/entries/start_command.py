"""The program `colorizer` of a bundle; with --worker the process that does jobs for the window."""

import sys

if __name__ == "__main__":
    from colorizer.__main__ import start

    sys.exit(start())

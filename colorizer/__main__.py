"""`python -m colorizer` is the command `colorizer`."""

import sys

from colorizer.commands.cli import main

if __name__ == "__main__":
    sys.exit(main())

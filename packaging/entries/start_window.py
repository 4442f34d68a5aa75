"""The program `colorizer-gui` of a bundle."""

import sys

if __name__ == "__main__":
    from gui.__main__ import main

    sys.exit(main())

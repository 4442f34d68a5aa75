"""`python -m colorizer.manual` writes the generated page of the manual."""

from __future__ import annotations

from pathlib import Path

from colorizer.manual.option_table import option_page

if __name__ == "__main__":
    Path(__file__).with_name("options.md").write_text(option_page(), encoding="utf-8")

"""The command line as a process of its own, with its peak memory."""

COMMAND = """
import sys
from pathlib import Path
from colorizer.commands.cli import main

code = main(sys.argv[2:])
status = Path("/proc/self/status").read_text()  # getrusage would count the parent's memory too
Path(sys.argv[1]).write_text(status.split("VmHWM:")[1].split()[0])
sys.exit(code)
"""
"""For `python -c`: runs the command line, then writes its peak memory, KiB, to a file (Linux)."""

"""Whether the computer runs on its battery, as far as the system tells without a library."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

SUPPLIES = Path("/sys/class/power_supply")
"""Where Linux lists chargers and batteries."""


def on_battery() -> bool:
    """Tell whether the battery is being emptied; False where no one can know."""
    try:
        if sys.platform == "win32":
            return _windows()
        if sys.platform == "darwin":
            command = ["pmset", "-g", "batt"]
            found = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False)
            return "Battery Power" in found.stdout
        return _linux(SUPPLIES)
    except (OSError, subprocess.SubprocessError):
        return False


def _linux(folder: Path) -> bool:
    """Look at the supplies of the computer; batteries of a mouse or headset do not count."""
    empties = False
    for supply in folder.iterdir() if folder.is_dir() else ():
        kind = _read(supply / "type")
        if kind == "Battery" and _read(supply / "scope") != "Device":
            empties |= _read(supply / "status") == "Discharging"
        elif kind in ("Mains", "USB") and _read(supply / "online") == "1":
            return False
    return empties


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except OSError:  # not every driver has every file
        return ""


def _windows() -> bool:
    if sys.platform != "win32":  # where there is no windll
        return False

    class Status(ctypes.Structure):
        """Beginning of SYSTEM_POWER_STATUS of kernel32."""

        _fields_ = [("line", ctypes.c_byte), ("rest", ctypes.c_byte * 11)]

    status = Status()
    known = ctypes.windll.kernel32.GetSystemPowerStatus(ctypes.byref(status))
    return bool(known) and status.line == 0

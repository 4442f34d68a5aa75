"""Signals that ask a process to end."""

from __future__ import annotations

import signal

HANG_UP = getattr(signal, "SIGHUP", None)
"""A terminal or SSH session was closed. Windows has none."""
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
ENDS = tuple(getattr(signal, name) for name in _NAMES if hasattr(signal, name))
"""All of them; SIGBREAK is Ctrl-Break, on Windows."""

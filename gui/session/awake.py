"""Keeps the computer from falling asleep while files are being colorized."""

from __future__ import annotations

from wakepy import Mode, keep


class Awake:
    """Switches the system's sleep off and on again; silent where the system offers no way."""

    def __init__(self) -> None:
        self._mode: Mode | None = None

    def hold(self, wanted: bool) -> None:
        """Keep the computer awake, or let it sleep again."""
        if wanted and self._mode is None:
            self._mode = keep.running(on_fail="pass")
            self._mode.__enter__()
        elif not wanted and self._mode is not None:
            self._mode.__exit__(None, None, None)
            self._mode = None

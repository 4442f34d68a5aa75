"""The picture that questions are about, decoded once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, wait
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from colorizer.engine.desk.films import READING, stamps_of
from colorizer.jobs import Kind
from colorizer.settings import Settings

if TYPE_CHECKING:
    from colorizer.frame import Frame

_SEEN = (*READING, "faded", "paper", "cards", "coloured", "toned", "emulsion", "screens")
"""Settings on which it depends what the network is shown of a picture."""
_Key = tuple[Path, Kind, float, Settings, tuple[int, ...]]
"""Of a picture; the last part tells of changes, see `stamps_of`."""
_PATIENCE = 0.1
"""Seconds after which is asked whether a picture that is being read is still wanted."""


class NotWanted(Exception):
    """The answer of a question is wanted no more."""


def check_wanted(command: Mapping[str, Any]) -> None:
    """Raise NotWanted where the window has asked for something else since."""
    if not command.get("is_wanted", lambda: True)():
        raise NotWanted


def result_time(command: Mapping[str, Any]) -> float:
    """Return the time in a result of the picture asked for; `result_from` is where it begins."""
    return max(0.0, float(command.get("time", 0.0)) - float(command.get("result_from", 0.0)))


def picture_of(command: Mapping[str, Any], settings: Settings) -> Frame:
    """Return the picture that a question is about, as the run shows it to the network.

    Raises:
        NotWanted: the question was forgotten while another one had the picture read.
    """
    path = Path(command["source"])
    seen = Settings(**{name: getattr(settings, name) for name in _SEEN})
    stamps = stamps_of(path, seen)
    key = path, Kind(command["kind"]), float(command.get("time", 0.0)), seen, stamps
    return _DECODED.of(key, command)


class _Decoded:
    """The last picture, decoded once for all who ask for it, also while it is being read.

    A huge one is read to its end after it was left. Coming back waits for that reading, and leaving
    again sets the thread free.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._reading: dict[_Key, Future[Frame]] = {}
        self._last: tuple[_Key, Frame] | None = None

    def of(self, key: _Key, command: Mapping[str, Any]) -> Frame:
        """Return a picture; see `picture_of`."""
        with self._lock:
            if self._last is not None and self._last[0] == key:
                return self._last[1]
            future = self._reading.get(key)
            is_ours = future is None
            if future is None:
                future = self._reading[key] = Future()
        if is_ours:
            self._read(key, future)
        while not wait([future], _PATIENCE).done:
            check_wanted(command)
        return future.result()

    def _read(self, key: _Key, future: Future[Frame]) -> None:
        try:
            frame = _decode(*key[:-1])
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(frame)
            self._last = key, frame
        with self._lock:
            del self._reading[key]


_DECODED = _Decoded()


def _decode(path: Path, kind: Kind, time: float, settings: Settings) -> Frame:
    from colorizer.look.in_shot import as_run
    from colorizer.look.picture import open_picture

    frame = open_picture(path, kind, side=settings.size, time=time, reading=settings)
    return as_run(frame, path, kind, settings)

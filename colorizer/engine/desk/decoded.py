"""The picture that questions are about, decoded once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.engine.desk.films import READING, stamps_of
from colorizer.engine.desk.wanted import Readings, Task, read_picture
from colorizer.jobs import Kind
from colorizer.settings import Settings

if TYPE_CHECKING:
    from colorizer.frame import Frame

_SEEN = (*READING, "faded", "paper", "cards", "coloured", "toned", "emulsion", "screens")
"""Settings on which it depends what the network is shown of a picture."""
_DECODED: Readings[Frame] = Readings()


def result_time(command: Mapping[str, Any]) -> float:
    """Return the time in a result of the picture asked for; `result_from` is where it begins."""
    return max(0.0, float(command.get("time", 0.0)) - float(command.get("result_from", 0.0)))


def picture_of(command: Mapping[str, Any], settings: Settings) -> Frame:
    """Return the picture that a question is about, as the run shows it to the network.

    Raises:
        NotWanted: the question was forgotten.
    """
    path, kind, time = Path(command["source"]), Kind(command["kind"]), command.get("time", 0.0)
    seen = Settings(**{name: getattr(settings, name) for name in _SEEN})

    def read(task: Task) -> Frame:
        from colorizer.look.in_shot import as_run

        frame = read_picture(path, kind, task, side=seen.size, time=float(time), reading=seen)
        task.check()
        return as_run(frame, path, kind, seen, task.check)

    return _DECODED.of((path, kind, float(time), seen, stamps_of(path, seen)), read, command)

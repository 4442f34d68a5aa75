"""Parts of a picture, sharp, for a window that shows its pixels one to one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.engine.desk.decoded import picture_of, result_time
from colorizer.engine.desk.films import stamp_of
from colorizer.engine.desk.wanted import Readings, Task, check_wanted, read_picture
from colorizer.jobs import Kind
from colorizer.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    from colorizer.frame import Frame

MOST_COLOURS = 40_000_000
"""Pixels of the colours of a result that are held for its tiles: 160 MB."""
_SAVED: Readings[tuple[Frame, np.ndarray]] = Readings()


def tile(command: Mapping[str, Any]) -> dict[str, Any]:
    """Write a part of a picture, sharp, to the .npz file named by `out`.

    `region` is left, top, right and bottom in pixels, `scale` the size of the tile. With `result`,
    the path of a finished result, its colours are with it.
    """
    import numpy as np

    from colorizer.look.tile import colour_tile, gray_tile

    frame = picture_of(command, Settings.from_dict(command["settings"]))
    check_wanted(command)
    left, top, right, bottom = command["region"]
    region, scale = (left, top, right, bottom), command["scale"]
    planes = {"gray": gray_tile(frame, region, scale)}
    if "result" in command:
        saved, ab = _saved_whole(command, frame.Y.shape)
        planes["rgb"] = colour_tile(saved, ab, region, scale)
    np.savez(command["out"], allow_pickle=False, **planes)
    return {"out": command["out"]}


def _saved_whole(command: Mapping[str, Any], size: tuple[int, ...]) -> tuple[Frame, np.ndarray]:
    """Decode a result once for all its tiles.

    Returns:
        It, and CIELAB a and b of it, (2, h, w) float16, of at most `MOST_COLOURS` pixels.
    """
    path, kind, time = Path(command["result"]), Kind(command["kind"]), result_time(command)
    scale = min(1.0, (MOST_COLOURS / (size[0] * size[1])) ** 0.5)
    side = max(1, round(min(size) * scale))

    def read(task: Task) -> tuple[Frame, np.ndarray]:
        import numpy as np

        from colorizer.look.saved import colours_of

        frame = read_picture(path, kind, task, side=side, time=time)
        task.check()
        return frame, colours_of(frame, frame.L.shape).astype(np.float16)

    return _SAVED.of((path, kind, time, side, stamp_of(path)), read, command)

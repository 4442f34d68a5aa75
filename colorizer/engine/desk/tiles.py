"""Parts of a picture, sharp, for a window that shows its pixels one to one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.engine.desk.decoded import check_wanted, picture_of, result_time
from colorizer.engine.desk.films import stamp_of
from colorizer.jobs import Kind
from colorizer.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    from colorizer.frame import Frame

MOST_COLOURS = 40_000_000
"""Pixels of the colours of a result that are held for its tiles: 160 MB."""


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
        path, time = Path(command["result"]), result_time(command)
        saved, ab = _saved_whole(path, Kind(command["kind"]), time, frame.Y.shape, stamp_of(path))
        check_wanted(command)
        planes["rgb"] = colour_tile(saved, ab, region, scale)
    np.savez(command["out"], allow_pickle=False, **planes)
    return {"out": command["out"]}


@lru_cache(maxsize=1)
def _saved_whole(
    path: Path, kind: Kind, time: float, size: tuple[int, ...], stamp: int
) -> tuple[Frame, np.ndarray]:
    """Decode a result once for all its tiles; `stamp` changes with the file.

    Returns:
        It, and CIELAB a and b of it, (2, h, w) float16, of at most `MOST_COLOURS` pixels.
    """
    import numpy as np

    from colorizer.look.picture import open_picture
    from colorizer.look.saved import colours_of

    height, width = size
    scale = min(1.0, (MOST_COLOURS / (height * width)) ** 0.5)
    side = max(1, round(min(height, width) * scale))
    frame = open_picture(path, kind, side=side, time=time)
    return frame, colours_of(frame, frame.L.shape).astype(np.float16)

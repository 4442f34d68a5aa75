"""What the worker answers while a film is watched: its frames of a short time, before and after."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.engine.desk.films import stamp_of
from colorizer.errors import MediaError
from colorizer.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    from colorizer.media.play import Playback


class _Shown:
    """The films that are watched, held open between two answers."""

    def __init__(self) -> None:
        self._key: tuple[Any, ...] = ()
        self._films: list[Playback] = []

    def of(self, command: Mapping[str, Any]) -> list[Playback]:
        """Return the source and, where it is asked for, the result; opened once."""
        from colorizer.media.play import Playback

        names = [command["source"], *filter(None, [command.get("result")])]
        files = tuple((name, stamp_of(Path(name)), command["longest"]) for name in names)
        if files != self._key:
            self.close()
            settings = Settings.from_dict(command.get("settings", {}))
            source, longest = Path(command["source"]), command["longest"]
            self._films.append(Playback(source, longest, reading=settings))
            self._key = files[:1]
            if len(names) > 1:
                with suppress(MediaError):  # moved by somebody: the film alone is shown
                    self._films.append(Playback(Path(names[1]), longest, colour=True))
            self._key = files
        return self._films

    def close(self) -> None:
        """Let go of them."""
        while self._films:
            self._films.pop().close()
        self._key = ()


_shown, _turn = _Shown(), threading.Lock()


def play(command: Mapping[str, Any]) -> dict[str, Any]:
    """Write the frames of a film from `begin` to before `end`, in seconds, to the file `out`.

    `step` is the least seconds between two of them, `offset` the time in the film of the first
    frame of `result`, the finished film. The answer has the `times` of the frames and of those of
    the result. With `stop`, the films are closed.
    """
    with _turn:
        if command.get("stop"):
            _shown.close()
            return {}
        import numpy as np

        films = _shown.of(command)
        begin, end, step = command["begin"], command["end"], command["step"]
        before = _frames(films[0], begin, end, step)
        offset = command.get("offset", 0.0)
        after = _frames(films[1], begin - offset, end - offset, step) if len(films) > 1 else []
        planes = {f"gray{n}": picture for n, (_, picture) in enumerate(before)}
        planes |= {f"rgb{n}": picture for n, (_, picture) in enumerate(after)}
        np.savez(command["out"], allow_pickle=False, **planes)
        times = [round(time, 6) for time, _ in before]
        return {"out": command["out"], "times": times,
                "after": [round(time + offset, 6) for time, _ in after],
                "size": list(films[0].size)}  # fmt: skip


def _frames(
    film: Playback, begin: float, end: float, step: float
) -> list[tuple[float, np.ndarray]]:
    return list(film.between(begin, end, step)) if end > 0 else []

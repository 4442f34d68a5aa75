"""Questions to the worker: answered next to the jobs, each kind in threads of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from colorizer.errors import ColorizerError
from colorizer.notes import as_json, note

_log = logging.getLogger(__name__)

_POOLS = {
    "plan": ("plan", "replan", "device", "doctor", "models", "check_model", "import_model",
             "remove_model"),
    "thumbnail": ("thumbnail", "coloured_thumbnail", "probe"),
    "look": ("look", "alternatives", "tile"),
    "film": ("find_shots", "follow"),
    "play": ("play",),
    "arrived": ("arrived",),
}  # fmt: skip
"""Pictures wait for the network; lists and thumbnails should not wait for pictures."""
_THREADS = {"look": 3}
"""A picture that was left is let go of a tenth of a second later; the new one does not wait."""


class Questions:
    """Answers by the functions of `colorizer.engine.desk`, which have the questions' names.

    Args:
        tell: writes an event.
    """

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell = tell
        self._not_wanted: set[int] = set()
        self._pools = {name: ThreadPoolExecutor(_THREADS.get(name, 1), name) for name in _POOLS}
        self._pool_of = {
            question: self._pools[name] for name, all_ in _POOLS.items() for question in all_
        }

    def __contains__(self, name: object) -> bool:
        return name in self._pool_of

    def ask(self, name: str, command: Mapping[str, Any]) -> None:
        """Answer a question as soon as a thread of its kind is free."""
        self._pool_of[name].submit(self._answer, name, command)

    def forget(self, number: int) -> None:
        """Answer a question no more: something else is wanted."""
        self._not_wanted.add(number)

    def stop(self) -> None:
        """Let all that wait be; no one waits for what is being answered."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def _answer(self, name: str, command: Mapping[str, Any]) -> None:
        from colorizer.engine import desk

        number = command["id"]

        def is_wanted() -> bool:
            return number not in self._not_wanted

        try:
            if is_wanted():
                answer: Callable[..., dict[str, Any]] = getattr(desk, name)
                told = answer({**command, "is_wanted": is_wanted})
                self._tell(event=name, id=number, **told)
        except desk.NotWanted:
            pass
        except ColorizerError as error:
            self._tell(event=name, id=number, error=as_json(str(error)))
        except Exception as error:
            _log.exception("%s failed", name)
            message = note("error.unexpected", kind=type(error).__name__, why=error)
            self._tell(event=name, id=number, error=as_json(message))
        finally:
            self._not_wanted.discard(number)

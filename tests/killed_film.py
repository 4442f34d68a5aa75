"""Runs of a film's job in forked copies of one process that kill themselves at a chosen event.

    python -m tests.killed_film SOURCE TARGET CODEC SEED [late]

Colorizes SOURCE undisturbed, as TARGET with "_whole" behind its stem, and counts what happens in
each stage. Then, stage by stage, a run is killed at a random event of that stage, the next at a
random time, and a last one finishes TARGET with a number behind its stem. The last line printed is
how many runs were killed, in JSON. A fork is ten times as quick as a new Python with torch.
With "late", segments have their full length, and one target is killed ten times after its second.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import Any, NoReturn

import cv2
import torch

from colorizer.engine.runner import Handling, run_jobs
from colorizer.jobs import Job, JobState, Kind
from colorizer.media.film import decode as film_decode
from colorizer.media.film import encoder as film_encoder
from colorizer.media.film import join as film_join
from colorizer.media.film import sink as film_sink
from colorizer.media.film.segment import BLOCK_FRAMES, SEGMENT_FRAMES
from colorizer.media.film.unfinished import kept_frames
from colorizer.media.film.work_folder import work_folder
from colorizer.settings import Settings
from tests.tiny_model import TinyModel, tiny_model

STAGES = ("decode", "predict", "encode", "join", "files")
CLOCK = "clock"
"""Kill after so many milliseconds, whatever happens."""
KILLS = 2
"""Of each stage."""
LATE_KILLS = 10
"""Of one film after its second segment."""
_SEGMENT = 24
_FILE_EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")


class Killer:
    """Counts the events of every stage and kills the process, as kill -9 does, at one of them."""

    def __init__(self, name: str, at: tuple[str, int] | None) -> None:
        """Patch this process.

        Args:
            name: of the target; events of files that have it in their path count.
                at: stage, and which of its events, from 1.
        """
        self.counts: Counter[str] = Counter()
        self._name, self._at = name, at
        for owner, method, stage in (
            (film_decode.FilmDecoder, "_decode", "decode"),
            (film_join, "_packets", "join"),
        ):
            setattr(owner, method, self._counted_each(getattr(owner, method), stage))
        for owner, method, stage in (
            (TinyModel, "predict", "predict"),
            (film_encoder.SegmentEncoder, "write", "encode"),
            (film_join.FilmOutput, "close", "join"),
            (film_sink, "complete", "join"),
        ):
            setattr(owner, method, self._counted(getattr(owner, method), stage))
        sys.addaudithook(self._file_event)

    def count(self, stage: str) -> None:
        self.counts[stage] += 1
        if self._at == (stage, self.counts[stage]):
            os.kill(os.getpid(), signal.SIGKILL)

    def _counted(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.count(stage)
            return function(*arguments, **options)

        return counted

    def _counted_each(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Iterator[Any]:
            for one in function(*arguments):
                self.count(stage)
                yield one

        return counted

    def _file_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FILE_EVENTS and self._name in str(arguments[0]):
            self.count("files")


def run_once(job: Job, at: tuple[str, int] | None) -> Any:
    """Do a job in a fork; return its counts, None where it was killed.

    Raises:
        SystemExit: it failed.
    """
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os.close(told)
        _do(job, at, tell)
    os.close(tell)
    seconds = at[1] / 1000 if at and at[0] == CLOCK else 3600
    clock = Timer(seconds, os.kill, (child, signal.SIGKILL))
    clock.start()
    with os.fdopen(told) as pipe:
        counts = pipe.read()
    status = os.waitpid(child, 0)[1]
    clock.cancel()
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{job.target} failed at {at}")
    return json.loads(counts)


def _do(job: Job, at: tuple[str, int] | None, tell: int) -> NoReturn:
    code = 1
    try:
        killer = Killer(job.target.name, at)
        *_, end = run_jobs([job], tiny_model(), handling=Handling(apart=False))
        code = end.state not in (JobState.DONE, JobState.SKIPPED)
        print(end.state, end.message, *end.warnings, file=sys.stderr)  # noqa: T201
        os.write(tell, json.dumps(killer.counts).encode())
    except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def killed_late(made: Job, rng: random.Random) -> None:
    """Kill one film ten times, always after its second segment, and finish it."""
    first, kept = 2 * SEGMENT_FRAMES + 1, 2 * (SEGMENT_FRAMES - BLOCK_FRAMES)
    places = [first + rng.randint(0, 100), *(rng.randint(1, 330) for _ in range(LATE_KILLS - 1))]
    for place in places:
        if run_once(made, ("encode", place)) is not None:
            sys.exit(f"{made.target} was finished before it could be killed {LATE_KILLS} times")
        if kept_frames(made.target) < kept:
            sys.exit(f"{made.target} keeps only {kept_frames(made.target)} frames")
    run_once(made, None)
    print(json.dumps({"encode": LATE_KILLS}))  # noqa: T201


def main() -> None:
    """Kill run after run; every film must come out."""
    source, target, codec, seed, *late = sys.argv[1:]
    rng, target = random.Random(seed), Path(target)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)

    def job(word: str) -> Job:
        settings = Settings(size=64, codec=codec)
        return Job(Path(source), target.with_stem(f"{target.stem}_{word}"), Kind.FILM, settings)

    if not late:
        film_sink.SEGMENT_FRAMES = _SEGMENT
    began = monotonic()
    counts = run_once(job("whole"), None)
    counts[CLOCK] = round(1000 * (monotonic() - began))
    killed: Counter[str] = Counter()
    if late:
        killed_late(job("killed"), rng)
        return
    for number, stage in enumerate(STAGES * KILLS):
        made, kills = job(str(number)), []
        for chosen in (stage, CLOCK):
            kills.append((chosen, rng.randint(1, counts[chosen])))
            if run_once(made, kills[-1]) is None:
                killed[chosen] += 1
        run_once(made, None)
        if work_folder(made.target).exists() or not made.target.exists():
            sys.exit(f"{made.target} is not finished after {kills}")
    print(json.dumps(killed))  # noqa: T201


if __name__ == "__main__":
    main()

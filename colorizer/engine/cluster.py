"""Several machines do one run: Ray carries the jobs, one planner and one ledger stay here.

Each machine of the cluster gets a worker for each of its cards, or one for its processor. A worker
is given a task at a time, some photos, a film or a piece of one, and does it by the runner of this
program, so claims, crashes and existing results are treated as in any run. Sources and targets lie
on a drive that all machines see under the same paths.

A worker that dies, or whose machine does, is replaced where that is possible, and what it had not
finished is given to others. A job at which workers died twice has FAILED.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from colorizer.engine.cluster_address import connected
from colorizer.engine.cluster_films import SplitFilms, Task
from colorizer.engine.cluster_worker import ClusterWorker
from colorizer.engine.runner import Handling
from colorizer.errors import ClusterError, ColorizerError
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.notes import note, one_line

_log = logging.getLogger(__name__)

PIECE = 1500
"""Frames of a piece of a film, about: a minute. Shorter ones meet fewer places where a film can be
divided, and each piece costs a second or two of its own."""
SHARD = 32
"""Photos that a worker is given at once; it is half a minute of work."""
_TRIES = 2
"""Workers that may die while they do a job."""
_LOOK_SECONDS = 5.0
"""Time between two looks at which machines there are."""
_WAIT_SECONDS = 0.5
_PATIENCE_SECONDS = 30.0
"""Time without any worker after which it is told what is waited for."""


def run_on_cluster(
    jobs: Sequence[Job], address: str, handling: Handling, *, workers: int | None = None
) -> Generator[Progress, None, None]:
    """Do all jobs on the machines of a cluster; as `run_jobs` does them on this one.

    Args:
        jobs: what to do; their settings name the network.
        address: "local" for the cards of this machine, "auto" for the cluster that this machine is
            part of, else HOST:PORT of its head, with ray:// before it or not.
        handling: `record` is called here, when a job has ended elsewhere.
        workers: photos that each worker does at once; None chooses by its cores.

    Raises:
        ClusterError: no Ray, no cluster, or a machine that lacks the drive, the version or the
            weights of this one.
        TargetError: the disk is full or read-only.
    """
    with connected(address) as ray:
        yield from _Fleet(ray, jobs, handling, workers).run()


@dataclass(slots=True)
class _Post:
    """One worker and what it does."""

    actor: Any
    node: str
    host: str = ""
    answer: Any = None
    """Reference of its facts, until they have arrived."""
    steps: Any = None
    """The steps of its shard."""
    task: Task | None = None
    open: set[int] | None = None
    """Places of the jobs of its task that have not ended."""


class _Fleet:
    """The workers of a run."""

    def __init__(
        self, ray: Any, jobs: Sequence[Job], handling: Handling, photos: int | None
    ) -> None:
        self._ray, self._handling, self._photos = ray, handling, photos
        self._waiting = deque(Task(shard) for shard in shards(jobs))
        self._films = SplitFilms()
        self._first = jobs[0]
        self._posts: list[_Post] = []
        self._deaths: Counter[Any] = Counter()
        self._facts: dict[str, Any] = {}
        self._unfit: set[str] = set()
        """Machines on which a worker could not be started."""
        self._looked = float("-inf")
        self._patient_until = time.monotonic() + _PATIENCE_SECONDS
        self._stopping = False

    def run(self) -> Iterator[Progress]:
        """Give out all shards and yield the steps of all jobs, as they come."""
        try:
            while self._waiting or self._busy():
                self._look_around()
                if self._handling.stop() and not self._stopping:
                    self._stop()
                self._give_out()
                yield from self._take_in()
                if self._stopping and not self._busy():
                    return
        finally:
            for post in self._posts:
                self._ray.kill(post.actor)
            self._films.close()

    def _busy(self) -> bool:
        """Tell whether a worker has a task; one whose job has ended still gives back its claim."""
        return any(post.steps is not None for post in self._posts)

    def _look_around(self) -> None:
        """Give every machine its workers: at the start, and those that come or come back later."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        placed = Counter(post.node for post in self._posts)
        for node in self._ray.nodes():
            if node["Alive"] and node["NodeID"] not in self._unfit:
                cards = int(node["Resources"].get("GPU", 0))
                cores = int(node["Resources"].get("CPU", 0))
                for _ in range(max(cards, min(cores, 1)) - placed[node["NodeID"]]):
                    self._posts.append(self._new_post(node["NodeID"], cards, cores))

    def _new_post(self, node: str, cards: int, cores: int) -> _Post:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        each = max(1, cores // max(1, cards))
        options = {
            "num_cpus": each,
            "num_gpus": min(cards, 1),
            "max_concurrency": 2,  # told to stop while it works
            "scheduling_strategy": NodeAffinitySchedulingStrategy(node, soft=False),
        }
        actor = self._ray.remote(ClusterWorker).options(**options).remote(each, self._photos)
        return _Post(actor, node, answer=actor.facts.remote(self._first))

    def _stop(self) -> None:
        self._stopping = True
        self._waiting.clear()
        for post in self._posts:
            post.actor.stop.remote()

    def _give_out(self) -> None:
        for post in self._posts:
            if self._waiting and post.host and post.steps is None:
                task = self._waiting.popleft()
                if task.job.kind is Kind.FILM and not (task.whole or task.piece):
                    task = replace(task, to_split=len(self._posts) > 1)
                post.task, post.open = task, set(range(len(task.jobs)))
                post.steps = self._begun(post.actor, task)

    def _begun(self, actor: Any, task: Task) -> Any:
        """Let a worker begin a task; return its steps."""
        if task.to_split:
            return _streaming(actor.pieces).remote(task.job, PIECE)
        if task.piece is not None:
            return _streaming(actor.piece).remote(task.job, task.piece)
        return _streaming(actor.run).remote(list(task.jobs))

    def _take_in(self) -> Iterator[Progress]:
        """Wait for the next answers and yield the steps among them."""
        pending = {p.answer if p.answer is not None else p.steps: p for p in self._posts}
        pending.pop(None, None)
        if not pending:
            time.sleep(_WAIT_SECONDS)
            return
        ready, _ = self._ray.wait([*pending], num_returns=1, timeout=_WAIT_SECONDS)
        if time.monotonic() > self._patient_until and not any(post.host for post in self._posts):
            _log.warning("%s", note("cluster.waits"))
            self._patient_until = float("inf")
        for one in ready:
            try:
                yield from self._heard(pending[one])
            except self._ray.exceptions.RayError as error:
                yield from self._lost(pending[one], error)

    def _heard(self, post: _Post) -> Iterator[Progress]:
        try:
            if post.answer is not None:
                self._check(post, self._ray.get(post.answer))
                post.answer = None
                return
            place, step = self._ray.get(next(post.steps))
        except StopIteration:
            post.steps = None
            yield from self._taken_back(post)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, ColorizerError):
                raise error.cause from None
            raise
        else:
            yield from self._step(post, place, step)

    def _step(self, post: _Post, place: int, step: Any) -> Iterator[Progress]:
        """Take one step of a task: of a job, the pieces of a film, or frames of one."""
        task = post.task
        assert task is not None
        assert post.open is not None
        if isinstance(step, int):
            yield replace(self._films.told(task, step), node=post.host)
        elif not isinstance(step, Progress):
            post.open.discard(place)
            follow = self._films.split(task.job, step) if task.to_split else self._films.ended(task)
            self._waiting.extendleft(() if self._stopping else reversed(follow))
        else:
            yield self._told(post, place, replace(step, job=task.jobs[place], node=post.host))

    def _told(self, post: _Post, place: int, step: Progress) -> Progress:
        if step.state is not JobState.RUNNING:
            assert post.open is not None
            post.open.discard(place)
            _log.info("%s: %s by %s", step.job.source, step.state, post.host)
            self._handling.record(step)
        return step

    def _check(self, post: _Post, facts: dict[str, Any]) -> None:
        """Take a worker that is like the others.

        Raises:
            ClusterError: it sees other files, or has another version or other weights.
        """
        post.host = facts.pop("host")
        if facts["unseen"]:
            raise ClusterError(note("cluster.unseen", host=post.host, paths=facts["unseen"]))
        self._facts = self._facts or facts | {"host": post.host}
        for name in ("version", "weights"):
            if facts[name] != self._facts[name]:
                raise ClusterError(
                    note(
                        "cluster.unlike", what=name, host=post.host, has=facts[name],
                        other=self._facts["host"], other_has=self._facts[name],
                    )
                )  # fmt: skip

    def _lost(self, post: _Post, error: Exception) -> Iterator[Progress]:
        """Take back what a worker that died had not finished; jobs it was given come alone.

        Raises:
            ClusterError: no machine can start a worker.
        """
        self._posts.remove(post)
        self._ray.kill(post.actor)  # it may live, and would keep its cores from the next one
        if not post.host:
            self._unfit.add(post.node)
            why = one_line(error)
            _log.warning("%s", note("cluster.unfit", node=post.node[:8], why=why))
            if not self._posts:
                raise ClusterError(note("cluster.unfit", node=post.node[:8], why=why))
            return
        _log.warning("%s", note("cluster.lost", host=post.host, count=len(post.open or ())))
        self._looked = float("-inf")
        yield from self._taken_back(post)

    def _taken_back(self, post: _Post) -> Iterator[Progress]:
        """Give what a worker has not ended to others, each job alone; the second time it fails."""
        task, left = post.task, sorted(post.open or ())
        post.open = None
        if self._stopping or task is None:
            return
        for place in left:
            alone = replace(task, jobs=(task.jobs[place],))
            self._deaths[alone.name] += 1
            if self._deaths[alone.name] < _TRIES:
                self._waiting.append(alone)
            elif alone.to_split:
                self._waiting.append(replace(alone, to_split=False, whole=True))
            elif alone.piece is not None:
                self._waiting.extend(self._films.ended(alone))
            else:
                message = note("cluster.died_twice")
                step = Progress(alone.job, JobState.FAILED, message=message, node=post.host)
                self._handling.record(step)
                yield step


def _streaming(method: Any) -> Any:
    return method.options(num_returns="streaming")


def shards(jobs: Sequence[Job]) -> Iterator[tuple[Job, ...]]:
    """Yield what workers are given at once: films first, alone, since they take longest."""
    yield from ((job,) for job in jobs if job.kind is Kind.FILM)
    photos = [job for job in jobs if job.kind is Kind.PHOTO]
    for first in range(0, len(photos), SHARD):
        yield tuple(photos[first : first + SHARD])

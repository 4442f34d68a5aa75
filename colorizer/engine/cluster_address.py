"""The connection to a Ray cluster."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from colorizer.engine.ending import HANG_UP
from colorizer.errors import ClusterError
from colorizer.files.bundle import how_to_get
from colorizer.notes import note

_GREET_SECONDS = 5.0


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connect to a cluster and yield the module `ray`.

    Args:
        address: as `run_on_cluster` takes it.

    Raises:
        ClusterError: no Ray, or no cluster.
    """
    try:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
        import ray
    except ImportError as error:
        raise ClusterError(
            note(
                "cluster.no_ray",
                how=how_to_get("film-colorizer[cluster]", bundled=note("bundle.no_cluster")),
            )
        ) from error
    address = address.removeprefix("ray://")
    _greet(address)
    told: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == "local":
        told |= {"include_dashboard": False}
    try:
        with _own_signals():
            ray.init(address=address, **told)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ClusterError(note("cluster.unreachable", address=address, why=error)) from error
    try:
        yield ray
    finally:
        ray.shutdown()


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep what this process does at signals; processes that it starts ignore closed terminals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    term = signal.getsignal(signal.SIGTERM)
    if HANG_UP:  # blocked, not lost, and inherited by Ray's processes
        signal.pthread_sigmask(signal.SIG_BLOCK, {HANG_UP})
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, term)
        if HANG_UP:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {HANG_UP})


def _greet(address: str) -> None:
    """See that something answers at HOST:PORT; Ray would try for minutes.

    Raises:
        ClusterError: nothing does.
    """
    host, _, port = address.rpartition(":")
    if not port.isdecimal():
        return
    try:
        socket.create_connection((host, int(port)), timeout=_GREET_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(note("cluster.unreachable", address=address, why=error)) from error

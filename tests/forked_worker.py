"""Worker processes for tests, forked by one process that has loaded torch: each starts at once.

The program that is started instead of `colorizer --worker` gives its pipes, folder and environment
to that process, lives as long as the worker does and ends with its exit code.
"""

import gc
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

_LENGTH = struct.Struct("!I")
_CLIENT = """
import json, os, socket, struct, sys
data = json.dumps([os.getcwd(), dict(os.environ)]).encode()
with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    socket.send_fds(server, [struct.pack("!I", len(data))], [0, 1, 2])
    server.sendall(data)
    for one in (0, 1, 2):
        os.close(one)
    os._exit(struct.unpack("!i", server.recv(4) or b"\\0\\0\\0\\1")[0] & 255)
"""


@contextmanager
def forking(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Give program and arguments that start a worker by a fork, as long as the context lasts.

    Args:
        folder: for the socket; its path is short.
    """
    path = str(folder / "fork")
    command = [sys.executable, "-m", "tests.forked_worker", path]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stdout.read(1), "it listens"
        yield sys.executable, ["-I", "-S", "-c", _CLIENT, path]
        server.stdin.close()


def _serve(path: str) -> None:
    """Fork a worker for each that connects, until standard input ends."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        os.write(1, b"x")  # who connects now waits for the imports
        gc.disable()
        import torch  # noqa: F401 - what takes long

        import colorizer.engine.desk
        import colorizer.engine.worker  # noqa: F401
        import colorizer.pipeline  # noqa: F401

        gc.freeze()  # what all share is looked through by none
        gc.enable()
        running, (over, own) = 0, os.pipe()
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            with listener.accept()[0] as client:
                if os.fork() == 0:
                    listener.close()
                    os.close(own)
                    _keep(client, over)
            running += 1
    os.close(own)
    for _ in range(running):
        os.wait()  # for their time of the processor to be counted


def _keep(client: socket.socket, over: int) -> NoReturn:
    """Fork the worker; tell the client how it ended, or kill it when the client or all is over."""
    head, streams, *_ = socket.recv_fds(client, _LENGTH.size, 3)
    with client.makefile("rb") as rest:
        folder, environment = json.loads(rest.read(*_LENGTH.unpack(head)))
    worker = os.fork()
    if worker == 0:
        client.close()
        _work(streams, folder, environment)
    for one in streams:
        os.close(one)
    ended = os.pidfd_open(worker)
    if ended not in select.select([client, over, ended], [], [])[0]:
        os.kill(worker, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    with suppress(OSError):
        client.sendall(struct.pack("!i", code))
    os._exit(0)


def _work(streams: list[int], folder: str, environment: dict[str, str]) -> NoReturn:
    from colorizer.engine.worker import main

    for number, one in enumerate(streams):
        os.dup2(one, number)
        os.close(one)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    main()


if __name__ == "__main__":
    _serve(sys.argv[1])

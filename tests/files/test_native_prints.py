"""What native libraries print on descriptor 2 is dropped, what Python writes there is kept."""

import logging
import os
import sys
import threading

from colorizer.files.native_prints import without_native_prints


def test_prints_to_the_descriptor_are_dropped_and_lines_of_python_kept(capfd, monkeypatch):
    stream = open(2, "w", closefd=False, encoding="utf-8")  # noqa: SIM115
    monkeypatch.setattr(sys, "stderr", stream)
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("tests.native_prints")
    logger.addHandler(handler)
    try:
        with without_native_prints():
            os.write(2, b"native\n")
            print("python", file=sys.stderr)
            logger.warning("logged")
    finally:
        logger.removeHandler(handler)
    os.write(2, b"later\n")
    assert sys.stderr is stream
    assert handler.stream is stream
    assert capfd.readouterr().err == "python\nlogged\nlater\n"


def test_several_threads_may_drop_at_once_in_any_order(capfd, monkeypatch):
    stream = open(2, "w", closefd=False, encoding="utf-8")  # noqa: SIM115
    monkeypatch.setattr(sys, "stderr", stream)
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with without_native_prints():
            inside.set()
            leave.wait(60)
            os.write(2, b"native\n")

    thread = threading.Thread(target=other)
    with without_native_prints():
        thread.start()
        inside.wait(60)
    os.write(2, b"still dropped\n")
    leave.set()
    thread.join()
    os.write(2, b"later\n")
    assert sys.stderr is stream
    assert capfd.readouterr().err == "later\n"

import threading
import time

import pytest

from colorizer.stages.prefetch import Prefetch, Stopped


class Counter:
    """An iterator that notes how far it was read and whether it was closed."""

    def __init__(self, count, error=None):
        self.count, self.error = count, error
        self.read = 0
        self.closed_by = None

    def __iter__(self):
        return self

    def __next__(self):
        if self.read == self.count:
            raise self.error or StopIteration
        self.read += 1
        return self.read

    def close(self):
        self.closed_by = threading.current_thread().name


def test_order_is_kept_and_nothing_is_missing():
    with Prefetch(iter(range(100)), depth=3) as items:
        assert list(items) == list(range(100))


def test_at_most_depth_items_are_read_ahead():
    counter = Counter(100)
    with Prefetch(counter, depth=3) as items:
        assert next(items) == 1
        # One taken, three in the queue, one in the thread's hand.
        end = time.monotonic() + 60
        while counter.read < 5 and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.1)
        assert counter.read == 5


def test_an_error_comes_after_the_items_before_it():
    counter = Counter(2, error=RuntimeError("broken"))
    with Prefetch(counter) as items:
        assert [next(items), next(items)] == [1, 2]
        with pytest.raises(RuntimeError, match="broken"):
            next(items)
        with pytest.raises(StopIteration):
            next(items)


def test_exit_joins_the_thread_and_closes_the_iterator_in_it():
    counter = Counter(10**9)
    before = threading.active_count()
    with Prefetch(counter, depth=2) as items:
        next(items)
    assert threading.active_count() == before
    assert counter.closed_by == "prefetch"
    read = counter.read
    time.sleep(0.2)
    assert counter.read == read


def test_exit_by_an_exception_joins_the_thread():
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt), Prefetch(Counter(10**9)):
        raise KeyboardInterrupt
    assert threading.active_count() == before


def test_who_asks_after_exit_is_stopped_too():
    with Prefetch(iter(range(10))) as items:
        next(items)
    with pytest.raises(Stopped):
        next(items)


def test_a_generator_is_closed_before_exit_returns():
    ended = []

    def numbers():
        try:
            yield from range(10**9)
        finally:
            ended.append(True)

    with Prefetch(numbers()) as items:
        next(items)
    assert ended == [True]

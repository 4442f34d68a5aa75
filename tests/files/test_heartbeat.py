"""Claims of another machine count while they beat, by the clock of the one who waits."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from colorizer.files import claims, durable, heartbeat
from colorizer.files.claim_words import Beats
from colorizer.files.claims import Claim, Hold, claim_file, look

BEAT, EXPIRY = 0.1, 1.5
HOLD = f"""
import socket, sys, time
from pathlib import Path
from colorizer.files import claims, heartbeat
heartbeat.BEAT_SECONDS = {BEAT}
socket.gethostname = lambda: "another"
claims.lock = lambda _: None  # it locks, and no other machine sees it
time.time = lambda: {{clock}}
claim = claims.Claim(Path(sys.argv[1]))
assert claim.take()
print("held", flush=True)
if sys.stdin.readline():
    if claim.is_lost:
        print("lost", flush=True)
    claim.release()
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(heartbeat, "EXPIRY_SECONDS", EXPIRY)


@pytest.fixture(params=["local locks", "no locks"])
def target(request, tmp_path, monkeypatch) -> Path:
    def none(file):
        raise durable.NoLocksError(37, "No locks available")

    if request.param == "no locks":
        monkeypatch.setattr(claims, "lock", none)
    return tmp_path / "a.jpg"


@pytest.fixture
def another(target, request):
    """Another machine that holds the target; its clock is wrong by years."""
    script = HOLD.format(clock=getattr(request, "param", 0.0))
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(target)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def waited(target: Path, seconds: float) -> tuple[Claim, float | None]:
    """Try to get a claim; return after how many seconds it was ours."""
    claim, start = Claim(target), time.monotonic()
    while time.monotonic() - start < seconds:
        if claim.take():
            return claim, time.monotonic() - start
        time.sleep(0.02)
    return claim, None


@pytest.mark.slow
@pytest.mark.parametrize("another", [0.0, 4e9], indirect=True)
def test_a_claim_that_beats_is_held_whatever_the_clock_of_its_machine_says(target, another):
    times = iter([(0, 0), (4e9, 4e9)] * 500)
    end = time.monotonic() + 2.5 * EXPIRY
    while time.monotonic() < end:
        os.utime(claim_file(target), next(times))
        assert not Claim(target).take()
        assert look(target) is Hold.HELD
        time.sleep(0.02)
    assert Claim(target).holder() == f"process {another.pid} on another"


@pytest.mark.slow
def test_the_claim_of_a_machine_that_died_expires_and_not_before(target, another):
    another.kill()
    another.wait()
    claim, seconds = waited(target, 5 * EXPIRY)
    assert seconds is not None
    assert seconds >= EXPIRY
    claim.release()
    assert not claim_file(target).exists()


@pytest.mark.slow
def test_a_machine_that_stood_still_for_less_than_that_keeps_its_claim(target, another):
    for _ in range(3):
        another.send_signal(signal.SIGSTOP)
        assert waited(target, 0.5 * EXPIRY)[1] is None
        another.send_signal(signal.SIGCONT)
        assert waited(target, 0.7 * EXPIRY)[1] is None


@pytest.mark.slow
def test_a_machine_that_stood_still_for_longer_leaves_the_claim_to_whose_it_is_now(target, another):
    another.send_signal(signal.SIGSTOP)
    claim, seconds = waited(target, 5 * EXPIRY)
    assert seconds is not None
    another.send_signal(signal.SIGCONT)
    time.sleep(5 * BEAT)
    assert not claim.is_lost
    ours = f"process {os.getpid()}"
    assert claim.holder() == ours
    assert another.communicate("\n", timeout=30)[0] == "lost\n"
    assert claim_file(target).exists()
    assert claim.holder() == ours
    claim.release()
    assert not claim_file(target).exists()


def test_a_claim_given_back_is_free_at_once(target, another, monkeypatch):
    monkeypatch.setattr(heartbeat, "EXPIRY_SECONDS", 600)  # no one waits for that
    assert not Claim(target).take()
    another.communicate("\n", timeout=30)
    claim, seconds = waited(target, 60)
    assert seconds is not None
    claim.release()


def test_a_claim_of_this_machine_whose_process_died_is_free_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(heartbeat, "EXPIRY_SECONDS", 600)
    target = tmp_path / "a.jpg"
    script = HOLD.replace('socket.gethostname = lambda: "another"', "").format(clock=0.0)
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(target)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    process.kill()
    process.communicate()
    claim, seconds = waited(target, 60)
    assert seconds is not None
    claim.release()


def test_a_claim_can_be_read_whole_while_it_beats(tmp_path):
    ended = threading.Event()
    with (tmp_path / "claim").open("w+b") as opened:
        beats = Beats(opened, tmp_path / "a.jpg")

        def beat() -> None:
            while not ended.is_set():
                beats.write()

        thread = threading.Thread(target=beat)
        thread.start()
        seen, end = set(), time.monotonic() + 0.5
        while time.monotonic() < end or len(seen) < 3:
            seen.add((tmp_path / "claim").read_bytes())
        ended.set()
        thread.join()
    assert len({len(content) for content in seen}) == 1

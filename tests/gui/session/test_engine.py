"""The worker process seen from the window, played by programs of a few lines."""

import sys

import pytest

from gui.session import engine as module
from gui.session.engine import Engine, Life

ECHO = """
import json, sys
print(json.dumps({"event": "ready"}), flush=True)
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "die":
        sys.exit(3)
    print("no JSON at all", file=sys.stderr, flush=True)
    print(json.dumps({"event": command["do"], **command}), flush=True)
"""


@pytest.fixture
def played(qapp, monkeypatch):
    """A function that starts an engine whose worker is a program given as text."""
    engines = []

    def start(program: str) -> Engine:
        monkeypatch.setattr(module, "worker_command", lambda: (sys.executable, ["-c", program]))
        engines.append(Engine())
        return engines[-1]

    yield start
    for engine in engines:
        engine.stop()


def test_answers_go_to_who_asked_and_events_of_jobs_to_all(played, until):
    engine, answers, events = played(ECHO), [], []
    engine.job_event.connect(events.append)
    engine.start()
    until(lambda: engine.is_running)
    engine.ask("first", answers.append, words="ä")
    engine.ask("second", answers.append)
    engine.send(do="progress", job=7)
    until(lambda: len(answers) == 2 and events)
    assert [(answer["event"], answer.get("words")) for answer in answers] == [
        ("first", "ä"),
        ("second", None),
    ]
    assert events[0]["job"] == 7
    until(lambda: "no JSON at all" in engine.log)


def test_a_worker_that_is_stopped_before_it_is_ready_stays_stopped(played):
    engine = played(ECHO)
    engine.start()
    engine.stop()
    assert (engine.life, engine.process_id) == (Life.ENDED, 0)


def test_a_death_is_told_open_questions_are_answered_and_a_new_worker_comes(played, until):
    engine, deaths, answers = played(ECHO), [], []
    engine.died.connect(deaths.append)
    engine.start()
    until(lambda: engine.is_running)
    first = engine.process_id
    engine.ask("die", answers.append)
    until(lambda: deaths and engine.process_id not in (0, first))
    assert "3" in deaths[0]
    assert "error" in answers[0]


def test_a_worker_that_never_works_is_started_four_times_at_most(played, until):
    engine, deaths, broken = played("raise SystemExit(1)"), [], []
    engine.died.connect(deaths.append)
    engine.broken.connect(broken.append)
    engine.start()
    until(lambda: broken)
    assert len(deaths) == 3
    assert not engine.is_running


def test_a_question_without_a_worker_has_an_answer_too(played, until):
    answers = []
    played(ECHO).ask("anything", answers.append)
    until(lambda: answers)
    assert "error" in answers[0]


def test_a_program_that_does_not_exist_is_told(qapp, monkeypatch, until):
    monkeypatch.setattr(module, "worker_command", lambda: ("/nowhere/python", []))
    engine, broken = Engine(), []
    engine.broken.connect(broken.append)
    engine.start()
    until(lambda: broken)

"""The worker process seen from the window: started, asked, listened to, restarted."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from colorizer.engine.apart import worker_command
from colorizer.errors import ColorizerError
from colorizer.notes import note, revived
from gui.words.text import shown

LOG_LINES = 5000
"""Lines of the worker's log kept for the log window."""
_STOP_MS = 3000
_QUICK_DEATHS = 3
"""Deaths without one event in between after which the worker is not started again."""

Answer = Callable[[dict[str, Any]], object]


class Life(Enum):
    """Where the worker process stands."""

    ENDED = auto()
    """Not started, or ended on purpose."""
    STARTING = auto()
    """It was started and takes commands, but has not said that it listens."""
    READY = auto()
    GIVEN_UP = auto()
    """It did not stay alive; only a person starts it again."""


class NoWorker(ColorizerError):
    """A command can't be delivered: no worker runs."""


class Engine(QObject):
    """Owns the worker process. Nothing here knows the queue."""

    job_event = Signal(object)
    """An event of a job, a dict; see `colorizer.engine.worker`. A Qt map would keep texts alone."""
    frame_done = Signal(object)
    """A picture of a frame that a job has finished; see `colorizer.engine.worker`."""
    ready = Signal()
    died = Signal(object)
    """The process ended on its own; the words say how. A new one is being started."""
    broken = Signal(object)
    """It does not stay alive; it is not started again."""
    life_changed = Signal()
    logged = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self._answers: dict[int, Answer] = {}
        self._asked = 0
        self._rest = b""
        self.life = Life.ENDED
        self._deaths = 0
        self._process = self._create_process()

    @property
    def process_id(self) -> int:
        """Process number of the worker, 0 where none runs."""
        return self._process.processId()

    @property
    def is_running(self) -> bool:
        """Whether a worker takes commands."""
        return self.life in (Life.STARTING, Life.READY)

    def start(self) -> None:
        """Start the worker process; `ready` comes when it listens."""
        if self.is_running:
            return
        self._rest = b""
        self._become(Life.STARTING)
        self._process.start(*worker_command())

    def start_again(self) -> None:
        """Start a worker that was given up, with as many tries as at first."""
        self._deaths = 0
        self.start()

    def stop(self) -> None:
        """End the worker: its input is closed, and after a while it is killed."""
        self._become(Life.ENDED)
        if self._process.state() == QProcess.ProcessState.NotRunning:
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(_STOP_MS):
            self._process.kill()
            self._process.waitForFinished(_STOP_MS)

    def kill(self) -> None:
        """End the worker at once, as a crash would; it is started again."""
        self._process.kill()

    def send(self, **command: Any) -> None:
        """Send one command.

        Raises:
            NoWorker: it can't be delivered.
        """
        line = (json.dumps(command) + "\n").encode()
        if not self.is_running or self._process.write(line) < len(line):
            raise NoWorker(self.tr("The worker process does not run."))

    def ask(self, question: str, answer: Answer, **arguments: Any) -> int:
        """Send a question and return its number.

        `answer` gets the event, with "error" where it has no answer.
        """
        self._asked += 1
        try:
            self.send(do=question, id=self._asked, **arguments)
        except NoWorker as error:
            words = str(error)
            QTimer.singleShot(0, self, lambda: answer({"error": words}))
        else:
            self._answers[self._asked] = answer
        return self._asked

    def forget(self, number: int) -> None:
        """Want the answer of a question no more; it is not given."""
        if self._answers.pop(number, None) is not None:
            self.tell(do="forget", question=number)

    def tell(self, **command: Any) -> None:
        """Send a command that is of no use to another worker, such as pause; it may get lost."""
        with suppress(NoWorker):
            self.send(**command)

    def _create_process(self) -> QProcess:
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONUNBUFFERED", "1")
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._handle_output)
        process.readyReadStandardError.connect(self._handle_log)
        process.finished.connect(self._handle_finished)
        process.errorOccurred.connect(self._handle_error)
        return process

    def _handle_output(self) -> None:
        *lines, self._rest = (
            self._rest + bytes(self._process.readAllStandardOutput().data())
        ).split(b"\n")
        for line in lines:
            try:
                self._handle_event(json.loads(line, object_hook=revived))
            except ValueError:
                self.note(f"not an event: {line[:200]!r}")

    def _handle_event(self, event: dict[str, Any]) -> None:
        if event["event"] == "ready":
            self._deaths = 0
            if self.life is Life.STARTING:  # it may have been stopped meanwhile
                self._become(Life.READY)
                self.ready.emit()
        elif "job" in event:
            self._deaths = 0
            self.job_event.emit(event)
        elif event.get("id") in self._answers:
            self._deaths = 0
            self._answers.pop(event["id"])(event)
        elif event["event"] == "frame":
            self.frame_done.emit(event)
        elif event["event"] == "error":
            self.note(event["message"])

    def _handle_log(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        for line in text.splitlines():
            self.note(line)

    def _handle_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        crashed = status == QProcess.ExitStatus.CrashExit
        self._lost(note("worker.crashed") if crashed else note("worker.exit_code", number=code))

    def _handle_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._give_up(shown(self._process.errorString()))

    def _lost(self, words: str) -> None:
        """Tell everybody who waits, and start a new worker."""
        if not self.is_running:
            self._release()
            return
        self.note(f"worker process ended: {words}")
        self._deaths += 1
        if self._deaths > _QUICK_DEATHS:
            self._give_up(words)
            return
        self._become(Life.ENDED)
        self._release()
        self.died.emit(words)
        self.start()

    def _give_up(self, words: str) -> None:
        self._become(Life.GIVEN_UP)
        self._release()
        self.broken.emit(words)

    def _become(self, life: Life) -> None:
        if life is not self.life:
            self.life = life
            self.life_changed.emit()

    def _release(self) -> None:
        """Answer all open questions: no one else will."""
        answers, self._answers = self._answers, {}
        for answer in answers.values():
            answer({"error": self.tr("The worker process ended.")})

    def note(self, line: str) -> None:
        """Keep one line for the log window."""
        self.log.append(line)
        self.logged.emit(line)

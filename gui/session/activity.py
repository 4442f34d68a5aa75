"""What the work on the queue may be doing."""

from __future__ import annotations

from enum import Enum, auto

from colorizer.jobs import JobState

PENDING = (JobState.WAITING, JobState.INTERRUPTED)


class Activity(Enum):
    """What the runner does."""

    IDLE = auto()
    RUNNING = auto()
    PAUSED = auto()
    STOPPING = auto()
    """No further job begins; those in progress continue."""

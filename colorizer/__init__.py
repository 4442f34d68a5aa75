"""Colorize black-and-white photos and films; public names are in __all__."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

# The network's threads must sleep while they wait: spinning takes the cores from decoder and
# encoder and makes a film several times slower. Read once, when torch loads its OpenMP.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.2.0"

__all__ = [
    "ColorizerError",
    "Hint",
    "Job",
    "Settings",
    "alternatives",
    "colorize",
    "confidence",
    "list_models",
    "load_model",
]

if TYPE_CHECKING:
    from colorizer.api import alternatives, colorize, confidence, list_models
    from colorizer.errors import ColorizerError
    from colorizer.jobs import Job
    from colorizer.models import load_model
    from colorizer.places.hint import Hint
    from colorizer.settings import Settings

_HOMES = {
    "ColorizerError": "colorizer.errors",
    "Hint": "colorizer.places.hint",
    "Job": "colorizer.jobs",
    "Settings": "colorizer.settings",
    "alternatives": "colorizer.api",
    "colorize": "colorizer.api",
    "confidence": "colorizer.api",
    "list_models": "colorizer.api",
    "load_model": "colorizer.models",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: torch takes seconds."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'colorizer' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the module's names with the public ones that are not imported yet."""
    return sorted({*globals(), *__all__})

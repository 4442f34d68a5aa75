"""The networks that stay loaded in this process, by the settings that name them."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from colorizer.settings import Settings

if TYPE_CHECKING:
    from colorizer.models.base import ColourModel

_loading = threading.Lock()


def loaded(settings: Settings) -> ColourModel:
    """Return the network that settings name; it is loaded unless it is one of the last two.

    Raises:
        ModelNotFound, WeightsError, DeviceError: it can't be had.
    """
    with _loading:
        return _load(settings.model, settings.weights, settings.device)


@lru_cache(maxsize=2)
def _load(name: str, weights: Path | None, device: str) -> ColourModel:
    from colorizer.pipeline import open_model

    return open_model(Settings(model=name, weights=weights, device=device))

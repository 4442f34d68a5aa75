"""The one main path: a photo or film goes in, its colorized copy comes out.

`photo.py` and `film.py` each are a list of stages between a source and a sink.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import torch

from colorizer.errors import TargetError
from colorizer.jobs import Job, Kind, Progress
from colorizer.models import load_model
from colorizer.models.base import ColourModel
from colorizer.notes import note
from colorizer.pipeline.film import colour_film
from colorizer.pipeline.photo import colour_photo
from colorizer.settings import Settings
from colorizer.stages.device import choose_device
from colorizer.stages.gather import Gather, gather_on


def open_model(settings: Settings) -> ColourModel:
    """Load the model that `settings` names onto its device.

    Raises:
        ModelNotFound, WeightsError, DeviceError: it can't be had.
    """
    device = choose_device(settings.device)
    return load_model(settings.model, settings.weights, device, torch.float32)


def run(
    job: Job,
    model: ColourModel | None = None,
    *,
    gather: Gather | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Generator[Progress, None, None]:
    """Colorize one source into its target, yielding after every frame.

    Closing the generator cancels: nothing is left of the target but, of a film, the segments
    finished, from which the same job continues. The last Progress is DONE, has the warnings, and
    comes after the target has its name; SKIPPED where the settings leave out such a photo.

    Args:
        job: what to do.
        model: the loaded model; None loads the one the job's settings name.
        gather: the network as several threads share it; None is this thread alone.
        stop: tells that a film should stop, where closing would have to wait for its next frame.

    Raises:
        Stopped: as asked; what is left is what closing leaves.
        ColorizerError: the job can't be done; as little is left as after closing.
    """
    refuse_own_source(job)
    model = model or open_model(job.settings)
    gather = gather or gather_on(next(model.parameters()).device)
    if job.kind is Kind.PHOTO:
        yield from colour_photo(job, model, gather)
    else:
        yield from colour_film(job, model, gather, stop)


def refuse_own_source(job: Job) -> None:
    """Raise TargetError when the target is the source, under whatever name."""
    same = job.source.resolve() == job.target.resolve()
    if same or (job.target.exists() and job.source.exists() and job.target.samefile(job.source)):
        raise TargetError(job.target, note("source.is_target"))

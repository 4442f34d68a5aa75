"""One picture colorized in memory: what preview, window and Python show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from colorizer.colour.gamut import ab_to_srgb
from colorizer.frame import Frame
from colorizer.guidance.guides import Guides
from colorizer.models.base import ColourModel
from colorizer.settings import Settings
from colorizer.stages.emulsion import tell_emulsion
from colorizer.stages.levels import follow_light, level_alone, neutral_pages
from colorizer.stages.paper import mark_paper
from colorizer.stages.predict import predict_chroma
from colorizer.stages.region.screens import hide_screens
from colorizer.stages.upsample import upsample_chroma


def colour_one(frame: Frame, model: ColourModel, guides: Guides) -> Frame:
    """Give one picture its ab at the size of its luma plane, without what neighbours would add.

    Args:
        frame: from `prepared`; of a film, with the index that the run gives it.
        model: the loaded model.
        guides: of the photo or film.
    """
    frames = predict_chroma([frame], model, amounts=guides.amounts)
    frames = upsample_chroma(follow_light(guides.guide(frames)), luma_size)
    (done,) = guides.paint(frames, luma_size)
    return done


def prepared(frame: Frame, settings: Settings, check: Callable[[], object] = lambda: None) -> Frame:
    """Return a picture with its paper marked, and as the network is to see it.

    Args:
        frame: with Y and L set.
        settings: paper, faded, cards, screens and emulsion are used.
        check: is called between the steps; what it raises ends them.
    """
    frames = checked(hide_screens([frame], settings.screens, lambda _: None), check)
    frames = level_alone(
        checked(mark_paper(frames, settings.paper, settings.coloured), check), settings.faded
    )
    frames = neutral_pages(frames, settings.cards)
    return next(tell_emulsion(frames, lambda _: settings.emulsion, lambda _: None))


def checked(frames: Iterable[Frame], check: Callable[[], object]) -> Iterator[Frame]:
    """Yield frames as they are; what `check` raises after one was made ends them."""
    for frame in frames:
        check()
        yield frame


def luma_size(frame: Frame) -> tuple[int, int]:
    """Return (height, width) of the luma plane."""
    return frame.Y.shape[0], frame.Y.shape[1]


def to_rgb(frame: Frame) -> np.ndarray:
    """Return what `colour_one` gave as sRGB, (H, W, 3) float32 in [0, 1]."""
    assert frame.ab is not None
    return np.moveaxis(ab_to_srgb(frame.lightness(), frame.ab), 0, -1)

"""Films of plain and textured colours, measured for the tests."""

import cv2
import numpy as np

from colorizer.measure.measuring import Measuring
from colorizer.measure.view import Colours

SIZE = (96, 128)
RED, GREEN = (40.0, 30.0), (-40.0, 30.0)


def texture(seed, size=SIZE):
    noise = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    cloud = cv2.GaussianBlur(noise, (0, 0), 2)
    return cv2.normalize(cloud, None, 20, 80, cv2.NORM_MINMAX)


def plain(colour, size=SIZE):
    return np.stack([np.full(size, value, np.float32) for value in colour])


def measured(Ls, films, cuts=()):
    """Measure films, each a list of ab, or of ab and rgb."""
    measuring = Measuring()
    for i, L in enumerate(Ls):
        seen = {
            name: Colours(*frames[i]) if isinstance(frames[i], tuple) else Colours(frames[i])
            for name, frames in films.items()
        }
        measuring.add(L, seen, starts_shot=i in cuts)
    return measuring.facts()

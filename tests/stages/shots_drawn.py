"""Shots of drawn frames with known colours."""

from dataclasses import replace
from fractions import Fraction
from itertools import islice

import cv2
import numpy as np

from colorizer.frame import Frame
from colorizer.stages.levels.film import FilmLevels
from colorizer.stages.shots import CONTEXT, mark_shots
from colorizer.stages.temporal import smooth_chroma

SIZE = (96, 128)


def texture(seed, size=SIZE, low=20, high=80, sigma=2.0):
    """Draw a cloudy pattern, (h, w) float32 between low and high."""
    noise = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    cloud = cv2.GaussianBlur(noise, (0, 0), sigma)
    return cv2.normalize(cloud, None, low, high, cv2.NORM_MINMAX)


def plain(colour, size=SIZE):
    return np.stack([np.full(size, value, np.float32) for value in colour])


def flickering(ab, seed):
    """Add what per-frame prediction adds: an offset and blotches that differ in every frame."""
    rng = np.random.default_rng(seed)
    small = rng.normal(0, 6, (2, 6, 8)).astype(np.float32)
    blotches = np.stack([cv2.resize(plane, ab.shape[:0:-1]) for plane in small])
    return ab + blotches + rng.normal(0, 2, (2, 1, 1)).astype(np.float32)


def frame_of(index, L, ab, starts_shot=False):
    Y = np.clip(L * 2.55, 0, 255).astype(np.uint8)
    return Frame(index, index * 40, Fraction(1, 1000), Y, 8, True, L, ab, starts_shot)


def still_shot(count, seed=1, colour=(25, -20)):
    L = texture(seed)
    return [frame_of(i, L, flickering(plain(colour), i), i == 0) for i in range(count)]


def smoothed(frames, **options):
    return [enlarged(one) for one in smooth_chroma(mark_shots(iter(frames)), **options)]


def enlarged(frame):
    """Bring ab back to working size, where it has travelled at half of it."""
    if frame.ab.shape[1:] == frame.L.shape:
        return frame
    planes = [cv2.resize(plane, frame.L.shape[::-1]) for plane in frame.ab]
    return replace(frame, ab=np.stack(planes))


def moving_square(count, step=5):
    """Draw a red square moving over a blue-green ground: frames and true ab."""
    ground, square = texture(2, low=20, high=55), texture(3, (36, 36), low=60, high=95)
    frames, truth = [], []
    for i in range(count):
        L, ab = ground.copy(), plain((-30, -15))
        left = 4 + step * i
        L[30:66, left : left + 36] = square
        ab[:, 30:66, left : left + 36] = np.array([55, 35])[:, None, None]
        truth.append(ab)
        frames.append(frame_of(i, L, ab.copy(), i == 0))
    return frames, truth


def halved(ab):
    """Bring ab to the size at which it travels; exact where edges lie at even pixels."""
    if ab.shape[1:] != SIZE:
        return ab
    return np.stack([cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=3) for p in ab])


def of_a_resumed_run(frames, start, value):
    """Return a value of levelled frames from one on: of a whole run, and of one resumed there."""
    whole, done, kept = FilmLevels("fresh"), [], {}
    for frame in whole.level(mark_shots(iter(frames))):
        done.append(value(frame))
        kept[frame.index + 1] = whole.state(frame.index + 1)
    later = FilmLevels("fresh")
    later.resume(start, kept[start])
    again = later.level(mark_shots(islice(frames, start - CONTEXT, None)))
    return done[start:], [value(frame) for frame in again]

"""One picture before and after, side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from colorizer.colour.cielab import L_to_gray
from colorizer.colour.gamut import ab_to_srgb
from colorizer.errors import MediaError, SettingsError
from colorizer.frame import Frame
from colorizer.guidance.colour_one import colour_one, to_rgb
from colorizer.guidance.cut_list import cut_file
from colorizer.guidance.guides import FilmReferences, Guides, film_guides, photo_guides
from colorizer.guidance.hints.file import guides_of
from colorizer.guidance.reader import reader_of
from colorizer.guidance.shot_settings import read_overrides
from colorizer.jobs import Job, Kind
from colorizer.look.in_shot import as_run
from colorizer.look.picture import alternatives, confidence_of, open_picture
from colorizer.models.base import ColourModel
from colorizer.notes import note
from colorizer.places.hint import hints_of
from colorizer.settings import Settings

_LATE = 1.0
"""Seconds a film may end before the time asked for."""


def before_and_after(
    path: Path,
    kind: Kind,
    model: ColourModel,
    settings: Settings,
    *,
    time: float = 0.0,
    confidence: bool = False,
) -> np.ndarray:
    """Colorize one picture and put it to the right of the gray one.

    Args:
        path: a photo or film.
        kind: what it is.
        model: the loaded model.
        settings: of colours, hints and shots, and what tells how the
            file is read.
        time: seconds from the start of a film.
        confidence: add a third picture, from blue (a guess) to yellow (sure).

    Returns:
        sRGB, (H, 2W, 3) uint8, or (H, 3W, 3).

    Raises:
        MediaError: the file can't be read or is shorter than `time`, or a reference is not of it.
        SettingsError: the model can't tell how sure it is, or hints or shots are wrong.
    """
    frame, job = frame_of(path, kind, settings, time), Job(path, path, kind, settings)
    frame = as_run(frame, path, kind, settings)
    guides = photo_guides(settings, hints_of(guides_of(job)))
    if kind is Kind.FILM and (settings.hints or settings.shots):
        frame, guides = _in_film(frame, job)
    after = to_rgb(colour_one(frame, model, guides))
    gray = L_to_gray(frame.lightness())
    before = np.repeat(gray[:, :, np.newaxis], 3, axis=2)
    pictures = np.rint(np.concatenate([before, after], axis=1) * 255).astype(np.uint8)
    if confidence:
        sure = _confidence_picture(frame, model)
        pictures = np.concatenate([pictures, sure], axis=1)
    return pictures


def _in_film(frame: Frame, job: Job) -> tuple[Frame, Guides]:
    """Return a frame decoded alone with the index that the run gives it, and its film's guides."""
    reader = reader_of(job)
    cuts = cut_file(job.settings.shots, job.source)
    own = read_overrides(cuts, reader.cuts, reader.listed)
    guides = film_guides(guides_of(job), reader, own, job.settings, [])
    if isinstance(guides.references, FilmReferences):
        whole = replace(guides.references, fields=False)
        guides = replace(guides, references=whole)
    return replace(frame, index=(frame.index - reader.first_index) * reader.per_frame), guides


def alternatives_at(
    path: Path,
    kind: Kind,
    model: ColourModel,
    settings: Settings,
    pixel: tuple[int, int],
    *,
    time: float = 0.0,
    count: int = 3,
) -> list[dict[str, Any]]:
    """Return the likeliest colours at a pixel, likeliest first.

    Args:
        path: a photo or film.
        kind: what it is.
        model: the loaded model.
        settings: size is used.
        pixel: x and y in the picture, from 0.
        time: seconds from the start of a film.
        count: colours, at most.

    Returns:
        a and b in CIELAB units, share in [0, 1], and the sRGB colour at the pixel's lightness as
        "#rrggbb".

    Raises:
        MediaError: the file can't be read or is shorter than `time`.
        SettingsError: the pixel is outside, or the model scores no colours.
    """
    frame = frame_of(path, kind, settings, time)
    return colours_at(as_run(frame, path, kind, settings), model, pixel, count)


def colours_at(
    frame: Frame, model: ColourModel, pixel: tuple[int, int], count: int = 3
) -> list[dict[str, Any]]:
    """Return the likeliest colours of a frame at a pixel; see `alternatives_at`."""
    height, width = frame.Y.shape
    x, y = pixel
    if not (0 <= x < width and 0 <= y < height):
        raise SettingsError(note("preview.pixel_outside", x=x, y=y, width=width, height=height))
    found = alternatives(frame, model, ((x + 0.5) / width, (y + 0.5) / height))[:count]
    if not found:
        raise SettingsError(note("preview.no_alternatives", model=model.name))
    L = frame.lightness(slice(y, y + 1))[:, x : x + 1]
    for colour in found:
        ab = np.array([colour["a"], colour["b"]], np.float32).reshape(2, 1, 1)
        rgb = np.rint(ab_to_srgb(L, ab) * 255).astype(int).ravel().clip(0, 255)
        colour["srgb"] = "#{:02x}{:02x}{:02x}".format(*rgb)
    return found


def _confidence_picture(frame: Frame, model: ColourModel) -> np.ndarray:
    """Return the confidence in false colours, (H, W, 3) uint8."""
    import cv2

    codes = confidence_of(frame.seen, model)
    if not codes.size:
        raise SettingsError(note("preview.no_confidence", model=model.name))
    height, width = frame.Y.shape
    smooth = cv2.resize(codes, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.applyColorMap(smooth, cv2.COLORMAP_CIVIDIS)[..., ::-1]


def frame_of(path: Path, kind: Kind, settings: Settings, time: float) -> Frame:
    """Decode a photo, or the frame of a film at `time` seconds, which must not be past its end."""
    frame = open_picture(path, kind, side=settings.size, time=time, reading=settings)
    shown = float((frame.pts or 0) * frame.time_base)
    if kind is Kind.FILM and time - shown > _LATE:
        raise MediaError(path, note("preview.ends_before", seconds=shown))
    return frame

"""The Python interface: colorize a path or an array."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from natsort import natsorted

from colorizer.archive.planning.naming import MARK
from colorizer.archive.planning.plan import plan_run
from colorizer.engine.networks import loaded
from colorizer.errors import ColorizerError, MediaError, SettingsError
from colorizer.files.native_prints import without_native_prints
from colorizer.frame import Frame, working_L
from colorizer.guidance.hints.file import limited, read_hints
from colorizer.jobs import JobState, Progress, is_there, results_of
from colorizer.models import model_names
from colorizer.notes import note
from colorizer.places.hint import Hint, hints_of
from colorizer.settings import Settings

if TYPE_CHECKING:
    from colorizer.archive.planning.naming import Plan
    from colorizer.models.base import ColourModel


def list_models() -> list[str]:
    """Return the names of all models, those without weights too; see `colorizer.models`."""
    return model_names()


@overload
def colorize(
    source: str | PathLike[str],
    out: str | PathLike[str] | None = None,
    *,
    model: str | ColourModel = "autochrome",
    records: bool = True,
    hints: str | PathLike[str] | None = None,
    **settings: Any,
) -> list[Path]: ...


@overload
def colorize(
    source: np.ndarray,
    *,
    model: str | ColourModel = "autochrome",
    hints: str | PathLike[str] | Sequence[Hint] | None = None,
    **settings: Any,
) -> np.ndarray: ...


def colorize(
    source: str | PathLike[str] | np.ndarray,
    out: str | PathLike[str] | None = None,
    *,
    model: str | ColourModel = "autochrome",
    records: bool = True,
    hints: str | PathLike[str] | Sequence[Hint] | None = None,
    **settings: Any,
) -> list[Path] | np.ndarray:
    """Colorize a photo, a film, a folder of both, or a picture in memory.

    Args:
        source: a file or folder, or a picture: (H, W) gray or (H, W, 3) RGB, uint8, uint16 or
            float in [0, 1].
        out: output folder, or file for a single source file. None is the folder of a source file,
            and next to a source folder one with _color at the end of its name.
        model: name of a model, or one that `load_model` gave.
        records: keep run log and manifest in an output folder, as `colorizer run` does.
        hints: colours asked for: a file, as `--hints` takes it, or of a picture in memory `Hint`s.
        **settings: further fields of `Settings`.

    Returns:
        For a path, the outputs in natural order, those that were there and kept included. For an
        array, the sRGB picture (H, W, 3) of the same dtype.

    Raises:
        ColorizerError: a setting is not allowed, or some files failed; the rest is done.
        ValueError: the array is no picture.
    """
    if isinstance(model, str):
        settings["model"] = model
    if isinstance(hints, str | PathLike):
        settings["hints"], hints = Path(hints), None
    chosen = Settings(**settings)
    if isinstance(source, np.ndarray):
        if out is not None:
            raise SettingsError(note("api.out_is_for_paths"))
        return _colorize_array(
            source, _loaded(model, chosen), chosen, limited(tuple(hints or ()), "hints")
        )
    if hints:
        raise SettingsError(note("api.hints_of_array"))
    return _colorize_path(Path(source), None if out is None else Path(out), model, chosen, records)


def confidence(
    picture: np.ndarray, *, model: str | ColourModel = "autochrome", **settings: Any
) -> np.ndarray:
    """Tell how sure the network is of the colour at every pixel of a picture in memory.

    Args:
        picture: as for `colorize`.
        model: name of a model, or one that `load_model` gave.
        **settings: fields of `Settings`.

    Returns:
        (H, W) float32 in [0, 1]: 1 less the entropy of the predicted colours, as a share of the
        largest entropy.

    Raises:
        SettingsError: a setting is not allowed, or the model can't tell.
        ValueError: the array is no picture.
    """
    import cv2

    from colorizer.look.picture import confidence_of

    frame, network = _prepared(picture, model, settings)
    codes = confidence_of(frame.seen, network)
    if not codes.size:
        raise SettingsError(note("model.no_confidence", name=network.name))
    height, width = frame.Y.shape
    return cv2.resize(codes.astype(np.float32) / 255, (width, height))


def alternatives(
    picture: np.ndarray,
    x: int,
    y: int,
    *,
    count: int = 3,
    model: str | ColourModel = "autochrome",
    **settings: Any,
) -> list[dict[str, Any]]:
    """Return the likeliest colours of a pixel of a picture in memory, likeliest first.

    Args:
        picture: as for `colorize`.
        x: column from 0.
        y: row from 0.
        count: colours, at most.
        model: name of a model, or one that `load_model` gave.
        **settings: fields of `Settings`.

    Returns:
        a and b in CIELAB units, share in [0, 1] and srgb as "#rrggbb" of each.

    Raises:
        SettingsError: a setting is not allowed, the pixel is outside, or the model scores none.
        ValueError: the array is no picture.
    """
    from colorizer.look.preview import colours_at

    frame, network = _prepared(picture, model, settings)
    return colours_at(frame, network, (x, y), count)


def _prepared(
    picture: np.ndarray, model: str | ColourModel, settings: dict[str, Any]
) -> tuple[Frame, ColourModel]:
    if isinstance(model, str):
        settings = settings | {"model": model}
    chosen = Settings(**settings)
    from colorizer.guidance.colour_one import prepared

    return prepared(_frame_of(picture, chosen), chosen), _loaded(model, chosen)


def _colorize_path(
    source: Path, out: Path | None, model: str | ColourModel, settings: Settings, records: bool
) -> list[Path]:
    if out is None:
        out = source.with_name(source.name + MARK) if source.is_dir() else source.parent
    with without_native_prints():
        return _colorized(source, out, model, settings, records)


def _colorized(
    source: Path, out: Path, model: str | ColourModel, settings: Settings, records: bool
) -> list[Path]:
    plan = plan_run([str(source)], str(out), settings)
    trouble = [str(problem) for problem in plan.problems]
    if not (plan.jobs or plan.settled or trouble):
        raise MediaError(source, note("folder.no_photo_no_film"))
    ends = _ends(plan, out, model, settings, records)
    lost = [event.job for event in ends if event.state is JobState.DONE and not is_there(event)]
    trouble += [
        note("file.reason", path=job.source, reason=note("job.result_removed", file=job.target))
        for job in lost
    ]
    failed = [event for event in ends if event.state is JobState.FAILED]
    trouble += [
        note("file.reason", path=event.job.source, reason=event.message) for event in failed
    ]
    if trouble:
        whole = len(ends) + len(plan.problems)
        raise ColorizerError(note("job.failed", failed=len(trouble), whole=whole, why=trouble))
    # Photos end in any order; a second call should give the same list. Some may be left out.
    made = (target for event in ends if is_there(event) for target in results_of(event))
    return natsorted(made, key=str)


def _ends(
    plan: Plan, out: Path, model: str | ColourModel, settings: Settings, records: bool
) -> list[Progress]:
    """Run a plan; what is finished is recorded, whatever ends it."""
    from colorizer.archive.records.ledger import ledger_of

    ends = list(plan.settled)
    planned = [*plan.jobs, *(event.job for event in ends)]
    with closing(ledger_of(out, planned, log=records, manifest=records)) as ledger:
        for event in ends:
            ledger.take(event)
        if plan.jobs:
            from colorizer.engine.runner import Handling, run_jobs

            handling = Handling(record=ledger.take, apart=isinstance(model, str))
            events = run_jobs(plan.jobs, _loaded(model, settings), handling=handling)
            ends += [event for event in events if event.state is not JobState.RUNNING]
    return ends


def _loaded(model: str | ColourModel, settings: Settings) -> ColourModel:
    """Return a model ready to predict; the last ones named stay loaded."""
    return loaded(settings) if isinstance(model, str) else model


def _colorize_array(
    picture: np.ndarray, model: ColourModel, settings: Settings, hints: tuple[Hint, ...]
) -> np.ndarray:
    from colorizer.guidance.colour_one import colour_one, prepared, to_rgb
    from colorizer.guidance.guides import photo_guides

    frame = prepared(_frame_of(picture, settings), settings)
    if settings.hints is not None:
        hints = hints_of(read_hints(settings.hints))
    guides = photo_guides(settings, hints)
    rgb = to_rgb(colour_one(frame, model, guides))
    if picture.dtype.kind == "f":
        return rgb.astype(picture.dtype)
    return np.rint(rgb * np.iinfo(picture.dtype).max).astype(picture.dtype)


def _frame_of(picture: np.ndarray, settings: Settings) -> Frame:
    from colorizer.media.photo.gray import tint_of, to_gray

    codes = _codes(picture)
    space, bits = ("gray", "rgb")[codes.ndim == 3], codes.dtype.itemsize * 8
    Y, bits, _ = to_gray(codes, space, bits, None)
    L = working_L(Y, bits, full_range=True, side=settings.size)
    tint = tint_of(codes, space, codes.dtype.itemsize * 8, None, settings.size)
    return Frame(0, None, Fraction(1), Y, bits, full_range=True, L=L, starts_shot=True, tint=tint)


def _codes(picture: np.ndarray) -> np.ndarray:
    """Return a picture as full-range sRGB codes, (H, W) or (H, W, 3), uint8 or uint16."""
    shape, kind = picture.shape, picture.dtype
    is_gray, is_rgb = len(shape) == 2, len(shape) == 3 and shape[-1] == 3
    if not (is_gray or is_rgb) or not picture.size:
        raise ValueError(f"a picture is (H, W) or (H, W, 3), got {shape}")
    if kind.kind == "f":
        if not (picture.min() >= 0 and picture.max() <= 1):  # true of NaN too
            raise ValueError("a float picture must be in [0, 1]")
        return np.rint(picture * 65535).astype(np.uint16)
    if kind not in (np.uint8, np.uint16):
        raise ValueError(f"a picture is uint8, uint16 or float, got {kind}")
    return picture

"""What the worker answers, in plain values: plan, look, thumbnail, probe, device.

Heavy libraries are imported by the answers that need them: a plan or the first window should not
wait for torch.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.engine.desk.decoded import picture_of, result_time
from colorizer.engine.desk.films import HintsHere, hints_here, stamp_of
from colorizer.engine.desk.films import find_shots as find_shots  # answers, by their names
from colorizer.engine.desk.films import follow as follow
from colorizer.engine.desk.models import check_model as check_model
from colorizer.engine.desk.models import import_model as import_model
from colorizer.engine.desk.models import models as models
from colorizer.engine.desk.models import remove_model as remove_model
from colorizer.engine.desk.plans import plan as plan
from colorizer.engine.desk.plans import replan as replan
from colorizer.engine.desk.playing import play as play
from colorizer.engine.desk.tiles import tile as tile
from colorizer.engine.desk.wanted import NotWanted as NotWanted
from colorizer.engine.desk.wanted import Readings, Task, check_wanted, read_picture
from colorizer.engine.desk.watched import arrived as arrived
from colorizer.engine.networks import loaded
from colorizer.errors import ColorizerError
from colorizer.jobs import Kind
from colorizer.notes import as_json, note
from colorizer.settings import Reading, Settings

if TYPE_CHECKING:
    import numpy as np

    from colorizer.frame import Frame

THUMBNAIL = 160
"""Long side of a thumbnail in pixels."""
_THUMBNAIL_L = 64
SHOWN = 720
"""Long side of the picture of a frame just finished, in pixels."""
_SAVED: Readings[np.ndarray] = Readings()


def look(command: Mapping[str, Any]) -> dict[str, Any]:
    """Write one picture, gray and in two colourings, to the .npz file named by `out`.

    With `result`, the path of a finished result, its colours are those of that file, which begins
    at `result_from` seconds of the film.
    The answer says where the hints are in it; see `colorizer.engine.desk.films.HintsHere`.
    """
    import numpy as np

    settings = Settings.from_dict(command["settings"])
    frame = picture_of(command, settings)
    check_wanted(command)
    hints = hints_here(command, frame)
    planes = _saved(command, frame) if "result" in command else _seen(command, frame, hints)
    check_wanted(command)
    np.savez(command["out"], **planes)
    told = {"places": hints.places, "whole": hints.whole, "index": hints.index}
    time = float((frame.pts or 0) * frame.time_base)
    return {"out": command["out"], "time": time, "size": list(frame.Y.shape), **told}


def _seen(command: Mapping[str, Any], frame: Frame, hints: HintsHere) -> dict[str, Any]:
    from colorizer.look.picture import look_at

    settings = Settings.from_dict(command["settings"])
    seen = look_at(
        replace(frame, index=hints.index) if hints.references else frame,
        loaded(settings),
        hints.points,
        longest=command["longest"],
        confidence=command.get("confidence", False),
        references=hints.references,
    )
    return {"gray": seen.gray, "ab": seen.ab, "confidence": seen.confidence}


def _saved(command: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    import numpy as np

    from colorizer.colour.cielab import L_to_gray
    from colorizer.look.picture import confidence_of, shrunk
    from colorizer.look.saved import saved_picture

    path, kind, longest = Path(command["result"]), Kind(command["kind"]), command["longest"]

    def read(task: Task) -> np.ndarray:
        def opened(side: int) -> Frame:
            return read_picture(path, kind, task, side=side, time=result_time(command))

        return saved_picture(opened, frame, longest)

    key = path, kind, result_time(command), longest, frame.Y.shape, stamp_of(path)
    rgb = _SAVED.of(key, read, command)
    gray = np.rint(L_to_gray(shrunk(frame, longest).lightness()) * 255).astype(np.uint8)
    confidence = np.zeros((0, 0), np.uint8)
    if command.get("confidence"):
        confidence = confidence_of(frame.seen, loaded(Settings.from_dict(command["settings"])))
    return {"gray": gray, "rgb": rgb, "confidence": confidence}


def alternatives(command: Mapping[str, Any]) -> dict[str, Any]:
    """Return the likeliest colours at `place`, (x, y) as shares of width and height."""
    from colorizer.look.picture import alternatives as offered

    settings = Settings.from_dict(command["settings"])
    frame = picture_of(command, settings)
    x, y = command["place"]
    return {"colours": offered(frame, loaded(settings), (x, y))}


def show(frame: Frame, out: Path) -> dict[str, Any]:
    """Write a frame that a job has finished, gray and in colour, to an .npz file."""
    import numpy as np

    from colorizer.look.picture import finished

    gray, rgb = finished(frame, SHOWN)
    np.savez(out, gray=gray, rgb=rgb)
    return {"out": str(out), "size": list(frame.Y.shape)}


def thumbnail(command: Mapping[str, Any]) -> dict[str, Any]:
    """Return a small gray picture as base64 codes, and what is known of the file.

    With `result`, the path of a finished result, `rgb` has its colours where it can be read.
    """
    from colorizer.colour.cielab import L_to_gray
    from colorizer.look.picture import open_picture, shrunk
    from colorizer.look.saved import saved_picture

    path, kind = Path(command["source"]), Kind(command["kind"])
    frame = open_picture(path, kind, side=_THUMBNAIL_L, time=command.get("time", 0.0))
    longest, colours = command.get("longest", THUMBNAIL), {}
    if "result" in command:
        with suppress(ColorizerError):
            result = Path(command["result"])
            rgb = saved_picture(lambda side: open_picture(result, kind, side=side), frame, longest)
            colours["rgb"] = base64.b64encode(rgb.tobytes()).decode()
    gray = L_to_gray(shrunk(frame, longest).lightness())
    codes = (gray * 255 + 0.5).astype("uint8")
    facts = _film_facts(path) if kind is Kind.FILM else {}
    height, width = frame.Y.shape
    return {
        "pixels": base64.b64encode(codes.tobytes()).decode(),
        "height": codes.shape[0],
        "width": codes.shape[1],
        "facts": {"width": width, "height": height, "bits": frame.bits, **facts},
        **colours,
    }


def coloured_thumbnail(command: Mapping[str, Any]) -> dict[str, Any]:
    """Return a small picture of a photo in its colours as base64 codes of sRGB.

    With `trouble` where it can be no reference, as it is gray.
    """
    from colorizer.guidance.references.reference import LEAST_CHROMA, chroma_of
    from colorizer.look.picture import open_picture, shrunk
    from colorizer.look.saved import saved_picture

    path, longest = Path(command["source"]), command.get("longest", THUMBNAIL)
    whole = open_picture(path, Kind.PHOTO, side=_THUMBNAIL_L)
    rgb = saved_picture(
        lambda side: open_picture(path, Kind.PHOTO, side=side), shrunk(whole, longest), longest
    )
    codes = base64.b64encode(rgb.tobytes()).decode()
    gray = whole.tint is None or chroma_of(whole.tint) < LEAST_CHROMA
    told = {"trouble": as_json(note("reference.no_colour"))} if gray else {}
    return {"pixels": codes, "height": rgb.shape[0], "width": rgb.shape[1], **told}


def probe(command: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of a film."""
    return {"facts": _film_facts(Path(command["source"]))}


def _film_facts(path: Path) -> dict[str, Any]:
    from colorizer.media.frames.source import open_film

    with open_film(path, Reading(accept_gaps=True), side=_THUMBNAIL_L) as film:
        count, rate = film.frame_count, float(film.rate)
        height, width = film.size
        aspect, timecode = float(film.sample_aspect_ratio or 1), film.timecode
    seconds = count / rate if count else None
    return {"width": width, "height": height, "frames": count, "rate": rate, "seconds": seconds,
            "pixel_aspect": aspect, "timecode": timecode}  # fmt: skip


def device(command: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the network runs on, how many photos at once, and how fast; loads the model."""
    from colorizer.engine.runner import photos_at_once
    from colorizer.stages import device as devices

    settings = Settings.from_dict(command.get("settings", {}))
    chosen = devices.choose_device(settings.device)
    answer = {
        "words": as_json(devices.describe_device(chosen)),
        "slots": photos_at_once(chosen),
        "devices": devices.present_devices(),
        "fix": devices.cuda_fix(),
    }
    try:
        model = loaded(settings)
    except ColorizerError as error:
        answer["model_error"] = as_json(str(error))
    else:
        answer["model"] = {"name": settings.model, "sha256": model.weights_sha256}
        like = next(model.parameters())
        answer["seconds"] = devices.seconds_of(model.predict, like, settings.size)
    return answer


def doctor(command: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that `colorizer doctor` finds."""
    from colorizer.engine.doctor import examine

    return {"findings": [{**asdict(one), "found": as_json(one.found)} for one in examine()]}

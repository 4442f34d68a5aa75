"""What is told and recorded of a run: next to its result, inside it, and to continue from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

from colorizer import __version__
from colorizer.archive.records.provenance import Record
from colorizer.archive.records.signing import Signing
from colorizer.archive.verify.film import verify_film
from colorizer.errors import MediaError
from colorizer.files.checksum import file_hash
from colorizer.guidance.cut_list import cut_file, override_file
from colorizer.guidance.references.files import (
    content_files,
    hinted_references,
    override_references,
    reference_hashes,
)
from colorizer.jobs import Job
from colorizer.media.base import Sink, Source
from colorizer.media.film.codecs import keeps_all
from colorizer.media.film.open import av_versions, source_identity
from colorizer.models.base import ColourModel
from colorizer.notes import Note, note
from colorizer.places.frame_pattern import is_pattern
from colorizer.places.hint import Guide, as_lists
from colorizer.settings import PhotoWriting, Settings, shaping
from colorizer.stages.device import device_facts
from colorizer.stages.found import CARD, MARKS


def begin_record(job: Job, model: ColourModel, asked: Sequence[Guide]) -> Record:
    """Begin the record of a job: with what it is computed."""
    told: dict[str, Any] = {"name": model.name, "weights_sha256": model.weights_sha256 or None}
    if not model.weights_sha256:
        told["parameters_sha256"] = _model_hash(model)
    if asked:
        told["hints"] = as_lists(asked)
    painted = [*hinted_references(asked), *content_files(job.settings)]
    if painted:
        told["references"] = reference_hashes(painted)
    device = device_facts(next(model.parameters()).device)
    return Record(job, model=told, device=device, write=job.settings.sidecar)


def completion(
    job: Job, record: Record, source: Source, sink: Sink, notes: list[str]
) -> Callable[[Path], None]:
    """Return what is done with a complete file before it gets its name: it is signed, recorded.

    Raises:
        SettingsError: it is to be signed, and certificate and key can't do it.
    """
    certificate, key = job.settings.c2pa_certificate, job.settings.c2pa_key
    signing = Signing(certificate, key) if certificate and key else None

    def complete(part: Path) -> None:
        if signing:
            named = {"target": job.target, "source": job.source, "model": job.settings.model}
            notes.extend(signing.sign(part, **named))
        record.prepare(part, sink.facts(), [*source.warnings, *notes, *sink.warnings])

    return complete


def note_cuts(job: Job, record: Record) -> None:
    """Record which cut list a film was made with."""
    cuts = cut_file(job.settings.shots, job.source)
    if cuts is not None and cuts.exists():
        record.add(shots={"path": str(cuts), "sha256": file_hash(cuts)})
    own = override_file(cuts)
    if own is not None and own.exists():
        told = {"path": str(own), "sha256": file_hash(own)}
        painted = reference_hashes(override_references(own))
        record.add(shot_settings=told | ({"references": painted} if painted else {}))


def told_of_shots(found: Sequence[Mapping[str, Any]], settings: Settings, frames: int) -> list[str]:
    """Say which shots of a film were in colour, toned or marked, and whether most of it is cards.

    Args:
        found: from `FoundShots.told`.
        settings: of the run.
        frames: of the film.
    """
    told = []
    cards = sum(shot.get(CARD, 0) for shot in found)
    if 2 * cards > frames:  # a whole film that stays gray may be no film of cards
        told.append(note("film.mostly_cards", count=cards, frames=frames))
    if places := [str(shot["first_frame"]) for shot in found if "coloured" in shot]:
        done = _done(settings.coloured)
        told.append(note("film.coloured_shots", count=len(places), frames=places, done=done))
    if places := [str(shot["first_frame"]) for shot in found if "toned" in shot]:
        done = _done(settings.toned)
        told.append(note("film.toned_shots", count=len(places), frames=places, done=done))
    if places := [str(shot["first_frame"]) for shot in found if MARKS in shot]:
        told.append(note("film.marked_shots", count=len(places), frames=places))
    return told


def _done(wish: str) -> Note:
    """Say what was done with shots, by the value of the setting."""
    if wish == "do":
        return note("film.colours_replaced")
    return note("film.colours_dropped") if wish == "skip" else note("film.colours_kept")


def made_by(job: Job, model: ColourModel, asked: Sequence[Guide]) -> str:
    """Return in one line how the colours of a result come to be, for its metadata."""
    settings = job.settings
    told = f"model {model.name}, vividness {settings.vividness:g}, strength {settings.strength:g}"
    hinted = ", colour hints of a person" if asked else ""
    return f"{told}, size {settings.size}{hinted}"


def verified(job: Job, record: Record) -> str:
    """Read a finished film back and say what came of its luma.

    Raises:
        MediaError: it is not as it must be.
    """
    settings = job.settings
    exact = keeps_all(settings.codec, settings.quality)
    verdict = verify_film(
        job.target,
        job.source,
        settings,
        exact=exact,
    )
    record.add(verified={"good": verdict.good, "verdict": str(verdict)})
    if not verdict.good:
        raise MediaError(job.target, note("verify.failed", verdict=verdict))
    return note("verify.verified", verdict=verdict)


def film_identity(job: Job, model: ColourModel, asked: Sequence[Guide]) -> dict[str, Any]:
    """Return all that the frames of a coloured film depend on, as JSON values.

    Raises:
        MediaError: the source can't be read.
    """
    settings = job.settings.as_dict()
    names = shaping("film") + (shaping("photo", PhotoWriting) if is_pattern(job.target) else [])
    kept = {name: settings[name] for name in names} | {"to": job.target.suffix}
    cuts = cut_file(job.settings.shots, job.source)
    if cuts is not None and cuts.exists():
        kept["shots"] = file_hash(cuts)
    own = override_file(cuts)
    found = own is not None and own.exists()
    kept["shot_settings"] = file_hash(own) if own and found else None
    painted = override_references(own if found else None)
    painted += [*hinted_references(asked), *content_files(job.settings)]
    kept["hints"] = as_lists(asked) or None
    kept["references"] = sorted(reference_hashes(painted).values()) or None
    return {
        "source": source_identity(job.source),
        "settings": kept,
        "model": _model_hash(model),
        "program": f"{__version__} {av_versions()} {torch.__version__}",
    }


def _model_hash(model: ColourModel) -> str:
    """Return a hash of what a model is and of its weights."""
    found = sha256(repr(model).encode())
    for name, tensor in model.state_dict().items():
        found.update(name.encode())
        found.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()

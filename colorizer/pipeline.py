"""The one main path: a photo or film goes in, its colorized copy comes out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch

from colorizer import __version__
from colorizer.archive.provenance import Record
from colorizer.archive.signing import Signing
from colorizer.archive.sorting import NoColourNeeded, leave, sorted_out
from colorizer.archive.verify import verify_film
from colorizer.checksum import file_hash
from colorizer.color import ab_to_srgb
from colorizer.cut_list import CutList, cut_file, override_file
from colorizer.device import choose_device, device_facts
from colorizer.errors import MediaError, TargetError
from colorizer.fields import separate_fields, weave_fields
from colorizer.film_reader import FilmReader
from colorizer.frame import Frame
from colorizer.frame_pattern import is_pattern
from colorizer.hint_file import hint_file, read_hints
from colorizer.hint_tracks import Tracks, apply_hints, key_hinted, track_hints
from colorizer.hints import HintedModel
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.keyframes import mark_keys
from colorizer.media import open_sink, open_source
from colorizer.media.base import Sink, Source
from colorizer.media.film import FilmSource
from colorizer.media.film_open import av_versions, source_identity
from colorizer.media.film_sink import FilmSink
from colorizer.media.prefetch import Prefetch
from colorizer.media.sequence import SequenceSource
from colorizer.media.sequence_sink import SequenceSink
from colorizer.media.still import StillSource
from colorizer.media.still_sink import StillSink
from colorizer.models import load_model
from colorizer.models.base import ColorModel
from colorizer.paper import mark_paper
from colorizer.predict import Look, core_pool, film_batch, predict_chroma
from colorizer.settings import Settings
from colorizer.shot_settings import Overrides, read_overrides
from colorizer.shots import CONTEXT, adaptive_detector, mark_shots
from colorizer.temporal import State, smooth_chroma
from colorizer.upsample import upsample_chroma

PREFETCH_DEPTH = 4
"""Decoded frames waiting for the network, at least."""
FILM_SETTINGS = (
    *("model", "size", "strength", "vividness", "smooth", "every_frame"),
    *("preset", "codec", "quality", "hardware", "interlaced", "start", "end"),
)
"""Settings on which the frames of a film depend."""
FRAME_SETTINGS = ("fps", "accept_gaps", "transfer")
"""Of an image sequence also these."""
FRAME_FILE_SETTINGS = ("bit_depth", "jpeg_quality", "profile")
"""Of a result that is a sequence also these."""
MOVING = (FilmSink, SequenceSink)
"""Sinks of films."""


def open_model(settings: Settings) -> ColorModel:
    """Load the model that `settings` names onto its device.

    Raises:
        ModelNotFound, WeightsError, DeviceError: it can't be had.
    """
    device = choose_device(settings.device)
    return load_model(settings.model, settings.weights, device, torch.float32)


def run(
    job: Job, model: ColorModel | None = None, *, lock: AbstractContextManager[Any] | None = None
) -> Generator[Progress, None, None]:
    """Colorize one source into its target, yielding after every frame.

    Closing the generator cancels: nothing is left of the target but, of a film, the segments
    finished, from which the same job goes on. The last Progress is DONE, has the warnings, and
    comes after the target has its name; SKIPPED where the settings leave out such a photo.

    Args:
        job: what to do.
        model: the loaded model; None loads the one the job's settings name.
        lock: held while the network runs, where several threads share its device.

    Raises:
        ColorizerError: the job can't be done; as little is left as after closing.
    """
    try:
        yield from _colorize(job, _hinted(job, model or open_model(job.settings)), lock)
    except NoColourNeeded as found:
        content = found.content
    else:
        return
    yield leave(job, content)


def _colorize(
    job: Job, model: ColorModel, lock: AbstractContextManager[Any] | None
) -> Generator[Progress, None, None]:
    """Do what `run` does, but for photos that need no colour.

    Raises:
        NoColourNeeded: the photo is to be left as it is.
    """
    settings = job.settings
    device = next(model.parameters()).device
    film = job.kind is Kind.FILM
    batch = film_batch(device) if film else 1
    notes: list[str] = []
    refuse_own_source(job)
    with (
        open_source(
            job.source,
            job.kind,
            side=settings.size,
            interlaced=settings.interlaced,
            start=settings.start,
            end=settings.end,
            fps=settings.fps,
            accept_gaps=settings.accept_gaps,
            transfer=settings.transfer,
        ) as source,
        nullcontext(_cut_list(source, settings)) as shots,
        _record(job, model) as record,
        _open_sink(job, source, model) as sink,
        core_pool() if film and device.type == "cpu" else nullcontext() as pool,
        Prefetch(_frames(source, sink, shots, settings), _depth(film, batch)) as frames,
    ):
        own = read_overrides(cut_file(settings.shots, job.source), shots.cuts) if shots else None
        sink.before_naming = _completion(job, record, source, sink, notes)
        first_field = source.first_field if isinstance(source, FilmSource) else None
        begun = done = sink.start if isinstance(sink, MOVING) else 0
        # What the container can't hold is better known now than after a night.
        known = (*source.warnings, *sink.warnings)
        yield Progress(job, JobState.RUNNING, done, source.frame_count, warnings=known)
        if shots is not None and not settings.every_frame:
            frames = mark_keys(frames)
        tracks: Tracks = {}
        if isinstance(source, FilmSource):
            film_again = FilmReader(job, source, shots.cuts if shots else None)
            frames, tracks = _followed(frames, model, film_again, own, notes)
            model = model.model if isinstance(model, HintedModel) else model
        look = _look(settings, own, 2 if first_field else 1)
        frames = predict_chroma(
            frames,
            model,
            device=device,
            batch=batch,
            vividness=settings.vividness,
            strength=settings.strength,
            warn=notes.append,
            lock=lock,
            pool=pool,
            look=look,
        )
        if tracks:
            frames = apply_hints(frames, tracks, look or (lambda _: (0.0, settings.strength)))
        if isinstance(sink, MOVING) and shots is not None:
            frames = _smoothed(frames, sink, shots, 2 if first_field else 1)
        shift_of = sink.chroma_shift if isinstance(sink, MOVING) else None
        if not film:
            frames = mark_paper(frames, settings.paper)
        in_rows = not film or (isinstance(sink, SequenceSink) and not first_field)
        frames = upsample_chroma(frames, sink.chroma_size, shift_of, in_rows=in_rows)
        if first_field:
            frames = weave_fields(frames, first_field)
        for done, frame in enumerate(frames, start=begun + 1):
            sink.write(frame)
            yield Progress(job, JobState.RUNNING, done, source.frame_count)
        if not done:
            raise MediaError(job.source, "holds no picture that can be read")
    if shots is not None:
        shots.write()
        _note_cuts(job, record)
    if film and settings.verify:
        notes.append(_verified(job, record))
    warnings = tuple(dict.fromkeys([*source.warnings, *notes, *sink.warnings]))
    contents = set(source.contents) if isinstance(source, StillSource) else set()
    content = contents.pop() if len(contents) == 1 else ""
    yield Progress(
        job, JobState.DONE, done, done, "", warnings, sha256=record.sha256, content=content
    )


def _hinted(job: Job, model: ColorModel) -> ColorModel:
    """Return a model with the hints that the settings name, unless it has some.

    Raises:
        SettingsError: they can't be read.
    """
    file = hint_file(job.settings.hints, job.source)
    if file is None or isinstance(model, HintedModel):
        return model
    return HintedModel(model, read_hints(file)).eval()


def _followed(
    frames: Iterator[Frame],
    model: ColorModel,
    film: FilmReader,
    own: Overrides | None,
    notes: list[str],
) -> tuple[Iterator[Frame], Tracks]:
    """Follow the hints of a film through their shots; make the frames they were set on key frames.

    Raises:
        SettingsError: a hint does not say when, or is behind the film's end or outside its shot.
    """
    placed = [] if own is None else list(own.placed(film))
    if isinstance(model, HintedModel):
        placed += film.placed(model.hints, notes)
    return key_hinted(frames, {index for index, _ in placed}), track_hints(placed, film.marked)


def _look(settings: Settings, own: Overrides | None, per_frame: int) -> Look | None:
    """Return what gives a frame its vividness and strength, where shots have their own."""
    if own is None:
        return None

    def look(index: int) -> tuple[float, float]:
        shot = own.of(index // per_frame)
        vividness, strength = shot.vividness, shot.strength
        return (
            settings.vividness if vividness is None else vividness,
            settings.strength if strength is None else strength,
        )

    return look


def _record(job: Job, model: ColorModel) -> Record:
    """Begin the record of a job: with what it is computed."""
    told: dict[str, Any] = {"name": model.name, "weights_sha256": model.weights_sha256 or None}
    if not model.weights_sha256:
        told["parameters_sha256"] = _model_hash(model)
    if isinstance(model, HintedModel):
        told["hints"] = model.hints
    device = device_facts(next(model.parameters()).device)
    return Record(job, model=told, device=device, write=job.settings.sidecar)


def _completion(
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


def _note_cuts(job: Job, record: Record) -> None:
    """Record which cut list a film was made with."""
    cuts = cut_file(job.settings.shots, job.source)
    if cuts is not None and cuts.exists():
        record.add(shots={"path": str(cuts), "sha256": file_hash(cuts)})
    own = override_file(cuts)
    if own is not None and own.exists():
        record.add(shot_settings={"path": str(own), "sha256": file_hash(own)})


def _depth(film: bool, batch: int) -> int:
    """Return how many decoded frames may wait; pages of a scan are large."""
    return max(PREFETCH_DEPTH, batch) if film else 1


def _open_sink(job: Job, source: Source, model: ColorModel) -> Sink:
    """Open the target; of a film with all that its frames depend on, to go on or begin anew."""
    settings = job.settings
    return open_sink(
        job.target,
        like=source,
        codec=settings.codec,
        quality=settings.quality,
        preset=settings.preset,
        hardware=settings.hardware,
        jpeg_quality=settings.jpeg_quality,
        bit_depth=settings.bit_depth,
        profile=settings.profile,
        made_by=_made_by(job, model),
        caption=settings.caption,
        identity=film_identity(job, model) if job.kind is Kind.FILM else None,
    )


def _made_by(job: Job, model: ColorModel) -> str:
    """Return in one line how the colours of a photo come to be, for its metadata."""
    settings = job.settings
    told = f"model {model.name}, vividness {settings.vividness:g}, strength {settings.strength:g}"
    hinted = ", colour hints of a person" if isinstance(model, HintedModel) else ""
    return f"{told}, size {settings.size}{hinted}"


def _verified(job: Job, record: Record) -> str:
    """Read a finished film back and say what came of its luma.

    Raises:
        MediaError: it is not as it must be.
    """
    exact = job.settings.quality == 0 and job.settings.codec in ("h264", "h265")
    settings = job.settings
    verdict = verify_film(
        job.target,
        job.source,
        exact=exact,
        start=settings.start,
        end=settings.end,
        **{name: getattr(settings, name) for name in FRAME_SETTINGS},
    )
    record.add(verified={"good": verdict.good, "verdict": str(verdict)})
    if not verdict.good:
        raise MediaError(job.target, f"verification failed: {verdict}")
    return f"verified: {verdict}"


def _cut_list(source: Source, settings: Settings) -> CutList | None:
    """Return the cut list of a film that is to be smoothed."""
    if isinstance(source, FilmSource) and settings.smooth:
        name = source.pattern if isinstance(source, SequenceSource) else source.path
        return CutList(settings.shots, name, source.rate)
    return None


def _frames(
    source: Source, sink: Sink, shots: CutList | None, settings: Settings
) -> Iterator[Frame]:
    """Return the frames that a sink still wants; of a film to be smoothed, with shots marked."""
    if isinstance(source, StillSource) and isinstance(sink, StillSink):
        return sorted_out(source.frames(sink.pages), source, settings)
    assert isinstance(source, FilmSource)
    assert isinstance(sink, MOVING)
    # A few frames more, so that the first one's motion and cuts are found again.
    anchor = sink.anchor(CONTEXT)
    begin = max(0, sink.start - (CONTEXT if shots else 0))
    if isinstance(source, SequenceSource):
        frames = source.frames(begin, anchor, video=isinstance(sink, FilmSink))
    else:
        frames = source.frames(begin, anchor)
    start, cuts, per_frame = sink.start, shots.cuts if shots else None, 1
    if source.first_field:
        frames = separate_fields(frames, source.first_field)
        start, per_frame = 2 * start, 2
        cuts = None if cuts is None else {2 * cut for cut in cuts}
    if shots is None:
        return frames
    shots.restore(sink.state().get("shots"))
    marked = mark_shots(frames, cuts, detector=adaptive_detector())
    return shots.noted((frame for frame in marked if frame.index >= start), per_frame)


def _smoothed(
    frames: Iterator[Frame], sink: FilmSink | SequenceSink, shots: CutList, per_frame: int
) -> Iterator[Frame]:
    """Smooth chroma, going on from where an earlier run's finished segments end.

    Args:
        frames: those that the sink wants, or their fields.
        sink: keeps what is remembered.
        shots: found so far.
        per_frame: fields of a frame, 1 or 2.
    """

    def keep(index: int, state: State) -> None:
        number, between = divmod(index, per_frame)
        if not between:
            sink.keep_state(number, {**state, "shots": shots.state(number)})

    state = {name: value for name, value in sink.state().items() if name != "shots"}
    return smooth_chroma(frames, state=state, keep=keep)


def film_identity(job: Job, model: ColorModel) -> dict[str, Any]:
    """Return all that the frames of a coloured film depend on, as JSON values.

    Raises:
        MediaError: the source can't be read.
    """
    settings = job.settings.as_dict()
    names = FILM_SETTINGS + (FRAME_SETTINGS if is_pattern(job.source) else ())
    names += FRAME_FILE_SETTINGS if is_pattern(job.target) else ()
    kept = {name: settings[name] for name in names} | {"to": job.target.suffix}
    cuts = cut_file(job.settings.shots, job.source)
    if cuts is not None and cuts.exists():
        kept["shots"] = sha256(cuts.read_bytes()).hexdigest()
    own = override_file(cuts)
    found = own is not None and own.exists()
    kept["shot_settings"] = sha256(own.read_bytes()).hexdigest() if own and found else None
    if isinstance(model, HintedModel):
        kept["hints"], model = model.hints, model.model
    else:
        kept["hints"] = None
    return {
        "source": source_identity(job.source),
        "settings": kept,
        "model": _model_hash(model),
        "program": f"{__version__} {av_versions()} {torch.__version__}",
    }


def _model_hash(model: ColorModel) -> str:
    """Return a hash of what a model is and of its weights."""
    found = sha256(repr(model).encode())
    for name, tensor in model.state_dict().items():
        found.update(name.encode())
        found.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


def colorize_frame(
    frame: Frame,
    model: ColorModel,
    *,
    vividness: float = 0.8,
    strength: float = 1.0,
    paper: str = "neutral",
) -> np.ndarray:
    """Colorize one picture in memory, without a sink.

    Args:
        frame: with Y and L set.
        model: the loaded model.
        vividness: 0 is the cautious average colour, 1 the likeliest.
        strength: factor of ab.
        paper: see `mark_paper`.

    Returns:
        sRGB, (H, W, 3) float32 in [0, 1], the size of `frame.Y`.
    """
    frames = predict_chroma(
        [frame],
        model,
        device=next(model.parameters()).device,
        vividness=vividness,
        strength=strength,
    )
    (done,) = upsample_chroma(mark_paper(frames, paper), lambda one: one.Y.shape)
    assert done.ab is not None  # upsampling ends with ab
    return np.moveaxis(ab_to_srgb(done.lightness(), done.ab), 0, -1)


def refuse_own_source(job: Job) -> None:
    """Raise TargetError when the target is the source, under whatever name.

    An unfinished output that is a link goes: written through, it would change another file.
    """
    part = job.target.with_name(job.target.name + ".part")
    if part.is_symlink() or (part.exists() and part.stat().st_nlink > 1):
        part.unlink()
    same = job.source.resolve() == job.target.resolve()
    if same or (job.target.exists() and job.source.exists() and job.target.samefile(job.source)):
        raise TargetError(job.target, "is the source itself; choose another output folder")

"""A film in pieces that several machines colour, and which films are none of these.

A piece is coloured by the stages of `colorizer.pipeline.film` and leaves segments. When all are
done, the film is run as any that continues: it takes them over and joins them.
"""

from __future__ import annotations

from collections.abc import Generator

from colorizer.guidance.cut_list import cut_file, override_file
from colorizer.guidance.hints.file import guides_of
from colorizer.guidance.references.files import content_files
from colorizer.jobs import Job
from colorizer.media import open_film
from colorizer.media.film.pieces import Piece, PieceSink, find_pieces
from colorizer.media.film.unfinished import is_begun
from colorizer.models.base import ColourModel
from colorizer.notes import Note, note
from colorizer.pipeline.film import PREFETCH_DEPTH, FilmWork, predictor
from colorizer.pipeline.film_stages import SHOTS_KEPT, cut_list_of, levels_of, look_ahead, memory_of
from colorizer.pipeline.recording import film_identity
from colorizer.places.frame_pattern import is_pattern
from colorizer.stages.device import core_pool
from colorizer.stages.found import FoundShots
from colorizer.stages.gather import gather_on
from colorizer.stages.predict import film_batch
from colorizer.stages.prefetch import Prefetch
from colorizer.stages.shots import CONTEXT


def why_whole(job: Job) -> Note | None:
    """Say what of its settings makes a film one that only one machine can colour; None if nothing.

    Raises:
        SettingsError: what they name can't be read.
    """
    settings = job.settings
    own = override_file(cut_file(settings.shots, job.source))
    reasons = {
        "pattern": is_pattern(job.source) or is_pattern(job.target),
        "smooth": not settings.smooth,
        "keep-colours": bool(SHOTS_KEPT[settings.keep_colours]),
        "negative": settings.negative,
        "start, end": bool(settings.start or settings.end),
        "hints": bool(guides_of(job)),
        "references": bool(content_files(settings) or (own is not None and own.exists())),
    }
    found = [name for name, true in reasons.items() if true]
    return note("film.stays_whole", names=found) if found else None


def pieces_of(job: Job, length: int) -> tuple[Piece, ...] | Note:
    """Return the pieces of a film, or why it stays whole.

    Args:
        job: the film.
        length: frames of a piece, about.

    Raises:
        ColorizerError: it can't be read.
    """
    if why := why_whole(job):
        return why
    if is_begun(job.target):
        return note("film.stays_begun")
    with open_film(job.source, job.settings, side=job.settings.size) as source:
        return find_pieces(source, length, CONTEXT) or note("film.stays_short")


def colour_piece(job: Job, model: ColourModel, piece: Piece) -> Generator[int, None, None]:
    """Colour one piece of a film, continuing after the segments that it has; yield frames done.

    Raises:
        ColorizerError: it can't be done; finished segments stay.
    """
    settings, notes = job.settings, list[str]()
    device = next(model.parameters()).device
    batch, identity = film_batch(device), film_identity(job, model, ())
    with (
        open_film(job.source, settings, side=settings.size) as source,
        PieceSink(job.target, settings, like=source, identity=identity, piece=piece) as sink,
        core_pool(device) as pool,
        Prefetch(
            (
                work := FilmWork(
                    job,
                    source,
                    sink,
                    cut_list_of(source, job),
                    levels_of(settings),
                    FoundShots(),
                    memory_of(settings, None),
                    look_ahead(source, settings, notes),
                    sink.edges,
                )
            ).wanted(),
            max(PREFETCH_DEPTH, batch),
        ) as frames,
    ):
        predict = predictor(model, gather_on(device), notes, pool)
        done = 0
        for done, frame in enumerate(work.coloured(frames, predict, (), notes, pool), start=1):
            sink.write(frame)
            yield done

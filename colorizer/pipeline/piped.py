"""The path of a film through a pipe: the stages of `colorizer.pipeline.film`, in one pass.

Nothing is read twice and nothing is recorded: what hints, references, a cut list of its own and a
run that continues would need is not at hand.
"""

from __future__ import annotations

from collections.abc import Generator

from colorizer.guidance.references.content import anchors_of
from colorizer.guidance.references.files import content_files, in_folders
from colorizer.guidance.references.reach import told_of_references
from colorizer.jobs import Job, JobState, Kind, Progress
from colorizer.media.base import FilmOutput
from colorizer.media.film.piped import PIPE
from colorizer.media.film.protocol import Film
from colorizer.models.base import ColourModel
from colorizer.pipeline.film import PREFETCH_DEPTH, FilmWork, predictor
from colorizer.pipeline.film_references import reached_in_film
from colorizer.pipeline.film_stages import cut_list_of, levels_of, look_ahead, memory_of
from colorizer.pipeline.writing import all_warnings, written
from colorizer.settings import Settings
from colorizer.stages.device import core_pool
from colorizer.stages.found import FoundShots
from colorizer.stages.gather import gather_on
from colorizer.stages.predict import film_batch
from colorizer.stages.prefetch import Prefetch


def colour_pipe(
    source: Film, sink: FilmOutput, model: ColourModel, settings: Settings
) -> Generator[Progress, None, None]:
    """Colorize the frames of an opened film into an opened output, yielding after each.

    The last Progress has all that is to be told as its warnings.

    Raises:
        MediaError: the film has no frame, or the output can't be written.
    """
    job, notes = Job(source.path, PIPE, Kind.FILM, settings), []
    device = next(model.parameters()).device
    batch = film_batch(device)
    shots, found = cut_list_of(source, job), FoundShots()
    files = content_files(settings)
    anchors = anchors_of(
        files, model, settings.size, lenient=in_folders(settings), tell=notes.append
    )
    memory = memory_of(settings, anchors)
    overview = look_ahead(source, settings, notes)
    work = FilmWork(job, source, sink, shots, levels_of(settings), found, memory, overview)
    with (
        core_pool(device) as pool,
        Prefetch(work.wanted(), max(PREFETCH_DEPTH, batch)) as frames,
    ):
        predict = predictor(model, gather_on(device), notes, pool)
        coloured = work.coloured(frames, predict, (), notes, pool)
        done = yield from written(job, coloured, source, sink)
        notes += told_of_references(reached_in_film(anchors, memory, work.per_frame, shots))
    warnings = all_warnings(source, notes, sink)
    yield Progress(job, JobState.DONE, done, done, warnings=warnings)

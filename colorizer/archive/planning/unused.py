"""Options that a person gave and that have no effect in a run: they are named, not ignored."""

from __future__ import annotations

from collections.abc import Iterator

from colorizer.archive.planning.naming import Plan
from colorizer.jobs import Kind
from colorizer.notes import note
from colorizer.settings import Settings


def unused(plan: Plan, settings: Settings) -> Iterator[str]:
    """Yield notes on options of films that change nothing in a plan."""
    kinds = {job.kind for job in plan.jobs}
    if Kind.FILM in kinds:
        yield from _of_films(settings)
    elif kinds:
        given = [f"--{name}" for name in ("shots", "start", "end") if getattr(settings, name)]
        if given:
            yield note("plan.films_only", options=given)


def _of_films(settings: Settings) -> Iterator[str]:
    from colorizer.media.film.codecs import codec_named

    if settings.quality is not None and codec_named(settings.codec).quality is None:
        yield note("plan.no_quality", codec=settings.codec)
    if settings.shots is not None and not settings.smooth:
        yield note("plan.needs", option="--shots", needs="--smooth")
    remembers = settings.smooth and settings.memory == "on"
    if settings.keep_colours in ("scene", "film") and not remembers:
        option = f"--keep-colours {settings.keep_colours}"
        yield note("plan.needs", option=option, needs="--smooth, --memory on")

"""The course of measures over time as a picture: SVG, one panel for each, cuts as lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

WIDTH, PANEL, MARGIN, LEFT, TOP = 1000, 130, 34, 70, 40
"""Pixels."""
TITLES = {
    "flicker": "flicker, squared ab",
    "warp_ab": "warp error, squared ab",
    "cdc_ab": "change of the ab histogram (JS)",
    "chroma": "mean chroma",
    "ghost": "share of old colours at cuts",
    "error": "RMSE of ab to the truth",
}
"""Courses in order of their panels."""
COLOURS = ("#1f6fb4", "#c0561f", "#2f8f4e", "#8a4fa3", "#b02a3c", "#59636e")
"""Of the lines, dark enough for white paper."""


def svg(found: dict[str, Any], title: str) -> str:
    """Draw what `measure_film` found.

    Args:
        found: its answer.
        title: a line above all.
    """
    panels = [name for name in TITLES if name in found["courses"]]
    height = TOP + len(panels) * (PANEL + MARGIN) + 20
    seconds = max(found["frames"] * found["seconds_per_frame"], 1e-9)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="15">{escape(title)}</text>',
    ]
    for number, name in enumerate(panels):
        top = TOP + number * (PANEL + MARGIN) + MARGIN / 2
        parts += _panel(found, name, top, seconds, COLOURS[number % len(COLOURS)])
    return "\n".join([*parts, "</svg>\n"])


def _panel(
    found: dict[str, Any], name: str, top: float, seconds: float, colour: str
) -> Iterator[str]:
    """Yield the elements of one panel."""
    course = found["courses"][name]
    known = [value for value in course["values"] if value is not None]
    low, high = min(0.0, *known) if known else 0.0, max(known, default=0.0) or 1.0
    inner = WIDTH - LEFT - 20
    step = found["seconds_per_frame"]

    def x(second: float) -> float:
        return LEFT + inner * second / seconds

    def y(value: float) -> float:
        return top + PANEL * (1 - (value - low) / (high - low))

    yield f'<text x="{LEFT}" y="{top - 5:.0f}">{TITLES[name]}</text>'
    yield (
        f'<rect x="{LEFT}" y="{top:.1f}" width="{inner}" height="{PANEL}" fill="none"'
        ' stroke="#bbb"/>'
    )
    for value in (low, high):
        yield f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.3g}</text>'
    for cut in found["cuts"]:
        at = x(cut * step)
        yield f'<path d="M{at:.1f} {top:.1f}v{PANEL}" stroke="#999" stroke-dasharray="3 3"/>'
    for run in _runs(course["values"]):
        places = [
            (x((place + 0.5) * course["frames_per_point"] * step), y(value)) for place, value in run
        ]
        if len(places) == 1:
            across, down = places[0]
            yield f'<circle cx="{across:.1f}" cy="{down:.1f}" r="2.5" fill="{colour}"/>'
            continue
        line = " ".join(f"{across:.1f},{down:.1f}" for across, down in places)
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.3"/>'
    for part in range(5):
        second = seconds * part / 4
        yield (
            f'<text x="{x(second):.1f}" y="{top + PANEL + 13:.1f}" fill="#666"'
            f' text-anchor="middle" font-size="10">{_clock(second)}</text>'
        )


def _runs(values: list[float | None]) -> list[list[tuple[int, float]]]:
    """Split a course where it has no value."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:04.1f}"

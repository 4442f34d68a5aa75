"""The command `measure`: how steady, true and faithful a coloured film is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from colorizer.commands.report import ExitCode
from colorizer.commands.streams import write_json, write_text
from colorizer.errors import MediaError, SettingsError, TargetError
from colorizer.files.shown_names import counted
from colorizer.notes import note
from colorizer.settings import Reading, Settings

TEXT = """\
Measure how steady, accurate and faithful a colorized film is.

Motion, occlusion and cuts are found on the gray source. RESULT must have the size and frames of its
source. --truth is the film in its true colours. --plain is the same film colorized with
--no-smooth; with it, ghosts are measured exactly, ghosts on uncovered ground are measured at all,
and the colour lost by smoothing is known. Lower is better, except for chroma against another film,
where 1 is best.

  cdc       change of the histograms over 1, 2 and 4 frames in a shot (Jensen-Shannon, mean of R, G
            and B as published, or of a and b); gray: of the source, the lowest possible cdc rgb
  warp      squared change along the motion over 1 and 8 frames, where it is visible (Lai et al.
            2018; RGB from 0 to 1, ab in CIELAB units)
  flicker   squared distance of ab from the mean of the neighbouring frames, along the motion
  still     variance of ab where nothing moves
  drift     spread over a shot of the mean ab of one thing; things are told by the true colours,
            without --truth by what the network sees in the gray source
  ghost     share of old colours next to cuts and on uncovered ground
  t90       frames after a cut until a tenth of the old colours is left; with --truth, until the
            error is 1.1 times what remains
"""
_FILMS = ("gray", "result", "plain", "truth")
_ROWS = {
    "cdc_rgb": "CDC, RGB",
    "cdc_ab": "CDC, ab",
    "warp_rgb_1": "warp error, RGB, 1 frame",
    "warp_rgb_8": "warp error, RGB, 8 frames",
    "warp_ab_1": "warp error, ab, 1 frame",
    "warp_ab_8": "warp error, ab, 8 frames",
    "flicker_ab": "flicker, ab",
    "still_ab": "variance where still, ab",
    "drift": "drift, ab",
    "chroma": "mean chroma",
    "colorfulness": "colorfulness",
}

_AGAINST = {
    ("chroma_to_plain",): "chroma against plain",
    ("chroma_to_truth",): "chroma against truth",
    ("ghost", "after_cuts"): "ghost after cuts",
    ("ghost", "before_cuts"): "ghost before cuts",
    ("ghost", "worst_cut"): "worst ghost at a cut",
    ("ghost", "t90"): "T90 after cuts, frames",
    ("ghost", "uncovered"): "ghost on uncovered ground",
    ("error", "rmse_ab"): "RMSE of ab",
    ("error", "rmse_ab_uncovered"): "RMSE on uncovered ground",
    **{("error", "rmse_ab_behind_cuts", f"{n}"): f"RMSE at cut + {n}" for n in range(4)},
    ("error", "t90"): "T90 of the error, frames",
}
"""Where to find what is measured against another film, and what to call it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("result", type=Path, metavar="RESULT", help="a colorized film")
    parser.add_argument(
        "--source", type=Path, metavar="FILE", help="default: the source its sidecar names"
    )
    parser.add_argument("--truth", type=Path, metavar="FILE", help="the film in true colours")
    parser.add_argument(
        "--plain", type=Path, metavar="FILE", help="the film colorized frame by frame"
    )
    parser.add_argument(
        "--shots", type=Path, metavar="CSV", help="cut list; default: cuts are detected"
    )
    parser.add_argument("--plot", type=Path, metavar="SVG", help="draw the values over time")
    parser.add_argument("--json", action="store_true", help="print JSON, with the values over time")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress bar")


def measure(arguments: argparse.Namespace) -> int:
    """Measure one film and tell what was found."""
    plot: Path | None = arguments.plot
    if plot is not None and plot.suffix.lower() != ".svg":
        raise SettingsError(note("measure.plot_not_svg", file=plot))
    source, part = _source(arguments)
    if plot is not None:
        _check_plot(plot, source, arguments)
    found = _measured(arguments, source, part)
    if plot is not None:
        _draw(plot, found, f"{arguments.result.name}")
    if arguments.json:
        write_json(event="measured", result_file=str(arguments.result), source=str(source), **found)
    else:
        write_text("\n".join(lines(found)))
    return ExitCode.OK


def _check_plot(plot: Path, source: Path, arguments: argparse.Namespace) -> None:
    """Refuse a plot that would replace a file that is read.

    Raises:
        TargetError: naming it.
    """
    from colorizer.archive.planning.register import check_output
    from colorizer.archive.records.provenance import sidecar_of
    from colorizer.jobs import Job, Kind

    read = [arguments.result, sidecar_of(arguments.result), arguments.truth, arguments.plain]
    job = Job(source, plot, Kind.FILM, Settings(shots=arguments.shots))
    check_output(plot, job, [file for file in read if file])


def _measured(arguments: argparse.Namespace, source: Path, part: Reading) -> dict[str, Any]:
    from tqdm import tqdm

    from colorizer.measure import measure_film

    with tqdm(unit=" frames", disable=True if arguments.quiet else None) as bar:

        def tell(done: int, whole: int | None) -> None:
            bar.total = whole
            bar.update(done - bar.n)

        return measure_film(
            arguments.result,
            source,
            part,
            truth=arguments.truth,
            plain=arguments.plain,
            shots=arguments.shots,
            tell=tell,
        )


def _source(arguments: argparse.Namespace) -> tuple[Path, Reading]:
    """Return the source and which part of it was coloured.

    Raises:
        SettingsError: none is named, and no sidecar does.
        MediaError: its sidecar, which tells the part, can't be used.
    """
    from colorizer.archive.records.provenance import find_source, read_sidecar, sidecar_of
    from colorizer.archive.records.sidecar_form import unusable
    from colorizer.commands.info import known_kind
    from colorizer.jobs import Kind

    if known_kind(arguments.result) is not Kind.FILM:
        raise SettingsError(note("measure.photo", file=arguments.result))
    sidecar = read_sidecar(sidecar_of(arguments.result))
    if sidecar is None:
        if fault := unusable(sidecar_of(arguments.result)):
            raise MediaError(arguments.result, fault)
        if arguments.source is None:
            raise SettingsError(note("measure.source_unknown", file=arguments.result))
        return arguments.source, Reading()
    settings = sidecar.get("settings", {})
    part = Reading.within({name: settings[name] for name in ("start", "end") if name in settings})
    return arguments.source or find_source(sidecar, sidecar_of(arguments.result)), part


def _draw(plot: Path, found: dict[str, Any], title: str) -> None:
    from colorizer.files.durable import write_whole
    from colorizer.measure.plot import svg

    try:
        write_whole(plot, svg(found, title).encode())
    except OSError as error:
        raise TargetError(plot, note("file.cannot_write_so", why=error.strerror)) from error


def lines(found: dict[str, Any]) -> list[str]:
    """Return what was found as lines of text."""
    films = [name for name in _FILMS if name in found]
    text = [f"{counted(found['frames'], 'frame')}, {counted(found['shots'], 'shot')}", ""]
    text.append(f"{'':28}" + "".join(f"{name:>12}" for name in films))
    for key, title in _ROWS.items():
        cells = [found[name].get(key) for name in films]
        if any(cell is not None for cell in cells):
            text.append(f"{title:28}" + "".join(f"{_number(cell, blank=''):>12}" for cell in cells))
    text.append("")
    for key, title in _AGAINST.items():
        cells = [_nested(found[name], key) for name in films]
        if any(cell is not None for cell in cells):
            text.append(f"{title:28}" + "".join(f"{_number(cell, blank=''):>12}" for cell in cells))
    return [*text, *_remarks(found["result"]), "", *_faithful_lines(found)]


def _nested(film: dict[str, Any], key: tuple[str, ...]) -> float | None:
    """Return a value of a film by the names that lead to it, None where it has none."""
    value: Any = film
    for name in key:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list):
            value = value[int(name)]
    return value


def _remarks(result: dict[str, Any]) -> list[str]:
    """Say what the table of a result leaves out."""
    ghost, text = result["ghost"], []
    if not ghost["cuts"]:
        text.append("no cut beside which old colours could be told")
    if ghost["own_colours"] != "plain":
        text.append("ghosts on uncovered ground are told with --plain alone")
    for told, where in ((ghost, "old colours"), (result.get("error", {}), "the error")):
        if told.get("t90_never"):
            text.append(f"after {told['t90_never']} cuts {where} stayed for longer than looked at")
    return text


def _faithful_lines(found: dict[str, Any]) -> list[str]:
    seen, sound = found["fidelity"], found["sound"]
    exact = seen["luma_exact"]
    luma = "no luma compared" if exact is None else f"luma: {_percent(exact)} of samples exact"
    if exact is not None and exact < 1:
        luma += f", at most {seen['luma_worst']} codes of {seen['luma_bits']} bit apart"
    count = f"frames: {seen['frames']}, the source has {seen['source_frames']}"
    text = [luma, f"{count}; at most {seen['late_ms']:.2f} ms from their time"]
    if sound is None:
        text.append("sound: not compared, the result is a part of its source")
    elif sound["source_streams"] or sound["streams"]:
        same = "the same packets" if sound["same"] else "other packets"
        text.append(
            f"sound: {sound['streams']} of {counted(sound['source_streams'], 'stream')}, {same},"
            f" moved by {_number(sound['offset_ms'])} ms against the picture"
        )
    return [*text, *(f"note: {warning}" for warning in found["warnings"])]


def _percent(share: float) -> str:
    return "all" if share == 1 else f"{100 * share:.2f} %"


def _number(value: float | None, *, blank: str = "-") -> str:
    return blank if value is None else f"{value:.4g}"

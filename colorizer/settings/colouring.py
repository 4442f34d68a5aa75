"""How colours are found: the network, and what guides and steadies it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from colorizer.settings.option import Options, option

PAPERS = ("neutral", "tint", "colour")
FADED = ("fresh", "as-is", "off")
SWITCH = ("on", "off")
KEPT = ("off", "scene", "film", "folder")
CARDS = ("neutral", "colour")
SCREENS = ("hide", "show")
EMULSIONS = ("auto", "pan", "ortho", "blue")


@dataclass(frozen=True, kw_only=True)
class Colouring(Options):
    """How colours are found."""

    model: str = option("colour", "autochrome", "model to colorize with", metavar="NAME")
    weights: Path | None = option(
        "colour",
        None,
        "weights file to use instead of the model's own (.safetensors)",
        metavar="FILE",
        shapes="none",  # its content does, and is compared by its hash; so is the cut list's
    )
    device: str = option(
        "colour",
        "auto",
        "device of the network: auto, cpu, cuda, cuda:N or cuda:all (every card, with Ray); "
        "mps (Apple) and xpu (Intel) are untried",
        metavar="DEVICE",
        shapes="none",
        everyday=True,
    )
    size: int = option(
        "colour",
        256,
        "short side of the picture the network sees, in pixels; the output keeps its own size",
        range=(64, 1024),
    )
    strength: float = option(
        "colour", 1.0, "amount of colour, 0 is none", range=(0.0, 2.0), everyday=True
    )
    vividness: float = option(
        "colour",
        0.8,
        "0 is the cautious average colour, 1 the likeliest colour",
        range=(0.0, 1.0),
        everyday=True,
    )
    emulsion: str = option(
        "colour",
        "auto",
        "spectral sensitivity of the emulsion: pan (panchromatic), ortho (orthochromatic: no red;"
        " usual until about 1925), blue (blue-sensitive; usual until about 1906); auto goes by the"
        " date in the file if it is that early, otherwise the network guesses",
        choices=EMULSIONS,
    )
    hints: Path | None = option(
        "colour",
        None,
        "colour hints and references: a JSON file, or a folder with NAME.hints.json for each"
        " source",
        metavar="JSON",
        shapes="none",
    )
    reference: str = option(
        "colour",
        "",
        "colour picture of what the film or the photos show, or a folder of such pictures; found"
        " there by content, its colours go to what looks the same; may be given several times",
        metavar="PICTURE",
        shapes="none",  # their content does
        several=True,
    )
    smooth: bool = option(
        "films", True, "steady the colours of a film along its motion", shapes="film"
    )
    memory: str = option(
        "films",
        "on",
        "colour memory of a film: each object keeps one colour throughout its shot (on), or may"
        " drift (off)",
        choices=SWITCH,
        shapes="film",
    )
    keep_colours: str = option(
        "films",
        "off",
        "things that an earlier shot of a film shows keep the colour they had there: off, scene"
        " (from the 8 shots before), or film (from the 32 shots before); folder: things that"
        " several photos of a folder show have one colour in all of them",
        choices=KEPT,
    )
    cards: str = option(
        "films",
        "neutral",
        "intertitles, title cards, credits, countdown leaders, slates and test charts of a film,"
        " and scans of pages of text: neutral gray, or colorized like the picture",
        choices=CARDS,
    )
    every_frame: bool = option(
        "films",
        False,
        "run the network on every frame of a film instead of on key frames only: slower, slightly"
        " more accurate",
        shapes="film",
    )
    shots: Path | None = option(
        "films",
        None,
        "cut list of a film, or a folder with one for each film: read if it exists, otherwise"
        " created; first_frame and start can be edited",
        metavar="CSV",
        shapes="none",
    )
    paper: str = option(
        "photos",
        "neutral",
        "paper and borders around a photo, black bars and masks around a film: neutral gray, with"
        " the tint of the scan (photos), or colorized like the picture",
        choices=PAPERS,
    )
    screens: str = option(
        "photos",
        "hide",
        "print screens (halftones) and visible scan lines, 0.7 to 14 pixels apart at the network's"
        " working size: remove them from what it sees (hide) or not (show); the result keeps them",
        choices=SCREENS,
    )
    faded: str = option(
        "photos",
        "fresh",
        "faded, dark and pale photos and films: the colours of a fresh print, colours as faded as"
        " the print is (as-is), or show the network the print without stretching its contrast or"
        " following fades and flicker (off); the lightness of the result never changes",
        choices=FADED,
    )

"""How colours are found: the network, and what guides and steadies it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from colorizer.settings.option import Options, option

DEVICES = {
    "auto": "automatic",
    "cpu": "CPU",
    "cuda": "graphics card",
    "cuda:0": "first graphics card",
    "cuda:1": "second graphics card",
    "cuda:all": "every graphics card, with Ray",
    "mps": "Apple, untried",
    "xpu": "Intel, untried",
}
PAPERS = {
    "neutral": "neutral gray",
    "tint": "tint of the scan, for photos",
    "colour": "coloured like the picture",
}
FADED = {
    "fresh": "colours of a fresh print",
    "as-is": "colours as faded as the print",
    "off": "contrast not stretched, fades and flicker not followed",
}
MEMORY = {"on": "one colour for each object throughout its shot", "off": "colours may drift"}
KEPT = {
    "off": "not kept",
    "scene": "in a scene, from the 8 shots before",
    "film": "in the film, from the 32 shots before",
    "folder": "in all photos of a folder",
}
CARDS = {"neutral": "neutral gray", "colour": "coloured like the picture"}
SCREENS = {"hide": "hidden from the network", "show": "shown to the network"}
EMULSIONS = {
    "auto": "automatic",
    "pan": "panchromatic",
    "ortho": "orthochromatic, no red, usual until about 1925",
    "blue": "blue-sensitive, usual until about 1906",
}


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
        "device of the network",
        choices=DEVICES,
        others="DEVICE",
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
        "spectral sensitivity of the emulsion; where automatic, the date in the file decides if it"
        " is that early, otherwise the network guesses",
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
        " there by content, its colours go to what looks the same",
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
        "colour memory of a film",
        choices=MEMORY,
        shapes="film",
    )
    keep_colours: str = option(
        "films",
        "off",
        "things keep the colour that they had in earlier shots of a film, or have in other photos"
        " of a folder",
        choices=KEPT,
    )
    cards: str = option(
        "films",
        "neutral",
        "intertitles, title cards, credits, countdown leaders, slates and test charts of a film,"
        " and scans of pages of text",
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
        "paper and borders around a photo, black bars and masks around a film",
        choices=PAPERS,
    )
    screens: str = option(
        "photos",
        "hide",
        "print screens (halftones) and visible scan lines, 0.7 to 14 pixels apart at the network's"
        " working size; the result keeps them",
        choices=SCREENS,
    )
    faded: str = option(
        "photos",
        "fresh",
        "faded, dark and pale photos and films; the lightness of the result never changes",
        choices=FADED,
    )

"""How sources are read."""

from __future__ import annotations

from dataclasses import dataclass

from colorizer.places.trim import Place, parse_place, parse_rate
from colorizer.settings.option import Options, flag, option
from colorizer.settings.writing import SPACES

TRANSFERS = {
    "auto": "printing density if the header says so, otherwise video",
    "video": "video",
    "log": "printing density",
    "linear": "linear light",
}
INTERLACED = {
    "auto": "as the film says",
    "no": "progressive",
    "top": "top field first",
    "bottom": "bottom field first",
    "mixed-top": "mixed, top field first",
    "mixed-bottom": "mixed, bottom field first",
}
CHANGES = {
    "fail": "refuse the film before the work",
    "split": "one film for each part: NAME.1, NAME.2 and so on",
}
"""What is done with a film whose size, aspect, tags or scan change inside. A film gives the one
file that its name promises, so splitting must be asked for; the refusal comes before the work."""
DAMAGED = {"fail": "report a failure", "salvage": "salvage what can be decoded"}
ASSUMED = {"auto": "automatic: sRGB, inks as device CMYK", **SPACES} | {
    "linear": "linear light",
    "gamma-1.8": "gamma 1.8",
    "gamma-2.2": "gamma 2.2",
}


@dataclass(frozen=True, kw_only=True)
class Reading(Options):
    """How photos, films and image sequences are read."""

    interlaced: str = option(
        "films",
        "auto",
        "field order of a film; mixed: frames are flagged one by one as interlaced or progressive,"
        " which FFV1 keeps",
        choices=INTERLACED,
        shapes="film",
    )
    start: str = option(
        "films",
        "",
        "first place of a film to colorize: a frame number (a number alone, from 0), seconds with"
        " s, M:SS, H:MM:SS or H:MM:SS:FF, in the film's own time code where it has one",
        metavar="PLACE",
        shapes="film",
    )
    end: str = option(
        "films",
        "",
        "stop before this place of a film; the same forms as for the start",
        metavar="PLACE",
        shapes="film",
    )
    changes: str = option(
        "films",
        "fail",
        "films whose size, pixel format, pixel aspect, colour tags or scan type (progressive,"
        " interlaced) change inside; FFV1 follows the scan type in one file",
        choices=CHANGES,
        shapes="none",  # each part says where it begins and ends
    )
    sequence: bool = option(
        "sequences",
        False,
        "treat numbered pictures of a folder as the frames of a film; DPX and OpenEXR always are,"
        " and a pattern such as shot_%04d.tif names one",
        shapes="none",
        everyday=True,
        planned=True,
    )
    fps: str = option(
        "sequences",
        "",
        "frames per second of an image sequence, such as 18 or 24000/1001; where none are given,"
        " what its frames say, otherwise 24",
        metavar="RATE",
        shapes="film",
        planned=True,
    )
    accept_gaps: bool = option(
        "sequences",
        False,
        "colorize image sequences even if frame numbers are missing",
        shapes="none",
        planned=True,
    )
    transfer: str = option(
        "sequences",
        "auto",
        "meaning of DPX codes",
        choices=TRANSFERS,
        shapes="film",
    )
    assume_profile: str = option(
        "photos",
        "auto",
        "colour space of photos that have no profile; it may be an ICC file of gray, RGB or CMYK",
        choices=ASSUMED,
        others="SPACE",
        shapes="photo",
    )
    negative: bool = option(
        "photos",
        False,
        "photos and films are negatives: they are inverted by density, and the positive is"
        " colorized and written",
        shapes="both",
    )
    damaged: str = option(
        "photos",
        "fail",
        "damaged photos; what is missing is put on record",
        choices=DAMAGED,
        shapes="photo",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        parse_rate(self.fps)
        for name in ("start", "end"):
            parse_place(getattr(self, name), flag(name))

    @property
    def span(self) -> tuple[Place | None, Place | None]:
        """First place of a film that is wanted, and the first no longer wanted."""
        return parse_place(self.start, "--start"), parse_place(self.end, "--end")

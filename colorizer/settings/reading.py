"""How sources are read."""

from __future__ import annotations

from dataclasses import dataclass

from colorizer.places.trim import Place, parse_place, parse_rate
from colorizer.settings.option import Options, flag, option

TRANSFERS = ("auto", "video", "log", "linear")
INTERLACED = ("auto", "no", "top", "bottom", "mixed-top", "mixed-bottom")
CHANGES = ("fail", "split")
"""What is done with a film whose size, aspect, tags or scan change inside. A film gives the one
file that its name promises, so splitting must be asked for; the refusal comes before the work."""
DAMAGED = ("fail", "salvage")


@dataclass(frozen=True, kw_only=True)
class Reading(Options):
    """How photos, films and image sequences are read."""

    interlaced: str = option(
        "films",
        "auto",
        "field order of a film: auto is what the film says, no: progressive, top: top field first,"
        " bottom: bottom field first; mixed-top and mixed-bottom: frames are flagged one by one as"
        " interlaced or progressive, which ffv1 keeps",
        choices=INTERLACED,
        shapes="film",
    )
    start: str = option(
        "films",
        "",
        "first place of a film to colorize: a frame number (from 0), seconds with s, M:SS, H:MM:SS"
        " or H:MM:SS:FF, in the film's own time code where it has one",
        metavar="PLACE",
        shapes="film",
    )
    end: str = option(
        "films",
        "",
        "stop before this place of a film; the same forms as for start",
        metavar="PLACE",
        shapes="film",
    )
    changes: str = option(
        "films",
        "fail",
        "films whose size, pixel format, pixel aspect, colour tags or scan type (progressive,"
        " interlaced) change inside: fail before the work, or split the result into NAME.1, NAME.2"
        " and so on; ffv1 follows the scan type in one file",
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
        "frames per second of an image sequence, such as 18 or 24000/1001; default: what its frames"
        " say, otherwise 24",
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
        "meaning of DPX codes: video, log (printing density) or linear light; auto is log if"
        " the header says so, otherwise video",
        choices=TRANSFERS,
        shapes="film",
    )
    assume_profile: str = option(
        "photos",
        "auto",
        "colour space of photos that have no profile: auto (sRGB, inks as device-cmyk), srgb,"
        " adobe-rgb, eci-rgb-v2, display-p3, linear, gamma-1.8, gamma-2.2, or an ICC file of gray,"
        " RGB or CMYK",
        metavar="SPACE",
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
        "damaged photos: fail, or salvage what can be decoded, with what is missing on record",
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

"""Settings: every option of a run, declared once.

The command line, the window, the job file and the sidecar read names, defaults, ranges and help
from the fields below. Neither torch nor av is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from colorizer.errors import SettingsError
from colorizer.options import check_option, flag, option
from colorizer.places.name_template import check_template
from colorizer.places.trim import parse_place, parse_rate

EXISTING = ("skip", "update", "rename", "overwrite", "fail")
CODECS = ("h264", "h265", "ffv1", "v210", "prores", "dnxhr", "av1")
PRESETS = {
    "none": None,
    "access": "h264",
    "archive": "ffv1",
    "edit": "prores",
    "dnxhr": "dnxhr",
    "web": "av1",
}
"""Purpose of a film -> its codec; archive is 4:2:2 with 10 bit at least."""
FORMATS = ("same", "tiff", "png", "jpeg", "jp2")
DEPTHS = ("same", "8", "16")
UNCOLOURED = ("do", "skip", "copy")
"""What is done with a photo that needs no colour."""
DAMAGED = ("fail", "salvage")
PAPERS = ("neutral", "tint", "colour")
FADED = ("fresh", "as-is", "off")
TRANSFERS = ("auto", "video", "log", "linear")
INTERLACED = ("auto", "no", "top", "bottom")
CHANGES = ("fail", "split")
"""What is done with a film whose size, aspect, tags or scan change inside. A film gives the one
file that its name promises, so splitting must be asked for; the refusal comes before the work."""


def _unneeded(what: str) -> Any:
    """Declare what is done with photos that need no colour."""
    text = f"{what}: colorize (do), skip, or copy unchanged"
    return option("photos", "do", text, choices=UNCOLOURED, shapes="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to colorize. Values are checked on construction.

    Raises:
        SettingsError: a value is outside its range or choices, naming the option.
    """

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
        "device of the network: auto, cpu, cuda or cuda:N",
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
        0.9,
        "0 is the cautious average colour, 1 the likeliest colour",
        range=(0.0, 1.0),
        everyday=True,
    )
    smooth: bool = option(
        "films", True, "steady the colours of a film along its motion", shapes="film"
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
    hints: Path | None = option(
        "colour",
        None,
        "colour hints and references: a JSON file, or a folder with NAME.hints.json for each"
        " source",
        metavar="JSON",
        shapes="none",
    )
    existing: str = option(
        "files",
        "skip",
        "what to do if the output exists; update makes it again if its source or the settings"
        " changed",
        choices=EXISTING,
        shapes="none",
        everyday=True,
    )
    name: str = option(
        "files",
        "{stem}_color",
        "names of the results, without suffix: {stem} and {ext} of the source, {parent} its"
        " folder, {n} its number in the run ({n:05} with zeros), {model}",
        metavar="TEMPLATE",
        shapes="none",
    )
    coloured: str = _unneeded("photos that are in colour, beyond the tint of the paper")
    blank: str = _unneeded("scans of blank pages")
    text: str = _unneeded("scans of pages of text")
    line_art: str = _unneeded("scans of line drawings")
    caption: bool = option(
        "photos",
        False,
        "add a strip below every photo that says its colours are generated",
        shapes="photo",
    )
    sidecar: bool = option(
        "records",
        True,
        "write NAME.colorize.json next to every result: what it was made from, and how",
        shapes="none",
    )
    preset: str = option(
        "films",
        "none",
        "purpose of a film: access (h264), archive (ffv1, at least 4:2:2 and 10 bit), edit"
        " (prores), dnxhr, web (av1)",
        choices=tuple(PRESETS),
        shapes="film",
        everyday=True,
    )
    codec: str = option("films", "h264", "video codec of films", choices=CODECS, shapes="film")
    quality: int | None = option(
        "films",
        None,
        "constant rate factor of h264, h265 and av1: 0 is lossless (not av1), higher values give"
        " smaller files; default 16 (h264), 18 (h265), 24 (av1)",
        range=(0, 63),
        shapes="film",
        everyday=True,
    )
    hardware: bool = option(
        "films",
        False,
        "encode h264, h265 or av1 on the graphics card: faster, larger files, never exact",
        shapes="film",
    )
    interlaced: str = option(
        "films",
        "auto",
        "field order of a film: auto is what the film says, no is progressive, top or bottom is"
        " the first field",
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
        "films whose size, pixel format, pixel aspect, colour tags or scan change inside: fail"
        " before the work, or split the result into NAME.1, NAME.2 and so on",
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
    )
    fps: str = option(
        "sequences",
        "",
        "frames per second of an image sequence, such as 18 or 24000/1001; default: what its frames"
        " say, otherwise 24",
        metavar="RATE",
        shapes="film",
    )
    accept_gaps: bool = option(
        "sequences",
        False,
        "colorize image sequences even if frame numbers are missing",
        shapes="none",
    )
    transfer: str = option(
        "sequences",
        "auto",
        "meaning of DPX codes: video, log (printing density) or linear light; auto is log if"
        " the header says so, otherwise video",
        choices=TRANSFERS,
        shapes="film",
    )
    verify: bool = option(
        "records",
        False,
        "read every finished film back and compare its luma with the source's",
        shapes="none",
    )
    format: str = option(
        "photos",
        "same",
        "file format of photos; same is the source's, or TIFF if that can't be written",
        choices=FORMATS,
        shapes="none",  # the name of the result tells it,
        everyday=True,
    )
    bit_depth: str = option(
        "photos", "same", "bits per channel of photos", choices=DEPTHS, shapes="photo"
    )
    jpeg_quality: int = option(
        "photos", 95, "quality of JPEG and WebP photos", range=(50, 100), shapes="photo"
    )
    profile: str = option(
        "photos",
        "srgb",
        "colour space of photos, embedded as a profile: srgb, adobe-rgb, eci-rgb-v2, display-p3,"
        " or an ICC file of an RGB space",
        metavar="SPACE",
        shapes="photo",
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
    damaged: str = option(
        "photos",
        "fail",
        "damaged photos: fail, or salvage what can be decoded, with what is missing on record",
        choices=DAMAGED,
        shapes="photo",
    )
    paper: str = option(
        "photos",
        "neutral",
        "paper and borders around a photo: neutral gray, with the tint of the scan, or colorized"
        " like the picture",
        choices=PAPERS,
        shapes="photo",
    )
    faded: str = option(
        "photos",
        "fresh",
        "faded, dark and pale photos: the colours of a fresh print, colours as faded as the print"
        " is (as-is), or show the network the print without stretching its contrast (off); the"
        " lightness of the result never changes",
        choices=FADED,
        shapes="photo",
    )
    c2pa_certificate: Path | None = option(
        "records",
        None,
        "sign every result with Content Credentials: certificate chain, the signer's first (PEM)",
        metavar="PEM",
        shapes="none",
    )
    c2pa_key: Path | None = option(
        "records",
        None,
        "private key for signing, without a password (PEM)",
        metavar="PEM",
        shapes="none",
    )

    def __post_init__(self) -> None:
        for item in fields(self):
            check_option(item, getattr(self, item.name))
        if (self.c2pa_certificate is None) != (self.c2pa_key is None):
            raise SettingsError("--c2pa-certificate and --c2pa-key go together; give both")
        check_template(self.name)
        parse_rate(self.fps)
        for name in ("start", "end"):
            parse_place(getattr(self, name), flag(name))
        codec = PRESETS[self.preset]
        if codec is not None:
            if self.codec not in ("h264", codec):
                raise SettingsError(f"--preset {self.preset} is {codec}; leave out --codec")
            object.__setattr__(self, "codec", codec)
        if self.hardware and self.quality == 0:
            raise SettingsError("--hardware is never exact; leave it out for --quality 0")

    def as_dict(self) -> dict[str, Any]:
        """Return all settings as plain JSON values."""
        return {name: str(v) if isinstance(v, Path) else v for name, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Build settings from JSON values.

        Raises:
            SettingsError: an unknown name or a value that is not allowed.
        """
        names = [item.name for item in fields(cls)]
        unknown = [name for name in values if name not in names]
        if unknown:
            raise SettingsError(f"unknown setting {unknown[0]!r}; known are {', '.join(names)}")
        for item in fields(cls):
            if item.name in values:
                _check_type(item, values[item.name])
        paths = {
            item.name: values.get(item.name) for item in fields(cls) if "Path" in str(item.type)
        }
        return cls(**{**values, **{n: Path(text) if text else None for n, text in paths.items()}})


def _check_type(item: Field[Any], value: Any) -> None:
    """Check that a JSON value is of the type of a field.

    Raises:
        SettingsError: it is of another, or a text with what no name may hold.
    """
    wanted = {"bool": bool, "int": int, "float": int | float, "Path": str | Path}
    kind = wanted.get(str(item.type).removesuffix(" | None"), str)
    optional = value is None and "None" in str(item.type)
    fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if not optional and (not fits or (isinstance(value, str) and "\0" in value)):
        raise SettingsError(f"{flag(item.name)} can't be {value!r:.40}")


def shaping(kind: str) -> list[str]:
    """Return the names of the settings on which a result of a kind, photo or film, depends."""
    return [item.name for item in fields(Settings) if item.metadata["shapes"] in ("both", kind)]

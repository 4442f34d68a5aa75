"""How results are written: films, and photos and frames."""

from __future__ import annotations

from dataclasses import dataclass

from colorizer.errors import SettingsError
from colorizer.notes import note
from colorizer.settings.option import Options, option

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


@dataclass(frozen=True, kw_only=True)
class FilmWriting(Options):
    """How films are encoded."""

    preset: str = option(
        "films",
        "none",
        "purpose of a film: access (h264), archive (ffv1, at least 4:2:2 and 10 bit), edit"
        " (prores), dnxhr, web (av1)",
        choices=tuple(PRESETS),
        shapes="film",
        everyday=True,
        planned=True,
    )
    codec: str = option(
        "films", "h264", "video codec of films", choices=CODECS, shapes="film", planned=True
    )
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

    def __post_init__(self) -> None:
        super().__post_init__()
        codec = PRESETS[self.preset]
        if codec is not None:
            if self.codec not in ("h264", codec):
                raise SettingsError(note("codec.of_preset", preset=self.preset, codec=codec))
            object.__setattr__(self, "codec", codec)
        if self.hardware and self.quality == 0:
            raise SettingsError(note("codec.hardware_never_exact"))


@dataclass(frozen=True, kw_only=True)
class PhotoWriting(Options):
    """How photos and the frames of image sequences are encoded."""

    format: str = option(
        "photos",
        "same",
        "file format of photos; same is the source's, or TIFF if that can't be written",
        choices=FORMATS,
        shapes="none",  # the name of the result tells it
        everyday=True,
        planned=True,
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
    caption: bool = option(
        "photos",
        False,
        "add a strip below every photo that says its colours are generated",
        shapes="photo",
    )

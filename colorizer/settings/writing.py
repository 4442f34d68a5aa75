"""How results are written: films, and photos and frames."""

from __future__ import annotations

from dataclasses import dataclass

from colorizer.errors import SettingsError
from colorizer.notes import note
from colorizer.settings.option import Options, option

CODECS = {
    "h264": "H.264",
    "h265": "H.265",
    "ffv1": "FFV1",
    "v210": "v210",
    "prores": "ProRes",
    "dnxhr": "DNxHR",
    "av1": "AV1",
}
PRESETS = {
    "none": None,
    "access": "h264",
    "archive": "ffv1",
    "edit": "prores",
    "dnxhr": "dnxhr",
    "web": "av1",
}
"""Purpose of a film -> its codec; archive is 4:2:2 with 10 bit at least."""
PURPOSES = {
    "none": "any, by its codec",
    "access": "access copy, H.264",
    "archive": "archive, FFV1, at least 4:2:2 and 10 bit",
    "edit": "editing, ProRes",
    "dnxhr": "editing, DNxHR",
    "web": "web, AV1",
}
FORMATS = {
    "same": "as the source, TIFF if that can't be written",
    "tiff": "TIFF",
    "png": "PNG",
    "jpeg": "JPEG",
    "jp2": "JPEG 2000",
}
DEPTHS = {"same": "as the source", "8": "8 bit", "16": "16 bit"}
SPACES = {
    "srgb": "sRGB",
    "adobe-rgb": "Adobe RGB 1998",
    "eci-rgb-v2": "eciRGB v2",
    "display-p3": "Display P3",
}


@dataclass(frozen=True, kw_only=True)
class FilmWriting(Options):
    """How films are encoded."""

    preset: str = option(
        "films",
        "none",
        "purpose of a film",
        choices=PURPOSES,
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
        "constant rate factor of H.264, H.265 and AV1: 0 is lossless (not AV1), higher values give"
        " smaller files; usual are 16 (H.264), 18 (H.265) and 24 (AV1)",
        range=(0, 63),
        shapes="film",
        everyday=True,
    )
    hardware: bool = option(
        "films",
        False,
        "encode H.264, H.265 or AV1 on the graphics card: faster, larger files, never exact",
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
        "file format of photos",
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
        "colour space of photos, embedded as a profile; it may be an ICC file of an RGB space",
        choices=SPACES,
        others="SPACE",
        shapes="photo",
    )
    caption: bool = option(
        "photos",
        False,
        "add a strip below every photo that says its colours are generated",
        shapes="photo",
    )

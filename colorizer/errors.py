"""Every error a person can cause or meet, in one tree.

    ColorizerError
    ├── SettingsError          an option's value is not allowed
    ├── MediaError             a file could not be read or written (has .path)
    │   ├── UnsupportedMedia   readable, but nothing this program can colorize
    │   └── TargetError        the output can't be written (read-only, disk full, is the source)
    ├── ModelNotFound          no model of that name
    ├── WeightsError           a weights file is missing, damaged or belongs to another model
    ├── DeviceError            the device was not found or is out of memory
    └── ClusterError           no cluster was found, or a machine in it is unlike the others

Messages are one line, a `colorizer.notes.note`: what was asked, what was found, what to do.
"""

from __future__ import annotations

from pathlib import Path

from colorizer.notes import note


class ColorizerError(Exception):
    """Base of all errors that a front-end shows as one line without a traceback."""


class SettingsError(ColorizerError):
    """An option has a value outside its range or choices."""


class MediaError(ColorizerError):
    """A photo or film could not be read or written.

    Attributes:
        path: the file in question.
        reason: what was found and what to do, without the path.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(note("file.reason", path=path, reason=reason))
        self.path = path
        self.reason = reason


class UnsupportedMedia(MediaError):
    """The file was read but holds nothing this program can colorize."""


class DamagedPhoto(MediaError):
    """A photo is damaged or cut off; a reader that salvages may take a part of it."""


class TargetError(MediaError):
    """The output file can't be written."""


class ModelNotFound(ColorizerError):
    """No model has the requested name."""


class WeightsError(ColorizerError):
    """A weights file is missing, damaged or made for another model."""


class ClusterError(ColorizerError):
    """No cluster was found, or a machine in it is not like the others."""


class DeviceError(ColorizerError):
    """The device was not found or has too little memory at the least setting."""

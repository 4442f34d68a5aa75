"""What the pixels of a photo mean that does not say it: an assumption with a name."""

from __future__ import annotations

from pathlib import Path

from colorizer.colour.coded_colours import SRGB_PRIMARIES, profile_of
from colorizer.colour.profiles import foreign_profile, profile_name, result_profile
from colorizer.colour.rgb_spaces import NAMED_SPACES
from colorizer.errors import SettingsError
from colorizer.files.strangers import read_whole
from colorizer.media.metadata.limits import MOST_METADATA_BYTES
from colorizer.notes import note

DEVICE_CMYK = "device-cmyk"
"""R = (1 - C)(1 - K) and so on, as CSS Color 5 converts its colours of that name."""
_GAMMAS = {"linear": 1.0, "gamma-1.8": 1.8, "gamma-2.2": 2.2}
ASSUMABLE = ("auto", *NAMED_SPACES, *_GAMMAS)
"""Names that --assume-profile takes."""


def assumed_profile(setting: str, space: str) -> tuple[bytes | None, str]:
    """Return the profile of pixels without one, None for sRGB and for inks, and its name.

    Args:
        setting: one of ASSUMABLE, or the path of an ICC profile, which counts for the spaces it
            can describe; the others stay automatic.
        space: "gray", "rgb" or "cmyk".

    Raises:
        SettingsError: the file can't be used.
    """
    if space != "cmyk" and setting in NAMED_SPACES:
        profile = None if setting == "srgb" else result_profile(setting)
        return profile, "sRGB" if profile is None else setting
    if space != "cmyk" and setting in _GAMMAS:
        return profile_of(space, SRGB_PRIMARIES, (0, _GAMMAS[setting])), setting
    if setting not in ASSUMABLE:
        profile = _read(setting)
        try:
            return foreign_profile(profile, space), profile_name(profile)
        except ValueError:  # of another space
            pass
    return None, DEVICE_CMYK if space == "cmyk" else "sRGB"


def check_assumed(setting: str) -> None:
    """Check that --assume-profile names what can be used.

    Raises:
        SettingsError: it does not.
    """
    if setting not in ASSUMABLE:
        _read(setting)


def _read(path: str) -> bytes:
    known = ", ".join(ASSUMABLE)
    try:
        data = read_whole(Path(path), MOST_METADATA_BYTES)
    except OSError as error:
        raise SettingsError(
            note("profile.assumed_wrong", known=known, path=repr(path), why=error.strerror or error)
        ) from error
    try:
        profile_name(data)
    except ValueError as error:
        raise SettingsError(note("profile.assumed_no_icc", file=path, known=known)) from error
    return data

"""Colours told by code points of ITU-T H.273, as AVIF, HEIC and JPEG XL have them."""

from __future__ import annotations

from colorizer.colour.coded_colours import profile_of_codes
from colorizer.media.photo.png_colour import SRGB_SAID
from colorizer.notes import note

_UNSPECIFIED = 2


def profile_of_told(
    space: str, primaries: int, transfer: int, notes: list[str]
) -> tuple[bytes | None, str]:
    """Return the profile of decoded pixels, and "srgb" where the codes say that they are sRGB.

    Args:
        space: "gray" or "rgb".
        primaries: colour primaries; 2 is unspecified.
        transfer: transfer characteristics; 2 is unspecified.
        notes: codes that can't be used are named.
    """
    if primaries == transfer == _UNSPECIFIED:
        return None, ""
    try:
        profile = profile_of_codes(space, primaries, transfer, full_range=True)
    except ValueError as error:
        notes.append(note("photo.codes_not_used", why=error))
        return None, ""
    return profile, "" if profile else SRGB_SAID


def nclx_of(data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer of the first nclx box of an AVIF (ISO/IEC 23008-12)."""
    at = data.find(b"colrnclx")
    if at < 0 or at + 12 > len(data):
        return None
    return int.from_bytes(data[at + 8 : at + 10], "big"), int.from_bytes(
        data[at + 10 : at + 12], "big"
    )

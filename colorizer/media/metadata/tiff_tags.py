"""Which tags of a TIFF page stay true of its coloured copy, and which are left out by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from colorizer.media.metadata.limits import MOST_METADATA_BYTES

if TYPE_CHECKING:
    from tifffile import TiffPage, TiffTag

_STORAGE = frozenset(
    [*range(254, 269), 273, 274, *range(277, 285), *range(288, 294), 296, 301]
    + [*range(317, 326), 330, 332, 334, 336, *range(338, 348), *range(512, 522)]
    + [*range(529, 533), 32995, 32996, 32997, 34675, 34665, 34853, 40965, 52545]
)
"""How pixels are stored and what their codes mean, which the writer says again, and what is carried
by other ways: directories of EXIF and GPS, the profile, content credentials."""
_GEO = (33550, 33922, 34264)
"""Scale, tie points and transformation of GeoTIFF: where pixels lie, unless they are turned."""
_NODATA, _LAYERS, _GLOBAL = 42113, 37724, 400
_COLOUR = (301, 318, 319)
"""TransferFunction, WhitePoint and PrimaryChromaticities: a profile says more, and counts."""
_RAW = (33421, 33422, *range(50706, 50838), *range(50840, 50942))
"""What a sensor's mosaic is, and how DNG develops it."""
_POINTERS = (13, 18)
"""Types of offsets in the file."""


def private_tags(
    page: TiffPage, file: BinaryIO, known: tuple[int, ...], *, turned: bool
) -> tuple[tuple[tuple[int, int, int, bytes], ...], tuple[str, ...]]:
    """Return the further tags that stay true, and what is left out, in words.

    Args:
        page: of the source.
        file: it is read from.
        known: codes that are carried elsewhere.
        turned: the result is turned against the source.

    Returns:
        code, type, count and value of each, and names of the others.
    """
    kept, left = [], []
    for tag in page.tags:
        if tag.code in _COLOUR and page.iccprofile is None:
            left.append(tag_name(tag.code))
        if tag.code in _STORAGE or tag.code in known:
            continue
        untrue = tag.code in (_LAYERS, _GLOBAL) or tag.code in _RAW or int(tag.dtype) in _POINTERS
        untrue = untrue or (tag.code in _GEO and turned)
        untrue = untrue or (tag.code == _NODATA and not _stays(tag, page))
        if untrue or tag.valuebytecount > MOST_METADATA_BYTES:
            left.append(tag_name(tag.code))
            continue
        file.seek(tag.valueoffset)
        kept.append((tag.code, int(tag.dtype), tag.count, file.read(tag.valuebytecount)))
    return tuple(kept), tuple(left)


def tag_name(code: int) -> str:
    """Return the name and number of a tag."""
    from tifffile import TIFF

    names = {_LAYERS: "Photoshop layers", _NODATA: "GDAL_NODATA"}
    name = names.get(code) or TIFF.TAGS.get(code, "")
    return f"{name} ({code})" if name else f"tag {code}"


def _stays(tag: TiffTag, page: TiffPage) -> bool:
    """Tell whether the code that means "no data" is still one: black, white, or none at all."""
    try:
        value = float(str(tag.value).strip("\0 "))
    except ValueError:
        return False
    bits = page.bitspersample if isinstance(page.bitspersample, int) else 8
    return not 0 < value < 2**bits - 1

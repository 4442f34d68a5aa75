"""ColourFilm: a film decoded with the colours it has, as measuring sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from colorizer.colour.cielab import gray_to_L, srgb_to_lab
from colorizer.colour.ycbcr import normalize_luma, ycbcr_to_rgb
from colorizer.frame import Frame
from colorizer.media.film.luma import LumaLayout, read_luma
from colorizer.media.film.packed import rows_of
from colorizer.media.film.source import FilmSource
from colorizer.settings import Reading

if TYPE_CHECKING:
    from av import VideoFrame

_SWSCALE_MATRIX = {"bt709": 1, "bt601": 5, "bt2020": 9}
"""Our names -> numbers of swscale."""


@dataclass(frozen=True, slots=True)
class ColourFrame(Frame):
    """A frame with the colours of its film: `ab` at the size of `L`."""

    rgb: np.ndarray | None = None
    """As a screen shows it, (H, W, 3) uint8 sRGB codes at full size."""


class ColourFilm(FilmSource):
    """A film whose frames are `ColourFrame`."""

    grid: tuple[int, int]
    """(height, width) of L and ab."""

    def __init__(
        self,
        path: Path,
        reading: Reading = Reading(),
        *,
        long_side: int,
        grid: tuple[int, int] | None = None,
        coloured: bool = True,
    ) -> None:
        """Open a film.

        Args:
            path: see `FilmSource`.
            reading: see there.
            long_side: of the grid, at most, in pixels.
            grid: (height, width) wanted; None is the film's own shape.
            coloured: False reads luma alone: frames have neither ab nor rgb.

        Raises:
            MediaError: it can't be read.
        """
        super().__init__(path, reading, side=1)
        scale = min(1.0, long_side / max(self.size))
        height, width = (max(1, round(side * scale)) for side in self.size)
        self.grid = grid or (height, width)
        self._coloured = coloured

    def _frame(self, decoded: VideoFrame, index: int, pts: int, scan: str | None) -> Frame:
        Y = read_luma(decoded, self.layout, self.tags.matrix)
        bits, full = self.layout.bits, self.tags.full_range
        small = self._on_grid(Y)
        L: Any = gray_to_L(np.clip(normalize_luma(small, bits, full), 0, 1))
        seen = (index, pts, self.time_base, Y, bits, full, L.astype(np.float32))
        if not self._coloured:
            return Frame(*seen)
        rgb = self._shown(decoded, Y)
        ab = self._ab(decoded, small, rgb)
        return ColourFrame(*seen, ab=ab, rgb=rgb)

    def _on_grid(self, plane: np.ndarray) -> np.ndarray:
        import cv2

        return cv2.resize(plane.astype(np.float32), self.grid[::-1], interpolation=cv2.INTER_AREA)

    def _shown(self, decoded: VideoFrame, Y: np.ndarray) -> np.ndarray:
        """Return sRGB codes at full size, (H, W, 3) uint8."""
        if self.layout.sampling == "gray":
            codes = gray_codes(Y, self.layout.bits, self.tags.full_range)
            return np.repeat(codes[..., None], 3, axis=2)
        options: dict[str, Any] = {"format": "rgb24"}
        if self.layout.sampling != "rgb":
            options |= {
                "src_colorspace": _SWSCALE_MATRIX.get(self.tags.matrix, 5),
                "src_color_range": 2 if self.tags.full_range else 1,
                "dst_color_range": 2,
            }
        return decoded.reformat(**options).to_ndarray()

    def _ab(self, decoded: VideoFrame, y: np.ndarray, rgb: np.ndarray) -> np.ndarray:
        """Return a and b on the grid, (2, h, w) float32, of unrounded RGB where it can be had."""
        layout = self.layout
        if layout.sampling == "gray":
            return np.zeros((2, *self.grid), np.float32)
        if layout.sampling == "rgb" or layout.shift or len(decoded.planes) < 3:
            shown = np.stack([self._on_grid(rgb[..., n]) for n in range(3)]) / 255
        else:
            chroma = [self._on_grid(_chroma(decoded, layout, n)) for n in (1, 2)]
            shown = ycbcr_to_rgb(
                np.stack([y, *chroma]),
                matrix=self.tags.matrix,
                bits=layout.bits,
                full_range=self.tags.full_range,
            )
        return np.ascontiguousarray(srgb_to_lab(np.clip(shown, 0, 1))[1:], np.float32)


def gray_codes(Y: np.ndarray, bits: int, full_range: bool) -> np.ndarray:
    """Return the 8-bit gray that a screen shows for luma codes, (H, W) uint8."""
    codes = np.arange(2**bits)
    shown = np.clip(normalize_luma(codes, bits, full_range), 0, 1) * 255
    return np.rint(shown).astype(np.uint8)[Y]


def _chroma(decoded: VideoFrame, layout: LumaLayout, number: int) -> np.ndarray:
    """Return the samples of a chroma plane, valid until the next frame is decoded."""
    plane = decoded.planes[number]
    return rows_of(plane, layout.sample)[: plane.height, : plane.width]

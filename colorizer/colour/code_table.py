"""Codes of 8-bit photos by a table that fills as colours are met.

A photo has millions of pixels and some hundred thousand colours, most of which its neighbours in a
folder have too.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from colorizer.colour.cielab import RgbSpace, look_up
from colorizer.colour.rgb_spaces import ab_to_codes

_STEPS = 2
"""Steps of a unit of ab. Rounding to them moves a colour by 0.2 on average, rounding to 8-bit codes
by 0.75."""
_ZERO = 128
"""Step of ab = 0; steps 0 and 255 stand for all that is beyond."""
_FINE = 500
"""Steps of a unit of L* in which an entry holds its error."""
_VECTORS = 64
"""Pixels that processors take at once, at most."""
_ERRORS = np.maximum((np.arange(256) - 1) / np.float32(_FINE), 0).astype(np.float32)


class CodeTable:
    """What `ab_to_codes` gives for each 8-bit gray code, and a and b rounded to half a unit.

    Threads may share one: an entry is written whole, and always the same.
    """

    def __init__(self, levels: np.ndarray, space: RgbSpace) -> None:
        """Begin with no entry.

        Args:
            levels: CIELAB L of each gray code, (256,) float32.
            space: of the codes.
        """
        self._levels, self._space = levels, space
        self._entries = np.zeros(1 << 24, np.uint32)  # takes memory where it is written to
        """R, G, B and the steps of |dL*| plus 1, a byte each; 0 is not known. By `_keys_of`."""

    def codes(self, Y: np.ndarray, ab: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the codes of pixels, and their |dL*|.

        Args:
            Y: gray codes, (h, w) uint8.
            ab: (2, h, w) float32, any values.

        Returns:
            codes (h, w, 3) uint8, and |dL*| between them and Y, (h, w) float32, exact to 2e-3.
        """
        keys = _keys_of(Y, ab)
        found = self._entries.take(keys)
        missing = np.flatnonzero(found == 0)
        if missing.size:
            wanted = keys.take(missing)
            self._learn(_distinct(wanted))
            found.put(missing, self._entries.take(wanted))
        planes = found.view(np.uint8).reshape(*Y.shape, 4)
        codes, error = cv2.cvtColor(planes, cv2.COLOR_BGRA2BGR), look_up(_ERRORS, planes[..., 3])
        beyond = missing[found.take(missing) == 0]
        if beyond.size:
            exact = self._exact(Y.take(beyond), np.stack([plane.take(beyond) for plane in ab]))
            codes.reshape(-1, 3)[beyond], error.reshape(-1)[beyond] = exact
        return codes, error

    def _learn(self, keys: np.ndarray) -> None:
        """Make the entries of different keys, (n,), but for those that no entry can hold."""
        Y, b, a, _ = keys.view(np.uint8).reshape(-1, 4).T
        inside = (a > 0) & (a < 255) & (b > 0) & (b < 255)
        if not inside.any():
            return
        Y, ab = Y[inside], np.stack([a[inside], b[inside]]).astype(np.float32)
        codes, error = self._exact(Y, (ab - _ZERO) / _STEPS)
        entries = np.empty((len(Y), 4), np.uint8)
        steps = np.rint(error * _FINE)
        entries[:, :3], entries[:, 3] = codes, np.where(steps < 255, steps + 1, 0)
        entries[entries[:, 3] == 0] = 0
        self._entries[keys[inside]] = entries.view(np.uint32)[:, 0]

    def _exact(self, Y: np.ndarray, ab: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return codes (n, 3) and |dL*| (n,) of Y (n,) and ab (2, n) themselves."""
        count = len(Y)
        # Processors compute the last few of a row in another way, which may differ in the last bit.
        more = -count % _VECTORS
        L = self._levels[np.pad(Y, (0, more), "edge")][None]
        ab = np.pad(ab, ((0, 0), (0, more)), "edge")
        codes, departure = ab_to_codes(L, ab[:, None], self._space, 255)
        return codes[0, :count], np.abs(departure[0, :count])


@lru_cache(maxsize=2)
def code_table(levels: bytes, space: RgbSpace) -> CodeTable:
    """Return the table of L of each gray code, 256 float32; photos of such codes share it."""
    return CodeTable(np.frombuffer(levels, np.float32), space)


def _keys_of(Y: np.ndarray, ab: np.ndarray) -> np.ndarray:
    """Return the places of entries, (h, w) uint32: bytes of Y and the steps of b and a."""
    a, b = (cv2.addWeighted(p, _STEPS, p, 0, _ZERO, dtype=cv2.CV_8U) for p in ab)  # limited, too
    return cv2.merge([Y, b, a, np.zeros_like(Y)]).view("<u4")[..., 0]


def _distinct(keys: np.ndarray) -> np.ndarray:
    """Return keys (n,) without repeats; in a tenth of the time of numpy's `unique`."""
    keys = np.sort(keys)
    return keys[np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))]

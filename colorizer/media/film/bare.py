"""What a film answers that holds frames alone: image sequences, and what comes through a pipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from colorizer.media.film.anchor import Counts
    from colorizer.media.film.clock import Epoch


class BareFilm:
    """The part of `Film` about what lies next to frames, which these films lack."""

    side_data: Mapping[str, bytes] = MappingProxyType({})
    late_side_data: frozenset[str] = frozenset()
    epochs: Sequence[Epoch] = ()
    display_matrix: Any = None
    mixed_scan = False
    siting = "left"

    def chapters(self) -> list[Any]:
        """Return no chapters."""
        return []

    def seek_side_data(self) -> None:
        """Look for nothing: what frames hold is read with each."""

    def counts_before(self, index: int) -> Counts:
        """Return that nothing was damaged or left out: such frames are refused."""
        return 0, 0, 0, 0

    def restore_counts(self, counts: Counts) -> None:
        """Take nothing back."""

"""A part of a shot, and what its colours come from; kept so that a later run can continue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from colorizer.stages.memory.asked import ShotAnchor, restored, stored
from colorizer.stages.memory.entries import Entries

State = dict[str, np.ndarray]
_NAMES = ("keys", "values", "counts")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a shot, and what its colours come from."""

    shot: int
    """Index of the first frame of its shot."""
    first: int
    """Index of its first frame."""
    end: int
    """Index of the frame after its last, where the shot is as long."""
    entries: Entries | None = None
    gain: float = 1.0
    shares: torch.Tensor | None = None
    """Of the film's anchors in it, see `Anchors.shares`."""
    reached: torch.Tensor | None = None
    """Share of it that each anchor gives its colours to."""
    album: tuple[Entries, ...] = ()
    """Of the shots before it."""
    asked: tuple[ShotAnchor, ...] = ()
    """What a person asked for in it and in the parts of its shot before it."""

    def state(self) -> State:
        """Return it as arrays; `of` takes them back."""
        kept = {"memory_part": np.array([self.shot, self.first, self.end, self.gain])}
        if self.shares is not None:
            kept["memory_shares"] = self.shares.numpy()
        entries = {f"album_{{}}_{n}": one for n, one in enumerate(self.album)}
        if self.entries is not None:
            entries["memory_{}"] = self.entries
        for place, one in entries.items():
            kept |= {place.format(n): getattr(one, n).half().numpy() for n in _NAMES}
        return kept | stored(self.asked)

    @classmethod
    def of(cls, state: State) -> Part | None:
        """Return the part that `state` gave; None where it gave none."""
        if "memory_part" not in state:
            return None
        shot, first, end, gain = state["memory_part"].tolist()
        entries = _entries(state, "memory_{}") if "memory_keys" in state else None
        shares = state.get("memory_shares")
        album: list[Entries] = []
        while f"album_keys_{len(album)}" in state:
            album.append(_entries(state, f"album_{{}}_{len(album)}"))
        return cls(
            int(shot),
            int(first),
            int(end),
            entries,
            gain,
            None if shares is None else torch.from_numpy(shares),
            album=tuple(album),
            asked=restored(state),
        )


def _entries(state: State, name: str) -> Entries:
    return Entries(*(torch.from_numpy(state[name.format(n)]).float() for n in _NAMES))

"""Which photograph is for training and which for validation: decided by its bytes alone."""

from __future__ import annotations

import numpy as np


def split_position(digests: np.ndarray) -> np.ndarray:
    """Return where each photo stands between 0 and 1, the same in every set and every run.

    Args:
        digests: first 64 bits of the SHA-256 of each photo's bytes, (n,) uint64.
    """
    return digests.astype(np.float64) / 2.0**64


def split(digests: np.ndarray, validation_share: float) -> tuple[np.ndarray, np.ndarray]:
    """Divide photos into training and validation.

    Photos below `validation_share` are for validation, so equal bytes never part, whatever else the
    set holds, and a smaller share's validation photos are among those of a larger share.

    Args:
        digests: of each photo, (n,) uint64.
        validation_share: in [0, 1).

    Returns:
        Numbers of the training photos in their order, and of the validation photos by position.
    """
    position = split_position(digests)
    training = np.flatnonzero(position >= validation_share)
    order = np.argsort(position, kind="stable")
    return training, order[: int((position < validation_share).sum())]

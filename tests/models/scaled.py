"""Scaled-down versions of all models, quick on a CPU, and what their answers are compared with."""

import torch
from torch.nn import functional as F

from colorizer.models import create_model
from training.losses import rebalanced_cross_entropy

_THIN_EMBEDDING = {"embedding_repeats": (1, 1, 1), "embedding_thin": 16}
SCALED = {
    "autochrome": {"widths": (16, 16, 16, 16), "queries": 4, "query_width": 16, "fine": 8},
    "resnet18": {"width": 16, "unfrozen": 2, "extra_block": True},
    "densenet121": {"growth": 8},
    "zhang2016": {"width": 8},
    "resnet34": {"width": 16},
    "deepcolor": {"encoder": (16, 16, 16, 32, 32, 32, 32, 32), "fused": 64, **_THIN_EMBEDDING},
    "deepcolor-1": {"encoder": (16, 16, 16, 32, 32, 32, 32, 32), "fused": 64, **_THIN_EMBEDDING},
    "deepcolor-2": {"encoder": (16, 16, 16, 32, 32), "fused": 64, **_THIN_EMBEDDING},
    "deepcolor-3": _THIN_EMBEDDING,
}


def scaled_model(name, **changed):
    torch.manual_seed(3)
    return create_model(name, **{**SCALED[name], **changed})


def distance(model, L, ab):
    """Return the plainest loss of what `forward` gives against true colour."""
    answer = model(L)
    if model.answer == "ab":
        return F.mse_loss(answer, model.target(ab))
    scores, regressed = answer if model.answer == "bins and ab" else (answer, None)
    even = torch.ones(scores.shape[1])
    loss = rebalanced_cross_entropy(scores, F.avg_pool2d(ab, 4), even)
    if regressed is not None:
        loss = loss + 0.1 * F.smooth_l1_loss(regressed, F.avg_pool2d(ab, 2))
    return loss


def two_pictures(side=64):
    """Draw L (2, 1, side, side) and ab (2, 2, side, side): halves of different hue."""
    L = torch.full((2, 1, side, side), 30.0)
    L[0, :, : side // 2] = 70
    L[1, :, :, : side // 2] = 80
    ab = torch.where(L > 50, torch.tensor([30.0, -40.0]).view(1, 2, 1, 1), torch.tensor(25.0))
    return L + torch.linspace(0, 5, side), ab

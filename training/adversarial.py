"""A critic that learns to tell predicted colour from true colour, and what it says of a result.

It ends a training: the colours that a picture could have are many, and the mean of them is dull.
What the critic asks for is one of them. Too long, and skin turns orange and lips red.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from training.distributed import Group
from training.recipes import Recipe

_L_SCALE, _AB_SCALE = 50.0, 110.0
"""CIELAB units that the critic sees as 1."""
_BETAS = (0.5, 0.999)
"""Of its Adam, as of pix2pix (Isola et al. 2017, section 3.3)."""


class PatchCritic(nn.Sequential):
    """The PatchGAN of 70 x 70 pixels (Isola et al. 2017), conditioned on L.

    Spectral norm (Miyato et al. 2018) takes the place of batch norm, so that what the critic says
    of a picture does not depend on the others of its batch.

    Args:
        width: channels of the first layer.
    """

    def __init__(self, width: int = 64) -> None:
        layers: list[nn.Module] = []
        channels = [3, width, 2 * width, 4 * width, 8 * width]
        for place, (before, after) in enumerate(zip(channels, channels[1:], strict=False)):
            step = 2 if place < 3 else 1
            layers += [
                spectral_norm(nn.Conv2d(before, after, 4, step, padding=1)),
                nn.LeakyReLU(0.2),
            ]
        super().__init__(*layers, spectral_norm(nn.Conv2d(channels[-1], 1, 4, padding=1)))

    def forward(self, lab: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Score the patches of CIELAB pictures (N, 3, H, W); above 0 is true, (N, 1, h, w)."""
        L, ab = lab.split([1, 2], dim=1)
        return super().forward(torch.cat([L / _L_SCALE - 1, ab / _AB_SCALE], dim=1))


class Adversary:
    """A critic, its optimizer, and the last pair that it was shown.

    Args:
        recipe: `critic_width`, `critic_rate` and `precision` count.
        device: of the pictures.
    """

    def __init__(self, recipe: Recipe, device: torch.device) -> None:
        self.critic = PatchCritic(recipe.critic_width).to(device).train()
        self.optimizer = torch.optim.Adam(
            self.critic.parameters(), lr=recipe.scaled(recipe.critic_rate), betas=_BETAS
        )
        self._half = recipe.precision == "bfloat16"
        self._shown: tuple[Tensor, Tensor] | None = None

    def doubt(self, fake: Tensor, true: Tensor) -> Tensor:
        """Return the loss of the network that made a result: less the critic's mean score of it.

        The critic's own weights get no gradient and stay as they are.

        Args:
            fake: CIELAB, (N, 3, H, W).
            true: the same with true colour, as soft as that of the result.
        """
        self._shown = fake.detach(), true.detach()
        self.critic.eval().requires_grad_(False)  # eval: spectral norm moves while it learns only
        score = self._score(fake).mean()
        self.critic.train().requires_grad_(True)
        return -score

    def learn(self, group: Group) -> Tensor:
        """Take one step on the pair that was last shown to `doubt`; return the hinge loss.

        (Lim and Ye 2017.) Processes that share a batch take the mean of their gradients.
        """
        assert self._shown is not None
        fake, true = self._shown
        # One by one: each call moves the spectral norm, in an order that a resumed run repeats.
        loss = F.relu(1 - self._score(true)).mean() + F.relu(1 + self._score(fake)).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for parameter in self.critic.parameters():
            assert parameter.grad is not None
            group.mean(parameter.grad)
        self.optimizer.step()
        self._shown = None
        return loss.detach()

    def _score(self, lab: Tensor) -> Tensor:
        with torch.autocast(lab.device.type, torch.bfloat16, enabled=self._half):
            return self.critic(lab).float()

    def saved(self) -> dict[str, Any]:
        """Return what a checkpoint needs."""
        return {"critic": self.critic.state_dict(), "optimizer": self.optimizer.state_dict()}

    def restore(self, saved: dict[str, Any]) -> None:
        """Continue from what a checkpoint held."""
        self.critic.load_state_dict(saved["critic"])
        self.optimizer.load_state_dict(saved["optimizer"])

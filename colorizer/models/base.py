"""The contract of every colorization network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from torch import Tensor, nn
from torch.nn import functional as F

from colorizer.errors import WeightsError
from colorizer.notes import note

VIVIDNESS = 0.8
"""Of a result when no one asks for another; what training looks at too."""


@dataclass(frozen=True, slots=True)
class Insight:
    """What a network found on its way to colours, by which the same thing is found again."""

    features: tuple[Tensor, ...]
    """Of the encoder, (N, channels, h, w), from fine to coarse; the first at 1/8 size."""
    scores: Tensor
    """Of the 313 ab bins at the size of the first features, (N, 313, h, w) float32."""
    temperature: float
    """Of the annealed mean by which the network turns scores into ab."""


class ColourModel(nn.Module):
    """A network from L to ab; scaling and normalisation live inside.

    `forward` gives what the loss works on and differs from model to model; `predict` is the same
    for all.
    """

    name: str = ""
    """Key in `MODELS`, set by `create_model`."""
    hyper_parameters: dict[str, Any]
    """Keyword arguments that build the same network; stored with the weights."""
    weights_sha256: str = ""
    """Of the file its weights were read from; empty for weights of no file."""
    stride: int = 1
    """Height and width `forward` takes must be multiples of this; `predict` takes any size."""
    answer: Literal["ab", "bins", "bins and ab"] = "ab"
    """What `forward` gives: colour on the scale of `target`, scores of the 313 ab bins
    (N, 313, H/4, W/4), or a pair of both."""
    takes_emulsion: bool = False
    """Whether `forward` takes an emulsion and `predict` heeds it."""
    pretrained: str = ""
    """torchvision's or timm's name of the network whose weights `load_encoder` takes; empty for a
    model that is trained from scratch."""

    def target(self, ab: Tensor) -> Tensor:
        """Bring true colour, CIELAB units (N, 2, h, w), to the scale of the ab in `forward`."""
        return ab

    def encoder_parameters(self) -> Iterator[nn.Parameter]:
        """Return the parameters of the encoder, for a learning rate of their own."""
        return self.get_submodule("encoder").parameters()

    def load_encoder(self, state: Mapping[str, Tensor]) -> None:
        """Fill the pretrained part with published weights.

        Args:
            state: state dict of the network named `pretrained`; its classifier is left out.

        Raises:
            WeightsError: nothing of this model is pretrained, or the weights are another network's.
        """
        raise WeightsError(note("weights.no_encoder", model=self.name))

    def adapted(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the weights of a file, of an older release too, as this model's parameters."""
        return state

    def frozen(self) -> Iterable[nn.Module]:
        """Return the parts that training leaves as they are, batch norm's statistics too."""
        return ()

    def train(self, mode: bool = True) -> Self:
        """Switch to training or evaluation; frozen parts stay frozen."""
        super().train(mode)
        for part in self.frozen():
            part.requires_grad_(False).eval()
        return self

    def predict(
        self,
        L: Tensor,
        *,
        vividness: float = VIVIDNESS,
        emulsion: Tensor | None = None,
    ) -> Tensor:
        """Predict colour.

        Args:
            L: CIELAB lightness in [0, 100], (N, 1, H, W), any size.
            vividness: 0 the cautious average colour, 1 the likeliest one; models with a single
                answer ignore it.
            emulsion: which light the material saw, (N, 3): the weights of linear R, G, B in the
                gray, summing to 1; rows of zeros and None are unknown. Models that take none
                ignore it.

        Returns:
            ab in CIELAB units, about [-110, 110], float32, (N, 2, H, W).
        """
        raise NotImplementedError

    def look(
        self, L: Tensor, *, vividness: float = VIVIDNESS, emulsion: Tensor | None = None
    ) -> tuple[Tensor, Insight | None]:
        """Predict colour, and tell what was found on the way.

        Args:
            L: see `predict`.
            vividness: see `predict`.
            emulsion: see `predict`.

        Returns:
            ab as `predict` gives it, and what was found; None of a model without ab bins.
        """
        told = {} if emulsion is None else {"emulsion": emulsion}
        return self.predict(L, vividness=vividness, **told), None


def pad_to_stride(x: Tensor, stride: int) -> Tensor:
    """Mirror (N, C, H, W) at its last row and column until both sides are multiples of stride.

    Networks take streaks, which repeated edges give, for a thing, and colour it: over 30 frames of
    five clips ab of the last columns was 8.1 from that of the columns next to them, mirrored 4.6,
    as at the edge without any. A side too short to be mirrored is repeated.
    """
    height, width = x.shape[-2:]
    below, right = -height % stride, -width % stride
    mode = "reflect" if below < height and right < width else "replicate"
    return F.pad(x, (0, right, 0, below), mode=mode)


def fill(part: nn.Module, state: Mapping[str, Tensor], network: str) -> None:
    """Fill a part of a model with weights of a published network, leaving out what is not in it.

    Raises:
        WeightsError: a parameter is missing or has another shape.
    """
    wanted = part.state_dict()
    # The number of batches seen is missing in files older than the counter.
    state = {name: value for name, value in state.items() if name in wanted}
    missing = [name for name in wanted.keys() - state if not name.endswith("num_batches_tracked")]
    if missing:
        raise WeightsError(
            note(
                "weights.missing_names", network=network, first=min(missing), more=len(missing) - 1
            )
        )
    for name, value in state.items():
        if value.shape != wanted[name].shape:
            raise WeightsError(
                note(
                    "weights.other_shape",
                    model=network,
                    name=name,
                    shape=str(tuple(value.shape)),
                    wanted=str(tuple(wanted[name].shape)),
                )
            )
    part.load_state_dict(state, strict=False)

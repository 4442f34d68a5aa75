"""Autochrome: the network that ships.

EfficientNet-Lite0 encoder, U-shaped pixel decoder, a small query colour decoder (after DDColor,
Kang et al. 2023) and two heads: scores of the 313 ab bins at 1/4 size and ab at 1/2 size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from colorizer.colour.cielab import L_to_gray
from colorizer.models.ab_bins import (
    TEMPERATURE,
    annealed_mean,
    annealed_mean_of_map,
    bin_centres,
)
from colorizer.models.autochrome_decoder import DecoderStage, QueryLayer, upsampled
from colorizer.models.base import VIVIDNESS, ColourModel, Insight, pad_to_stride
from colorizer.models.efficientnet_lite import EfficientNetLite, channels_of, fold_imagenet_weights
from colorizer.models.emulsion_input import EmulsionInput

AB_SCALE = 110.0
"""CIELAB units that the network sees as 1."""
_RESIDUAL_SCALE = 50.0
"""CIELAB units per unit of the ab head's last convolution."""
_HINT_CHANNELS = 3
"""Inputs that older files have for colour hints: a, b and a mask."""


def _mapped(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Map features (N, C, H, W) by weights (N, out, C) and biases (N, out) to (N, out, H, W)."""
    pixels = torch.baddbmm(bias.unsqueeze(1), x.flatten(2).mT, weight.mT)
    # In this order the strides of a single picture still say channels last.
    return pixels.unflatten(1, x.shape[2:]).movedim(-1, 1)


class Autochrome(ColourModel):
    """L to ab.

    Args:
        widths: channels of the decoder at strides 32, 16, 8 and 4.
        queries: number of colour queries.
        query_width: channels of a query.
        fine: channels of the ab head.
        emulsions: with an input for the emulsion, see `EmulsionInput`.
        encoder: efficientnet_lite0 or efficientnet_lite2.
    """

    stride = 32
    answer = "bins and ab"
    pretrained = "efficientnet_lite0"

    def __init__(
        self,
        *,
        widths: Sequence[int] = (192, 192, 128, 96),
        queries: int = 48,
        query_width: int = 128,
        fine: int = 24,
        emulsions: bool = False,
        encoder: str = "efficientnet_lite0",
    ) -> None:
        super().__init__()
        self.hyper_parameters = {
            "widths": list(widths), "queries": queries, "query_width": query_width, "fine": fine,
        }  # fmt: skip
        if emulsions:
            self.hyper_parameters["emulsions"] = True
        if encoder != self.pretrained:
            self.hyper_parameters["encoder"] = self.pretrained = encoder
        self.takes_emulsion = emulsions
        self.encoder = EfficientNetLite(encoder, channels=1)
        channels = channels_of(encoder)
        self.bottom = nn.Conv2d(channels[4], widths[0], 1)
        self.stage16 = DecoderStage(widths[0], channels[3], widths[1])
        self.stage8 = DecoderStage(widths[1], channels[2], widths[2])
        self.stage4 = DecoderStage(widths[2], channels[1], widths[3])
        self.queries = nn.Parameter(torch.randn(queries, query_width) * 0.5)
        self.query_layers = nn.ModuleList(QueryLayer(query_width, c) for c in widths[:3])
        self.pixel_embedding = nn.Conv2d(widths[3], query_width, 1)
        self.bins = nn.Conv2d(widths[3] + queries, len(bin_centres()), 1)
        self.fine_in = nn.Conv2d(widths[3] + queries, fine, 1)
        self.fine_skip = nn.Conv2d(channels[0] + 2, fine, 1)
        self.fine_conv = nn.Conv2d(fine, fine, 3, padding=1)
        self.fine_out = nn.Conv2d(fine, 2, 3, padding=1)
        for parameter in self.fine_out.parameters():
            nn.init.zeros_(parameter)
        if emulsions:
            told = [query_width, *(2 * width for width in widths[1:])]
            self.emulsion = EmulsionInput(channels[4], told)

    def load_encoder(self, state: Mapping[str, Tensor]) -> None:
        """Fill the encoder with published EfficientNet-Lite; see `ColourModel.load_encoder`."""
        self.encoder.load_state_dict(fold_imagenet_weights(state))

    def adapted(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Leave out what files of 0.1 and 0.2 have for hints, which no run shows the network."""
        state = dict(state)
        for name in ("encoder._conv_stem.weight", "stage4.lateral.weight"):
            if name in state:
                state[name] = state[name][:, : self.get_parameter(name).shape[1]]
        fine = state.get("fine_skip.weight")
        if fine is not None and fine.shape[1] == self.fine_skip.in_channels + _HINT_CHANNELS:
            state["fine_skip.weight"] = torch.cat([fine[:, : -2 - _HINT_CHANNELS], fine[:, -2:]], 1)
        return state

    def forward(self, L: Tensor, emulsion: Tensor | None = None) -> tuple[Tensor, ...]:
        """Score the ab bins and regress ab.

        Args:
            L: CIELAB lightness in [0, 100], (N, 1, H, W), H and W multiples of 32.
            emulsion: see `ColourModel.predict`.

        Returns:
            Bin scores (N, 313, H/4, W/4) and ab in CIELAB units (N, 2, H/2, W/2); with an input
            for emulsions the guessed emulsion too, (N, 3). No gradient flows from ab into the
            scores through the annealed mean it starts from, nor from colour into the guess.
        """
        at2, coarse4, maps, *guess = self._features(L, emulsion)
        scores = _mapped(coarse4, *self._on_maps(self.bins, maps))
        start = upsampled(annealed_mean(scores.detach()), at2.shape)
        return scores, start + self._residual(at2, coarse4, maps, start), *guess

    def _features(self, L: Tensor, emulsion: Tensor | None) -> tuple[Any, ...]:
        """Return features at 1/2 and 1/4 size, the query maps upon the latter, and the guess.

        Without an input for emulsions there is no guess.
        """
        return self._decoded(self._encoded(L), emulsion)

    def _encoded(self, L: Tensor) -> list[Tensor]:
        """Return the encoder's features at strides 2 to 32."""
        gray = ((L_to_gray(L) * 255 - 127) / 128).to(L.dtype)  # the encoder's own normalisation
        height, width = gray.shape[-2:]
        # Channels last, as all that follows: of one channel, strides alone tell.
        return self.encoder(gray.reshape(-1, height, width, 1).movedim(-1, 1))

    def _decoded(self, encoded: list[Tensor], emulsion: Tensor | None) -> tuple[Any, ...]:
        """Return what `_features` does, of the encoder's features."""
        at2, at4, at8, at16, at32 = encoded
        told: list[Any] = [None] * 4
        guess = []
        if self.takes_emulsion:
            told, *guess = self.emulsion(at32, emulsion)
        coarse32 = self.bottom(at32)
        coarse16 = self.stage16(coarse32, at16, told[1])
        coarse8 = self.stage8(coarse16, at8, told[2])
        coarse4 = self.stage4(coarse8, at4, told[3])
        return at2, coarse4, self._query_maps(told[0], coarse32, coarse16, coarse8), *guess

    def _query_maps(self, told: Tensor | None, *scales: Tensor) -> tuple[Tensor, Tensor]:
        """Return each query's map as a linear one of the features at 1/4 size.

        A map is the product of a query and the embedding of every pixel; neither is ever written.

        Args:
            told: what the queries are told of the emulsion, (N, query_width).
            scales: features of the decoder, coarse to fine.

        Returns:
            Weights (N, queries, channels) and biases (N, queries).
        """
        queries = self.queries.expand(scales[0].shape[0], -1, -1)
        if told is not None:
            queries = queries + told[:, None]
        for layer, scale in zip(self.query_layers, scales, strict=True):
            queries = layer(queries, scale)
        embedding = self.pixel_embedding
        queries = queries * embedding.out_channels**-0.5
        return queries @ embedding.weight.flatten(1), queries @ embedding.bias

    def _on_maps(self, head: nn.Conv2d, maps: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Fold a head upon features and query maps into one linear map of the features.

        Returns:
            Weights (N, out, channels) and biases (N, out).
        """
        channels = maps[0].shape[-1]
        own, on_queries = head.weight.flatten(1).tensor_split([channels], dim=1)
        assert head.bias is not None
        return own + on_queries @ maps[0], head.bias + maps[1] @ on_queries.mT

    def _residual(
        self, at2: Tensor, coarse4: Tensor, maps: tuple[Tensor, Tensor], start: Tensor
    ) -> Tensor:
        """Return what regression adds to the annealed mean `start`, (N, 2, H/2, W/2)."""
        colour = (start / AB_SCALE).contiguous(memory_format=torch.channels_last)
        fine = self.fine_skip(torch.cat([at2, colour], dim=1))
        coarse = _mapped(coarse4, *self._on_maps(self.fine_in, maps))
        fine += upsampled(coarse, at2.shape)
        return self.fine_out(F.silu(self.fine_conv(F.silu(fine)))).float() * _RESIDUAL_SCALE

    def predict(
        self,
        L: Tensor,
        *,
        vividness: float = VIVIDNESS,
        emulsion: Tensor | None = None,
        temperature: float = TEMPERATURE,
    ) -> Tensor:
        """Predict colour; see `ColourModel.predict`.

        Args:
            L: CIELAB lightness in [0, 100], (N, 1, H, W), any size.
            vividness: share of the annealed mean of the bins against the regressed ab.
            emulsion: weights of linear R, G, B in the gray, (N, 3); None lets the network guess.
            temperature: of the annealed mean.
        """
        height, width = L.shape[-2:]
        features = self._features(pad_to_stride(L, self.stride), emulsion)
        ab, _ = self._answer(features, vividness, temperature)
        return ab[..., :height, :width].clamp(-AB_SCALE, AB_SCALE)

    def look(
        self, L: Tensor, *, vividness: float = VIVIDNESS, emulsion: Tensor | None = None
    ) -> tuple[Tensor, Insight]:
        """Predict colour and tell what was found on the way; see `ColourModel.look`."""
        height, width = L.shape[-2:]
        encoded = self._encoded(pad_to_stride(L, self.stride))
        features = self._decoded(encoded, emulsion)
        ab, on_bins = self._answer(features, vividness, TEMPERATURE)
        # Scores are linear in the features, so those of four places are the scores of their mean.
        with torch.autocast(L.device.type, enabled=False):
            scores = _mapped(F.avg_pool2d(features[1].float(), 2), *on_bins)
        ab = ab[..., :height, :width].clamp(-AB_SCALE, AB_SCALE)
        return ab, Insight(tuple(encoded[2:]), scores, TEMPERATURE)

    def _answer(
        self, features: tuple[Any, ...], vividness: float, temperature: float
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return ab of the padded picture, and the map from features at 1/4 size to scores.

        Args:
            features: from `_features`.
            vividness: see `predict`.
            temperature: see `predict`.
        """
        at2, coarse4, maps, *_ = features
        on_bins = self._on_maps(self.bins, maps)
        start = upsampled(annealed_mean_of_map(coarse4, *on_bins), at2.shape)
        residual = self._residual(at2, coarse4, maps, start).contiguous()
        vivid = start
        if temperature != TEMPERATURE:
            vivid = upsampled(annealed_mean_of_map(coarse4, *on_bins, temperature), start.shape)
        ab = torch.lerp(start + residual, vivid, vividness)
        ab = F.interpolate(ab, scale_factor=2, mode="bilinear", align_corners=False)
        return ab, (on_bins[0].float(), on_bins[1].float())

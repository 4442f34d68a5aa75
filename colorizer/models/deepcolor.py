"""`deepcolor` and its smaller variants: encoder, fusion with an embedding, decoder.

After DeepColor and its model, Deep Koalarization (Baldassarre, Gonzalez Morin, Rodes-Guirao 2017).
What is known of the variants is their number of trainable parameters; the widths in `MODELS` are
the plainest that give exactly those with the published shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from colorizer.colour.cielab import L_to_gray
from colorizer.models.inception import EMBEDDING, REPEATS, InceptionResNetV2
from colorizer.models.single_head import SingleHeadModel

_MIDDLE = 50.0
"""L of the network's zero, and CIELAB units it sees as 1."""


class DeepColor(SingleHeadModel):
    """Colour from local features and one description of the whole picture.

    The encoder goes to 1/8 size, 28 x 28 of the published 224 x 224, by a step of two in its
    first, third and fifth convolution. The description, 1000 numbers by a frozen
    Inception-ResNet-v2, is set next to the features at every place. Its weights are part of a
    checkpoint.

    Args:
        encoder: channels of the 3x3 convolutions.
        fused: channels of the 1x1 convolutions after the fusion.
        fusions: how many of those there are.
        decoder: channels of the 3x3 convolutions, before the last, which gives ab.
        embedding_repeats: see `InceptionResNetV2`.
        embedding_thin: see `InceptionResNetV2`; only tests use another than 1.
    """

    stride = 8
    pretrained = "inception_resnet_v2"

    def __init__(
        self,
        *,
        encoder: Sequence[int],
        fused: int,
        fusions: int,
        decoder: Sequence[int],
        embedding_repeats: Sequence[int] = REPEATS,
        embedding_thin: int = 1,
    ) -> None:
        super().__init__()
        self.hyper_parameters = {
            "encoder": list(encoder), "fused": fused, "fusions": fusions, "decoder": list(decoder),
            "embedding_repeats": list(embedding_repeats), "embedding_thin": embedding_thin,
        }  # fmt: skip
        self.embedding = InceptionResNetV2(tuple(embedding_repeats), embedding_thin)
        self.encoder = nn.Sequential(*_encoder_layers(encoder))
        self.fusion = nn.Sequential(*_fusion_layers(encoder[-1] + EMBEDDING, fused, fusions))
        self.decoder = nn.Sequential(*_decoder_layers(fused, decoder))
        for part in (self.encoder, self.fusion, self.decoder):
            for module in part.modules():
                if isinstance(module, nn.Conv2d):
                    nn.init.xavier_uniform_(module.weight)  # Keras's default
                    if module.bias is not None:
                        nn.init.zeros_(module.bias)
        self.train()

    def frozen(self) -> Iterable[nn.Module]:
        """Return the network of the embedding."""
        return (self.embedding,)

    def load_encoder(self, state: Mapping[str, Tensor]) -> None:
        """Fill the embedding with timm's Inception-ResNet-v2; see `ColourModel.load_encoder`."""
        self.embedding.load(state)

    @torch.no_grad()
    def embed(self, L: Tensor) -> Tensor:
        """Describe pictures, L (N, 1, H, W), by (N, 1000)."""
        return self.embedding(L_to_gray(L).to(L.dtype))

    def forward(self, L: Tensor, *, embedding: Tensor | None = None) -> Tensor:
        """Predict scaled ab.

        Args:
            L: CIELAB lightness in [0, 100], (N, 1, H, W), multiples of 8.
            embedding: what `embed` gave for L, (N, 1000); None asks it.

        Returns:
            ab / 128, (N, 2, H, W).
        """
        description = self.embed(L) if embedding is None else embedding
        features = self.encoder(L / _MIDDLE - 1)
        tiled = description[:, :, None, None].expand(-1, -1, *features.shape[-2:])
        return self.decoder(self.fusion(torch.cat([features, tiled.to(features.dtype)], dim=1)))


def _encoder_layers(widths: Sequence[int]) -> Iterable[nn.Module]:
    channels = 1
    for number, out in enumerate(widths):
        yield nn.Conv2d(channels, out, 3, 2 if number in (0, 2, 4) else 1, 1)
        yield nn.ReLU()
        channels = out


def _fusion_layers(channels: int, out: int, count: int) -> Iterable[nn.Module]:
    for _ in range(count):
        yield nn.Conv2d(channels, out, 1)
        yield nn.ReLU()
        channels = out


def _decoder_layers(channels: int, widths: Sequence[int]) -> Iterable[nn.Module]:
    for number, out in enumerate(widths):
        yield nn.Conv2d(channels, out, 3, padding=1)
        yield nn.ReLU()
        if number < 2:
            yield nn.Upsample(scale_factor=2)
        channels = out
    yield nn.Conv2d(channels, 2, 3, padding=1)
    yield nn.Tanh()
    yield nn.Upsample(scale_factor=2)

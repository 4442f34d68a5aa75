"""`zhang2016`: colour as classification (Zhang, Isola, Efros 2016).

VGG-like, dilated, without skip connections; as reproduced by Nicolai, Orgaz Exposito and Bianchi
2021. Layers, strides and dilations are those of table 4 of the paper's supplement.
"""

from __future__ import annotations

from torch import Tensor, nn

from colorizer.models.ab_bins import bin_centres
from colorizer.models.single_head import SingleHeadModel

_BLOCKS = (  # channels over the width, convolutions, stride of the last, dilation
    (1, 2, 2, 1),
    (2, 2, 2, 1),
    (4, 3, 2, 1),
    (8, 3, 1, 1),
    (8, 3, 1, 2),
    (8, 3, 1, 2),
    (8, 3, 1, 1),
)
_MIDDLE, _HALF_RANGE = 50.0, 100.0
"""L of the network's zero, and CIELAB units it sees as 1, as published."""


class Zhang2016(SingleHeadModel):
    """L to scores of the 313 ab bins at 1/4 size.

    Args:
        width: channels of the first block; 64 is published.
    """

    stride = 8
    answer = "bins"

    def __init__(self, *, width: int = 64) -> None:
        super().__init__()
        self.hyper_parameters = {"width": width}
        layers: list[nn.Module] = []
        channels = 1
        for factor, count, stride, dilation in _BLOCKS:
            out = factor * width
            for number in range(count):
                step = stride if number == count - 1 else 1
                layers += [nn.Conv2d(channels, out, 3, step, dilation, dilation), nn.ReLU()]
                channels = out
            layers.append(nn.BatchNorm2d(out))
        self.encoder = nn.Sequential(*layers)
        half = 4 * width
        scores = nn.Conv2d(half, len(bin_centres()), 1)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(channels, half, 4, 2, 1),
            nn.ReLU(),
            nn.Conv2d(half, half, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(half, half, 3, padding=1),
            nn.ReLU(),
            scores,
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.normal_(scores.weight, std=0.01)  # begins near all bins alike

    def forward(self, L: Tensor) -> Tensor:
        """Map L (N, 1, H, W), multiples of 8, to bin scores (N, 313, H / 4, W / 4)."""
        return self.scored(L)[1]

    def scored(self, L: Tensor) -> tuple[Tensor, Tensor]:
        """Return the encoder's features and the bin scores; see `SingleHeadModel.scored`."""
        encoded = self.encoder((L - _MIDDLE) / _HALF_RANGE)
        return encoded, self.decoder(encoded)

"""The models with a ResNet encoder: `resnet18` and `resnet34`.

The encoder has torchvision's parameter names and imports nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from torch import Tensor, nn
from torch.nn import functional as F

from colorizer.colour.cielab import L_to_gray
from colorizer.models.ab_bins import bin_centres
from colorizer.models.base import fill
from colorizer.models.single_head import SingleHeadModel, imagenet_gray, sum_inputs

REPEATS = {"resnet18": (2, 2, 2, 2), "resnet34": (3, 4, 6, 3)}
"""Basic blocks in each of the four stages (He et al. 2015, table 1)."""


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al. 2015, figure 5 left)."""

    def __init__(self, channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, channels, H, W) to (N, out, H / stride, W / stride)."""
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNetEncoder(nn.Module):
    """ResNet of basic blocks for gray pictures: all but the fully connected layer.

    Args:
        repeats: basic blocks in each of the four stages.
        width: channels of the first stage; 64 is published.
    """

    def __init__(self, repeats: Sequence[int], width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        channels = width
        for number, count in enumerate(repeats):
            out = width << number
            blocks = [BasicBlock(channels, out, 1 if number == 0 else 2)]
            blocks += [BasicBlock(out, out) for _ in range(count - 1)]
            self.add_module(f"layer{number + 1}", nn.Sequential(*blocks))
            channels = out
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def blocks(self) -> list[nn.Module]:
        """Return the basic blocks of all stages in order."""
        stages = (self.get_submodule(f"layer{number}") for number in range(1, 5))
        return [block for stage in stages for block in stage.children()]

    def stem(self) -> list[nn.Module]:
        """Return what comes before the basic blocks and has parameters."""
        return [self.conv1, self.bn1]

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, 1, H, W) to (N, 8 * width, H / 32, W / 32)."""
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        for block in self.blocks():
            x = block(x)
        return x

    def load(self, state: Mapping[str, Tensor], network: str) -> None:
        """Fill with torchvision's weights, the three inputs of the first layer summed.

        Raises:
            WeightsError: they are another network's.
        """
        first = (
            {"conv1.weight": sum_inputs(state["conv1.weight"])} if "conv1.weight" in state else {}
        )
        fill(self, {**state, **first}, network)


class ResNet18(SingleHeadModel):
    """ResNet-18 encoder, 128-feature bottleneck, PixelShuffle decoder (Parekh et al. 2021).

    Of the paper's two networks the first has a frozen encoder (`unfrozen=0`), the second trains
    its last blocks and has one more basic block at the bottleneck. Where the paper leaves the
    decoder's widths open they halve with every second step.

    Args:
        unfrozen: basic blocks, counted from the last of the eight, that are trained; 9 trains the
            first layer too.
        extra_block: put a basic block after the bottleneck.
        head: ab at full size, or scores of the ab bins at 1/4 size for losses on bins.
        width: channels of the first stage; 64 is published.
    """

    stride = 32
    pretrained = "resnet18"

    def __init__(
        self,
        *,
        unfrozen: int = 0,
        extra_block: bool = False,
        head: Literal["ab", "bins"] = "ab",
        width: int = 64,
    ) -> None:
        super().__init__()
        self.hyper_parameters = {
            "unfrozen": unfrozen, "extra_block": extra_block, "head": head, "width": width,
        }  # fmt: skip
        self.answer = head
        self.encoder = ResNetEncoder(REPEATS["resnet18"], width)
        bottleneck: list[nn.Module] = [nn.Conv2d(8 * width, 2 * width, 3, padding=1), nn.ReLU()]
        if extra_block:
            bottleneck.append(BasicBlock(2 * width, 2 * width))
        self.bottleneck = nn.Sequential(*bottleneck)
        widths = (2 * width, 2 * width, width, width, width // 2)
        steps = 3 if head == "bins" else 4
        layers: list[nn.Module] = []
        for channels, out in zip(widths[:steps], widths[1 : steps + 1], strict=True):
            layers += [nn.Conv2d(channels, 4 * out, 3, padding=1), nn.PixelShuffle(2), nn.ReLU()]
        if head == "bins":
            layers.append(nn.Conv2d(widths[steps], len(bin_centres()), 1))
        else:
            layers += [nn.Conv2d(widths[steps], 4 * 2, 3, padding=1), nn.PixelShuffle(2)]
        self.decoder = nn.Sequential(*layers)
        self.train()

    def frozen(self) -> Iterable[nn.Module]:
        """Return the first layer and the basic blocks that are not trained."""
        blocks, unfrozen = self.encoder.blocks(), self.hyper_parameters["unfrozen"]
        if unfrozen > len(blocks):
            return ()
        return [*self.encoder.stem(), *blocks[: len(blocks) - unfrozen]]

    def load_encoder(self, state: Mapping[str, Tensor]) -> None:
        """Fill the encoder with torchvision's ResNet-18; see `ColourModel.load_encoder`."""
        self.encoder.load(state, self.pretrained)

    def forward(self, L: Tensor) -> Tensor:
        """Map L to ab or bin scores.

        Args:
            L: CIELAB lightness in [0, 100], (N, 1, H, W), multiples of 32.

        Returns:
            ab / 128, (N, 2, H, W), or bin scores, (N, 313, H / 4, W / 4).
        """
        return self.decoder(self.bottleneck(self.encoder(imagenet_gray(L))))


class ResNet34(SingleHeadModel):
    """First six layers of ResNet-34, conv + upsample decoder ("Image Colorization with CNN").

    Six layers: first convolution, pooling and the four stages, which give the decoder the 512
    channels at 1/32 that its drawing begins with. Input is gray in [0, 1] as rgb2gray gives it.

    Args:
        width: channels of the first stage; 64 is published.
    """

    stride = 32
    pretrained = "resnet34"
    ab_offset = 128.0
    ab_scale = 255.0

    def __init__(self, *, width: int = 64) -> None:
        super().__init__()
        self.hyper_parameters = {"width": width}
        self.encoder = ResNetEncoder(REPEATS["resnet34"], width)
        layers: list[nn.Module] = []
        channels = 8 * width
        for out in (2 * width, width, width, width // 2, width // 4):
            layers += [
                nn.Conv2d(channels, out, 3, padding=1),
                nn.BatchNorm2d(out),
                nn.ReLU(),
                nn.Upsample(scale_factor=2),
            ]
            channels = out
        self.decoder = nn.Sequential(*layers, nn.Conv2d(channels, 2, 3, padding=1))

    def load_encoder(self, state: Mapping[str, Tensor]) -> None:
        """Fill the encoder with torchvision's ResNet-34; see `ColourModel.load_encoder`."""
        self.encoder.load(state, self.pretrained)

    def forward(self, L: Tensor) -> Tensor:
        """Map L (N, 1, H, W), multiples of 32, to (ab + 128) / 255, (N, 2, H, W)."""
        return self.decoder(self.encoder(L_to_gray(L).to(L.dtype)))

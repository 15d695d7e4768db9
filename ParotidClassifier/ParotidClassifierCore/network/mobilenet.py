"""The multi-input network: a MobileNetV3 for each region, and fusions of them.

MobileNetV3: Howard et al. 2019, arXiv:1905.02244, Tables 1 and 2. Names and shapes of its
parameters are those of torchvision's `mobilenet_v3_small` and `mobilenet_v3_large` (`features.*`),
so that their ImageNet checkpoints load unchanged. Fusion: Shen et al. 2026.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..protocol import Protocol
from .inputs import INPUT_SLICES

FEATURE_STRIDES = (4, 8, 16, 32)
HEAD_DROPOUT = 0.5
_STEM_CHANNELS = 16
_EXPANSION_OF_LAST_CONVOLUTION = 6
_SQUEEZE_FACTOR = 4
_BATCH_NORM_EPS = 0.001
_BATCH_NORM_MOMENTUM = 0.01


class BlockShape(NamedTuple):
    """One row of the MobileNetV3 tables."""

    kernel: int
    expanded: int
    channels: int
    squeezes: bool
    hard_swish: bool
    stride: int


VARIANTS = {
    "small": (
        BlockShape(3, 16, 16, True, False, 2),
        BlockShape(3, 72, 24, False, False, 2),
        BlockShape(3, 88, 24, False, False, 1),
        BlockShape(5, 96, 40, True, True, 2),
        BlockShape(5, 240, 40, True, True, 1),
        BlockShape(5, 240, 40, True, True, 1),
        BlockShape(5, 120, 48, True, True, 1),
        BlockShape(5, 144, 48, True, True, 1),
        BlockShape(5, 288, 96, True, True, 2),
        BlockShape(5, 576, 96, True, True, 1),
        BlockShape(5, 576, 96, True, True, 1),
    ),
    "large": (
        BlockShape(3, 16, 16, False, False, 1),
        BlockShape(3, 64, 24, False, False, 2),
        BlockShape(3, 72, 24, False, False, 1),
        BlockShape(5, 72, 40, True, False, 2),
        BlockShape(5, 120, 40, True, False, 1),
        BlockShape(5, 120, 40, True, False, 1),
        BlockShape(3, 240, 80, False, True, 2),
        BlockShape(3, 200, 80, False, True, 1),
        BlockShape(3, 184, 80, False, True, 1),
        BlockShape(3, 184, 80, False, True, 1),
        BlockShape(3, 480, 112, True, True, 1),
        BlockShape(3, 672, 112, True, True, 1),
        BlockShape(5, 672, 160, True, True, 2),
        BlockShape(5, 960, 160, True, True, 1),
        BlockShape(5, 960, 160, True, True, 1),
    ),
}


def _convolution(
    inputs: int,
    outputs: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    activation: type[nn.Module] | None = nn.Hardswish,
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=_BATCH_NORM_EPS, momentum=_BATCH_NORM_MOMENTUM),
    ]
    if activation is not None:
        layers.append(activation())
    return nn.Sequential(*layers)


def _divisible_by_eight(channels: int) -> int:
    rounded = max(8, (channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


class SqueezeExcitation(nn.Module):
    """Channel weights from the global mean of the map; `fc1`, `fc2` as torchvision names them."""

    def __init__(self, channels: int):
        super().__init__()
        squeezed = _divisible_by_eight(channels // _SQUEEZE_FACTOR)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """Return `maps` (n, channels, y, x), each channel weighted."""
        weights = torch.relu(self.fc1(maps.mean((-2, -1), keepdim=True)))
        return maps * nn.functional.hardsigmoid(self.fc2(weights))


class InvertedResidual(nn.Module):
    """MobileNetV3's block: expand, filter per channel, squeeze-excite, project."""

    def __init__(self, inputs: int, shape: BlockShape):
        super().__init__()
        activation = nn.Hardswish if shape.hard_swish else nn.ReLU
        expanded = shape.expanded
        layers: list[nn.Module] = []
        if expanded != inputs:
            layers.append(_convolution(inputs, expanded, 1, activation=activation))
        layers.append(
            _convolution(expanded, expanded, shape.kernel, shape.stride, expanded, activation)
        )
        if shape.squeezes:
            layers.append(SqueezeExcitation(expanded))
        layers.append(_convolution(expanded, shape.channels, 1, activation=None))
        self.block = nn.Sequential(*layers)
        self.adds_input = shape.stride == 1 and inputs == shape.channels

    def forward(self, maps: Tensor) -> Tensor:
        """Return the block's maps; with the input added where the shapes allow it."""
        return maps + self.block(maps) if self.adds_input else self.block(maps)


class MobileNetV3(nn.Module):
    """The `features` of a torchvision MobileNetV3, read at strides 4, 8, 16 and 32.

    Args:
        variant: "small" or "large".
        slices: input channels; 16 slices here, 3 colours in the ImageNet checkpoints.
    """

    def __init__(self, variant: str = "small", slices: int = INPUT_SLICES):
        super().__init__()
        layers: list[nn.Module] = [_convolution(slices, _STEM_CHANNELS, 3, stride=2)]
        strides, channels = [2], [_STEM_CHANNELS]
        for shape in VARIANTS[variant]:
            layers.append(InvertedResidual(channels[-1], shape))
            strides.append(strides[-1] * shape.stride)
            channels.append(shape.channels)
        last = _EXPANSION_OF_LAST_CONVOLUTION * channels[-1]
        layers.append(_convolution(channels[-1], last, 1))
        strides.append(strides[-1])
        channels.append(last)
        self.features = nn.Sequential(*layers)
        # The last layer at each stride: what the next reduction starts from.
        self.taps = tuple(len(strides) - 1 - strides[::-1].index(s) for s in FEATURE_STRIDES)
        self.tap_channels = tuple(channels[tap] for tap in self.taps)

    def forward(self, slices: Tensor) -> list[Tensor]:
        """Return the maps (n, channels, y / stride, x / stride) at FEATURE_STRIDES."""
        maps, tapped = slices, []
        for index, layer in enumerate(self.features):
            maps = layer(maps)
            if index in self.taps:
                tapped.append(maps)
        return tapped


class NetworkReading(NamedTuple):
    """Everything the network computes of a batch of n cases.

    Attributes:
        logits: (n, heads) log-odds of malignancy, in the order of the heads.
        vectors: by head its deep features (n, m), L2-normalised per scale.
        maps: by head the maps (n, channels, y, x) at FEATURE_STRIDES that these are the maxima of.
    """

    logits: Tensor
    vectors: dict[str, Tensor]
    maps: dict[str, list[Tensor]]


# What the networks and fusions of the published study are called in its weights.
_MODULES = {"Tumor": "tumor", "External2": "external2", "Tumor+External2": "fusion"}


class MultiInputNetwork(nn.Module):
    """A network for each region; heads on one of them, or on a fusion of the maps of several.

    A fusion adds the maps at each scale and convolves the sum (per channel, then across channels:
    the cheap form keeps a bundle small); the maximum over each map gives the deep features.
    """

    def __init__(self, protocol: Protocol, variant: str = "small", dropout: float = HEAD_DROPOUT):
        super().__init__()
        self.variant = variant
        self.regions = protocol.network_regions
        self.head_regions = protocol.network_heads
        for region in self.regions:
            self.add_module(_module(region), MobileNetV3(variant))
        channels = self.backbones[0].tap_channels
        for regions in filter(_is_fusion, self.head_regions.values()):
            self.add_module(_module(*regions), _fusion(channels))
        self.heads = nn.ModuleList(_head(sum(channels), dropout) for _ in self.head_regions)

    @property
    def backbones(self) -> list[MobileNetV3]:
        """The networks of the regions, in their order."""
        return [self.get_submodule(_module(region)) for region in self.regions]

    def read(self, inputs: Tensor) -> NetworkReading:
        """Return logits, deep features and maps of `inputs` (n, regions, 16, 96, 96)."""
        networks = enumerate(zip(self.regions, self.backbones, strict=True))
        of_region = {region: network(inputs[:, place]) for place, (region, network) in networks}
        maps = {
            head: self._fused(regions, of_region) if _is_fusion(regions) else of_region[regions[0]]
            for head, regions in self.head_regions.items()
        }
        vectors = {head: deep_features(scales) for head, scales in maps.items()}
        logits = [head(vector) for head, vector in zip(self.heads, vectors.values(), strict=True)]
        return NetworkReading(torch.cat(logits, dim=1), vectors, maps)

    def _fused(
        self, regions: tuple[str, ...], of_region: Mapping[str, list[Tensor]]
    ) -> list[Tensor]:
        scales = zip(*(of_region[region] for region in regions), strict=True)
        convolutions = self.get_submodule(_module(*regions))
        return [
            convolve(reduce(torch.add, maps))
            for convolve, maps in zip(convolutions, scales, strict=True)
        ]

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits (n, heads) of `inputs` (n, regions, 16, 96, 96)."""
        return self.read(inputs).logits


def _is_fusion(regions: tuple[str, ...]) -> bool:
    return len(regions) > 1


def _module(*regions: str) -> str:
    name = "+".join(regions)
    return _MODULES.get(name, f"of_{name}")


def _fusion(channels: Sequence[int]) -> nn.ModuleList:
    return nn.ModuleList(
        nn.Sequential(_convolution(c, c, 3, groups=c), _convolution(c, c, 1)) for c in channels
    )


def deep_features(maps: list[Tensor]) -> Tensor:
    """Return the maximum of every map, L2-normalised per scale, scales side by side: (n, m)."""
    # amax is the adaptive max pooling to 1 x 1; unlike it, its gradient is deterministic on a GPU.
    pooled = [scale.amax((-2, -1)) for scale in maps]
    return torch.cat([nn.functional.normalize(vector, dim=1) for vector in pooled], dim=1)


def _head(features: int, dropout: float) -> nn.Sequential:
    # L2-normalised maxima differ little between cases; standardised, they train at a usual rate.
    return nn.Sequential(
        nn.BatchNorm1d(features, eps=1e-5), nn.Dropout(dropout), nn.Linear(features, 1)
    )


def initialise(network: MultiInputNetwork, generator: torch.Generator) -> None:
    """Draw new weights for training from scratch, as torchvision does for MobileNetV3.

    The stem starts with one kernel for all slices, as a stem adapted from colours does: on 150
    cases, kernels that differ from slice to slice learn slower and recognise cases by position.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", generator=generator)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.01, generator=generator)
        if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
    with torch.no_grad():
        for backbone in network.backbones:
            stem = backbone.features[0][0].weight
            stem.copy_(stem[:, :1].expand_as(stem).clone())

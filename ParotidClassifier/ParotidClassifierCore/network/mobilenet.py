"""The multi-input network as PyTorch's module: it learns, and predicts on a GPU.

Its layers are those of `architecture`.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..protocol import Protocol
from .architecture import (
    BATCH_NORM_EPS,
    HEAD_DROPOUT,
    HEAD_NORM_EPS,
    SHORTEST,
    Activation,
    Block,
    Convolution,
    Squeeze,
    backbone,
    fusion,
    fusions,
    module_name,
)
from .inputs import INPUT_SLICES

BATCHES = "num_batches_tracked"  # what PyTorch calls the count of batch norm
_BATCH_NORM_MOMENTUM = 0.01
_ACTIVATIONS = {Activation.RELU: nn.ReLU, Activation.HARD_SWISH: nn.Hardswish}


def _convolution(shape: Convolution) -> nn.Sequential:
    groups, margin = shape.inputs if shape.per_channel else 1, (shape.kernel - 1) // 2
    layers: list[nn.Module] = [
        nn.Conv2d(
            shape.inputs, shape.outputs, shape.kernel, shape.stride, margin,
            groups=groups, bias=False,
        ),
        nn.BatchNorm2d(shape.outputs, eps=BATCH_NORM_EPS, momentum=_BATCH_NORM_MOMENTUM),
    ]  # fmt: skip
    if shape.activation in _ACTIVATIONS:
        layers.append(_ACTIVATIONS[shape.activation]())
    return nn.Sequential(*layers)


class SqueezeExcitation(nn.Module):
    """Channel weights from the global mean of the map; `fc1`, `fc2` as torchvision names them."""

    def __init__(self, shape: Squeeze):
        super().__init__()
        self.fc1 = nn.Conv2d(shape.channels, shape.squeezed, 1)
        self.fc2 = nn.Conv2d(shape.squeezed, shape.channels, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """Return `maps` (n, channels, y, x), each channel weighted."""
        weights = torch.relu(self.fc1(maps.mean((-2, -1), keepdim=True)))
        return maps * nn.functional.hardsigmoid(self.fc2(weights))


class InvertedResidual(nn.Module):
    """MobileNetV3's block: expand, filter per channel, squeeze-excite, project."""

    def __init__(self, shape: Block):
        super().__init__()
        self.block = nn.Sequential(
            *(
                SqueezeExcitation(step) if isinstance(step, Squeeze) else _convolution(step)
                for step in shape.steps
            )
        )
        self.adds_input = shape.adds_input

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
        shape = backbone(variant, slices)
        self.features = nn.Sequential(
            *(
                InvertedResidual(layer) if isinstance(layer, Block) else _convolution(layer)
                for layer in shape.layers
            )
        )
        self.taps, self.tap_channels = shape.taps, shape.tap_channels

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


class MultiInputNetwork(nn.Module):
    """A network for each region; heads on one of them, or on a fusion of the maps of several.

    A fusion adds the maps at each scale and convolves the sum; the maximum over each map gives the
    deep features.
    """

    def __init__(self, protocol: Protocol, variant: str = "small", dropout: float = HEAD_DROPOUT):
        super().__init__()
        self.variant = variant
        self.regions = protocol.network_regions
        self.head_regions = protocol.network_heads
        for region in self.regions:
            self.add_module(module_name(region), MobileNetV3(variant))
        channels = self.backbones[0].tap_channels
        for regions in fusions(self.head_regions):
            self.add_module(module_name(*regions), _fusion(channels))
        self.heads = nn.ModuleList(_head(sum(channels), dropout) for _ in self.head_regions)

    @property
    def backbones(self) -> list[MobileNetV3]:
        """The networks of the regions, in their order."""
        return [self.get_submodule(module_name(region)) for region in self.regions]

    def read(self, inputs: Tensor) -> NetworkReading:
        """Return logits, deep features and maps of `inputs` (n, regions, 16, 96, 96)."""
        networks = enumerate(zip(self.regions, self.backbones, strict=True))
        of_region = {region: network(inputs[:, place]) for place, (region, network) in networks}
        maps = {
            head: self._fused(regions, of_region) if len(regions) > 1 else of_region[regions[0]]
            for head, regions in self.head_regions.items()
        }
        vectors = {head: deep_features(scales) for head, scales in maps.items()}
        logits = [head(vector) for head, vector in zip(self.heads, vectors.values(), strict=True)]
        return NetworkReading(torch.cat(logits, dim=1), vectors, maps)

    def _fused(
        self, regions: tuple[str, ...], of_region: Mapping[str, list[Tensor]]
    ) -> list[Tensor]:
        scales = zip(*(of_region[region] for region in regions), strict=True)
        convolutions = self.get_submodule(module_name(*regions))
        return [
            convolve(reduce(torch.add, maps))
            for convolve, maps in zip(convolutions, scales, strict=True)
        ]

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits (n, heads) of `inputs` (n, regions, 16, 96, 96)."""
        return self.read(inputs).logits


def _fusion(channels: Sequence[int]) -> nn.ModuleList:
    return nn.ModuleList(nn.Sequential(*map(_convolution, pair)) for pair in fusion(channels))


def deep_features(maps: list[Tensor]) -> Tensor:
    """Return the maximum of every map, L2-normalised per scale, scales side by side: (n, m)."""
    # amax is the adaptive max pooling to 1 x 1; unlike it, its gradient is deterministic on a GPU.
    pooled = [scale.amax((-2, -1)) for scale in maps]
    normalised = [nn.functional.normalize(vector, dim=1, eps=SHORTEST) for vector in pooled]
    return torch.cat(normalised, dim=1)


def _head(features: int, dropout: float) -> nn.Sequential:
    # L2-normalised maxima differ little between cases; standardised, they train at a usual rate.
    return nn.Sequential(
        nn.BatchNorm1d(features, eps=HEAD_NORM_EPS), nn.Dropout(dropout), nn.Linear(features, 1)
    )


def load_tensors(module: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Give a module all its tensors, in place, but for what nobody stores.

    Batch norm counts its batches, which is of no use here.
    """
    counts = {name: n for name, n in module.state_dict().items() if name.endswith(BATCHES)}
    module.load_state_dict(counts | tensors)


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
        for of_region in network.backbones:
            stem = of_region.features[0][0].weight
            stem.copy_(stem[:, :1].expand_as(stem).clone())

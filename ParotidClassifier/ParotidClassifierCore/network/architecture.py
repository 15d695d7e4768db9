"""The network's layers, and the names and shapes of their tensors.

A MobileNetV3 for each region, and fusions of them. PyTorch's module, which learns, and the forward
pass in NumPy, which predicts, are both made of what stands here.

MobileNetV3: Howard et al. 2019, arXiv:1905.02244, Tables 1 and 2. Names and shapes of its
tensors are those of torchvision's `mobilenet_v3_small` and `mobilenet_v3_large` (`features.*`),
so that their ImageNet checkpoints load unchanged. Fusion: Shen et al. 2026.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from ..base.errors import BundleError
from ..base.safetensors_header import NETWORK
from ..protocol import Protocol
from .inputs import INPUT_SLICES

FEATURE_STRIDES = (4, 8, 16, 32)
HEAD_DROPOUT = 0.5
BATCH_NORM_EPS = 0.001
HEAD_NORM_EPS = 1e-5
SHORTEST = 1e-12  # no deep features are divided by a smaller length
_STEM_CHANNELS = 16
_EXPANSION_OF_LAST_CONVOLUTION = 6
_SQUEEZE_FACTOR = 4

WEIGHTS = f"The network weights {NETWORK}"
NEW_WEIGHTS = "Get the bundle again from where it came from, or train it again."

Shapes = dict[str, tuple[int, ...]]


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


class Activation(Enum):
    """What follows a convolution and its batch norm."""

    NONE = "none"
    RELU = "relu"
    HARD_SWISH = "hard_swish"


@dataclass(frozen=True)
class Convolution:
    """A convolution without bias, batch norm, and an activation.

    Attributes:
        per_channel: each channel is convolved with a kernel of its own, and none are mixed.
    """

    inputs: int
    outputs: int
    kernel: int
    stride: int = 1
    per_channel: bool = False
    activation: Activation = Activation.HARD_SWISH

    @property
    def tensors(self) -> Shapes:
        """The shapes by name."""
        mixed = 1 if self.per_channel else self.inputs
        kernel = {"0.weight": (self.outputs, mixed, self.kernel, self.kernel)}
        return kernel | _named("1", _batch_norm(self.outputs))


@dataclass(frozen=True)
class Squeeze:
    """Channel weights from the global mean of the maps, by two layers through fewer channels."""

    channels: int

    @property
    def squeezed(self) -> int:
        """Channels between the two."""
        return _divisible_by_eight(self.channels // _SQUEEZE_FACTOR)

    @property
    def tensors(self) -> Shapes:
        """The shapes by name."""
        many, few = self.channels, self.squeezed
        return {
            "fc1.weight": (few, many, 1, 1),
            "fc1.bias": (few,),
            "fc2.weight": (many, few, 1, 1),
            "fc2.bias": (many,),
        }


@dataclass(frozen=True)
class Block:
    """MobileNetV3's block: expand, filter per channel, squeeze-excite, project.

    Attributes:
        adds_input: the maps that enter are added to those that leave.
    """

    steps: tuple[Convolution | Squeeze, ...]
    adds_input: bool

    @property
    def tensors(self) -> Shapes:
        """The shapes by name."""
        return _numbered("block", self.steps)


@dataclass(frozen=True)
class Backbone:
    """The `features` of a torchvision MobileNetV3.

    Attributes:
        taps: the last layer at each of FEATURE_STRIDES: what the next reduction starts from.
        tap_channels: of the maps that these give.
    """

    layers: tuple[Convolution | Block, ...]
    taps: tuple[int, ...]
    tap_channels: tuple[int, ...]

    @property
    def tensors(self) -> Shapes:
        """The shapes by name."""
        return _numbered("features", self.layers)


def backbone(variant: str, slices: int = INPUT_SLICES) -> Backbone:
    """Return the layers of a MobileNetV3.

    Args:
        variant: one of VARIANTS.
        slices: input channels; 16 slices here, 3 colours in the ImageNet checkpoints.
    """
    layers: list[Convolution | Block] = [Convolution(slices, _STEM_CHANNELS, 3, stride=2)]
    strides, channels = [2], [_STEM_CHANNELS]
    for shape in VARIANTS[variant]:
        layers.append(_block(channels[-1], shape))
        strides.append(strides[-1] * shape.stride)
        channels.append(shape.channels)
    last = _EXPANSION_OF_LAST_CONVOLUTION * channels[-1]
    layers.append(Convolution(channels[-1], last, 1))
    strides.append(strides[-1])
    channels.append(last)
    taps = tuple(len(strides) - 1 - strides[::-1].index(stride) for stride in FEATURE_STRIDES)
    return Backbone(tuple(layers), taps, tuple(channels[tap] for tap in taps))


def _block(inputs: int, shape: BlockShape) -> Block:
    activation = Activation.HARD_SWISH if shape.hard_swish else Activation.RELU
    expanded = shape.expanded
    steps: list[Convolution | Squeeze] = []
    if expanded != inputs:
        steps.append(Convolution(inputs, expanded, 1, activation=activation))
    steps.append(Convolution(expanded, expanded, shape.kernel, shape.stride, True, activation))
    if shape.squeezes:
        steps.append(Squeeze(expanded))
    steps.append(Convolution(expanded, shape.channels, 1, activation=Activation.NONE))
    return Block(tuple(steps), shape.stride == 1 and inputs == shape.channels)


def fusion(channels: Sequence[int]) -> list[tuple[Convolution, Convolution]]:
    """Return the convolutions of the added maps of each scale.

    Per channel, then across channels: the cheap form keeps a bundle small.
    """
    return [(Convolution(c, c, 3, per_channel=True), Convolution(c, c, 1)) for c in channels]


# What the networks and fusions of the published study are called in its weights.
_MODULES = {"Tumor": "tumor", "External2": "external2", "Tumor+External2": "fusion"}


def module_name(*regions: str) -> str:
    """Return what the backbone of a region, or the fusion of several, is called in the weights."""
    name = "+".join(regions)
    return _MODULES.get(name, f"of_{name}")


def fusions(heads: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the regions of each head that reads several."""
    return [regions for regions in heads.values() if len(regions) > 1]


def network_tensors(protocol: Protocol, variant: str) -> Shapes:
    """Return the shapes by name of all tensors of the network of a protocol."""
    shape = backbone(variant)
    tensors: Shapes = {}
    for region in protocol.network_regions:
        tensors |= _named(module_name(region), shape.tensors)
    for regions in fusions(protocol.network_heads):
        for place, pair in enumerate(fusion(shape.tap_channels)):
            tensors |= _numbered(f"{module_name(*regions)}.{place}", pair)
    features = sum(shape.tap_channels)
    for place in range(len(protocol.network_heads)):
        tensors |= _named(f"heads.{place}.0", _batch_norm(features))
        tensors |= {f"heads.{place}.2.weight": (1, features), f"heads.{place}.2.bias": (1,)}
    return tensors


def require_tensors(names: Collection[str], protocol: Protocol, variant: str) -> None:
    """Raise BundleError where tensors of these names are not exactly those of such a network."""
    expected = network_tensors(protocol, variant)
    for problem, wrong in (
        ("lack the tensor", sorted({*expected} - {*names})),
        ("hold an unknown tensor", sorted({*names} - {*expected})),
    ):
        if wrong:
            raise BundleError(f"{WEIGHTS} {problem} {wrong[0]} ({len(wrong)} in all).", NEW_WEIGHTS)


def _batch_norm(channels: int) -> Shapes:
    return dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (channels,))


def _numbered(name: str, parts: Sequence[Convolution | Squeeze | Block]) -> Shapes:
    tensors: Shapes = {}
    for place, part in enumerate(parts):
        tensors |= _named(f"{name}.{place}", part.tensors)
    return tensors


def _named(name: str, tensors: Shapes) -> Shapes:
    return {f"{name}.{below}": shape for below, shape in tensors.items()}


def _divisible_by_eight(channels: int) -> int:
    rounded = max(8, (channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded

"""The network's forward pass in NumPy, and the slopes of its logits.

In double precision, of the weights as they are stored: on one core this takes less time than
PyTorch in single precision, and other machines and libraries change the last digits alone.
"""

import math
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import chain
from typing import NamedTuple

import numpy as np

from ..protocol import Protocol
from .architecture import (
    HEAD_NORM_EPS,
    SHORTEST,
    Backbone,
    backbone,
    fusion,
    module_name,
    require_tensors,
)
from .layers import Chain, Tensors, batch_norm, layer_of

Maps = list[np.ndarray]

# What overflows is told by `inference.require_finite`, weights that do by `weights.usable`.
_overflowing = np.errstate(over="ignore", invalid="ignore")


class Reading(NamedTuple):
    """Everything the network computes of a case.

    Attributes:
        logits: (heads,) log-odds of malignancy, in the order of the heads.
        vectors: by head its deep features (m,), L2-normalised per scale.
        maps: by head the maps (row, column, channel) at FEATURE_STRIDES that these are the maxima
            of.
    """

    logits: np.ndarray
    vectors: dict[str, np.ndarray]
    maps: dict[str, Maps]

    @property
    def numbers(self) -> Iterator[np.ndarray]:
        """Everything that can overflow."""
        return chain([self.logits], *self.maps.values())


class Slopes(NamedTuple):
    """How steeply the logit of a head rises.

    Attributes:
        maps: of the head, as in Reading.
        at_maps: with each value of these.
        at_inputs: with each value of the input (regions, 16, 96, 96); 0 in regions that the head
            does not read.
    """

    maps: Maps
    at_maps: Maps
    at_inputs: np.ndarray

    @property
    def numbers(self) -> Iterator[np.ndarray]:
        """Everything that can overflow."""
        return chain(self.maps, self.at_maps, [self.at_inputs])


class Network:
    """A network that has learnt, as it is stored.

    Attributes:
        protocol: names its regions and heads.
        tensors: of any floating type, by the names of `network_tensors`.

    Raises:
        BundleError: a tensor is missing, or is of no layer.
    """

    @_overflowing
    def __init__(self, protocol: Protocol, variant: str, tensors: Tensors):
        require_tensors(tensors, protocol, variant)
        self.protocol, self.variant, self.tensors = protocol, variant, tensors
        self.regions, self.head_regions = protocol.network_regions, protocol.network_heads
        shape = backbone(variant)
        self._backbones = {region: _Tapped(shape, tensors, region) for region in self.regions}
        self._fusions = {
            head: _fusion(shape, tensors, regions) for head, regions in self.head_regions.items()
        }
        self._heads = {
            head: _head(tensors, f"heads.{place}") for place, head in enumerate(self.head_regions)
        }

    @_overflowing
    def read(self, case: np.ndarray) -> Reading:
        """Return logits, deep features and maps of `case` (regions, 16, 96, 96)."""
        tapped = {
            region: network.tapped(network.passed(slices))
            for (region, network), slices in zip(self._backbones.items(), case, strict=True)
        }
        maps = {
            head: [
                fuse(added) for fuse, added in zip(fusions, self._added(head, tapped), strict=True)
            ]
            for head, fusions in self._fusions.items()
        }
        vectors = {head: _deep_features(scales) for head, scales in maps.items()}
        logits = [vectors[h] @ weights + bias for h, (weights, bias) in self._heads.items()]
        return Reading(np.array(logits), vectors, maps)

    @_overflowing
    def slopes(self, case: np.ndarray, head: str) -> Slopes:
        """Return how steeply the logit of a head rises at `case` (regions, 16, 96, 96)."""
        regions, fusions = self.head_regions[head], self._fusions[head]
        slices = dict(zip(self.regions, case, strict=True))
        passed = {region: self._backbones[region].passed(slices[region]) for region in regions}
        tapped = {region: self._backbones[region].tapped(passed[region]) for region in regions}
        added = self._added(head, tapped)
        maps = [fuse(scale) for fuse, scale in zip(fusions, added, strict=True)]
        at_maps = _feature_slopes(maps, self._heads[head][0])
        at_taps = [f.pulled(a, s) for f, a, s in zip(fusions, added, at_maps, strict=True)]
        at_inputs = np.zeros(case.shape)
        for place, region in enumerate(self.regions):
            if region in regions:
                at_inputs[place], through = self._backbones[region].pulled(passed[region], at_taps)
        # Maps of a region alone reach the logit through those at the next strides, too.
        return Slopes(maps, at_maps if len(regions) > 1 else through, at_inputs)

    def _added(self, head: str, tapped: Mapping[str, Maps]) -> Maps:
        """Return the maps of the head's regions, added at each scale."""
        of_regions = (tapped[region] for region in self.head_regions[head])
        return [reduce(np.add, scale) for scale in zip(*of_regions, strict=True)]


class _Tapped:
    """The network of a region, read at FEATURE_STRIDES."""

    def __init__(self, shape: Backbone, tensors: Tensors, region: str):
        name = f"{module_name(region)}.features"
        layers = enumerate(shape.layers)
        self._chain = Chain([layer_of(layer, tensors, f"{name}.{i}") for i, layer in layers])
        self._taps = shape.taps

    def passed(self, slices: np.ndarray) -> Maps:
        """Return `slices` (16, 96, 96) as maps, and what each layer made of them."""
        return self._chain.passed(np.ascontiguousarray(np.moveaxis(slices, 0, 2), np.float64))

    def tapped(self, passed: Maps) -> Maps:
        """Return the maps at FEATURE_STRIDES."""
        return [passed[tap + 1] for tap in self._taps]

    def pulled(self, passed: Maps, at_taps: Maps) -> tuple[np.ndarray, Maps]:
        """Return the slopes of a number at the slices, and at the maps of each tap.

        Args:
            at_taps: what a change of a tap's maps alone does to the number, all others kept.
        """
        back, through = np.zeros_like(passed[-1]), []
        for place, layer in reversed(list(enumerate(self._chain.layers))):
            if place in self._taps:
                back = back + at_taps[self._taps.index(place)]
                through.append(back)
            back = layer.pulled(passed[place], back)
        return np.moveaxis(back, 2, 0), through[::-1]


def _fusion(shape: Backbone, tensors: Tensors, regions: tuple[str, ...]) -> list[Chain]:
    """Return what is made of the added maps of each scale; of a region alone, they themselves."""
    if len(regions) == 1:
        return [Chain(()) for _ in shape.taps]
    name = module_name(*regions)
    return [
        Chain([layer_of(layer, tensors, f"{name}.{place}.{i}") for i, layer in enumerate(pair)])
        for place, pair in enumerate(fusion(shape.tap_channels))
    ]


def _head(tensors: Tensors, name: str) -> tuple[np.ndarray, float]:
    """Return weights (m,) and bias of a head, its batch norm folded into them."""
    scale, shift = batch_norm(tensors, f"{name}.0", HEAD_NORM_EPS)
    weights = tensors[f"{name}.2.weight"][0].astype(np.float64)
    return weights * scale, float(tensors[f"{name}.2.bias"][0] + weights @ shift)


def _deep_features(maps: Maps) -> np.ndarray:
    """Return the maximum of every map, L2-normalised per scale, scales side by side: (m,)."""
    highest = [scale.max((0, 1)) for scale in maps]
    return np.concatenate([pooled / _length(pooled) for pooled in highest])


def _feature_slopes(maps: Maps, weights: np.ndarray) -> Maps:
    """Return the slopes at the maps of what `weights` (m,) make of their deep features."""
    found, start = [], 0
    for scale in maps:
        highest = scale.max((0, 1))
        length, of_scale = _length(highest), weights[start : start + len(highest)]
        start += len(highest)
        unit = highest / length
        along = unit @ of_scale if length > SHORTEST else 0.0
        at_highest = (of_scale - along * unit) / length
        # Where several places are highest, they share the slope.
        places = scale == highest
        found.append(places * (at_highest / places.sum((0, 1))))
    return found


def _length(vector: np.ndarray) -> float:
    # Unlike a root of squares, it does not overflow before the vector does.
    return max(math.hypot(*vector), SHORTEST)

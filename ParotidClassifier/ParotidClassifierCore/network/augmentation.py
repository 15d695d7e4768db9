"""Random variation of training inputs that leaves a case's outcome as it is."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .inputs import MID_GREY

_ELASTIC_POINTS = 5  # along each side; what lies between them bends like a rubber sheet


@dataclass(frozen=True)
class AugmentationSettings:
    """How far a training case may vary; Tumor and External2 always move together.

    Turned by any angle a lesion keeps its texture, which is what 150 cases can teach. HU are
    absolute: more than a little change of brightness would hide what separates the outcomes.

    Attributes:
        flip: left-right and head-foot flips, each with probability 0.5.
        rotation_degrees: in plane, uniform up to this angle either way.
        scale: in plane, uniform up to this share larger or smaller.
        shift: in plane, uniform up to this share of the field of view.
        elastic: smooth displacement in plane, up to this share of the field of view.
        brightness: added to the windowed values inside the regions, up to this either way.
        contrast: factor on the windowed values, up to this share either way.
        noise: standard deviation of what is added per voxel inside the regions, up to this.
    """

    flip: bool = True
    rotation_degrees: float = 180.0
    scale: float = 0.2
    shift: float = 0.05
    elastic: float = 0.03
    brightness: float = 0.005
    contrast: float = 0.01
    noise: float = 0.005


def augmented(inputs: Tensor, settings: AugmentationSettings, generator: torch.Generator) -> Tensor:
    """Return `inputs` (n, regions, 16, 96, 96), each case varied; still 0 outside the regions.

    Args:
        inputs: on the CPU, where `generator` draws.
    """
    moved = _moved(inputs, settings, generator)
    if settings.flip:
        head_to_foot = torch.rand(len(inputs), generator=generator) < 0.5
        moved[head_to_foot] = moved[head_to_foot].flip(2)
    return _relit(moved, settings, generator)


def _moved(inputs: Tensor, settings: AugmentationSettings, generator: torch.Generator) -> Tensor:
    n = len(inputs)
    angle = _either_way(settings.rotation_degrees * math.pi / 180, n, generator)
    scale = 1 + _either_way(settings.scale, n, generator)
    # affine_grid's field of view is 2 wide.
    shift = torch.stack([_either_way(2 * settings.shift, n, generator) for _ in range(2)], dim=1)
    mirror = torch.ones(n)
    if settings.flip:
        mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    rows = [
        torch.stack([cosine * mirror, -sine, shift[:, 0]], dim=1),
        torch.stack([sine * mirror, cosine, shift[:, 1]], dim=1),
    ]
    slices = inputs.flatten(1, 2)
    grid = torch.nn.functional.affine_grid(
        torch.stack(rows, dim=1), list(slices.shape), align_corners=False
    )
    grid = grid + _elastic(n, slices.shape[-2:], settings, generator)
    sampled = torch.nn.functional.grid_sample(slices, grid, align_corners=False)
    return sampled.view_as(inputs)


def _elastic(
    n: int, size: tuple[int, int], settings: AugmentationSettings, generator: torch.Generator
) -> Tensor:
    """Displacements (n, rows, columns, 2) in affine_grid's units, smooth between a few points."""
    points = _either_way(2 * settings.elastic, n * 2 * _ELASTIC_POINTS**2, generator)
    coarse = points.view(n, 2, _ELASTIC_POINTS, _ELASTIC_POINTS)
    smooth = torch.nn.functional.interpolate(coarse, size, mode="bicubic", align_corners=True)
    return smooth.permute(0, 2, 3, 1)


def _relit(inputs: Tensor, settings: AugmentationSettings, generator: torch.Generator) -> Tensor:
    n = len(inputs)
    per_case = (n, 1, 1, 1, 1)
    contrast = 1 + _either_way(settings.contrast, n, generator).view(per_case)
    brightness = _either_way(settings.brightness, n, generator).view(per_case)
    spread = settings.noise * torch.rand(n, generator=generator).view(per_case)
    # In place: at this size, memory traffic is the cost.
    lit = torch.randn(inputs.shape, generator=generator).mul_(spread)
    return (
        lit.addcmul_(inputs, contrast)
        .add_(brightness)
        .clamp_(-MID_GREY, MID_GREY)
        .mul_(inputs != 0)
    )


def _either_way(most: float, n: int, generator: torch.Generator) -> Tensor:
    return most * (2 * torch.rand(n, generator=generator) - 1)

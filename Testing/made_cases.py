"""Small cases made on the spot for the tests: a ball of tumour in textured soft tissue."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.working_grid import Geometry, WorkingGrid
from scipy import ndimage


def tissue_ct(
    size=(90, 80, 32), spacing=(1.0, 1.0, 3.0), origin=(-41.3, 12.6, -77.9), seed=0
) -> sitk.Image:
    """Return soft tissue with texture, a slab of air and a rod of bone, (x, y, z) voxels."""
    rng = np.random.default_rng(seed)
    values = 50 + 60 * ndimage.gaussian_filter(rng.standard_normal(size[::-1]), (0.7, 1.5, 1.5))
    values[:, :5, :] = -1000
    values[:, -12:-6, 10:16] = 900
    image = sitk.GetImageFromArray(np.rint(values).astype(np.int16))
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    return image


def ball_mask(ct: sitk.Image, radius_mm=9.0, centre_voxel=None) -> sitk.Image:
    """Return a ball on the grid of `ct`, at the image's centre or around a voxel (x, y, z)."""
    centre = np.array(centre_voxel or [(n - 1) / 2 for n in ct.GetSize()])
    z, y, x = np.indices(ct.GetSize()[::-1])
    offset = np.stack([x, y, z], axis=-1) - centre
    inside = np.linalg.norm(offset * ct.GetSpacing(), axis=-1) <= radius_mm
    mask = sitk.GetImageFromArray(inside.astype(np.uint8))
    mask.CopyInformation(ct)
    return mask


def ball_case(radius_mm=9.0, **ct_options) -> Case:
    """Return a case with a ball of tumour at the centre of textured tissue."""
    ct = tissue_ct(**ct_options)
    return Case(ct, ball_mask(ct, radius_mm))


def ball_grid(radius=8, margin=12, seed=0) -> WorkingGrid:
    """Return a ball and its 2 mm ring on a 1 mm grid, without any file or resampling."""
    half = radius + margin
    side = 2 * half + 1
    rng = np.random.default_rng(seed)
    ct = 50 + 80 * ndimage.gaussian_filter(rng.standard_normal((side, side, side)), 1.2)
    distance = np.linalg.norm(np.indices((side, side, side)) - half, axis=0)
    tumor = distance <= radius
    ring = (distance > radius) & (distance <= radius + 2)
    return WorkingGrid(
        np.rint(ct).astype(np.int16),
        tumor,
        ring,
        Geometry((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)),
    )

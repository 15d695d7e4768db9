"""Kept images give the numbers that images computed anew give, and are not computed again."""

import dataclasses

import numpy as np
import pytest
from fixtures.cases import ball_grid
from ParotidClassifierCore.radiomics.built_in import measuring
from ParotidClassifierCore.radiomics.extraction import extract
from ParotidClassifierCore.radiomics.kept_images import KeptImages
from ParotidClassifierCore.radiomics.names import columns_of


@pytest.fixture
def grid():
    return ball_grid(radius=6, margin=14)


@pytest.fixture
def generated(monkeypatch):
    """The image types whose filters ran, LBP3D for the samples around voxels."""
    asked = []
    usual, samples = measuring.filtered_images, measuring.Samples
    monkeypatch.setattr(
        measuring, "filtered_images", lambda source, *a: asked.append(a[0]) or usual(source, *a)
    )
    monkeypatch.setattr(measuring, "Samples", lambda *a: asked.append("LBP3D") or samples(*a))
    return asked


def test_new_ring_reuses_filters(grid, generated):
    kept = KeptImages.around(grid.lesion)
    columns = columns_of(["External2"])[::7]
    extract(grid, columns, kept=kept)
    ring = grid.mask("External2").copy()
    ring[tuple(axis[0] for axis in np.nonzero(ring))] = False
    edited = dataclasses.replace(grid, masks={**grid.masks, "External2": ring})
    generated.clear()
    again = extract(edited, columns, kept=kept)
    assert generated == ["LBP3D"]
    assert again == extract(edited, columns)


def test_what_one_region_left_serves_the_other(grid, generated):
    kept = KeptImages.around(grid.lesion)
    columns = ["Tumor_wavelet-LLH_glcm_Contrast", "External2_wavelet-LLH_glcm_Contrast"]
    values = [extract(grid, [column], kept=kept) for column in columns]
    assert generated == ["Wavelet"]
    assert values[0] | values[1] == extract(grid, columns)


def test_only_the_box_of_the_lesion_is_kept(grid):
    kept = KeptImages.around(grid.lesion)
    extract(grid, ["Tumor_gradient_glcm_Contrast"], kept=kept)
    (image,) = kept.among(["gradient"]).values()
    assert image.shape == kept.box.size == (17, 17, 17)

"""PyRadiomics called as its own user would call it, and what the engines are compared on."""

from dataclasses import replace

import numpy as np
import pytest
from ParotidClassifierCore.radiomics.engines import Engine
from ParotidClassifierCore.radiomics.extraction import extract
from ParotidClassifierCore.radiomics.names import columns_of
from ParotidClassifierCore.radiomics.settings import default_settings

# The method as PyRadiomics' own user would write it, not taken from this project's settings.
AS_PYRADIOMICS_USER = {
    "setting": {"binWidth": 25, "additionalInfo": False},
    "imageType": {
        "Original": {},
        "LoG": {"sigma": [1.0, 2.0, 3.0]},
        **{name: {} for name in ("Wavelet", "Square", "SquareRoot", "Logarithm")},
        **{name: {} for name in ("Exponential", "Gradient", "LBP3D")},
    },
    "featureClass": {
        name: [] for name in ("shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
    },
}


def pyradiomics():
    """Return PyRadiomics; a test that compares with it skips where it is not installed."""
    return pytest.importorskip("radiomics", reason="PyRadiomics, the reference, is not installed")


def extractor_of(settings):
    """Return PyRadiomics' own extractor with these settings."""
    pyradiomics()
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    extractor = RadiomicsFeatureExtractor(**settings.pyradiomics(), additionalInfo=False)
    extractor.disableAllImageTypes()
    for image_type in settings.image_types:
        extractor.enableImageTypeByName(image_type)
    extractor.disableAllFeatures()
    for feature_class in settings.feature_classes:
        extractor.enableFeatureClassByName(feature_class)
    return extractor


def measured_by(extractor, image, mask):
    """Return feature → value of an image with a mask, both (x, y, z)."""
    from ParotidClassifierCore.radiomics.pyradiomics.at_work import pyradiomics_at_work
    from ParotidClassifierCore.radiomics.pyradiomics.scipy_names import scipy_names_of_pyradiomics

    with pyradiomics_at_work(), scipy_names_of_pyradiomics():
        return {name: float(value) for name, value in extractor.execute(image, mask).items()}


def called_directly(grid, region, settings=None):
    """Return feature → value of a region, by PyRadiomics with the method's settings or others."""
    pyradiomics()
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    extractor = RadiomicsFeatureExtractor(AS_PYRADIOMICS_USER)
    if settings not in (None, default_settings()):
        extractor = extractor_of(settings)
    image, mask = grid.geometry.image(grid.ct), grid.geometry.image(grid.mask(region))
    return measured_by(extractor, image, mask)


def by_engine(grid, region, engine=Engine.BUILT_IN, settings=None):
    """Return feature → value of a region, by an engine of ours."""
    values = extract(grid, columns_of([region], settings), settings, engine=engine)
    return {column.removeprefix(f"{region}_"): value for column, value in values.items()}


def with_tumor(grid, mask):
    """Return the grid with another mask (z, y, x) as the tumour."""
    return replace(grid, masks={**grid.masks, "Tumor": mask})


def odd_masks():
    """Return masks on a grid of 31³ voxels by what is odd about them."""
    rng = np.random.default_rng(5)
    masks = {}

    def mask(name, part, voxels=True):
        masks.setdefault(name, np.zeros((31, 31, 31), bool))[part] = voxels

    mask("one slice", np.s_[15, 10:21, 10:21])
    mask("one plane of x", np.s_[10:20, 15:23, 15:16])
    mask("half of the voxels at random", np.s_[9:21, 9:21, 9:21], rng.random((12, 12, 12)) < 0.5)
    mask("few voxels at random", np.s_[9:21, 9:21, 9:21], rng.random((12, 12, 12)) < 0.06)
    mask("four voxels", np.s_[15:17, 15:17, 15])
    mask("two parts at the edges", np.s_[0:6, 2:9, 1:7])
    mask("two parts at the edges", np.s_[-6:, -9:-2, -5:])
    mask("a hollow box", np.s_[8:22, 9:20, 10:21])
    mask("a hollow box", np.s_[11:19, 12:17, 13:18], False)
    return masks


def ramp(grid, axis):
    """Return the grid with a CT that rises by 1 HU a voxel along an axis: samples lie half way."""
    steps = np.arange(grid.ct.shape[axis], dtype=np.int16)
    rising = np.expand_dims(steps, [other for other in range(3) if other != axis])
    return replace(grid, ct=np.broadcast_to(rising, grid.ct.shape).copy())

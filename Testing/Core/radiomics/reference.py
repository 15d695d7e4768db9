"""PyRadiomics called as its own user would call it: what the engines are compared with."""

import pytest
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

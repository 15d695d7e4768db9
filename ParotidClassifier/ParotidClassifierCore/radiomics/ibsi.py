"""The codes of the Image Biomarker Standardisation Initiative for PyRadiomics' features.

Codes and names: IBSI reference manual, Zwanenburg et al. 2016, arXiv:1612.07003; those of shape and
texture stand in DICOM PS3.16 too. That the built-in engine, and so PyRadiomics, computes what they
mean is tested against IBSI's published values.
"""

import json
from functools import lru_cache
from pathlib import Path

from .names import ORIGINAL, FeatureColumn

_FILE = Path(__file__).with_name("ibsi_codes.json")


def ibsi_code(feature: FeatureColumn) -> tuple[str, str] | None:
    """Return IBSI's code and name of a feature; None where it has none.

    It has none for filtered images, and for kurtosis, which is 3 greater here. The lengths of axes
    divide by n for IBSI's n - 1, and grey levels are counted from the darkest bin of the region.
    """
    if feature.image != ORIGINAL:
        return None
    return ibsi_codes().get(f"{feature.feature_class}_{feature.feature}")


@lru_cache(maxsize=1)
def ibsi_codes() -> dict[str, tuple[str, str]]:
    """Return code and name by PyRadiomics' "class_feature", of the original image."""
    codes = json.loads(_FILE.read_text(encoding="ascii"))
    return {feature: (code, name) for feature, (code, name) in codes.items()}

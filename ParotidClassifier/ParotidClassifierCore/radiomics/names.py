"""The feature names: 1874 per region, fixed in a file, and the columns made of them.

A name is PyRadiomics' own, `<image>_<class>_<feature>`; a column is `<region>_<name>`.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ..base.errors import FeatureExtractionError
from ..protocol import ColumnKind, column_of
from .settings import SHAPE, RadiomicsSettings, default_settings

ORIGINAL = "original"
LBP3D = "LBP3D"
_NAMES_FILE = Path(__file__).with_name("feature_names.txt")
WAVELET_PREFIX = "wavelet-"
# PyRadiomics' order: the details, then the approximation.
_WAVELETS = tuple(
    WAVELET_PREFIX + band for band in ["LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH", "LLL"]
)


class FeatureColumn(NamedTuple):
    """One feature of one region.

    Attributes:
        image: PyRadiomics' name of the (filtered) image, e.g. `log-sigma-1-0-mm-3D`.
    """

    region: str
    image: str
    feature_class: str
    feature: str

    @property
    def name(self) -> str:
        """Name of the feature without its region."""
        return f"{self.image}_{self.feature_class}_{self.feature}"

    def __str__(self) -> str:
        return f"{self.region}_{self.name}"


def feature_names(settings: RadiomicsSettings | None = None) -> tuple[str, ...]:
    """Return the names of all features of one region, in fixed order.

    Without `settings`: the 1874 names of the method, as `feature_names.txt` fixes them.
    """
    if settings is None:
        return _fixed_names()
    features = _class_features()
    names = [
        f"{image}_{feature_class}_{feature}"
        for image in image_names(settings)
        for feature_class in settings.feature_classes
        if feature_class != SHAPE
        for feature in features[feature_class]
    ]
    # Shape is a property of the mask: PyRadiomics computes it once, first, whatever the images.
    shape = features[SHAPE] if SHAPE in settings.feature_classes else ()
    return (*(f"{ORIGINAL}_{SHAPE}_{feature}" for feature in shape), *names)


def image_names(settings: RadiomicsSettings) -> dict[str, str]:
    """Return PyRadiomics' name of every (filtered) image → the image type it comes from."""
    images = {
        "Original": (ORIGINAL,),
        "LoG": tuple(map(log_image_name, settings.log_sigma_mm)),
        "Wavelet": _WAVELETS,
        LBP3D: lbp3d_image_names(settings.lbp3d_levels),
    }
    return {
        name: image_type
        for image_type in settings.image_types
        for name in images.get(image_type, (image_type.lower(),))
    }


def images_by_type(wanted: Iterable[str], settings: RadiomicsSettings) -> dict[str, list[str]]:
    """Return the images of `wanted` that the settings have, by image type."""
    types: dict[str, list[str]] = {}
    wanted = set(wanted)
    for name, image_type in image_names(settings).items():
        if name in wanted:
            types.setdefault(image_type, []).append(name)
    return types


def log_image_name(sigma_mm: float) -> str:
    """Return PyRadiomics' name of the Laplacian of Gaussian of that width in mm."""
    return f"log-sigma-{str(sigma_mm).replace('.', '-')}-mm-3D"


def lbp3d_image_names(levels: int) -> tuple[str, ...]:
    """Return PyRadiomics' names of the local binary patterns: of each degree, and the kurtosis."""
    return (*(f"lbp-3D-m{degree + 1}" for degree in range(levels)), "lbp-3D-k")


def columns_of(
    regions: Iterable[str], settings: RadiomicsSettings | None = None
) -> tuple[str, ...]:
    """Return the columns of all features of `regions`, region by region."""
    return tuple(f"{region}_{name}" for region in regions for name in feature_names(settings))


@lru_cache(maxsize=8192)
def parse_column(column: str, settings: RadiomicsSettings | None = None) -> FeatureColumn:
    """Take a column apart into region, image, class and feature.

    Raises:
        FeatureExtractionError: it is no radiomic column, or no such feature under `settings`.
    """
    found, name = column_of(column), column.partition("_")[2]
    is_radiomic = found is not None and found.kind is ColumnKind.RADIOMIC
    if not is_radiomic or name not in _known(settings or default_settings()):
        raise FeatureExtractionError(
            f"{column!r} is not a feature of these radiomics settings.",
            "A column is the name of a region, '_' and a name of feature_names().",
        )
    return FeatureColumn(found.of, *name.split("_"))


@lru_cache(maxsize=8)
def _known(settings: RadiomicsSettings) -> frozenset[str]:
    return frozenset(feature_names(settings))


@lru_cache(maxsize=1)
def _fixed_names() -> tuple[str, ...]:
    return tuple(_NAMES_FILE.read_text(encoding="ascii").split())


@lru_cache(maxsize=1)
def _class_features() -> dict[str, tuple[str, ...]]:
    """Return the features of every class, as the fixed names list them for the original image."""
    features: dict[str, list[str]] = {}
    for name in _fixed_names():
        image, feature_class, feature = name.split("_")
        if image == ORIGINAL:
            features.setdefault(feature_class, []).append(feature)
    return {feature_class: tuple(names) for feature_class, names in features.items()}

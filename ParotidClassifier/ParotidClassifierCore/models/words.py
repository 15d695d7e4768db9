"""Models, their inputs and their probabilities in words for people."""

import re
from collections.abc import Mapping

from ..base.words import listed, number_word
from ..protocol import ColumnKind, Protocol, column_of
from .probabilities import NOT_HELD, percent

_IMAGES = {"squareroot": "square root", "lbp-3D-k": "LBP 3D kurtosis"}
# Their voxels are as bright as those of the CT, in another scale.
_IMAGES_OF_HU = ("original", "square", "squareroot", "logarithm", "exponential")
_LOG = re.compile(r"log-sigma-(\d+)-(\d+)-mm-3D")
_CLASSES = {"shape": "shape", "firstorder": "first-order"}
_ABBREVIATIONS = ("Id", "Idm", "Idmn", "Idn", "Imc1", "Imc2")
_WORD = re.compile(r"\dD|\d+|[A-Z][a-z]+|[A-Z]+")


def model_to_show(protocol: Protocol, reasons: Mapping[str, str | None]) -> str:
    """Return the model to show first: of those with a probability, else of those that are held.

    Args:
        reasons: by model, in their order, why it gave no probability; None for one that did.
    """
    held = [name for name, reason in reasons.items() if reason != NOT_HELD]
    available = [name for name in held if reasons[name] is None]
    return protocol.first_shown(available or held or reasons)


def all_findings(count: int) -> str:
    """Return "all three findings" for 3."""
    words = {0: "its inputs", 1: "the finding", 2: "both findings"}
    return words.get(count) or f"all {number_word(count)} findings"


def no_probability(model: str, reason: str) -> str:
    """Return why a model gave no probability, as a sentence."""
    return f"The model {model} gives no probability: {reason}."


def interval_words(interval: tuple[float, float]) -> str:
    """Return an interval of a probability: "60 % to 81 %", or "> 99 %" for both ends."""
    return " to ".join(dict.fromkeys(map(percent, interval)))


def bundle_line(bundle: Mapping[str, object]) -> str:
    """Return what stands wherever a probability is shown: bundle, training cohort, intended use.

    Args:
        bundle: as it stands in prediction.json.
    """
    return f"{bundle['banner']} ({bundle['training_cohort']}). {bundle['intended_use']}"


def column_label(column: str) -> str:
    """Return a short label of a model's input, as in "Tumor, wavelet LLH, GLCM correlation"."""
    found = column_of(column)
    if found is None:
        return column
    kind, of, index = found
    regions = of.removesuffix("_DL")
    return {
        ColumnKind.RADIOMIC: _radiomic(column),
        ColumnKind.NETWORK: f"Network, {regions}",
        ColumnKind.DEEP: f"Deep feature {index}, {regions}",
        ColumnKind.LOG_ODDS: f"Log-odds of {of}",
        ColumnKind.CLINICAL: column.replace("_", " ").capitalize(),
    }[kind]


def plain_feature(protocol: Protocol, column: str) -> tuple[str, str]:
    """Return what an image feature measures and where, as in ("texture", "the ring")."""
    kind, of, _ = column_of(column)
    outlined, *rings = protocol.regions
    names = {outlined: "the tumour"} | ({rings[0]: "the ring"} if len(rings) == 1 else {})
    if kind is not ColumnKind.RADIOMIC:
        regions = protocol.network_heads[of]
        return "network's impression", listed([names.get(r, r) for r in regions])
    _, image, feature_class, _ = column.split("_")
    if feature_class == "shape":
        return "shape", names.get(of, of)
    of_hu = feature_class == "firstorder" and image in _IMAGES_OF_HU
    return "brightness" if of_hu else "texture", names.get(of, of)


def _radiomic(column: str) -> str:
    parts = column.split("_")
    if len(parts) != 4:
        return column
    region, image, feature_class, feature = parts
    named = f"{_CLASSES.get(feature_class, feature_class.upper())} {_feature(feature)}"
    # Shape is of the outline: no image enters it.
    return ", ".join([region, *([] if feature_class == "shape" else [_image(image)]), named])


def _image(image: str) -> str:
    width = _LOG.fullmatch(image)
    if width:
        return f"LoG {float('.'.join(width.groups())):g} mm"
    return _IMAGES.get(image, image.replace("lbp", "LBP").replace("-", " "))


def _feature(feature: str) -> str:
    if feature in _ABBREVIATIONS:
        return feature.upper()
    words = [word if word.isupper() else word.lower() for word in _WORD.findall(feature)]
    label = " ".join(f"{word}th" if word.isdigit() else word for word in words)
    return label.replace("non uniformity", "non-uniformity")

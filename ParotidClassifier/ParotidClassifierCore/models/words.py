"""Models, their inputs and their probabilities in words for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..base.words import DASH
from ..protocol.names import (
    COMBINED,
    COMBINED_SOURCE,
    ColumnKind,
    column_kind,
    deep_feature,
    network_model,
    source_model,
)
from .probabilities import NOT_HELD, ModelResult, percent

_IMAGES = {"squareroot": "square root", "lbp-3D-k": "LBP 3D kurtosis"}
_LOG = re.compile(r"log-sigma-(\d+)-(\d+)-mm-3D")
_CLASSES = {"shape": "shape", "firstorder": "first-order"}
_ABBREVIATIONS = ("Id", "Idm", "Idmn", "Idn", "Imc1", "Imc2")
_WORD = re.compile(r"\dD|\d+|[A-Z][a-z]+|[A-Z]+")


def headline_model(available: Iterable[str]) -> str | None:
    """Return the model to show first: Combined, else the best image model, else the first.

    Args:
        available: names of the models that gave a probability, in their order.
    """
    names = tuple(available)
    first = (name for name in (COMBINED, COMBINED_SOURCE, *names) if name in names)
    return next(first, None)


def model_to_show(reasons: Mapping[str, str | None]) -> str:
    """Return the model to show first; without any probability the last that the bundle holds.

    Args:
        reasons: by model, in their order, why it gave no probability; None for one that did.
    """
    held = [name for name, reason in reasons.items() if reason != NOT_HELD]
    available = headline_model(name for name in held if reasons[name] is None)
    return available or (held[-1] if held else COMBINED)


def numbers_line(result: ModelResult) -> str:
    """Return probability, interval and threshold in columns of 11, 16 and 10 letters.

    Args:
        result: of a model that gave a probability.
    """
    interval = DASH if result.interval is None else interval_words(result.interval)
    probability, threshold = percent(result.probability), percent(result.threshold)
    return f"{probability:>11} {interval:>16} {threshold:>10}"


def probability_sentence(
    model: str,
    probability: float,
    threshold: float,
    interval: tuple[float, float] | None = None,
) -> str:
    """Return what `model` says of a case, as in "Combined: 72 % probability of malignancy, …"."""
    side = "above" if probability >= threshold else "below"
    certain = "" if interval is None else f" (95% interval {interval_words(interval)})"
    return (
        f"{model}: {percent(probability)} probability of malignancy{certain}, {side} the threshold "
        f"of {percent(threshold)}"
    )


def interval_words(interval: tuple[float, float]) -> str:
    """Return an interval of a probability, as in "60 % to 81 %"."""
    low, high = map(percent, interval)
    return f"{low} to {high}"


def bundle_line(bundle: Mapping[str, object]) -> str:
    """Return what stands wherever a probability is shown: bundle, training cohort, intended use.

    Args:
        bundle: as it stands in prediction.json.
    """
    return f"{bundle['banner']} ({bundle['training_cohort']}). {bundle['intended_use']}"


def column_label(column: str) -> str:
    """Return a short label of a model's input, as in "Tumor, wavelet LLH, GLCM correlation"."""
    kind = column_kind(column)
    if kind is ColumnKind.RADIOMIC:
        return _radiomic(column)
    if kind is ColumnKind.NETWORK:
        return f"Network, {_regions(network_model(column))}"
    if kind is ColumnKind.DEEP:
        model, index = deep_feature(column)
        return f"Deep feature {index}, {_regions(model)}"
    if kind is ColumnKind.LOG_ODDS:
        return f"Log-odds of {source_model(column)}"
    if kind is ColumnKind.CLINICAL:
        return column.replace("_", " ").capitalize()
    return column


def _regions(model: str) -> str:
    return model.removesuffix("_DL")


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

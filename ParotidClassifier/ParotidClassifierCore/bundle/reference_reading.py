"""Reading the training distributions of a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..base.strict_json import (
    SMALLEST_SCALE,
    MalformedError,
    as_count,
    as_items,
    as_numbers,
    as_object,
    as_probability,
    as_text,
    with_keys,
)
from ..models.acquisitions import COUNTED, RANGED, TrainingAcquisitions
from ..models.logistic import LogisticModel
from ..models.reference import VOXEL_LENGTHS, Reference
from ..models.scatter import Scatter, image_columns
from ..protocol.names import ELEVEN_MODELS
from ..protocol.outcome import BENIGN, MALIGNANT
from .learnt_reading import MOST_COLUMNS, read_column

_MOST_LEVELS = 101
MOST_SCORES = 100_000
_MOST_VALUES = 1_000
# Of a covariance's largest variance along any axis, the least that its smallest may be: with less,
# rounding makes distances that are no numbers.
_LEAST_SHARE = 1e-12


def read_reference(content: Mapping[str, Any], models: Mapping[str, LogisticModel]) -> Reference:
    """Return the distributions of reference.json.

    Args:
        content: of the file; bundles of schema version 1 hold neither voxels nor scatter.
        models: of the bundle.

    Raises:
        MalformedError: quantiles, scores or a scatter that are not what their names say.
    """
    keys = ("quantile_levels", "quantiles", "scores")
    fields = with_keys(content, keys, "the file", optional=["voxel_mm", "scatter", "acquisitions"])
    levels = _levels(fields["quantile_levels"])
    quantiles = {
        read_column(column): as_numbers(values, f"the quantiles of {column}", _MOST_LEVELS)
        for column, values in as_object(fields["quantiles"], "quantiles").items()
    }
    voxel_mm = _voxels(fields.get("voxel_mm", {}))
    for values in (*quantiles.values(), *voxel_mm.values()):
        if len(values) != len(levels):
            raise MalformedError("its quantiles are not one for each level")
        _require_rising(values, "its quantiles")
    scores = as_object(fields["scores"], "scores")
    return Reference(
        levels,
        quantiles,
        {name: _scores(name, scores[name]) for name in scores},
        voxel_mm,
        _scatter(fields["scatter"], models) if "scatter" in fields else None,
        _acquisitions(fields["acquisitions"])
        if "acquisitions" in fields
        else TrainingAcquisitions(),
    )


def _levels(value: Any) -> tuple[float, ...]:
    levels = as_numbers(value, "quantile_levels", _MOST_LEVELS, as_probability)
    if (levels[:1], levels[-1:]) != ((0.0,), (1.0,)):
        raise MalformedError("quantile_levels do not run from 0 to 1")
    _require_rising(levels, "quantile_levels")
    return levels


def _require_rising(values: tuple[float, ...], what: str) -> None:
    if list(values) != sorted(values):
        raise MalformedError(f"{what} do not rise")


def _voxels(value: Any) -> dict[str, tuple[float, ...]]:
    lengths = as_object(value, "voxel_mm")
    if lengths:
        with_keys(lengths, VOXEL_LENGTHS, "voxel_mm")
    return {name: as_numbers(lengths[name], "voxel_mm", _MOST_LEVELS) for name in lengths}


def _scores(name: str, value: Any) -> dict[str, tuple[float, ...]]:
    if name not in ELEVEN_MODELS:
        raise MalformedError(f"{name!r} is none of the eleven models")
    by_class = with_keys(value, (BENIGN, MALIGNANT), f"scores of {name}")
    scores = {
        outcome: as_numbers(by_class[outcome], f"scores of {name}", MOST_SCORES, as_probability)
        for outcome in by_class
    }
    for sorted_scores in scores.values():
        _require_rising(sorted_scores, f"scores of {name}")
    return scores


def _acquisitions(value: Any) -> TrainingAcquisitions:
    fields = with_keys(value, ("cases", "counts", "ranges"), "acquisitions")
    counts = with_keys(fields["counts"], (), "counts", optional=COUNTED)
    ranges = with_keys(fields["ranges"], (), "ranges", optional=RANGED)
    return TrainingAcquisitions(
        as_count(fields["cases"], "cases"),
        {name: _counts(name, counts[name]) for name in counts},
        {name: _range(name, ranges[name]) for name in ranges},
    )


def _counts(name: str, value: Any) -> dict[str, int]:
    counted = as_object(value, name)
    if not 0 < len(counted) <= _MOST_VALUES:
        raise MalformedError(f"{name} has not 1 to {_MOST_VALUES} values")
    return {as_text(word, name): as_count(count, name) for word, count in counted.items()}


def _range(name: str, value: Any) -> tuple[float, float]:
    bounds = as_numbers(value, name, 2)
    if len(bounds) != 2:
        raise MalformedError(f"{name} is not a smallest and a largest value")
    _require_rising(bounds, name)
    return bounds


def _scatter(value: Any, models: Mapping[str, LogisticModel]) -> Scatter:
    fields = with_keys(value, ("model", "covariance", "distances"), "scatter")
    name = as_text(fields["model"], "model")
    if name not in models:
        raise MalformedError(f"scatter is of {name!r}, which this bundle does not hold")
    covariance = tuple(
        as_numbers(row, "covariance", MOST_COLUMNS)
        for row in as_items(fields["covariance"], "covariance", MOST_COLUMNS)
    )
    _require_covariance(covariance, len(image_columns(models[name])))
    distances = as_numbers(fields["distances"], "distances", _MOST_LEVELS)
    _require_rising(distances, "distances")
    if len(distances) < 2 or distances[0] < 0:
        raise MalformedError("distances are missing or negative")
    return Scatter(name, covariance, distances)


def _require_covariance(rows: tuple[tuple[float, ...], ...], columns: int) -> None:
    """Refuse what is no symmetric, positive definite matrix of so many columns."""
    if columns == 0 or [len(row) for row in rows] != [columns] * columns:
        raise MalformedError("covariance is not one row and column for each image column")
    matrix = np.array(rows)
    if not np.array_equal(matrix, matrix.T):
        raise MalformedError("covariance is not symmetric")
    variances = np.linalg.eigvalsh(matrix)
    if variances[0] < max(_LEAST_SHARE * variances[-1], SMALLEST_SCALE):
        raise MalformedError("covariance is not positive definite, or nearly not")

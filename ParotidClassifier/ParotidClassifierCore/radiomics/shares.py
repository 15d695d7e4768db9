"""Radiomic features as two pieces of work that take about as long as each other."""

from __future__ import annotations

from collections.abc import Collection

from .filters import LBP3D
from .names import FeatureColumn, image_names, parse_column
from .settings import RadiomicsSettings

# Milliseconds on the grid around a 23 mm tumour, on one core; only their ratios matter.
_WAVELET = "Wavelet"
_FILTER_MS = {"LoG": 80.0, _WAVELET: 95.0, LBP3D: 150.0, "Gradient": 25.0, "Original": 0.0}
_OTHER_FILTER_MS = 10.0
_CLASS_MS = 5.0


def two_shares(
    columns: Collection[str], settings: RadiomicsSettings, ahead_ms: float = 0.0
) -> tuple[list[str], list[str]]:
    """Return the columns in two shares; whatever needs a filter's one run lies in one of them.

    So does LBP3D, whose libraries take a second to import: one process is enough for them.
    The same columns give the same shares: who keeps filtered images finds them again.

    Args:
        columns: `<region>_<name>`.
        settings: of the features.
        ahead_ms: other work that goes with the first share.
    """
    types = image_names(settings)
    runs: dict[tuple[str, ...], list[str]] = {}
    for column in sorted(columns):
        runs.setdefault(_run(parse_column(column, settings), types), []).append(column)
    costs = {run: _cost(run, of_run, settings) for run, of_run in runs.items()}
    shares: tuple[list[str], list[str]] = ([], [])
    load = [ahead_ms, 0.0]
    for run in sorted(runs, key=lambda run: (-costs[run], run)):
        lighter = load.index(min(load))
        shares[lighter].extend(runs[run])
        load[lighter] += costs[run]
    return shares


def _run(column: FeatureColumn, types: dict[str, str]) -> tuple[str, ...]:
    """Return what names the columns that stay together."""
    image_type = types.get(column.image, "Original")  # shape has no image of its own
    return (image_type,) if image_type in (_WAVELET, LBP3D) else (image_type, column.image)


def _cost(run: tuple[str, ...], columns: list[str], settings: RadiomicsSettings) -> float:
    parsed = (parse_column(column, settings) for column in columns)
    classes = {(one.region, one.image, one.feature_class) for one in parsed}
    return _FILTER_MS.get(run[0], _OTHER_FILTER_MS) + _CLASS_MS * len(classes)

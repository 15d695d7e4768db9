"""The numbers of a region for the Structured Report: size, density, features, probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping

from highdicom.sr import AlgorithmIdentification, Measurement, MeasurementProperties

from ... import __version__
from ...imaging.findings import max_axial_diameter_mm
from ...imaging.working_grid import WorkingGrid
from ...models.probabilities import ModelResult, percent
from ...models.words import interval_words
from ...protocol import Code, ColumnKind, column_of
from ...radiomics.names import FeatureColumn
from ..answering import Answer
from .codes import (
    ATTENUATION,
    AXIAL_DIAMETER,
    CUBIC_MM,
    HU,
    LONG_AXIS,
    MAXIMUM,
    MEAN,
    MM,
    NO_UNITS,
    OWN_SCHEME,
    PERCENT,
    PROBABILITY,
    SUM_OF_VOXELS,
    VOLUME,
    concept,
    feature_code,
    feature_unit,
    finding_code,
    network_code,
)

_NETWORK = (ColumnKind.NETWORK, ColumnKind.DEEP)


def measurements(answered: Answer, region: str) -> list[Measurement]:
    """Return volume, mean density and the features that entered the models, of one region.

    To the tumour belong its largest axial diameter, what the network says, clinical findings that
    are numbers, and the probabilities.
    """
    grid, features = answered.prepared.grid, answered.prediction.features
    is_tumor = region == answered.prepared.protocol.outlined.name
    measured = [_volume(grid, region), _density(grid, region)]
    if is_tumor:
        measured.append(_diameter(grid))
    measured += _features(features, region)
    if is_tumor:
        measured += _network(features)
        measured += _clinical(answered)
        measured += _probabilities(answered)
    return measured


def _measurement(name: Code, value: float, unit: Code, **more) -> Measurement:
    from highdicom.sr import Measurement

    coded = {key: concept(code) for key, code in more.items()}
    return Measurement(concept(name), float(value), concept(unit), **coded)


def _volume(grid: WorkingGrid, region: str) -> Measurement:
    """Return the volume: the voxels of the grid measure 1 mm³."""
    return _measurement(VOLUME, grid.mask(region).sum(), CUBIC_MM, method=SUM_OF_VOXELS)


def _density(grid: WorkingGrid, region: str) -> Measurement:
    return _measurement(ATTENUATION, grid.ct[grid.mask(region)].mean(), HU, derivation=MEAN)


def _diameter(grid: WorkingGrid) -> Measurement:
    diameter = max_axial_diameter_mm(grid.tumor)
    return _measurement(LONG_AXIS, diameter, MM, derivation=MAXIMUM, method=AXIAL_DIAMETER)


def _features(features: Mapping[str, float | None], region: str) -> list[Measurement]:
    found = []
    for column, value in _finite(features):
        if column_of(column)[:2] == (ColumnKind.RADIOMIC, region):
            feature = FeatureColumn(*column.split("_"))
            found.append(_measurement(feature_code(feature), value, feature_unit(feature)))
    return found


def _network(features: Mapping[str, float | None]) -> list[Measurement]:
    return [
        _measurement(network_code(column), value, NO_UNITS)
        for column, value in _finite(features)
        if column_of(column).kind in _NETWORK
    ]


def _clinical(answered: Answer) -> list[Measurement]:
    """Return the clinical findings that entered and are numbers."""
    record, predictors = answered.case.record, answered.bundle.protocol.predictors
    return [
        _measurement(finding_code(v), record[v.name], Code(f"unit:{v.unit}", OWN_SCHEME, v.unit))
        for v in predictors.values()
        if v.is_number and v.name in record
    ]


def _finite(features: Mapping[str, float | None]) -> list[tuple[str, float]]:
    return [(c, v) for c, v in features.items() if v is not None and math.isfinite(v)]


def _probabilities(answered: Answer) -> list[Measurement]:
    models = answered.prediction.models
    return [
        _probability(answered, name, result)
        for name, result in models.items()
        if result.probability is not None
    ]


def _probability(answered: Answer, name: str, result: ModelResult) -> Measurement:
    """Return a probability in percent, its 95% interval as the ranges below and above it."""
    from highdicom.sr import Measurement

    return Measurement(
        concept(PROBABILITY),
        100 * result.probability,
        concept(PERCENT),
        algorithm_id=_algorithm(answered, name, result),
        properties=_uncertainty(result),
    )


def _uncertainty(result: ModelResult) -> MeasurementProperties | None:
    from highdicom.sr import MeasurementProperties

    if result.interval is None:
        return None
    low, high = result.interval
    properties = MeasurementProperties(
        upper_measurement_uncertainty=100 * (high - result.probability),
        lower_measurement_uncertainty=100 * (result.probability - low),
    )
    for item in properties:  # highdicom says "no units" of what has the unit of the value
        item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence = [concept(PERCENT)]
    return properties


def _algorithm(answered: Answer, name: str, result: ModelResult) -> AlgorithmIdentification:
    from highdicom.sr import AlgorithmIdentification

    bundle = answered.prediction.bundle
    parameters = [
        f"bundle hash: {bundle['hash']}",
        f"threshold: {percent(result.threshold)}",
        f"protocol: {bundle['protocol']}",
        f"stacking: {bundle['stacking']}",
    ]
    if result.interval is not None:
        parameters.append(f"95% interval: {interval_words(result.interval)}")
    return AlgorithmIdentification(f"{bundle['name']}: {name}", __version__, parameters)

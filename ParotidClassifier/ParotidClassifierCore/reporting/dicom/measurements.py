"""The numbers and words of a region for the Structured Report: size, features, findings, models."""

import math

from highdicom.sr import (
    AlgorithmIdentification,
    Measurement,
    MeasurementProperties,
    QualitativeEvaluation,
)

from ... import __version__
from ...imaging.findings import max_axial_diameter_mm
from ...models.probabilities import ModelResult, percent
from ...models.words import interval_words
from ...protocol import UNKNOWN, Code, ColumnKind, column_of
from ...radiomics.names import FeatureColumn
from ..answering import Answer
from . import codes
from .codes import OWN_SCHEME, concept, finding_code

_NETWORK = (ColumnKind.NETWORK, ColumnKind.DEEP)


def measurements(answered: Answer, region: str) -> list[Measurement]:
    """Return volume, mean density and the features that entered the models, of one region.

    To the tumour belong its largest axial diameter, what the network says, clinical findings that
    are numbers, and the probabilities.
    """
    grid, read = answered.prepared.grid, answered.prediction.features.items()
    features = [(c, column_of(c), v) for c, v in read if v is not None and math.isfinite(v)]
    mask = grid.mask(region)
    voxels, density = mask.sum(), grid.ct[mask].mean()
    measured = [
        # The voxels of the grid measure 1 mm³.
        _measurement(codes.VOLUME, voxels, codes.CUBIC_MM, method=codes.SUM_OF_VOXELS),
        _measurement(codes.ATTENUATION, density, codes.HU, derivation=codes.MEAN),
    ]
    if _is_tumor(answered, region):
        axis = {"derivation": codes.MAXIMUM, "method": codes.AXIAL_DIAMETER}
        diameter = max_axial_diameter_mm(grid.tumor)
        measured.append(_measurement(codes.LONG_AXIS, diameter, codes.MM, **axis))
    for column, of, value in features:
        if of[:2] == (ColumnKind.RADIOMIC, region):
            feature = FeatureColumn(*column.split("_"))
            unit = codes.feature_unit(feature)
            measured.append(_measurement(codes.feature_code(feature), value, unit))
    if not _is_tumor(answered, region):
        return measured
    measured += [
        _measurement(codes.network_code(column), value, codes.NO_UNITS)
        for column, of, value in features
        if of.kind in _NETWORK
    ]
    return [*measured, *_clinical(answered), *_probabilities(answered)]


def evaluations(answered: Answer, region: str) -> list[QualitativeEvaluation]:
    """Return the call of each model and the findings that entered; they are of the tumour.

    The words are codes of our own: a system that looks for a coded diagnosis must not find one in
    the call of a model for research.
    """
    if not _is_tumor(answered, region):
        return []
    record, told = answered.case.record, []
    for variable in answered.bundle.protocol.predictors.values():
        if not variable.is_number:
            word = record.get(variable.name) or UNKNOWN
            told.append((finding_code(variable), f"{variable.name}:{word}", word))
    for name, result in answered.prediction.models.items():
        if result.probability is not None:
            question = Code(f"call:{name}", OWN_SCHEME, f"Call of the model {name}")
            told.append((question, f"call:{result.call}", result.call))
    return [
        QualitativeEvaluation(concept(name), concept(Code(value, OWN_SCHEME, word)))
        for name, value, word in told
    ]


def _is_tumor(answered: Answer, region: str) -> bool:
    return region == answered.prepared.protocol.outlined.name


def _measurement(name: Code, value: float, unit: Code, **more: Code) -> Measurement:
    coded = {key: concept(code) for key, code in more.items()}
    return Measurement(concept(name), float(value), concept(unit), **coded)


def _clinical(answered: Answer) -> list[Measurement]:
    """Return the clinical findings that entered and are numbers."""
    record, predictors = answered.case.record, answered.bundle.protocol.predictors
    return [
        _measurement(finding_code(v), record[v.name], Code(f"unit:{v.unit}", OWN_SCHEME, v.unit))
        for v in predictors.values()
        if v.is_number and v.name in record
    ]


def _probabilities(answered: Answer) -> list[Measurement]:
    """Return the probabilities in percent, the 95% interval as the ranges below and above each."""
    return [
        Measurement(
            concept(codes.PROBABILITY),
            100 * result.probability,
            concept(codes.PERCENT),
            algorithm_id=_algorithm(answered, name, result),
            properties=_uncertainty(result),
        )
        for name, result in answered.prediction.models.items()
        if result.probability is not None
    ]


def _uncertainty(result: ModelResult) -> MeasurementProperties | None:
    if result.interval is None:
        return None
    low, high = result.interval
    properties = MeasurementProperties(
        upper_measurement_uncertainty=100 * (high - result.probability),
        lower_measurement_uncertainty=100 * (result.probability - low),
    )
    for item in properties:  # highdicom says "no units" of what has the unit of the value
        item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence = [concept(codes.PERCENT)]
    return properties


def _algorithm(answered: Answer, name: str, result: ModelResult) -> AlgorithmIdentification:
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

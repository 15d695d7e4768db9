"""Measurements and probabilities as a DICOM Structured Report of the template TID 1500."""

import math
from collections.abc import Iterator, Mapping, Sequence

from highdicom import sr
from highdicom.seg import Segmentation
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from ... import __version__
from ...base.words import listed
from ...imaging.findings import max_axial_diameter_mm
from ...models.probabilities import ModelResult, percent
from ...models.words import interval_words
from ...protocol import UNKNOWN, ColumnKind, column_of
from ...radiomics.names import FeatureColumn
from ..answering import Answer
from ..case_view import CaseView
from . import codes as own
from .source_headers import Sources

RESEARCH_USE = "Research use only. Not a medical device; not for diagnosis or treatment."
# Of this software, not of a machine: 2.25. and a UUID (PS3.5 B.2).
_DEVICE_UID = "2.25.224712638170948325168740391860254117423"
_LONGEST_REASON = 64  # Completion Flag Description is of the VR LO
_AXIAL = own.code_of("max-axial", "Largest diameter in any axial slice")


def structured_report(
    answered: Answer, sources: Sources, outlines: Segmentation, series: Mapping[str, object]
) -> sr.Comprehensive3DSR:
    """Return what was measured and computed: a Comprehensive 3D SR, preliminary and unverified.

    A group of measurements for each region refers to its segment in `outlines`; that of the tumour
    holds the models too, and whether the case is like the training cases. It is complete where
    every model has a probability; that of a case unlike them holds none.

    Args:
        outlines: as `segmentation` returns them.
        series: as `series_attributes` returns it.
    """
    device = sr.DeviceObserverIdentifyingAttributes(
        uid=_DEVICE_UID, name=own.SOFTWARE, manufacturer_name=own.SOFTWARE, model_name=own.SOFTWARE
    )
    content = sr.MeasurementReport(
        observation_context=sr.ObservationContext(sr.ObserverContext(codes.DCM.Device, device)),
        procedure_reported=codes.LN.CTUnspecifiedBodyRegion,
        imaging_measurements=[
            _group(answered, number, sources, outlines)
            for number in range(1, 1 + len(outlines.SegmentSequence))
        ],
    )
    _add_comments(content, comments(answered))
    view = answered.view
    lacking = [name for name in view.models if name not in view.available]
    report = sr.Comprehensive3DSR(
        evidence=[outlines, *sources.headers],  # filed in the study of the first
        content=content,
        is_complete=not lacking,
        is_final=False,
        is_verified=False,
        coding_schemes=own.coding_schemes(),
        **series,
    )
    if lacking:
        reason = view.sentence if view.is_withheld else f"Without {', '.join(lacking)}"
        report.CompletionFlagDescription = reason[:_LONGEST_REASON]
    return report


def comments(answered: Answer) -> list[str]:
    """Return what must be known to read the numbers, in sentences."""
    view = answered.view
    if view.is_withheld:
        told = [view.sentence, view.why_outside]
    else:
        told = [view.domain.sentence, *_lacking(view), *view.meaning, *view.place.sentences]
    return [
        RESEARCH_USE,
        view.bundle_line,
        *told,
        *filter(None, [view.measured_by]),
        *(finding.line for finding in view.told_findings),
    ]


def _lacking(view: CaseView) -> Iterator[str]:
    """Say which models gave no probability, those with the same reason together."""
    lacking: dict[str, list[str]] = {}
    for name, result in view.models.items():
        if result.probability is None:
            lacking.setdefault(result.unavailable, []).append(name)
    for reason, names in lacking.items():
        yield f"{listed(names)} {'is' if len(names) == 1 else 'are'} not available: {reason}."


def _add_comments(content: sr.MeasurementReport, sentences: Sequence[str]) -> None:
    """Add texts to the root, above the numbers: the template may be extended (PS3.16 TID 1500)."""
    above = len(content[0].ContentSequence) - 1  # the last item holds the measurements
    for place, sentence in enumerate(sentences, start=above):
        item = sr.TextContentItem(codes.DCM.Comment, sentence, sr.RelationshipTypeValues.CONTAINS)
        content[0].ContentSequence.insert(place, item)


def _group(
    answered: Answer, number: int, sources: Sources, outlines: Segmentation
) -> sr.VolumetricROIMeasurementsAndQualitativeEvaluations:
    segment = outlines.SegmentSequence[number - 1]
    region, place = segment.SegmentLabel, own.place(answered)
    of_region = answered.prepared.protocol.regions[region]
    return sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(segment.TrackingUID, region),
        referenced_segment=sr.ReferencedSegment(
            outlines.SOPClassUID,
            outlines.SOPInstanceUID,
            number,
            source_series=sr.SourceSeriesForSegmentation(sources.headers[0].SeriesInstanceUID),
        ),
        finding_category=Code(*of_region.category),
        finding_type=Code(*of_region.kind),
        finding_sites=None if place is None else [sr.FindingSite(*place)],
        measurements=measurements(answered, region),
        qualitative_evaluations=evaluations(answered) if of_region.ring is None else None,
    )


def measurements(answered: Answer, region: str) -> list[sr.Measurement]:
    """Return volume, mean density and the features that entered the models, of one region.

    To the tumour belong its largest axial diameter, clinical findings that are numbers, and, unless
    they are withheld, what the network says and the probabilities.
    """
    grid, read = answered.prepared.grid, answered.prediction.features.items()
    known = [(c, column_of(c), v) for c, v in read if v is not None and math.isfinite(v)]
    inside, units = grid.ct[grid.mask(region)], codes.UCUM
    volume = sr.Measurement(
        codes.SCT.Volume,
        float(inside.size),  # the voxels of the grid measure 1 mm³
        units.CubicMillimeter,
        method=codes.DCM.SumOfSegmentedVoxelMethodForVolume,
    )
    density = sr.Measurement(
        codes.DCM.AttenuationCoefficient,
        float(inside.mean()),
        units.HounsfieldUnit,
        derivation=codes.SCT.Mean,
    )
    features = [
        sr.Measurement(own.feature_code(feature), value, own.feature_unit(feature))
        for column, of, value in known
        if of[:2] == (ColumnKind.RADIOMIC, region)
        for feature in [FeatureColumn(*column.split("_"))]
    ]
    if region != answered.prepared.protocol.outlined.name:
        return [volume, density, *features]
    how = {"derivation": codes.SCT.Maximum, "method": _AXIAL}
    diameter = sr.Measurement(codes.SCT.LongAxis, max_axial_diameter_mm(grid.tumor), own.MM, **how)
    network = [
        sr.Measurement(own.network_code(column), value, units.NoUnits)
        for column, of, value in known
        if of.kind in (ColumnKind.NETWORK, ColumnKind.DEEP) and not answered.view.is_withheld
    ]
    more = (*_clinical(answered), *_probabilities(answered))
    return [volume, density, diameter, *features, *network, *more]


def _clinical(answered: Answer) -> list[sr.Measurement]:
    """Return the clinical findings that entered and are numbers."""
    record, predictors = answered.case.record, answered.bundle.protocol.predictors
    return [
        sr.Measurement(
            own.finding_code(v), float(record[v.name]), own.code_of(f"unit:{v.unit}", v.unit)
        )
        for v in predictors.values()
        if v.is_number and v.name in record
    ]


def _probabilities(answered: Answer) -> list[sr.Measurement]:
    """Return the probabilities in percent, the 95 % interval as the ranges below and above each."""
    return [
        sr.Measurement(
            codes.DCM.ProbabilityOfCancer,
            100 * result.probability,
            codes.UCUM.Percent,
            algorithm_id=_algorithm(answered, name, result),
            properties=_uncertainty(result),
        )
        for name, result in answered.view.available.items()
    ]


def _uncertainty(result: ModelResult) -> sr.MeasurementProperties | None:
    if result.interval is None:
        return None
    low, high = result.interval
    properties = sr.MeasurementProperties(
        upper_measurement_uncertainty=100 * (high - result.probability),
        lower_measurement_uncertainty=100 * (result.probability - low),
    )
    for item in properties:  # highdicom says "no units" of what has the unit of the value
        percents = [sr.CodedConcept(*codes.UCUM.Percent)]
        item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence = percents
    return properties


def _algorithm(answered: Answer, name: str, result: ModelResult) -> sr.AlgorithmIdentification:
    bundle = answered.prediction.bundle
    parameters = [
        f"bundle hash: {bundle['hash']}",
        f"threshold: {percent(result.threshold)}",
        f"protocol: {bundle['protocol']}",
        f"stacking: {bundle['stacking']}",
    ]
    if result.interval is not None:
        parameters.append(f"95 % interval: {interval_words(result.interval)}")
    return sr.AlgorithmIdentification(f"{bundle['name']}: {name}", __version__, parameters)


def evaluations(answered: Answer) -> list[sr.QualitativeEvaluation]:
    """Return the findings that entered, whether the case is like the others, calls and answers.

    The words are codes of our own: a system that looks for a coded diagnosis must not find one in
    the call of a model for research.
    """
    record, domain = answered.case.record, answered.view.domain.status.value
    words = [
        (variable, record.get(variable.name) or UNKNOWN)
        for variable in answered.bundle.protocol.predictors.values()
        if not variable.is_number
    ]
    said = [
        (what, name, getattr(result, what))
        for what in ("call", "answer")
        for name, result in answered.view.available.items()
    ]
    told = [
        *((own.finding_code(of), own.code_of(f"{of.name}:{word}", word)) for of, word in words),
        (own.code_of("domain", "Applicability domain"), own.code_of(f"domain:{domain}", domain)),
        *(
            (
                own.code_of(f"{what}:{name}", f"{what.capitalize()} of the model {name}"),
                own.code_of(f"{what}:{word}", word),
            )
            for what, name, word in said
            if word is not None
        ),
    ]
    return [sr.QualitativeEvaluation(*pair) for pair in told]

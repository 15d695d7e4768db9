"""Measurements and probabilities as a DICOM Structured Report of the template TID 1500."""

from collections.abc import Mapping, Sequence

from highdicom.seg import Segmentation
from highdicom.sr import (
    Comprehensive3DSR,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    ReferencedSegment,
    RelationshipTypeValues,
    SourceSeriesForSegmentation,
    TextContentItem,
    TrackingIdentifier,
    VolumetricROIMeasurementsAndQualitativeEvaluations,
)
from pydicom.sr.codedict import codes

from ...base.words import listed
from ...imaging.side import SIDE_CODES
from ...protocol import PAROTID_GLAND
from ..answering import Answer
from .codes import COMMENT, CT, coding_schemes, concept
from .measurements import evaluations, measurements
from .series import DEVICE_UID, SOFTWARE
from .source_headers import Sources

RESEARCH_USE = "Research use only. Not a medical device; not for diagnosis or treatment."
_LONGEST_REASON = 64  # Completion Flag Description is of the VR LO


def structured_report(
    answered: Answer, sources: Sources, outlines: Segmentation, series: Mapping[str, object]
) -> Comprehensive3DSR:
    """Return what was measured and computed: a Comprehensive 3D SR, preliminary and unverified.

    A group of measurements for each region refers to its segment in `outlines`; that of the tumour
    holds the models too. It is complete where every model has a probability.

    Args:
        outlines: as `segmentation` returns them.
        series: as `series_attributes` returns it.
    """
    content = MeasurementReport(
        observation_context=_observation_context(),
        procedure_reported=concept(CT),
        imaging_measurements=[
            _group(answered, number, sources, outlines)
            for number in range(1, 1 + len(outlines.SegmentSequence))
        ],
    )
    _add_comments(content, comments(answered))
    lacking = [name for name, r in answered.prediction.models.items() if r.probability is None]
    report = Comprehensive3DSR(
        evidence=[outlines, *sources.headers],  # filed in the study of the first
        content=content,
        is_complete=not lacking,
        is_final=False,
        is_verified=False,
        coding_schemes=coding_schemes(),
        **series,
    )
    if lacking:
        report.CompletionFlagDescription = f"Without {', '.join(lacking)}"[:_LONGEST_REASON]
    return report


def comments(answered: Answer) -> list[str]:
    """Return what must be known to read the numbers, in sentences."""
    view = answered.view
    lacking: dict[str, list[str]] = {}
    for name, result in view.models.items():
        if result.probability is None:
            lacking.setdefault(result.unavailable, []).append(name)
    return [
        RESEARCH_USE,
        view.bundle_line,
        *(
            f"{listed(names)} {'is' if len(names) == 1 else 'are'} not available: {reason}."
            for reason, names in lacking.items()
        ),
        *view.place.sentences,
        *(finding.line for finding in view.told_findings),
    ]


def _observation_context() -> ObservationContext:
    device = DeviceObserverIdentifyingAttributes(
        uid=DEVICE_UID, name=SOFTWARE, manufacturer_name=SOFTWARE, model_name=SOFTWARE
    )
    return ObservationContext(ObserverContext(codes.DCM.Device, device))


def _group(
    answered: Answer, number: int, sources: Sources, outlines: Segmentation
) -> VolumetricROIMeasurementsAndQualitativeEvaluations:
    segment = outlines.SegmentSequence[number - 1]
    region = segment.SegmentLabel
    of_region, side = answered.prepared.protocol.regions[region], answered.prepared.side
    laterality = None if side is None else concept(SIDE_CODES[side])
    return VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(segment.TrackingUID, region),
        referenced_segment=ReferencedSegment(
            outlines.SOPClassUID,
            outlines.SOPInstanceUID,
            number,
            source_series=SourceSeriesForSegmentation(sources.headers[0].SeriesInstanceUID),
        ),
        finding_category=concept(of_region.category),
        finding_type=concept(of_region.kind),
        finding_sites=[FindingSite(concept(PAROTID_GLAND), laterality)],
        measurements=measurements(answered, region),
        qualitative_evaluations=evaluations(answered, region) or None,
    )


def _add_comments(content: MeasurementReport, sentences: Sequence[str]) -> None:
    """Add texts to the root, above the numbers: the template may be extended (PS3.16 TID 1500)."""
    above = len(content[0].ContentSequence) - 1  # the last item holds the measurements
    for place, sentence in enumerate(sentences, start=above):
        item = TextContentItem(concept(COMMENT), sentence, RelationshipTypeValues.CONTAINS)
        content[0].ContentSequence.insert(place, item)

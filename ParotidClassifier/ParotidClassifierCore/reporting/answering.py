"""Everything that was asked about one case, and the folder of files that answers it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import SimpleITK as sitk

from ..base.progress import Progress, part, silent
from ..base.words import DASH
from ..bundle.bundle import Bundle
from ..case.grid import PreparedCase
from ..case.loading import Case
from ..dicom.identity import Identity, read_identity
from ..imaging.findings import QualityFinding
from ..imaging.ring import RingSettings
from ..models.words import numbers_line
from ..prediction.predict import DEMONSTRATION_FINDING, Prediction, predict
from ..prediction.readers_agreement import ReadersAgreement
from ..prediction.second_opinion import SecondOpinion
from ..prediction.stability import Stability
from ..prediction.stages import Stages
from .case.labels import REPORT_HTML, REPORT_PDF, ReportLabels
from .dicom.source_headers import Sources, read_source_headers

PREDICTION_FILE = "prediction.json"
RING_FILE = "ring.seg.nrrd"
OVERVIEW_FILE = "overview.png"
SALIENCY_FILE = "saliency.nrrd"
SEGMENTATION_FILE = "segmentation.dcm"
REPORT_FILE = "report.dcm"


@dataclass(frozen=True)
class Asked:
    """What is wanted beside the probabilities.

    Attributes:
        ring: None for the bundle's own.
        device: of the network: "cpu", "cuda" or "auto".
        stability: whether slightly different outlines are classified too.
        saliency: whether it is computed where the network looked.
        keep_identity: whether the patient's name, number and birth date may be written.
        dicom: whether it is written as DICOM SEG and Structured Report too.
        second_bundle: is asked too; None for no second opinion.
        second_tumor: the tumour as another reader outlined it, binary volume; None without.
        report: what a report calls the case; None without a report. With one, stability and
            saliency are found out too, as far as the bundle can tell them.
    """

    ring: RingSettings | None = None
    device: str = "cpu"
    stability: bool = False
    saliency: bool = False
    keep_identity: bool = False
    dicom: bool = False
    second_bundle: Bundle | None = None
    second_tumor: sitk.Image | None = None
    report: ReportLabels | None = None


@dataclass(frozen=True)
class Answer:
    """What came out for one case.

    Attributes:
        case: as it was loaded.
        bundle: that answered.
        prepared: the case on its working grid.
        prediction: the probabilities.
        stability: under other outlines; None if it was not asked for.
        saliency: float32 volume, 0 to 1, on the working grid; None if it was not asked for.
        second_opinion: by another bundle; None if none was asked.
        second_reader: how another reader's outline compares; None without one.
        identity: whose CT it is; None unless it was asked to keep that.
        dicom_sources: headers of the CT's slices, which the DICOM objects refer to; None if these
            were not asked for.
        report: what the report calls the case; None without a report.
    """

    case: Case
    bundle: Bundle
    prepared: PreparedCase
    prediction: Prediction
    stability: Stability | None = None
    saliency: sitk.Image | None = None
    second_opinion: SecondOpinion | None = None
    second_reader: ReadersAgreement | None = None
    identity: Identity | None = None
    dicom_sources: Sources | None = None
    report: ReportLabels | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the answer as it is written to prediction.json."""
        asked = {
            "stability": self.stability,
            "second_opinion": self.second_opinion,
            "second_reader": self.second_reader,
            "identity": self.identity,
        }
        others = {name: found.as_dict() for name, found in asked.items() if found is not None}
        files = {"more_files": list(self.more_files)} if self.more_files else {}
        return self.prediction.as_dict() | others | files

    @property
    def more_files(self) -> tuple[str, ...]:
        """Names of the files that not every answer has."""
        has = {"saliency": self.saliency, "dicom": self.dicom_sources, "report": self.report}
        return tuple(f for f, of in every_more_file().items() if has[of] is not None)

    def text(self) -> str:
        """Return the answer in lines for a terminal."""
        compared = [f for f in (self.second_opinion, self.second_reader) if f is not None]
        others = ["\n".join(found.lines()) for found in compared]
        source = self.case.source
        first = told(self.prediction, self.stability, "" if source is None else source.line)
        return "\n\n".join([first, *others])


def answer(
    case: Case,
    bundle: Bundle,
    asked: Asked,
    progress: Progress = silent,
    stages: Stages | None = None,
) -> Answer:
    """Classify a case and find out what else was asked.

    Args:
        case: as loaded.
        bundle: the models.
        asked: what is wanted.
        progress: told the fraction done and the step at hand.
        stages: what the case is put through; None for new ones.

    Raises:
        UsageError: the second bundle is the first one, or the identity is to be kept, or DICOM is
            to be written, of a case that does not come from DICOM files.
        ParotidClassifierError: the case cannot be used, or the device is not there.
    """
    from ..prediction.saliency import saliency_of
    from ..prediction.stability import stability

    identity = read_identity(case.source) if asked.keep_identity else None
    sources = read_source_headers(case, asked.keep_identity) if asked.dicom else None
    stages = stages or Stages()
    asked = _with_what_a_report_shows(asked, bundle)
    chosen = (asked.ring or bundle.ring, asked.device)
    marked = others = None
    end = 0.3 if asked.stability else 0.7
    prepared, prediction = predict(case, bundle, *chosen, part(progress, 0.0, end), stages)
    if asked.stability:
        others = stability(case, bundle, *chosen, part(progress, end, 0.7), stages)
    if asked.saliency:
        marked = saliency_of(case, bundle, *chosen, part(progress, 0.7, 0.8), stages)
    answered = Answer(
        case, bundle, prepared, prediction, others, marked, identity=identity,
        dicom_sources=sources, report=asked.report,
    )  # fmt: skip
    return _compared(answered, asked, part(progress, 0.8, 1.0), stages)


def _with_what_a_report_shows(asked: Asked, bundle: Bundle) -> Asked:
    if asked.report is None:
        return asked
    return replace(
        asked,
        stability=asked.stability or bundle.reads_image,
        saliency=asked.saliency or bundle.network is not None,
    )


def _compared(answered: Answer, asked: Asked, progress: Progress, stages: Stages) -> Answer:
    """Return the answer with what another bundle, and another reader's outline, make of it."""
    from ..prediction.readers_agreement import readers_agreement
    from ..prediction.second_opinion import second_opinion

    case, first = answered.case, answered.prediction
    opinion = reader = None
    if asked.second_bundle is not None:
        opinion = second_opinion(
            case, first, asked.second_bundle, asked.ring, asked.device, part(progress, 0.0, 0.5),
            stages,
        )  # fmt: skip
    if asked.second_tumor is not None:
        reader = readers_agreement(
            case, answered.prepared, first, asked.second_tumor, answered.bundle, asked.ring,
            asked.device, part(progress, 0.5, 1.0), stages,
        )  # fmt: skip
    return replace(answered, second_opinion=opinion, second_reader=reader)


def every_more_file() -> dict[str, str]:
    """Return, by its name, what each of the files belongs to that not every answer has."""
    return {
        SALIENCY_FILE: "saliency", SEGMENTATION_FILE: "dicom", REPORT_FILE: "dicom",
        REPORT_HTML: "report", REPORT_PDF: "report",
    }  # fmt: skip


def told(prediction: Prediction, others: Stability | None = None, series: str = "") -> str:
    """Return a prediction in lines for a terminal.

    Args:
        prediction: of a case.
        others: under other outlines, if that was asked.
        series: a line on the CT's DICOM series, if it is one.
    """
    first = prediction.first_findings
    lines = [_line(finding) for finding in first]
    lines.append(f"{'model':<24} {'probability':>11} {'95% interval':>16} {'threshold':>10}  call")
    for name, result in prediction.models.items():
        if result.probability is None:
            lines.append(f"{name:<24} {DASH:>11} {DASH:>16} {DASH:>10}  {result.unavailable}")
        else:
            lines.append(f"{name:<24} {numbers_line(result)}  {result.call}")
    reasons = [r.no_interval for r in prediction.models.values() if r.no_interval is not None]
    lines += [f"No interval: {reason}." for reason in dict.fromkeys(reasons)]
    lines += prediction.applicability.sentences
    if others is not None and prediction.headline[0] in others.probabilities:
        lines.append(others.sentence(prediction.headline[0]))
    lines += [f"Side of the tumour: {prediction.side}."] if prediction.ring else []  # of images
    lines += [series] if series else []
    lines += [
        _line(finding)
        for finding in prediction.findings
        if finding not in first and finding.code != DEMONSTRATION_FINDING  # the last line says it
    ]
    return "\n".join([*lines, "", prediction.bundle_line])


def _line(finding: QualityFinding) -> str:
    return f"{finding.severity.value}: {finding.message}"

"""Everything that was asked about one case, and the folder of files that answers it."""

from dataclasses import dataclass, replace
from functools import cached_property

import SimpleITK as sitk

from ..base.progress import Progress, part, silent
from ..bundle.bundle import Bundle
from ..case.grid import PreparedCase
from ..case.loading import Case
from ..dicom.source import Identity, read_identity
from ..prediction.predict import Prediction
from ..prediction.readers_agreement import ReadersAgreement
from ..prediction.second_opinion import SecondOpinion
from ..prediction.session import Session
from ..prediction.stability import Stability
from ..prediction.stages import Stages
from ..protocol import RingSettings
from ..radiomics.engines import Engine
from .case.labels import REPORT_HTML, REPORT_PDF, ReportLabels
from .case_view import CaseView
from .dicom.source_headers import Sources, read_source_headers
from .terminal import terminal_text

PREDICTION_FILE = "prediction.json"
RING_FILE = "ring.seg.nrrd"
OVERVIEW_FILE = "overview.png"
SALIENCY_FILE = "saliency.nrrd"
SEGMENTATION_FILE = "segmentation.dcm"
REPORT_FILE = "report.dcm"
# The files that not every answer has, and the attribute of an Answer that each belongs to.
MORE_FILES = {
    SALIENCY_FILE: "saliency", SEGMENTATION_FILE: "dicom_sources", REPORT_FILE: "dicom_sources",
    REPORT_HTML: "report", REPORT_PDF: "report",
}  # fmt: skip
_WRITTEN = ("stability", "second_opinion", "second_reader", "identity")


@dataclass(frozen=True)
class Asked:
    """What is wanted beside the probabilities.

    Attributes:
        ring: settings of the first ring; None for the bundle's own.
        device: of the network: "cpu", "cuda" or "auto".
        engine: that measures the radiomic features.
        stability: whether slightly different outlines are classified too.
        keep_identity: whether the patient's name, number and birth date may be written.
        dicom: whether it is written as DICOM SEG and Structured Report too.
        second_tumor: the tumour as another reader outlined it, binary volume.
        report: what a report calls the case; None without a report. With one, stability and
            saliency are found out too, as far as the bundle can tell them.
        show_outside: whether the models' numbers are shown of a case that is unlike the training
            cases, too; without it stability and saliency of such a case are not found out.
    """

    ring: RingSettings | None = None
    device: str = "cpu"
    engine: Engine = Engine.BUILT_IN
    stability: bool = False
    saliency: bool = False
    keep_identity: bool = False
    dicom: bool = False
    second_bundle: Bundle | None = None
    second_tumor: sitk.Image | None = None
    report: ReportLabels | None = None
    show_outside: bool = False


@dataclass(frozen=True)
class Answer:
    """What came out for one case; None for what was not asked for.

    Attributes:
        case: as it was loaded.
        prepared: the case on its working grid.
        saliency: float32 volume, 0 to 1, on the working grid.
        identity: whose CT it is.
        dicom_sources: headers of the CT's slices, which the DICOM objects refer to.
        report: what the report calls the case.
        show_outside: as it was asked.
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
    show_outside: bool = False

    def as_dict(self) -> dict[str, object]:
        """Return the answer as it is written to prediction.json."""
        asked = {name: getattr(self, name) for name in _WRITTEN}
        others = {name: found.as_dict() for name, found in asked.items() if found is not None}
        if self.more_files:
            others["more_files"] = list(self.more_files)
        if self.show_outside:
            others["show_outside"] = True
        return self.prediction.as_dict() | others

    @property
    def more_files(self) -> tuple[str, ...]:
        """Names of the files that not every answer has."""
        return tuple(f for f, of in MORE_FILES.items() if getattr(self, of) is not None)

    @cached_property
    def view(self) -> CaseView:
        """What is said of the case."""
        return CaseView(self.as_dict(), self.prediction.features)

    def text(self) -> str:
        """Return the answer in lines for a terminal."""
        source = self.case.source
        return terminal_text(self.view, "" if source is None else source.line)


def answer(
    case: Case,
    bundle: Bundle,
    asked: Asked,
    progress: Progress = silent,
    stages: Stages | None = None,
) -> Answer:
    """Classify a case and find out what else was asked, through `stages` or new ones.

    Raises:
        UsageError: the second bundle is the first one, or the identity is to be kept, or DICOM is
            to be written, of a case that does not come from DICOM files.
        ParotidClassifierError: the case cannot be used, or the device is not there.
    """
    identity = read_identity(case.source) if asked.keep_identity else None
    sources = read_source_headers(case, asked.keep_identity) if asked.dicom else None
    asked = _with_what_a_report_shows(asked, bundle)
    session = Session(case, bundle, asked.ring, asked.device, stages or Stages(), asked.engine)
    others = marked = opinion = reader = None
    end = 0.3 if asked.stability else 0.7
    prediction = session.predict(part(progress, 0.0, end))
    if is_withheld(prediction, asked.show_outside):
        asked = replace(asked, stability=False, saliency=False)
    if asked.stability:
        others = session.stability(part(progress, end, 0.7))
    if asked.saliency:
        marked = session.saliency(part(progress, 0.7, 0.8))
    if asked.second_bundle is not None:
        opinion = session.second_opinion(prediction, asked.second_bundle, part(progress, 0.8, 0.9))
    if asked.second_tumor is not None:
        reader = session.second_reader(prediction, asked.second_tumor, part(progress, 0.9, 1.0))
    return Answer(
        case, bundle, session.prepared, prediction, others, marked, opinion, reader, identity,
        sources, asked.report, asked.show_outside,
    )  # fmt: skip


def is_withheld(prediction: Prediction, show_outside: bool) -> bool:
    """Return whether nothing that the models say is told; see `CaseView.is_withheld`."""
    return CaseView(prediction.as_dict() | {"show_outside": show_outside}).is_withheld


def _with_what_a_report_shows(asked: Asked, bundle: Bundle) -> Asked:
    if asked.report is None:
        return asked
    return replace(
        asked,
        stability=asked.stability or bundle.reads_image,
        saliency=asked.saliency or bundle.network is not None,
    )

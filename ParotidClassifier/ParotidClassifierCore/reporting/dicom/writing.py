"""Writing an answer as DICOM objects."""

from datetime import datetime, timezone
from pathlib import Path

from pydicom import Dataset

from ...base.files import written_whole
from ...dicom.headers import ignoring_header_warnings
from ..answering import REPORT_FILE, SEGMENTATION_FILE, Answer
from .segmentation import segmentation
from .series import REPORT, SEGMENTATION, series_attributes
from .source_headers import Sources
from .structured_report import structured_report


def write_dicom(folder: Path, answered: Answer, sources: Sources) -> dict[str, str]:
    """Write segmentation.dcm and report.dcm, which refers to it; return their UIDs by file name.

    Raises:
        OutputError: a file cannot be written.
    """
    made_files = _made_files(answered, sources)
    for name, made in made_files.items():
        with written_whole(folder / name) as beside:
            made.save_as(beside)
    return {name: str(made.SOPInstanceUID) for name, made in made_files.items()}


def _made_files(answered: Answer, sources: Sources) -> dict[str, Dataset]:
    found, when = answered.prediction, datetime.now(timezone.utc).astimezone()
    of_outlines, of_report = (series_attributes(found, when, k) for k in (SEGMENTATION, REPORT))
    with ignoring_header_warnings():
        outlines = segmentation(answered.prepared, sources, _rings_made(answered), of_outlines)
        report = structured_report(answered, sources, outlines, of_report)
    return {SEGMENTATION_FILE: outlines, REPORT_FILE: report}


def _rings_made(answered: Answer) -> dict[str, str]:
    """Return how the rings were computed, but for those that a reader gave."""
    return {
        region.name: f"{region.ring.width_mm:g} mm around {' and '.join(region.around)}, "
        f"{region.ring.hu_range[0]:g} to {region.ring.hu_range[1]:g} HU"
        for region in answered.prepared.protocol.rings
        if region.name not in answered.case.rings
    }

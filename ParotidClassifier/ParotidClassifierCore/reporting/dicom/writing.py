"""Write an answer as DICOM objects, in series that an archive can tell from the next."""

from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from highdicom import UID

from ... import __version__
from ...base.files import written_whole
from ...dicom.headers import ignoring_header_warnings
from ...models.answers import INDETERMINATE
from ...models.domain import DomainStatus
from ...models.probabilities import percent
from ..answering import REPORT_FILE, SEGMENTATION_FILE, Answer
from ..case_view import CaseView
from .codes import SOFTWARE
from .segmentation import segmentation
from .source_headers import Sources
from .structured_report import structured_report

# The last digit of the number of a series; those before are month, day, hour and minute.
SEGMENTATION, REPORT = 1, 2


def write_dicom(folder: Path, answered: Answer, sources: Sources) -> dict[str, str]:
    """Write segmentation.dcm and report.dcm, which refers to it; return their UIDs by file name.

    Raises:
        OutputError: a file cannot be written.
    """
    view, when = answered.view, datetime.now(timezone.utc).astimezone()
    of_outlines, of_report = (series_attributes(view, when, k) for k in (SEGMENTATION, REPORT))
    with ignoring_header_warnings():
        outlines = segmentation(answered, sources, of_outlines)
        report = structured_report(answered, sources, outlines, of_report)
    made = {SEGMENTATION_FILE: outlines, REPORT_FILE: report}
    for name, content in made.items():
        with written_whole(folder / name) as beside:
            content.save_as(beside)
    return {name: str(content.SOPInstanceUID) for name, content in made.items()}


def series_attributes(view: CaseView, when: datetime, which: int) -> Mapping[str, object]:
    """Return what highdicom is told of an object and of its series, which holds it alone.

    Many archives show nothing of a series but its description. So it says the probability, where
    the case is not inside the domain or cannot be told, the time and the word "research", in at
    most 64 characters. Both series of an export have the same one: their modality tells them apart.

    Args:
        view: whose headline stands in the description.
        when: of the export.
        which: SEGMENTATION or REPORT.
    """
    # There is no room for a doubt and the model, nor for two doubts: the first one counts.
    doubts = {
        "unlike training cases": view.domain.status is DomainStatus.OUTSIDE,
        "cannot tell": view.first.answer == INDETERMINATE,
        "edge of training": view.domain.status is DomainStatus.BORDERLINE,
    }
    known = [doubt for doubt, holds in doubts.items() if holds][:1]
    if view.first.probability is not None:
        model = "" if known else f"{view.headline} "
        known.append(f"{model}{percent(view.first.probability)}")
    told = f"{', '.join(known)} " if known else ""
    return {
        "series_instance_uid": UID(),
        "sop_instance_uid": UID(),
        "instance_number": 1,
        "specific_character_set": "ISO_IR 192",
        "series_number": int(f"{when:%m%d%H%M}{which}"),
        "series_description": f"Parotid research: {told}{when:%Y-%m-%d %H:%M}",
        **dict.fromkeys(("series_date", "content_date"), when.date()),
        **dict.fromkeys(("series_time", "content_time"), when.time()),
        **dict.fromkeys(("manufacturer", "manufacturer_model_name"), SOFTWARE),
        "software_versions": __version__,
        "device_serial_number": "none",
    }

"""Write the folder of files that answers what was asked about one case."""

from collections.abc import Mapping
from pathlib import Path

from ..base.files import clear_unfinished, read_json, write_json, written_together
from ..case.grid import PreparedCase
from ..imaging.masks import save_segmentation
from ..prediction.predict import Prediction
from .answering import MORE_FILES, OVERVIEW_FILE, PREDICTION_FILE, RING_FILE, SALIENCY_FILE, Answer


def write_answer(out: Path, answered: Answer) -> None:
    """Write the files of an answer to a folder, together or not at all.

    What an earlier answer in this folder had more, such as a report, goes: it may be of another
    case.

    Raises:
        OutputError: the folder cannot be written.
    """
    from ..prediction.saliency import save_saliency
    from .overview import save_overview

    with written_together(out, instead_of=_more_files_of(_earlier_in(out))) as folder:
        write_json(folder / PREDICTION_FILE, answered.as_dict())
        save_outlines(folder / RING_FILE, answered.prepared)
        save_overview(folder / OVERVIEW_FILE, answered)
        if answered.saliency is not None:
            save_saliency(folder / SALIENCY_FILE, answered.saliency)
        if answered.dicom_sources is not None:
            from .dicom.writing import write_dicom

            write_dicom(folder, answered, answered.dicom_sources)
        if answered.report is not None:
            from .case.writing import write_case_report

            write_case_report(folder, answered)


def write_prediction(out: Path, prediction: Prediction) -> None:
    """Write a prediction that no image belongs to; an earlier answer's files go.

    Raises:
        OutputError: the folder cannot be written.
    """
    earlier = _earlier_in(out)
    images = (RING_FILE, OVERVIEW_FILE) if earlier.get("ring") else ()
    with written_together(out, instead_of=(*images, *_more_files_of(earlier))) as folder:
        write_json(folder / PREDICTION_FILE, prediction.as_dict())


def every_file() -> list[str]:
    """Return the names of all files that an answer may have."""
    return [PREDICTION_FILE, RING_FILE, OVERVIEW_FILE, *MORE_FILES]


def _more_files_of(earlier: Mapping[str, object]) -> list[str]:
    """Return what an earlier answer says that it has more; a user's own files are not ours."""
    names = earlier.get("more_files")
    return [name for name in MORE_FILES if isinstance(names, list) and name in names]


def _earlier_in(out: Path) -> dict[str, object]:
    """Return the prediction that lies in a folder; empty where none can be read."""
    clear_unfinished(out)
    try:
        earlier = read_json(out / PREDICTION_FILE)
    except (OSError, ValueError):
        return {}
    return earlier if isinstance(earlier, dict) else {}


def save_outlines(path: Path, prepared: PreparedCase) -> None:
    """Write all regions as they lie on the working grid, or nothing at all.

    Raises:
        OutputError: the file cannot be written.
    """
    grid = prepared.grid
    save_segmentation(path, grid.masks, grid.geometry, prepared.protocol.regions)

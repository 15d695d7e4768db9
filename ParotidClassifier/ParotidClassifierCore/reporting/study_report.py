"""Write the report of a study: one page, its figures and tables, and all numbers, together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ..base.errors import OutputError
from ..base.files import (
    require_folder,
    write_csv,
    write_json,
    write_parquet,
    write_text,
    written_together,
)
from ..base.progress import Progress, part, silent
from ..bundle.files import BUNDLE_JSON
from .checklist import checklists
from .figures.canvas import one_style, save_print, settle
from .model_card import evaluated_card
from .page import checklist_page, report_page
from .parts import Drawing, Listing, Section
from .results_json import results_of
from .sections import sections_of
from .study import Study

REPORT = "report.html"
CHECKLIST = "checklist.html"
RESULTS = "results.json"
MODEL_CARD = "MODEL_CARD.md"
FIGURES = "figures"
TABLES = "tables"


def require_report_folder(folder: Path) -> None:
    """Refuse at once a folder in which a report cannot be written.

    Raises:
        OutputError: it cannot be written, or it is that of a bundle, which a report would spoil.
    """
    require_folder(folder)
    if (folder / BUNDLE_JSON).exists():
        raise OutputError(
            f"{folder} holds a model bundle.", "Choose another folder for the report."
        )


def write_report(
    study: Study,
    folder: Path,
    case_tables: Mapping[str, pd.DataFrame] | None = None,
    progress: Progress = silent,
) -> None:
    """Write the report of `study` into `folder`, together or not at all.

    report.html (one page that needs nothing else), checklist.html, figures/*.png and *.pdf,
    tables/*.csv, results.json, MODEL_CARD.md and the tables of cases.

    Args:
        study: what to report.
        folder: made if it is not there; other files in it are left alone.
        case_tables: tables with one row a case, by the name of their Parquet file.
        progress: told the share done and the step.

    Raises:
        OutputError: the folder or a file cannot be written.
    """
    progress(0.0, "draw the figures")
    with one_style(), written_together(folder) as beside:
        sections = sections_of(study)
        _write_figures(beside / FIGURES, _drawings(sections), part(progress, 0.1, 0.7))
        _write_tables(beside / TABLES, _listings(sections))
        for name, table in (case_tables or {}).items():
            write_parquet(beside / name, table)
        progress(0.7, "write the pages")
        _write_pages(study, sections, beside)
        files = sorted(
            path.relative_to(beside).as_posix() for path in beside.rglob("*") if path.is_file()
        )
        write_json(beside / RESULTS, results_of(study, files))
    progress(1.0, "done")


def _drawings(sections: Sequence[Section]) -> list[Drawing]:
    return [p for section in sections for p in section.parts if isinstance(p, Drawing)]


def _listings(sections: Sequence[Section]) -> list[Listing]:
    return [p for section in sections for p in section.parts if isinstance(p, Listing)]


def _write_figures(folder: Path, drawings: Sequence[Drawing], progress: Progress) -> None:
    folder.mkdir()
    for done, drawing in enumerate(drawings):
        progress(done / len(drawings), f"figure {drawing.name}")
        settle(drawing.figure)
        save_print(drawing.figure, folder / drawing.name)


def _write_tables(folder: Path, listings: Sequence[Listing]) -> None:
    for listing in listings:
        write_csv(folder / f"{listing.name}.csv", listing.table.columns, listing.table.rows)


def _write_pages(study: Study, sections: Sequence[Section], folder: Path) -> None:
    anchors = {section.anchor: section.title for section in sections}
    write_text(folder / REPORT, report_page(study, sections))
    write_text(
        folder / CHECKLIST,
        checklist_page(study, checklists(study.simulated, frozenset(anchors)), anchors),
    )
    write_text(folder / MODEL_CARD, evaluated_card(study))

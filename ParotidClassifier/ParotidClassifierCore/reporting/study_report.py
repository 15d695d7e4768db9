"""Write the report of a study: one page, its figures and tables, and all numbers, together."""

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
from ..base.plain import as_plain
from ..base.progress import Progress, part, silent
from ..bundle.bundle import bundle_info
from ..bundle.files import BUNDLE_JSON
from ..models.signature import Selection
from ..statistics.results import Steadiness
from .checklist import checklists
from .figures.canvas import one_style, save_print, settle
from .model_card import evaluated_card
from .optimism import optimism
from .page import rendered
from .parts import Drawing, Listing, Section
from .sections import sections_of
from .study import Study, TrainingDetails

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
        case_tables: tables with one row a case, by the name of their file, CSV or Parquet.

    Raises:
        OutputError: the folder or a file cannot be written.
    """
    progress(0.0, "draw the figures")
    with one_style(), written_together(folder) as beside:
        sections = sections_of(study)
        parts = [p for section in sections for p in section.parts]
        drawings = [p for p in parts if isinstance(p, Drawing)]
        _write_figures(beside / FIGURES, drawings, part(progress, 0.1, 0.7))
        for listing in (p for p in parts if isinstance(p, Listing)):
            path = beside / TABLES / f"{listing.name}.csv"
            write_csv(path, listing.table.columns, listing.table.rows)
        for name, table in (case_tables or {}).items():
            _write_cases(beside / name, table)
        progress(0.7, "write the pages")
        _write_pages(study, sections, beside)
        files = sorted(
            path.relative_to(beside).as_posix() for path in beside.rglob("*") if path.is_file()
        )
        write_json(beside / RESULTS, _results(study, files))
    progress(1.0, "done")


def _write_figures(folder: Path, drawings: Sequence[Drawing], progress: Progress) -> None:
    folder.mkdir()
    for done, drawing in enumerate(drawings):
        progress(done / len(drawings), f"figure {drawing.name}")
        settle(drawing.figure)
        save_print(drawing.figure, folder / drawing.name)


def _write_cases(path: Path, table: pd.DataFrame) -> None:
    if path.suffix == ".parquet":
        write_parquet(path, table)
    else:
        empty_where_unknown = table.astype(object).where(table.notna(), None)
        write_csv(path, list(table), empty_where_unknown.itertuples(index=False))


def _write_pages(study: Study, sections: Sequence[Section], folder: Path) -> None:
    anchors = {section.anchor: section.title for section in sections}
    asked = checklists(study, frozenset(anchors))
    known = {"study": study, "banner": study.banner}
    write_text(folder / REPORT, rendered("report.html.j2", sections=sections, **known))
    page = rendered("checklist.html.j2", checklists=asked, titles=anchors, **known)
    write_text(folder / CHECKLIST, page)
    write_text(folder / MODEL_CARD, evaluated_card(study))


def _results(study: Study, files: Sequence[str]) -> object:
    """Return everything the report says, and the names of its other files, as JSON can hold it."""
    return as_plain(
        {
            "banner": study.banner,
            "cohort": study.cohort_name,
            "simulated": study.simulated,
            "software": study.software,
            "notes": study.notes,
            "bundle": bundle_info(study.bundle),
            "optimism": optimism(study.evaluation),
            "evaluation": study.evaluation,
            "steadiness": None if study.steadiness is None else _steadiness(study.steadiness),
            "training": None if study.training is None else _training(study.training),
            "files": files,
        }
    )


def _steadiness(found: Steadiness) -> dict[str, object]:
    return {
        "cases": found.cases,
        "draws": found.draws,
        "movements": found.movements,
        "failures": found.failures,
    }


def _training(training: TrainingDetails) -> dict[str, object]:
    return {
        "stacking": training.stacking,
        "settings": training.fitted.settings,
        "thresholds": training.fitted.thresholds,
        "notes": training.fitted.notes,
        "agreement": {"columns": training.columns, "comparisons": training.agreement},
        "signatures": {
            regions: _signature(signature)
            for regions, signature in training.fitted.signatures.items()
        },
        "network": {
            "epochs": training.epochs,
            "candidate_losses": training.candidate_losses,
            "folds": training.fold_histories,
            "final": training.final_history,
        },
        "seeds": training.seeds,
        "minutes": training.minutes,
    }


def _signature(signature: Selection) -> dict[str, object]:
    """Leave out the columns whose LASSO coefficient is 0 at every penalty: most of them."""
    path = signature.path
    entered = path.coefficients.any(axis=0).nonzero()[0]
    return {
        "columns": signature.columns,
        "coefficients": signature.coefficients,
        "remaining": signature.remaining,
        "fell_back": signature.fell_back,
        "penalties": path.alphas,
        "chosen_penalty": path.alphas[path.best],
        "squared_errors": path.squared_errors,
        "path": {signature.path_columns[i]: path.coefficients[:, i] for i in entered},
    }

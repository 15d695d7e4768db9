"""A study and its report: one page, its figures and tables, and all numbers, written together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OutputError
from ..evaluation.results import Evaluation, ModelFigures, SetFigures
from ..files import (
    require_folder,
    write_csv,
    write_json,
    write_parquet,
    write_text,
    written_together,
)
from ..models.bundle_files import BUNDLE_JSON
from ..models.names import CLINICAL, COMBINED, COMBINED_SOURCE
from ..progress import Progress, part, silent

if TYPE_CHECKING:
    import pandas as pd

    from ..cohort.agreement import ReaderAgreement
    from ..deep.training import EpochRecord
    from ..models.bundle import Bundle
    from ..models.training import FittedModels
    from .parts import Drawing, Listing, Section

REPORT = "report.html"
CHECKLIST = "checklist.html"
RESULTS = "results.json"
MODEL_CARD = "MODEL_CARD.md"
FIGURES = "figures"
TABLES = "tables"

_NOT_FOR = "simulated CT, demonstration, not for clinical use"


@dataclass(frozen=True)
class TrainingDetails:
    """How the models of a bundle came about.

    Attributes:
        fitted: models, thresholds, signatures and notes.
        agreement: comparisons of two readings, one or more; empty if none was made.
        columns: (p,) radiomic columns that `agreement` is over.
        fold_histories: one a fold, the epochs of its network; empty without a network.
        final_history: of the network that is kept.
        epochs: the kept network was trained for.
        candidate_losses: loss on held-out cases by the number of epochs tried; empty if fixed.
        protocol: one of settings.PROTOCOLS.
        network_settings: of the network's training, by name.
        seeds: by what they are for.
        software: versions by name.
        minutes: the training took; None if unknown.
    """

    fitted: FittedModels
    agreement: tuple[ReaderAgreement, ...]
    columns: tuple[str, ...]
    fold_histories: tuple[tuple[EpochRecord, ...], ...]
    final_history: tuple[EpochRecord, ...]
    epochs: int
    candidate_losses: Mapping[int, float]
    protocol: str
    network_settings: Mapping[str, object]
    seeds: Mapping[str, int]
    software: Mapping[str, str]
    minutes: float | None = None


@dataclass(frozen=True)
class Study:
    """What a report is made of.

    Attributes:
        bundle: the models.
        evaluation: how they did.
        training: None where an existing bundle is evaluated.
        cohort_name: shown in the report.
        simulated: the cases of this cohort are; the bundle says itself what it learnt from.
        notes: what a reader must know beside the bundle's own notes.
    """

    bundle: Bundle
    evaluation: Evaluation
    training: TrainingDetails | None
    cohort_name: str
    simulated: bool
    notes: tuple[str, ...] = ()

    @property
    def banner(self) -> str:
        """The bundle's name and what it is not for."""
        return f"{self.bundle.name}: {_NOT_FOR}" if self.simulated else self.bundle.banner

    @property
    def sets(self) -> dict[str, SetFigures]:
        """Sets of cases with figures, by a short name; the one that counts most comes first."""
        evaluation = self.evaluation
        named = {
            "test": evaluation.test,
            "out_of_fold": evaluation.out_of_fold,
            "training": evaluation.training,
        }
        return {name: figures for name, figures in named.items() if figures is not None}

    @property
    def main(self) -> SetFigures | None:
        """The set that says most about new cases: test, else out of fold, else training."""
        return next(iter(self.sets.values()), None)

    @property
    def headline(self) -> ModelFigures | None:
        """The model that stands first: Combined, else the richest that judged any case."""
        judged = {} if self.main is None else self.main.models
        models = {name: model for name, model in judged.items() if model.cases}
        names = (COMBINED, COMBINED_SOURCE, CLINICAL, *reversed(models))
        return next((models[name] for name in names if name in models), None)


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
    from .figures.canvas import one_style
    from .results_json import results_of
    from .sections import sections_of

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
    from .parts import Drawing

    return [p for section in sections for p in section.parts if isinstance(p, Drawing)]


def _listings(sections: Sequence[Section]) -> list[Listing]:
    from .parts import Listing

    return [p for section in sections for p in section.parts if isinstance(p, Listing)]


def _write_figures(folder: Path, drawings: Sequence[Drawing], progress: Progress) -> None:
    from .figures.canvas import save_print, settle

    folder.mkdir()
    for done, drawing in enumerate(drawings):
        progress(done / len(drawings), f"figure {drawing.name}")
        settle(drawing.figure)
        save_print(drawing.figure, folder / drawing.name)


def _write_tables(folder: Path, listings: Sequence[Listing]) -> None:
    for listing in listings:
        write_csv(folder / f"{listing.name}.csv", listing.table.columns, listing.table.rows)


def _write_pages(study: Study, sections: Sequence[Section], folder: Path) -> None:
    from .checklist import checklists
    from .model_card import evaluated_card
    from .page import checklist_page, report_page

    anchors = {section.anchor: section.title for section in sections}
    write_text(folder / REPORT, report_page(study, sections))
    write_text(
        folder / CHECKLIST,
        checklist_page(study, checklists(study.simulated, frozenset(anchors)), anchors),
    )
    write_text(folder / MODEL_CARD, evaluated_card(study))

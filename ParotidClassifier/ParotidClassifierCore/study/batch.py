"""The cases of a table, classified one by one wherever there is a core for it."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ..base.disk import extended, remove_tree, room_for_names
from ..base.errors import CohortError, OutputError
from ..base.files import (
    clear_unfinished,
    read_json,
    require_folder,
    write_csv,
    write_json,
    write_parquet,
    write_text,
    written_together,
)
from ..base.parallel import Failure, Machines, run_each
from ..base.progress import Progress, part, silent
from ..base.result import Result
from ..bundle.bundle import Bundle
from ..models.answers import INDETERMINATE
from ..models.words import bundle_line
from ..prediction.predict import bundle_identity
from ..protocol.outcome import BENIGN, MALIGNANT
from ..reporting.answering import PREDICTION_FILE, Asked
from .folder_names import LONGEST, folder_names
from .manifest import CohortCase
from .one_case import CaseWork, NamedBundle, classify, done_before, files_of_others
from .outcomes import DONE, OUTSIDE, CaseOutcome, cases_page, columns_of, counts_of

CASES_FOLDER = "cases"
TABLE_FILE = "predictions.csv"
PARQUET_FILE = "predictions.parquet"
PAGE_FILE = "index.html"
RUN_FILE = "run.json"
_RESULTS = (TABLE_FILE, PARQUET_FILE, PAGE_FILE)
_ROOM_BELOW = 90  # characters of the paths within the folder of results


def predict_cases(
    cases: Sequence[CohortCase],
    bundle: Bundle,
    asked: Asked,
    machines: Machines,
    out: Path,
    name: str,
    progress: Progress = silent,
) -> Result:
    """Classify every case into a folder of its own and write the table and the page of all.

    A case whose folder holds the answer to the same question, by content, is not computed again.

    Args:
        name: of the table, shown on the page.

    Raises:
        CohortError: no case could be classified; table and page say why.
        MissingPackageError: a package is not installed; what was there stays.
        OutputError: the folder is not one of such results, holds those of another bundle, or cannot
            be written.
        ClusterError: there is no Dask scheduler at the address, or it was lost.
    """
    out = extended(out.resolve(), below=_ROOM_BELOW)
    ids = [case.case_id for case in cases]
    names = folder_names(ids, room_for_names(out / CASES_FOLDER, LONGEST))
    folders = [f"{CASES_FOLDER}/{folder}" for folder in names]
    _require_usable(out, folders)
    _begin(out, bundle)
    first, second = NamedBundle.of(bundle), NamedBundle.of(asked.second_bundle)
    asked = replace(asked, second_bundle=None, second_tumor=None)
    sums = tuple(out / name for name in _RESULTS)
    work = [
        (CaseWork(_found_anywhere(case), out / folder, first, second, asked, sums),)
        for case, folder in zip(cases, folders, strict=True)
    ]
    results = run_each(classify, work, ids, machines, part(progress, 0.0, 0.95))
    outcomes = [
        _outcome(case, out, folder, result)
        for case, folder, result in zip(cases, folders, results, strict=True)
    ]
    progress(0.95, "table and page")
    _write_results(out, outcomes, bundle, name)
    return _told(out, outcomes, results.count(False), bundle)


def _require_usable(out: Path, folders: Sequence[str]) -> None:
    """Raise OutputError where results cannot be written, or would take the place of other files."""
    require_folder(out)
    clear_unfinished(out / CASES_FOLDER)
    for folder in folders:
        place = out / folder
        if not place.exists():
            continue
        if done_before(place) is None:
            raise OutputError(
                f"{place} is not a case of an earlier result; it would be replaced.",
                "Choose another folder for the results.",
            )
        if others := files_of_others(place):
            raise OutputError(
                f"{place} holds {others[0]!r}, which is no file of a result; it would be removed.",
                "Move it elsewhere, or choose another folder for the results.",
            )


def _begin(out: Path, bundle: Bundle) -> None:
    """Note which bundle answers here."""
    place = out / RUN_FILE
    now = {"bundle": bundle.name, "hash": bundle.bundle_hash}
    with suppress(OSError, ValueError):
        if read_json(place) != now:
            raise OutputError(
                f"{out} holds the results of another bundle.",
                "Choose another folder: the answers of two bundles are not to be mixed.",
            )
    write_json(place, now)


def _found_anywhere(case: CohortCase) -> CohortCase:
    """Return the case with paths that hold in whichever folder another process works."""
    paths = {name: getattr(case, name) for name in ("ct", "tumor", "ring", "second_reader")}
    return replace(case, **{name: path.resolve() for name, path in paths.items() if path})


def _outcome(case: CohortCase, out: Path, folder: str, result: bool | Failure) -> CaseOutcome:
    if isinstance(result, Failure):
        if result.is_refused:  # an earlier run's answer is of other files, or to another question
            remove_tree(out / folder)
        return CaseOutcome(case, folder, None, result)
    return CaseOutcome(case, folder, read_json(out / folder / PREDICTION_FILE))


def _write_results(out: Path, outcomes: Sequence[CaseOutcome], bundle: Bundle, name: str) -> None:
    import pandas as pd

    table = columns_of(outcomes, bundle.protocol)
    page = cases_page(out, outcomes, bundle, name)
    with written_together(out) as beside:
        write_csv(beside / TABLE_FILE, list(table), zip(*table.values(), strict=True))
        write_parquet(beside / PARQUET_FILE, pd.DataFrame(table))
        write_text(beside / PAGE_FILE, page)


def _told(out: Path, outcomes: Sequence[CaseOutcome], kept: int, bundle: Bundle) -> Result:
    failed = {o.case.case_id: o.failure.reason for o in outcomes if o.failure}
    lost = [f"{case_id} could not be classified: {why}" for case_id, why in failed.items()]
    if len(failed) == len(outcomes):
        listed = "\n  ".join(lost)
        raise CohortError(
            f"No case could be classified:\n  {listed}",
            f"Correct them and start again; {out / PAGE_FILE} shows the same.",
        )
    statuses = Counter(outcome.status for outcome in outcomes)
    said = Counter(o.view.first.verdict for o in outcomes if o.status == DONE)
    told = [
        *(f"{said[word]} {word}" for word in (MALIGNANT, BENIGN, INDETERMINATE) if said[word]),
        *([f"{said[None]} without a probability"] if said[None] else []),
    ]
    lines = [bundle_line(bundle_identity(bundle)), *lost]
    lines.append(
        counts_of(outcomes)
        + (f": {', '.join(told)}." if told else ".")
        + (f" {kept} of them by an earlier run." if kept else "")
    )
    if any(outcome.case.malignant is not None for outcome in outcomes):
        lines.append(
            "The table names outcomes: `parotid-classifier evaluate` judges the bundle by them."
        )
    lines.append(f"Table and page: {out / TABLE_FILE}, {out / PAGE_FILE}")
    data = {
        "predictions": str(out / TABLE_FILE),
        "page": str(out / PAGE_FILE),
        "classified": statuses[DONE],
        "outside": statuses[OUTSIDE],
        "by_an_earlier_run": kept,
        "failures": failed,
    }
    return Result("\n".join(lines), data)

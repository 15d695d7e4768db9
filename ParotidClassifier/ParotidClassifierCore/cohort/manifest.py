"""The table that lists the cases of a cohort."""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass, fields
from pathlib import Path

from ..clinical import ClinicalRecord
from ..errors import CohortError, ParotidClassifierError, UnreadableFileError
from ..models.eleven import BENIGN, MALIGNANT

TRAIN, TEST = "train", "test"
OUTCOMES = {BENIGN: False, MALIGNANT: True}
SPLITS = (TRAIN, TEST)
_YES_OR_NO = {"yes": True, "no": False, "": False}
CLINICAL_VARIABLES = tuple(field.name for field in fields(ClinicalRecord))
REQUIRED_COLUMNS = ("case_id", "ct", "tumor", "outcome")


@dataclass(frozen=True)
class CohortCase:
    """One row of a cohort table.

    Attributes:
        case_id: unique in the cohort.
        ct: file or DICOM folder.
        tumor: file with the outline.
        malignant: the outcome.
        split: "train" or "test".
        record: the clinical variables.
        simulated: whether it is a phantom rather than a patient.
    """

    case_id: str
    ct: Path
    tumor: Path
    malignant: bool
    split: str
    record: ClinicalRecord
    simulated: bool = False


def read_manifest(path: Path) -> list[CohortCase]:
    """Return the cases in a CSV table; paths are relative to the table's folder.

    Columns: case_id, ct, tumor, outcome (benign/malignant), optional split (train/test; all train
    without it), optional simulated (yes/no; no without it) and the clinical variables by their
    names.

    Raises:
        UnreadableFileError: missing or not a CSV table.
        CohortError: lists every problem with its row and column.
    """
    rows, header = _rows(path)
    _require_columns(path, header)
    cases, problems, seen = [], [], set()
    for number, row in enumerate(rows, start=2):
        found = _problems(row, path.parent, seen)
        seen.add(row["case_id"])
        try:
            record = ClinicalRecord.from_words(_clinical_words(row))
        except ParotidClassifierError as error:
            found.append(str(error))
        if found:
            problems += [f"row {number}: {problem}" for problem in found]
            continue
        cases.append(_case(row, path.parent, record))
    if problems or not cases:
        raise CohortError(
            f"{path} has problems, {len(problems)} in all:\n  " + "\n  ".join(problems)
            if problems
            else f"{path} lists no cases.",
            "Correct the table and start again.",
        )
    return cases


def _require_columns(path: Path, header: list[str]) -> None:
    missing = [column for column in REQUIRED_COLUMNS if column not in header]
    if missing:
        raise CohortError(
            f"{path} has no column {', '.join(missing)}.",
            f"It needs {', '.join(REQUIRED_COLUMNS)}, separated by commas.",
        )
    known = {*REQUIRED_COLUMNS, "split", "simulated", *CLINICAL_VARIABLES}
    for column in sorted(set(header) - known):
        # Other columns are the hospital's own; one that is nearly ours is a slip.
        meant = difflib.get_close_matches(column.casefold().replace(" ", "_"), known, 1, 0.8)
        if meant:
            raise CohortError(
                f"{path} has a column {column!r}.", f"Name it {meant[0]!r}, or leave it out."
            )


def _rows(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as table:
            reader = csv.DictReader(table, restval="")
            return list(reader), list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFileError(
            f"{path} cannot be read as a table: {error}.", "Give a CSV file in UTF-8."
        ) from error


def _problems(row: dict[str, str], folder: Path, seen: set[str]) -> list[str]:
    problems = []
    if not row["case_id"]:
        problems.append("case_id is empty")
    elif row["case_id"] in seen:
        problems.append(f"case_id {row['case_id']!r} occurs twice")
    problems += [
        f"{column}: {row[column] or 'nothing'} does not exist"
        for column in ("ct", "tumor")
        if not row[column] or not (folder / row[column]).exists()
    ]
    if row["outcome"] not in OUTCOMES:
        problems.append(f"outcome is {row['outcome']!r}, not one of {', '.join(OUTCOMES)}")
    if row.get("split") and row["split"] not in SPLITS:
        problems.append(f"split is {row['split']!r}, not one of {', '.join(SPLITS)}")
    if row.get("simulated", "") not in _YES_OR_NO:
        problems.append(f"simulated is {row['simulated']!r}, not yes or no")
    return problems


def _clinical_words(row: dict[str, str]) -> dict[str, str]:
    return {name: row[name] for name in CLINICAL_VARIABLES if row.get(name)}


def _case(row: dict[str, str], folder: Path, record: ClinicalRecord) -> CohortCase:
    return CohortCase(
        row["case_id"],
        folder / row["ct"],
        folder / row["tumor"],
        OUTCOMES[row["outcome"]],
        row.get("split") or TRAIN,
        record,
        _YES_OR_NO[row.get("simulated", "")],
    )

"""The table that lists the cases of a cohort."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from ..clinical import ClinicalRecord
from ..disk import extended, place_of
from ..errors import CohortError, ParotidClassifierError
from ..models.eleven import BENIGN, MALIGNANT
from ..words import counted
from .tables import read_rows

TRAIN, TEST = "train", "test"
SPLITS = (TRAIN, TEST)
OUTCOMES = {BENIGN: False, MALIGNANT: True}
_YES_OR_NO = {"yes": True, "no": False, "": False}
CLINICAL_VARIABLES = tuple(field.name for field in fields(ClinicalRecord))
REQUIRED_COLUMNS = ("case_id", "ct", "tumor", "outcome")
_WITHOUT_OUTCOME = REQUIRED_COLUMNS[:-1]
OPTIONAL_OUTLINES = ("ring", "second_reader", "repeat")
OPTIONAL_COLUMNS = ("split", "simulated", "scanner", *OPTIONAL_OUTLINES)
_FILES = ("ct", "tumor", *OPTIONAL_OUTLINES)
_WORDS = ("outcome", "split", "simulated")
_NOT_KNOWN = ("", "na", "n/a", "nan", "-", "–")
_DECIMAL_COMMA = re.compile(r"^(\d+),(\d+)$")
_MOST_SHOWN = 40


@dataclass(frozen=True)
class CohortCase:
    """One row of a cohort table.

    Attributes:
        case_id: unique in the cohort.
        ct: file or DICOM folder.
        tumor: file with the outline.
        malignant: the outcome; None where the table may leave it open and does.
        split: "train" or "test".
        record: the clinical variables.
        simulated: whether it is a phantom rather than a patient.
        ring: file with External2 as refined by hand; None where it is computed.
        second_reader: file with the tumour as another reader outlined it; None without.
        repeat: file with the tumour as the same reader outlined it again; None without.
        scanner: in the hospital's words; may be empty.
        row: of the table, for messages.
    """

    case_id: str
    ct: Path
    tumor: Path
    malignant: bool | None
    split: str
    record: ClinicalRecord
    simulated: bool = False
    ring: Path | None = None
    second_reader: Path | None = None
    repeat: Path | None = None
    scanner: str = ""
    row: int = 0


def read_manifest(
    path: Path, default_split: str = TRAIN, *, outcomes_needed: bool = True
) -> list[CohortCase]:
    """Return the cases in a CSV or XLSX table; paths are relative to the table's folder.

    Columns: case_id, ct, tumor, outcome (benign/malignant); optional split (train/test),
    simulated (yes/no), scanner, ring, second_reader, repeat (outlines) and the clinical variables
    by their names. Other columns are left alone.

    Args:
        path: the table.
        default_split: of a row that names none.
        outcomes_needed: False where cases are to be classified: the column outcome, or its cell,
            may then be left out.

    Raises:
        UnreadableFileError: missing or not a table.
        CohortError: lists every problem with its row and column.
    """
    header, cells = read_rows(path)
    required = REQUIRED_COLUMNS if outcomes_needed else _WITHOUT_OUTCOME
    _require_columns(path, header, required)
    rows = {number: _as_meant(row) for number, row in cells.items()}
    repeated = _repeated(rows, path.parent)
    _require_one_world(path, rows.values())
    cases, problems = [], []
    for number, row in rows.items():
        found = [*repeated.get(number, ()), *_problems(row, path.parent, required)]
        record = _record(row, found)
        problems += [f"row {number}, {problem}" for problem in found]
        if not found:
            cases.append(_case(row, number, path.parent, record, default_split))
    if not rows:
        raise CohortError(f"{path} lists no cases.", "Give it one row per patient.")
    if problems:
        shown = problems[:_MOST_SHOWN]
        if len(problems) > len(shown):
            shown.append(f"and {len(problems) - len(shown)} more")
        raise CohortError(
            f"{path} has problems, {len(problems)} in all:\n  " + "\n  ".join(shown),
            "Correct the table and start again.",
        )
    return cases


def with_random_split(
    cases: Sequence[CohortCase], test_share: float, seed: int
) -> list[CohortCase]:
    """Return the cases with a share of each outcome drawn into the test set.

    Args:
        cases: none of which is marked as a test case.
        test_share: between 0 and 1; the study had 108 of 357.
        seed: same seed, same split.

    Raises:
        CohortError: the table has named test cases itself.
    """
    if any(case.split == TEST for case in cases):
        raise CohortError(
            "The table names its test cases in the column split.",
            "Leave --test-share out, or that column.",
        )
    rng = np.random.default_rng(seed)
    chosen: set[int] = set()
    for outcome in (True, False):
        members = [i for i, case in enumerate(cases) if case.malignant is outcome]
        chosen |= set(rng.permutation(members)[: round(test_share * len(members))].tolist())
    return [replace(case, split=TEST if i in chosen else TRAIN) for i, case in enumerate(cases)]


def _require_columns(path: Path, header: list[str], required: Sequence[str]) -> None:
    missing = [column for column in required if column not in header]
    if missing:
        found = ", ".join(repr(name) for name in header if name) or "nothing"
        raise CohortError(
            f"{path} has no column {', '.join(missing)}; its first row holds {found}.",
            f"It needs {', '.join(required)}, spelt so, in the first row (of the first "
            "sheet), separated by commas or semicolons.",
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise CohortError(f"{path} has the column {twice[0]!r} twice.", "Leave one of them out.")
    known = {*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS, *CLINICAL_VARIABLES}
    for column in sorted(set(header) - known):
        # Other columns are the hospital's own; one that is nearly ours is a slip.
        meant = difflib.get_close_matches(column.casefold().replace(" ", "_"), known, 1, 0.8)
        if meant:
            raise CohortError(
                f"{path} has a column {column!r}.", f"Name it {meant[0]!r}, or leave it out."
            )


def _as_meant(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row with what spreadsheets and people write otherwise: case, 4,5, n/a, \\."""
    meant = dict(row)
    for column in (*CLINICAL_VARIABLES, *_WORDS):
        word = row.get(column, "").casefold()
        meant[column] = "" if word in _NOT_KNOWN else _DECIMAL_COMMA.sub(r"\1.\2", word)
    for column in _FILES:
        meant[column] = row.get(column, "").replace("\\", "/")
    return meant


def _require_one_world(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    simulated = [_YES_OR_NO.get(row.get("simulated", "")) for row in rows]
    if True in simulated and False in simulated:
        raise CohortError(
            f"{path}, column simulated: {counted(simulated.count(True), 'simulated case')} and "
            f"{counted(simulated.count(False), 'patient')} stand in one table.",
            "Keep them in tables of their own: what holds for one says nothing about the other.",
        )


def _repeated(rows: Mapping[int, Mapping[str, str]], folder: Path) -> dict[int, list[str]]:
    """Return, by row, what two rows may not share: a name, or one outline."""
    problems: dict[int, list[str]] = {}
    for column, what in (("case_id", "occurs in"), ("tumor", "is the outline of")):
        first: dict[object, int] = {}
        for number, row in rows.items():
            cell = row[column]
            same = cell if column == "case_id" or not cell else place_of(folder / cell)
            if same in first:
                found = f"column {column}: {cell!r} {what} row {first[same]} already"
                problems.setdefault(number, []).append(found)
            elif cell:
                first[same] = number
    return problems


def _problems(row: Mapping[str, str], folder: Path, required: Sequence[str]) -> Iterator[str]:
    if not row["case_id"]:
        yield "column case_id: it is empty"
    for column in _FILES:
        cell = row.get(column, "")
        if not cell and column in required:
            yield f"column {column}: it is empty"
        elif cell and not extended(folder / cell).exists():
            yield f"column {column}: {cell} does not exist"
    for column in ("second_reader", "repeat"):
        cell = row.get(column, "")
        if cell and place_of(folder / cell) == place_of(folder / row["tumor"]):
            yield f"column {column}: {cell} is the outline of column tumor, not a second reading"
    outcomes = tuple(OUTCOMES) if "outcome" in required else (*OUTCOMES, "")
    for column, allowed in (
        ("outcome", outcomes), ("split", (*SPLITS, "")), ("simulated", tuple(_YES_OR_NO)),
    ):  # fmt: skip
        if row[column] not in allowed:
            words = ", ".join(filter(None, allowed))
            yield f"column {column}: {row[column]!r} is not one of {words}"


def _record(row: Mapping[str, str], problems: list[str]) -> ClinicalRecord:
    words = {}
    for name in CLINICAL_VARIABLES:
        if row.get(name):
            try:
                ClinicalRecord.from_words({name: row[name]})
                words[name] = row[name]
            except ParotidClassifierError as error:
                problems.append(f"column {name}: {error}")
    return ClinicalRecord.from_words(words)


def _case(
    row: Mapping[str, str],
    number: int,
    folder: Path,
    record: ClinicalRecord,
    default_split: str,
) -> CohortCase:
    outlines = {name: folder / row[name] for name in OPTIONAL_OUTLINES if row.get(name)}
    return CohortCase(
        row["case_id"],
        folder / row["ct"],
        folder / row["tumor"],
        OUTCOMES.get(row["outcome"]),
        row.get("split") or default_split,
        record,
        _YES_OR_NO[row.get("simulated", "")],
        scanner=row.get("scanner", ""),
        row=number,
        **outlines,
    )

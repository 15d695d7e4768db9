"""The table that lists the cases of a cohort."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np

from ..base.disk import extended, place_of
from ..base.errors import ClinicalValueError, CohortError
from ..base.words import counted, first_of
from ..imaging.choosing import Choice
from ..protocol import ClinicalRecord, Protocol, shen2026
from ..protocol.outcome import BENIGN, MALIGNANT
from .tables import Columns, read_table

TRAIN, TEST = "train", "test"
SPLITS = (TRAIN, TEST)
OUTCOMES = {BENIGN: False, MALIGNANT: True}
_YES_OR_NO = {"yes": True, "no": False, "": False}
REQUIRED_COLUMNS = ("case_id", "ct", "tumor", "outcome")
_WITHOUT_OUTCOME = REQUIRED_COLUMNS[:-1]
OPTIONAL_OUTLINES = ("ring", "second_reader", "repeat")
OUTLINES = ("tumor", *OPTIONAL_OUTLINES)
# Which of several CTs in a folder is meant: by column, the argument of `load_sourced_ct`.
CT_CHOICES = {"series": "series_uid", "acquisition": "acquisition"}
# Which of several outlines in a file is meant, as tumor_label.
_PARTS = tuple(field.name for field in fields(Choice))
_CHOICES = (*CT_CHOICES, *(f"{outline}_{part}" for outline in OUTLINES for part in _PARTS))
_FILES = ("ct", *OUTLINES)
_YES_OR_NO_COLUMNS = ("simulated", *(f"{outline}_any_series" for outline in OUTLINES))
_WORDS = {"outcome": OUTCOMES, "split": SPLITS, **dict.fromkeys(_YES_OR_NO_COLUMNS, _YES_OR_NO)}
_NAMES = (
    "case_id",
    "scanner",
    *_FILES,
    *(c for c in _CHOICES if not c.endswith(("_label", "_any_series"))),
)
# Of every table of cases; the clinical variables of the protocol stand beside them.
OWN_COLUMNS = frozenset({*_WORDS, *_NAMES, *_CHOICES})
# What people and spreadsheets write for a level, where the column has one of these.
_OTHER_WORDS = {
    "yes": ("with",), "true": ("yes", "with"), "no": ("without",), "false": ("no", "without"),
    "m": ("male",), "f": ("female",),
}  # fmt: skip
_NOT_KNOWN = ("", "na", "n/a", "nan", "-", "–")
_LABEL = re.compile(r"\d{1,9}")
_DECIMAL_COMMA = re.compile(r"^(\d+),(\d+)$")
_MOST_SHOWN, _LONGEST_SHOWN = 40, 500
_OUTCOMES_CODED = (
    " Which of 0 and 1 is malignant is not guessed: write the words. Where 0 is benign and 1 "
    'malignant, the formula =IF(D2=1,"malignant","benign") makes them in Excel.'
)


@dataclass(frozen=True)
class CohortCase:
    """One row of a cohort table.

    Attributes:
        case_id: unique in the cohort.
        tumor: file with the outline.
        malignant: the outcome; None where the table may leave it open and does.
        simulated: whether it is a phantom rather than a patient.
        ring: file with the protocol's first ring as refined by hand; None where it is computed, as
            every other ring is.
        second_reader: file with the tumour as another reader outlined it; None without.
        repeat: file with the tumour as the same reader outlined it again; None without.
        scanner: in the hospital's words; may be empty.
        ct_choice: which of several CTs is meant, as arguments of `load_sourced_ct`.
        choices: which part of a file is the outline, by its column; none where nothing was named.
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
    ct_choice: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    row: int = 0


def read_manifest(
    path: Path,
    protocol: Protocol | None = None,
    *,
    default_split: str = TRAIN,
    outcomes_needed: bool = True,
    encoding: str | None = None,
) -> list[CohortCase]:
    """Return the cases in a CSV or XLSX table; paths are relative to the table's folder.

    Columns: OWN_COLUMNS, and the clinical variables by their names; others are left alone. The
    column ring gives the protocol's first ring; there is none for another one.

    Args:
        protocol: whose clinical variables are read; None for the published study's.
        default_split: of a row that names none.
        outcomes_needed: False where cases are to be classified: the column outcome, or its cell,
            may then be left out.
        encoding: of a CSV file; None for UTF-8 or UTF-16.

    Raises:
        UnreadableFileError: missing, not a table, or one that cannot be read for sure.
        CohortError: lists every problem with its row and column.
    """
    protocol = protocol or shen2026()
    columns = _columns(protocol)
    table = read_table(path, columns, encoding)
    required = REQUIRED_COLUMNS if outcomes_needed else _WITHOUT_OUTCOME
    _require_columns(path, table.header, required, columns.all)
    _require_no_other_ring(path, table.header, protocol)
    words = _WORDS | {v.name: v.choices for v in protocol.clinical.values()}
    rows = {
        number: _as_meant(dict.fromkeys(columns.all, "") | row, words)
        for number, row in table.rows.items()
    }
    repeated = _repeated(rows, path.parent)
    _require_one_world(path, rows.values())
    cases, problems = [], []
    for number, row in rows.items():
        found = [
            *table.problems.get(number, ()),
            *repeated.get(number, ()),
            *_problems(row, path.parent, required, protocol),
        ]
        record = _record(row, protocol, found)
        problems += [f"row {number}, {problem}" for problem in found]
        if not found:
            cases.append(_case(row, number, path.parent, record, default_split))
    if not rows:
        raise CohortError(f"{path} lists no cases.", "Give it one row per patient.")
    if problems:
        coded = any(row["outcome"] in ("0", "1") for row in rows.values())
        raise CohortError(
            f"{path} has problems, {len(problems)} in all:\n  "
            + "\n  ".join(first_of([*map(_shown, problems)], _MOST_SHOWN)),
            "Correct the table and start again." + (_OUTCOMES_CODED if coded else ""),
        )
    return cases


def with_random_split(
    cases: Sequence[CohortCase], test_share: float, seed: int
) -> list[CohortCase]:
    """Return the cases with a share of each outcome drawn into the test set.

    Args:
        test_share: between 0 and 1; the study had 108 of 357.

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


def _shown(problem: str) -> str:
    return problem if len(problem) <= _LONGEST_SHOWN else f"{problem[:_LONGEST_SHOWN]}…"


def _columns(protocol: Protocol) -> Columns:
    return Columns({*OWN_COLUMNS, *protocol.clinical}, _NAMES)


def _require_columns(
    path: Path, header: list[str], required: Sequence[str], ours: Collection[str]
) -> None:
    missing = [column for column in required if column not in header]
    if missing:
        found = ", ".join(repr(name) for name in header if name)[:_LONGEST_SHOWN] or "nothing"
        raise CohortError(
            f"{path} has no column {', '.join(missing)}; its first row holds {found}.",
            f"It needs {', '.join(required)}, spelled so, in the first row (of the first "
            "sheet), separated by commas, semicolons or tabs.",
        )
    twice = [name for name in sorted(ours) if header.count(name) > 1]
    if twice:
        raise CohortError(f"{path} has the column {twice[0]!r} twice.", "Leave one of them out.")
    for column in sorted(set(header) - ours):
        # Other columns are the hospital's own, series_date too; one that is nearly ours is a slip.
        spelled = column.casefold().replace(" ", "_")
        meant = difflib.get_close_matches(spelled, ours, 1, 0.8)
        if meant and not spelled.startswith(f"{meant[0]}_"):
            raise CohortError(
                f"{path} has a column {column!r}.", f"Name it {meant[0]!r}, or leave it out."
            )


def _require_no_other_ring(path: Path, header: Collection[str], protocol: Protocol) -> None:
    for ring in protocol.rings[1:]:
        if ring.name in header:
            raise CohortError(
                f"{path} has a column {ring.name!r}: a table gives only the first ring of its "
                f"protocol, {protocol.rings[0].name}, in the column ring.",
                "Leave the column out: the other rings are computed.",
            )


def _as_meant(row: Mapping[str, str], levels: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the cells of a row without what spreadsheets and people write otherwise.

    That is other capitals, 4,5, n/a, \\, and TRUE, yes or M for a level.
    """
    meant = dict(row)
    for column, of_column in levels.items():
        as_written = {level.casefold(): level for level in of_column}
        word = row[column].casefold()
        alike = (word, *_OTHER_WORDS.get(word, ()))
        word = "" if word in _NOT_KNOWN else _DECIMAL_COMMA.sub(r"\1.\2", word)
        meant[column] = next((as_written[w] for w in alike if w in as_written), word)
    for column in _FILES:
        meant[column] = meant[column].replace("\\", "/")
    return meant


def _require_one_world(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    simulated = [_YES_OR_NO.get(row["simulated"]) for row in rows]
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
            same = cell if column == "case_id" or not cell else _outline(row, column, folder)
            if same in first:
                found = f"column {column}: {cell!r} {what} row {first[same]} already"
                problems.setdefault(number, []).append(found)
            elif cell:
                first[same] = number
    return problems


def _outline(row: Mapping[str, str], column: str, folder: Path) -> tuple[object, ...]:
    """Return what an outline is known by: its file, and what is named of it."""
    return place_of(folder / row[column]), *(row[f"{column}_{part}"] for part in _PARTS)


def _problems(
    row: Mapping[str, str], folder: Path, required: Sequence[str], protocol: Protocol
) -> Iterator[str]:
    if not row["case_id"]:
        yield "column case_id: it is empty"
    for column in _FILES:
        cell = row[column]
        if not cell and column in required:
            yield f"column {column}: it is empty"
        elif cell and not extended(folder / cell).exists():
            yield f"column {column}: {cell} does not exist"
    if row["ring"] and not protocol.rings:
        yield f"column ring: the protocol {protocol.name} has no ring"
    for column in ("second_reader", "repeat"):
        cell = row[column]
        if cell and _outline(row, column, folder) == _outline(row, "tumor", folder):
            yield f"column {column}: {cell} is the outline of column tumor, not a second reading"
    yield from _choice_problems(row)
    for column, levels in _WORDS.items():
        words = [level for level in levels if level]
        if row[column] not in words and (row[column] or column in required):
            yield f"column {column}: {row[column]!r} is not one of {', '.join(words)}"


def _choice_problems(row: Mapping[str, str]) -> Iterator[str]:
    for outline in OUTLINES:
        label = row[f"{outline}_label"]
        if label and not _LABEL.fullmatch(label):
            yield f"column {outline}_label: {label!r} is not a whole number"
        if not row[outline] and any(row[f"{outline}_{part}"] not in ("", "no") for part in _PARTS):
            yield f"column {outline}: it is empty, and a part of it is named"


def _record(row: Mapping[str, str], protocol: Protocol, problems: list[str]) -> ClinicalRecord:
    words = {}
    for name, variable in protocol.clinical.items():
        try:
            words[name] = variable.value(row[name])
        except ClinicalValueError as error:
            problems.append(f"column {name}: {error}")
    return protocol.record(words)


def _case(
    row: Mapping[str, str], number: int, folder: Path, record: ClinicalRecord, default_split: str
) -> CohortCase:
    outlines = {name: folder / row[name] for name in OPTIONAL_OUTLINES if row[name]}
    return CohortCase(
        row["case_id"],
        folder / row["ct"],
        folder / row["tumor"],
        OUTCOMES.get(row["outcome"]),
        row["split"] or default_split,
        record,
        _YES_OR_NO[row["simulated"]],
        scanner=row["scanner"],
        ct_choice={name: row[column] for column, name in CT_CHOICES.items() if row[column]},
        choices={o: choice for o in OUTLINES if (choice := _choice(row, o)) != Choice()},
        row=number,
        **outlines,
    )


def _choice(row: Mapping[str, str], outline: str) -> Choice:
    label, segment, roi, any_series = (row[f"{outline}_{part}"] or None for part in _PARTS)
    return Choice(label and int(label), segment, roi, any_series == "yes")

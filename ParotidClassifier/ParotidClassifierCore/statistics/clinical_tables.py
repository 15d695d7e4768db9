"""The baseline table: clinical variables of the training cases beside those of the test cases."""

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy.stats import mannwhitneyu, normaltest
from tableone import TableOne

from ..base.words import p_value
from ..protocol.outcome import BENIGN, MALIGNANT
from .results import Table
from .variables import Variable

_SET = "Set"  # no variable begins with a capital letter
_TRAINING, _TEST = "training", "test"
# The test of normality needs some cases; with fewer, median and quartiles are the safe choice.
_FEWEST_FOR_NORMALITY = 20
_NORMALITY_P = 0.05
_CHI_SQUARE = "chi-square"
_TESTS = {
    "Welch’s T-test": "t (Welch)",
    "mann_whitney": "Mann-Whitney",
    "Chi-squared": _CHI_SQUARE,
    "Chi-squared (warning: expected count < 5)": f"{_CHI_SQUARE}, some expected counts < 5",
    "Fisher's exact": "Fisher",
}
_NUMBERS_NOTE = (
    "Numbers are mean (SD), or median [quartiles] where the D'Agostino-Pearson test finds one set "
    "not normal (P < 0.05) or a set has fewer than 20 cases; levels are cases (% of the known)."
)
_TESTS_NOTE = (
    "P: Welch's t test or Mann-Whitney's; chi-square, or Fisher's exact test for two levels where "
    "an expected count is below 5. Chi-square for two levels has Yates' continuity correction, "
    "which makes P larger; the study's has none."
)


def baseline_table(
    clinical: Sequence[Variable], malignant: np.ndarray, training: np.ndarray
) -> Table | None:
    """Return every clinical variable, and the outcome, of training and test cases.

    None where one of these sets is empty; `training` is (n,) bool.
    """
    if training.all() or not training.any():
        return None
    outcome = Variable("outcome", "outcome", (BENIGN, MALIGNANT), malignant.astype(float))
    variables = (outcome, *clinical)
    shown = [v for v in variables if (v.known & training).any() and (v.known & ~training).any()]
    unknown = ", ".join(v.label for v in variables if v not in shown)
    left_out = [f"Not recorded in both sets: {unknown}."] if unknown else []
    made = _made_table(shown, training)
    sets = f"Training (n={training.sum()})", f"Test (n={(~training).sum()})"
    return Table(
        title="Baseline: training against test cases",
        columns=("Variable", "Level", *sets, "Missing", "P", "Test of difference"),
        rows=tuple(row for variable in shown for row in _rows(variable, made)),
        notes=(_NUMBERS_NOTE, _TESTS_NOTE, *left_out),
    )


def mann_whitney(first: np.ndarray, second: np.ndarray) -> float:
    """Return the two-sided P of the Mann-Whitney test of two sets of values."""
    return float(mannwhitneyu(first, second).pvalue)


def _made_table(variables: Sequence[Variable], training: np.ndarray) -> pd.DataFrame:
    nonnormal = [v.name for v in variables if not v.levels and not _is_normal(v, training)]
    data = pd.DataFrame({v.name: _cells(v) for v in variables})
    data[_SET] = np.where(training, _TRAINING, _TEST)
    with warnings.catch_warnings():
        # tableone 0.9.6 adds its row of counts in a way that pandas 4 will refuse.
        warnings.filterwarnings("ignore", "Setting a new row on a DataFrame")
        table = TableOne(
            data,
            columns=[v.name for v in variables],
            categorical=[v.name for v in variables if v.levels],
            continuous=[v.name for v in variables if not v.levels],
            groupby=_SET,
            nonnormal=nonnormal,
            pval=True,
            htest_name=True,
            htest=dict.fromkeys(nonnormal, mann_whitney),
            include_null=False,
            overall=False,
            label_suffix=False,
            order={v.name: _held(v) for v in variables if v.levels},
        )
    return table.tableone.droplevel(0, axis=1)


def _cells(variable: Variable) -> pd.Series:
    if not variable.levels:
        return pd.Series(variable.values)
    known = zip(variable.values, variable.known, strict=True)
    return pd.Series([variable.levels[int(v)] if k else None for v, k in known], dtype=object)


def _held(variable: Variable) -> list[str]:
    """Return the levels that some case has."""
    return [word for i, word in enumerate(variable.levels) if (variable.values == i).any()]


def _is_normal(variable: Variable, training: np.ndarray) -> bool:
    sets = [variable.values[variable.known & of_set] for of_set in (training, ~training)]
    return all(
        len(values) >= _FEWEST_FOR_NORMALITY
        and np.ptp(values) > 0
        and normaltest(values).pvalue >= _NORMALITY_P
        for values in sets
    )


def _rows(variable: Variable, made: pd.DataFrame) -> Iterator[tuple[str | None, ...]]:
    levels = _held(variable) or [""]
    tested = len(levels) > 1 or not variable.levels
    for number, level in enumerate(levels):
        cells = made.loc[(variable.name, level)]
        shown = (cells[of_set].replace(",", ", ") for of_set in (_TRAINING, _TEST))
        texts = (level or None, *shown)
        if number:
            yield (None, *texts, None, None, None)
            continue
        p = test = None
        if tested:
            printed, test = cells["P-Value"], _TESTS[cells["Test"]]
            p = p_value(0.0 if printed.startswith("<") else float(printed))
        if len(levels) == 2 and test == _CHI_SQUARE:
            test += ", continuity-corrected"
        yield (variable.label, *texts, str(cells["Missing"]), p, test)

"""Table 1: every model on every set, in the layout of the publication."""

from collections.abc import Iterator
from dataclasses import astuple, fields

from ...base.words import counted, p_value
from ...protocol import shen2026
from ...protocol.published import TABLE_1, TWO_CENTRES, TWO_CENTRES_OTHER, TWO_CENTRES_SOURCE
from ...statistics.results import Confusion, Estimate, ModelFigures, SetFigures, Table
from ..answers import answer_table, domain_sentence
from ..optimism import SLOPE_READING, slope_words
from ..parts import Listing, Paragraph, Part, Points, Section
from ..study import Study
from ..words import interval, number, with_interval

_NUMBERS = (
    "cases", "malignant", "without_probability", "threshold", "p_against_combined",
    "brier_of_share", "slope_absent",
)  # fmt: skip
_MEASURES = (
    "auc", "auc_bootstrap", "accuracy", "sensitivity", "specificity", "ppv", "npv", "brier",
    "calibration_slope", "calibration_intercept",
)  # fmt: skip
_SHOWN = ("accuracy", "sensitivity", "specificity", "ppv", "npv")
_HEADERS = ("ACC", "SEN", "SPE", "PPV", "NPV")


def performance(study: Study) -> Section:
    """Return the tables of all sets."""
    reference = study.reference
    parts: list[Part] = [Paragraph(_reading(reference))]
    for name, figures in study.sets.items():
        parts += [
            Listing(f"performance_{name}", discrimination_table(figures, reference)),
            Listing(f"calibration_{name}", _calibration_table(figures)),
            Listing(f"numbers_{name}", _numbers_table(figures), on_page=False),
        ]
        answers = answer_table(figures)
        if answers is not None:
            parts.append(Listing(f"answers_{name}", answers))
        notes = (*filter(None, [domain_sentence(figures)]), *undefined_notes(figures, reference))
        notes += figures.notes
        if notes:
            parts.append(Points(notes))
    if study.protocol == shen2026():
        parts.append(Listing("published", _published_table(study.main)))
    return Section("performance", "Performance of the models", tuple(parts), probabilities=True)


def _reading(reference: str) -> str:
    compared = (
        f"P is DeLong's test of the model's AUC against that of {reference} on the same cases, not "
        "corrected for the number of comparisons. "
    )
    return (
        "Malignant is the positive outcome. In brackets the 95 % interval: DeLong's, on the logit "
        "scale, of the AUC, Wilson's of shares of cases, bootstrap percentiles of AUC and Brier "
        "score where named so. "
        f"{compared if reference else ''}Calls are made at the threshold that the bundle holds for "
        "the model; no threshold was chosen on test cases."
    )


def discrimination_table(figures: SetFigures, reference: str) -> Table:
    """Return AUC, P against the reference model, if any, and the shares of right calls by model."""
    compared = [f"P against {reference}"] if reference else []
    columns = ("Model", "Cases", "AUC (95 % CI)", *compared, *_HEADERS)
    rows = tuple(
        (
            name,
            f"{model.cases} / {model.malignant}",
            with_interval(model.auc),
            *(
                "reference" if name == reference else p_value(model.p_against_combined)
                for _ in compared
            ),
            *(with_interval(getattr(model, measure)) for measure in _SHOWN),
        )
        for name, model in figures.models.items()
    )
    benign = figures.cases - figures.malignant
    larger = max(benign, figures.malignant) / figures.cases if figures.cases else None
    note = (
        "Cases: all / malignant. Calling every case by the larger class would have an accuracy of "
        f"{number(larger, 3)} (no-information rate)."
    )
    cases = f"{counted(figures.cases, 'case')}, {figures.malignant} malignant"
    return Table(f"{figures.title.capitalize()}: {cases}", columns, rows, (note,))


def _calibration_table(figures: SetFigures) -> Table:
    columns = (
        "Model", "Threshold", "AUC, bootstrap 95 % CI", "Brier score", "Brier score of the share",
        "Calibration slope", "Calibration intercept",
    )  # fmt: skip
    rows = tuple(
        (
            name,
            number(model.threshold, 3),
            interval(model.auc_bootstrap),
            with_interval(model.brier),
            number(model.brier_of_share),
            with_interval(model.calibration_slope, 2, slope_words(model)),
            with_interval(model.calibration_intercept, 2),
        )
        for name, model in figures.models.items()
    )
    note = (
        "Brier score of the share: of giving every case the share of malignant ones. Ideal: Brier "
        f"score 0, slope 1, intercept 0. {SLOPE_READING} The intercept is that with the slope held "
        "at 1 (calibration-in-the-large): above 0, probabilities are too low on the whole."
    )
    return Table(f"Calibration, {figures.title}", columns, rows, (note,))


def _published_table(figures: SetFigures) -> Table:
    """Return the AUCs beside those of the study, and of the study that tells what transfers."""
    rows = tuple(
        (
            name,
            with_interval(model.auc),
            with_interval(Estimate(*TABLE_1[name][:3])),
            *map(number, TWO_CENTRES.get(name, (None, None))),
        )
        for name, model in figures.models.items()
    )
    columns = (
        "Model", f"Here, {figures.title}", "Shen 2026, test (95 % CI)", "Shen 2024, own hospital",
        "Shen 2024, second hospital",
    )  # fmt: skip
    combined = TWO_CENTRES["Combined"]
    note = (
        f"The second study is of the same group, with a second hospital and without a network "
        f"({TWO_CENTRES_SOURCE}). Its Combined fell from {number(combined.own)} at its own "
        f"hospital to {number(combined.other)} in {TWO_CENTRES_OTHER} patients of the other: "
        "expect such a fall of any model before it is tested elsewhere."
    )
    return Table("AUC beside the published figures, of patients", columns, rows, (note,))


def _numbers_table(figures: SetFigures) -> Table:
    """Return all figures as numbers, for other programs."""
    bounds = [f"{measure}{end}" for measure in _MEASURES for end in ("", "_low", "_high")]
    counts = [field.name for field in fields(Confusion)]
    columns = ("model", *_NUMBERS, *counts, *bounds)
    rows = tuple(
        (
            name,
            *(getattr(model, column) for column in _NUMBERS),
            *astuple(model.confusion),
            *(bound for measure in _MEASURES for bound in astuple(getattr(model, measure))),
        )
        for name, model in figures.models.items()
    )
    return Table(f"All figures as numbers, {figures.title}", columns, rows)


def undefined_notes(figures: SetFigures, reference: str) -> Iterator[str]:
    """Say of every figure that is a dash why it is not defined."""
    reasons: dict[str, list[str]] = {}
    for name, model in figures.models.items():
        is_compared = name != reference and reference in figures.models
        for reason in _undefined(model, is_compared):
            reasons.setdefault(reason, []).append(name)
    for reason, names in reasons.items():
        yield f"{', '.join(names)}: {reason}"


def _undefined(model: ModelFigures, is_compared: bool) -> Iterator[str]:
    if model.cases == 0:
        yield "no case has a probability, so no figure is defined."
        return
    if model.malignant in (0, model.cases):
        yield "the cases have one outcome, so AUC, P and calibration are not defined."
    elif model.calibration_slope.value is None:
        yield f"the calibration slope is {slope_words(model)}."
    if model.ppv.value is None:
        yield "no case was called malignant, so PPV is not defined."
    if model.npv.value is None:
        yield "no case was called benign, so NPV is not defined."
    if model.p_against_combined is None and is_compared:
        yield "P is not defined, because the two AUCs do not differ in any way that can be tested."

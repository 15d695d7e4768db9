"""The bundle that follows from the published odds ratios: the one model here made from patients.

Published are the odds ratios of a multivariable logistic regression on the training patients, not
its intercept. Sensitivity and specificity count the test patients with and without a finding, and
the malignant ones of each: the intercept is found from those without. Those with a finding were
malignant less often than the odds ratios say, so all of these are brought down alike (calibration
slope, Cox 1958) until as many are expected as were found.
"""

import itertools
import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..models.domain import READS_NO_IMAGE, Domain
from ..models.logistic import LogisticModel, probability_of
from ..models.reference import Reference
from ..models.refits import Refits
from ..models.settings import PAPER
from ..protocol import shen2026
from ..protocol.published import (
    MULTIVARIABLE,
    MULTIVARIABLE_ENHANCEMENT,
    MULTIVARIABLE_ENHANCEMENT_P,
    TABLE_1,
    TEST,
    TEST_COUNTS,
    TEST_MALIGNANT,
    TRAINING,
    TRAINING_COUNTS,
    TRAINING_MALIGNANT,
    TWO_CENTRES,
    TWO_CENTRES_OTHER,
    TWO_CENTRES_SOURCE,
)
from ..radiomics.settings import default_settings
from ..statistics.metrics import proportion
from ..statistics.results import Estimate
from .bundle import RESEARCH, Bundle, TrainingCohort

NAME = "published-clinical"
CLINICAL = "Clinical"

_INTENDED_USE = (
    "Research: what the published odds ratios of three clinical findings say of a parotid tumour. "
    "Not a medical device."
)
_NOTES = (
    (
        "Made from published odds ratios and counts, not from patients' records: the intercept "
        "rests on {none_malignant} malignant of {none} test patients without a finding."
    ),
    (
        "The odds ratios are the published ones to the power {slope:.2f}, so that of the study's "
        "test patients with a finding as many are expected to be malignant as were: "
        "{any_malignant} of {any}."
    ),
    (
        "Both numbers come from the study's test patients: how well the probabilities fit those is "
        "no test of them."
    ),
)
_ROUNDS = 200
_REFITS = Refits(
    absent="the model was made from published odds ratios, not from patients who could be "
    "resampled, and how the uncertainties of the odds ratios go together was not published"
)


@dataclass(frozen=True)
class Anchor:
    """What the study's sensitivity and specificity say of its test patients.

    The model called more patients malignant than have an unclear margin or enlarged nodes, so it
    called some for their symptoms alone. Those are the finding with the smallest odds ratio: each
    finding alone, and so any finding, is called.

    Attributes:
        called_malignant, called: malignant tumours with a finding; all patients with one.
        malignant, patients: the same without a finding.
    """

    called_malignant: int
    called: int
    malignant: int
    patients: int

    @classmethod
    def published(cls) -> "Anchor":
        """Count the patients of the Clinical model's row of Table 1."""
        figures, benign = TABLE_1[CLINICAL], TEST - TEST_MALIGNANT
        found = round(figures.sensitivity * TEST_MALIGNANT)
        called = found + benign - round(figures.specificity * benign)
        return cls(found, called, TEST_MALIGNANT - found, TEST - called)

    @property
    def without(self) -> Estimate:
        """The malignant share of the patients without a finding."""
        return proportion(self.malignant, self.patients)

    @property
    def with_some(self) -> Estimate:
        """The malignant share of the patients with a finding."""
        return proportion(self.called_malignant, self.called)

    @property
    def model(self) -> LogisticModel:
        """The model that has these shares."""
        return _model(self.without.value, self.with_some.value)

    @property
    def slope(self) -> float:
        """What the logarithms of the odds ratios are multiplied by in it."""
        return _slope(self.without.value, self.with_some.value)


@dataclass(frozen=True)
class Pattern:
    """One of the eight combinations of findings.

    Attributes:
        present: (3,) in the order of the model's columns.
        low, high: the probability with both shares of the anchor at the ends of their intervals.
    """

    present: tuple[bool, ...]
    probability: float
    low: float
    high: float


def published_clinical_bundle() -> Bundle:
    """Return the bundle with the Clinical model alone."""
    anchor = Anchor.published()
    found = patterns(anchor)
    threshold = (found[0].probability + min(p.probability for p in found[1:])) / 2
    figures = TABLE_1[CLINICAL]
    counts = {
        "none": anchor.patients, "none_malignant": anchor.malignant,
        "any": anchor.called, "any_malignant": anchor.called_malignant,
        "slope": anchor.slope,
    }  # fmt: skip
    return Bundle(
        name=NAME,
        kind=RESEARCH,
        protocol=shen2026(),
        models={CLINICAL: anchor.model},
        thresholds={CLINICAL: threshold},
        stacking=PAPER,
        radiomics_yaml=default_settings().yaml(),
        cohort=TrainingCohort(
            TRAINING, TRAINING_MALIGNANT, simulated=False, description="Shen et al. 2026."
        ),
        intended_use=_INTENDED_USE,
        model_card=_card(anchor, found, threshold),
        test_figures={
            CLINICAL: {
                "auc": figures.auc,
                "auc_low": figures.auc_low,
                "auc_high": figures.auc_high,
                "threshold": threshold,
                "sensitivity": figures.sensitivity,
                "specificity": figures.specificity,
            }
        },
        reference=Reference(domain=Domain(absent=READS_NO_IMAGE)),
        refits=_REFITS,
        notes=tuple(note.format(**counts) for note in _NOTES),
    )


def patterns(anchor: Anchor) -> list[Pattern]:
    """Return the eight combinations of findings, none present first."""
    without, some = anchor.without, anchor.with_some
    models = [anchor.model, _model(without.low, some.low), _model(without.high, some.high)]
    present = [tuple(map(bool, row)) for row in _combinations()]
    return [Pattern(row, *(_probability(model, row) for model in models)) for row in present]


def _combinations() -> np.ndarray:
    """Return (8, 3) of 0 and 1: the findings in the order of the columns, none present first."""
    return np.array([*itertools.product((0, 1), repeat=len(shen2026().predictors))])


def _probability(model: LogisticModel, present: tuple[bool, ...]) -> float:
    return float(model.probability(dict(zip(model.columns, map(float, present), strict=True))))


def _model(without_findings: float, with_some: float) -> LogisticModel:
    """Return the model with these mean probabilities of patients without findings and with some."""
    columns = tuple(shen2026().predictors)
    slope = _slope(without_findings, with_some)
    coefficients = tuple(slope * math.log(MULTIVARIABLE[column].value) for column in columns)
    zeros, ones = (0.0,) * len(coefficients), (1.0,) * len(coefficients)
    intercept = math.log(without_findings / (1 - without_findings))
    return LogisticModel(CLINICAL, columns, zeros, ones, coefficients, intercept)


@cache
def _slope(without_findings: float, with_some: float) -> float:
    """Return what the logarithms of the odds ratios are multiplied by."""
    from scipy.optimize import brentq

    findings = _combinations()[1:]
    log_ratios = [math.log(MULTIVARIABLE[column].value) for column in shen2026().predictors]
    intercept, shares = math.log(without_findings / (1 - without_findings)), _shares()

    def too_many(slope: float) -> float:
        expected = shares @ probability_of(intercept + slope * (findings @ log_ratios))
        return float(expected) - with_some

    return round(brentq(too_many, 0.0, 1.0), 4)  # the same on every machine


def _shares() -> np.ndarray:
    """Return (7,) the shares of the combinations of findings among the patients with one.

    How often findings came together was not published. Taken are the shares with the largest
    entropy that give each finding as often as it was counted, by iterative proportional fitting.
    """
    findings, shares = _combinations()[1:] == 1, np.full(7, 1 / 7)
    called = Anchor.published().called
    wanted = [TEST_COUNTS[column] / called for column in shen2026().predictors]
    for _ in range(_ROUNDS):
        for with_it, share in zip(findings.T, wanted, strict=True):
            now = shares[with_it].sum()
            shares = shares * np.where(with_it, share / now, (1 - share) / (1 - now))
    return shares


def _card(anchor: Anchor, found: list[Pattern], threshold: float) -> str:
    slope, model = anchor.slope, anchor.model
    ratios = "\n".join(
        f"| {column} | {ratio.value:g} ({ratio.low:g} to {ratio.high:g}) | "
        f"{slope * math.log(ratio.value):.4f} | {TRAINING_COUNTS[column]}/{TRAINING} | "
        f"{TEST_COUNTS[column]}/{TEST} |"
        for column, ratio in MULTIVARIABLE.items()
    )
    rows = "\n".join(
        f"| {' | '.join('yes' if here else 'no' for here in pattern.present)} | "
        f"{pattern.probability:.3f} | {pattern.low:.3f} to {pattern.high:.3f} | "
        f"{'malignant' if pattern.probability >= threshold else 'benign'} |"
        for pattern in found
    )
    smallest = min(math.log(ratio.value) for ratio in MULTIVARIABLE.values())
    return _TEXT.format(
        name=NAME, use=_INTENDED_USE, ratios=ratios, rows=rows, intercept=model.intercept,
        findings=" | ".join(model.columns).replace("_", " "), threshold=threshold,
        training=TRAINING, malignant=TRAINING_MALIGNANT, figures=TABLE_1[CLINICAL],
        test=TEST, test_malignant=TEST_MALIGNANT, test_benign=TEST - TEST_MALIGNANT,
        anchor=anchor, none=_share(anchor.without), cleared=anchor.patients - anchor.malignant,
        false_alarms=anchor.called - anchor.called_malignant,
        most=TEST_COUNTS["margin_unclear"] + TEST_COUNTS["enlarged_lymph_nodes"],
        any=_share(anchor.with_some),
        slope=slope, unshrunk=100 * float(probability_of(model.intercept + smallest)),
        intervals=_REFITS.line, enhancement=MULTIVARIABLE_ENHANCEMENT,
        enhancement_p=MULTIVARIABLE_ENHANCEMENT_P, source=TWO_CENTRES_SOURCE,
        transfer=TWO_CENTRES["Combined"], transferred=TWO_CENTRES_OTHER,
    )  # fmt: skip


def _share(share: Estimate) -> str:
    value, low, high = (100 * part for part in (share.value, share.low, share.high))
    return f"{value:.1f} % (Wilson's 95 % interval {low:.1f} to {high:.1f})"


_TEXT = """# {name}

The Clinical model of Shen et al. 2026, as far as it follows from what was published. It is the one
model that comes with this program and that comes from patients.

## Intended use

{use}

## Where it comes from

{training} training patients, {malignant} of them malignant, and {test} test patients,
{test_malignant} of them malignant, of one hospital. Published are the odds ratios of a
multivariable logistic regression on the training patients (Supplementary Table 3, turned so that
above 1 means more malignant) and how often each finding occurred (Supplementary Table 2):

| finding | odds ratio (95 % CI) | coefficient = {slope:.3f} · ln(odds ratio) | training | test |
|---|---|---|---|---|
{ratios}

log-odds = intercept + sum of the coefficients of the findings that are present.

**Intercept: {intercept:.4f}.** It was not published. It is the log-odds of a patient without any
finding, and the study's test patients tell how many of those had a malignant tumour:

1. Sensitivity {figures.sensitivity:g} of {test_malignant} malignant tumours:
   {anchor.called_malignant} were called malignant. Specificity {figures.specificity:g} of
   {test_benign} benign ones: {cleared} were called benign, {false_alarms} malignant. So
   {anchor.called} of {test} were called malignant.
2. At most {most} test patients had an unclear margin or enlarged lymph nodes, fewer than
   {anchor.called}. So some were called malignant for their symptoms alone. Symptoms have the
   smallest odds ratio; whatever calls them calls each other finding too. The study's threshold was
   **any finding**.
3. So {anchor.patients} test patients had no finding, and {anchor.malignant} of them had a malignant
   tumour: {none}. The intercept is the log-odds of {anchor.malignant} in
   {anchor.patients}.

**Slope: {slope:.3f}.** Of the {anchor.called} test patients with a finding,
{anchor.called_malignant} had a malignant tumour: {any}. The odds ratios as published, which are of
the training patients, would give each of them {unshrunk:.0f} % or more. So their logarithms are all
multiplied by the one number that makes the mean probability of these patients
{anchor.called_malignant} in {anchor.called}, as one recalibrates a model for new patients (Cox
1958). How often findings came together was not published; taken is what follows from how often
each of them occurred in {anchor.called} patients, and nothing else (largest entropy).

This assumes that the study's Clinical model read these three findings and nothing else, and that
its odds ratios order them as published.

**Threshold: {threshold:.3f}.** Half-way between a patient without a finding and the least with one:
any finding is called malignant, as in the study.

| {findings} | probability | with both shares at the ends of their intervals | call |
|---|---|---|---|---|---|
{rows}

## How good it is

Published for the study's own model, on {test} test patients, {test_malignant} malignant: AUC
{figures.auc:.3f} ({figures.auc_low:.3f} to {figures.auc_high:.3f}), sensitivity
{figures.sensitivity:.3f}, specificity {figures.specificity:.3f}. The calls of this model on those
patients would be the same, and with them sensitivity and specificity; the AUC is the same as long
as both order the eight combinations alike.

**What transfers.** The same group's study of two hospitals ({source}) had a Combined model of
radiomics and these three findings, with an AUC of {transfer.own:g} in test patients of the first
hospital and {transfer.other:g} in {transferred} patients of the second. What a model of one
hospital is worth in another is less than its own test says.

## Limits

- The last column but one of the table shows the uncertainty of the two shares alone. The intervals
  of the odds ratios are wide: that of enlarged lymph nodes spans 11 to 500. How
  the findings rank among each other is uncertain by as much.
- {intervals}
- The published regression also held the degree of enhancement, with an odds ratio of
  {enhancement.value:g} ({enhancement.low:g} to {enhancement.high:g}; P = {enhancement_p:g}).
  It is left out here: its interval holds 1, and which degrees it compares was not published.
- Patients of one hospital, most of whom had none of the findings.

Source: Shen Q, Dai J, Han Y, Liu X, Huang K. Deep-learning-based radiomics of intratumoral and
peritumoral CT images to differentiate benign from malignant parotid tumors. 2026.
"""

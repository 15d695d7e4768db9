"""The bundle that follows from the published odds ratios: the one model here made from patients.

Published are the odds ratios of a multivariable logistic regression, not its intercept. That is
found so that the mean probability equals the published share of malignant tumours.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from ..models.domain import READS_NO_IMAGE, Domain
from ..models.logistic import LogisticModel
from ..models.reference import Reference
from ..models.refits import Refits
from ..models.settings import PAPER
from ..protocol import shen2026
from ..protocol.published import (
    MULTIVARIABLE,
    MULTIVARIABLE_ENHANCEMENT,
    MULTIVARIABLE_ENHANCEMENT_P,
    TABLE_1,
    TRAINING,
    TRAINING_COUNTS,
    TRAINING_MALIGNANT,
)
from ..radiomics.settings import default_settings
from .bundle import RESEARCH, Bundle, TrainingCohort

NAME = "published-clinical"
CLINICAL = "Clinical"

_INTENDED_USE = (
    "Research: what the published odds ratios of three clinical findings say of a parotid tumour. "
    "Not a medical device."
)
_NOTE = (
    "Made from published odds ratios and counts, not from patients' records: the intercept and the "
    "threshold rest on the assumption that the findings occur independently of each other."
)
_REFITS = Refits(
    absent="the model was made from published odds ratios, not from patients who could be "
    "resampled, and how the uncertainties of the odds ratios go together was not published"
)


@dataclass(frozen=True)
class Pattern:
    """One of the eight combinations of findings.

    Attributes:
        present: (3,) in the order of the model's columns.
        share: of patients, the findings taken as independent.
    """

    present: tuple[bool, ...]
    share: float
    probability: float


def published_clinical_bundle() -> Bundle:
    """Return the bundle with the Clinical model alone."""
    model = _model(_intercept())
    threshold = _threshold(patterns(model))
    figures = TABLE_1[CLINICAL]
    return Bundle(
        name=NAME,
        kind=RESEARCH,
        protocol=shen2026(),
        models={CLINICAL: model},
        thresholds={CLINICAL: threshold},
        stacking=PAPER,
        radiomics_yaml=default_settings().yaml(),
        cohort=TrainingCohort(
            TRAINING, TRAINING_MALIGNANT, simulated=False, description="Shen et al. 2026."
        ),
        intended_use=_INTENDED_USE,
        model_card=_card(model, threshold),
        test_figures={
            CLINICAL: {
                "auc": figures.auc,
                "auc_low": figures.auc_low,
                "auc_high": figures.auc_high,
                # The published sensitivity and specificity are of a threshold that is not.
                "threshold": None,
                "sensitivity": None,
                "specificity": None,
            }
        },
        reference=Reference(domain=Domain(absent=READS_NO_IMAGE)),
        refits=_REFITS,
        notes=(_NOTE,),
    )


def patterns(model: LogisticModel) -> list[Pattern]:
    """Return the eight combinations of findings, none present first."""
    found = []
    frequencies = [TRAINING_COUNTS[column] / TRAINING for column in model.columns]
    for present in itertools.product((False, True), repeat=len(model.columns)):
        values = dict(zip(model.columns, map(float, present), strict=True))
        shares = [
            frequency if here else 1 - frequency
            for here, frequency in zip(present, frequencies, strict=True)
        ]
        found.append(Pattern(present, math.prod(shares), float(model.probability(values))))
    return found


def _model(intercept: float) -> LogisticModel:
    columns = tuple(shen2026().predictors)
    coefficients = tuple(math.log(MULTIVARIABLE[column].value) for column in columns)
    zeros, ones = (0.0,) * len(coefficients), (1.0,) * len(coefficients)
    return LogisticModel(CLINICAL, columns, zeros, ones, coefficients, intercept)


def _intercept() -> float:
    from scipy.optimize import brentq

    def excess(intercept: float) -> float:
        mean = sum(p.share * p.probability for p in patterns(_model(intercept)))
        return mean - TRAINING_MALIGNANT / TRAINING

    return float(brentq(excess, -20.0, 20.0, xtol=1e-14))


def _threshold(found: list[Pattern]) -> float:
    """Return Youden's threshold over the patterns, half-way between two probabilities."""
    ordered = sorted(found, key=lambda pattern: pattern.probability)
    levels = np.array([pattern.probability for pattern in ordered])
    shares = np.array([pattern.share for pattern in ordered])
    malignant, benign = shares * levels, shares * (1 - levels)
    # From the level up all are called malignant: sensitivity - false alarms.
    gain = np.cumsum((malignant / malignant.sum() - benign / benign.sum())[::-1])[::-1]
    best = int(gain.argmax())
    return float((levels[best - 1] + levels[best]) / 2) if best else float(levels[0])


def _card(model: LogisticModel, threshold: float) -> str:
    ratios = "\n".join(
        f"| {column} | {ratio.value:g} ({ratio.low:g} to {ratio.high:g}) | "
        f"{math.log(ratio.value):.4f} | {TRAINING_COUNTS[column]}/{TRAINING} |"
        for column, ratio in MULTIVARIABLE.items()
    )
    rows = "\n".join(
        f"| {' | '.join('yes' if here else 'no' for here in pattern.present)} | "
        f"{pattern.share:.4f} | {pattern.probability:.3f} | "
        f"{'malignant' if pattern.probability >= threshold else 'benign'} |"
        for pattern in patterns(model)
    )
    return _TEXT.format(
        name=NAME, use=_INTENDED_USE, ratios=ratios, rows=rows, intercept=model.intercept,
        findings=" | ".join(model.columns).replace("_", " "), threshold=threshold,
        training=TRAINING, malignant=TRAINING_MALIGNANT, figures=TABLE_1[CLINICAL],
        intervals=_REFITS.line, enhancement=MULTIVARIABLE_ENHANCEMENT,
        enhancement_p=MULTIVARIABLE_ENHANCEMENT_P,
    )  # fmt: skip


_TEXT = """# {name}

The Clinical model of Shen et al. 2026, as far as it follows from what was published. It is the one
model that comes with this program and that comes from patients.

## Intended use

{use}

## Where it comes from

{training} training patients, {malignant} of them malignant, of one hospital. Published are the odds
ratios of a multivariable logistic regression (Supplementary Table 3, turned so that above 1 means
more malignant) and how often each finding occurred (Supplementary Table 2):

| finding | odds ratio (95% CI) | coefficient = ln(odds ratio) | frequency |
|---|---|---|---|
{ratios}

log-odds = intercept + sum of the coefficients of the findings that are present.

**Intercept: {intercept:.4f}.** It was not published. It is the one number with which the mean
probability over the eight combinations of findings equals {malignant}/{training}, where each
combination weighs as much as it would if the findings occurred independently of each other, with
the frequencies above.

**Threshold: {threshold:.3f}.** Youden's, over the same eight combinations.

| {findings} | share of patients | probability | call |
|---|---|---|---|---|---|
{rows}

## How good it is

Published for the study's own model, on 108 test patients, 27 malignant: AUC {figures.auc:.3f}
({figures.auc_low:.3f} to {figures.auc_high:.3f}), sensitivity {figures.sensitivity:.3f},
specificity {figures.specificity:.3f} at a threshold that was not published. These figures are of
that model, not of a test of this one; the AUC is the same as long as both order the eight
combinations alike.

## Limits

- The findings are not independent in patients: they occur together. With the true frequencies of
  their combinations, which were not published, the intercept and every probability would be others.
- The intervals of the odds ratios are wide: that of enlarged lymph nodes spans 11 to 500. A
  probability from this model is uncertain by as much.
- {intervals}
- The published regression also held the degree of enhancement, with an odds ratio of
  {enhancement.value:g} ({enhancement.low:g} to {enhancement.high:g}; P = {enhancement_p:g}).
  It is left out here: its interval holds 1, and which degrees it compares was not published.
- Patients of one hospital, most of whom had none of the findings.

Source: Shen Q, Dai J, Han Y, Liu X, Huang K. Deep-learning-based radiomics of intratumoral and
peritumoral CT images to differentiate benign from malignant parotid tumors. 2026.
"""

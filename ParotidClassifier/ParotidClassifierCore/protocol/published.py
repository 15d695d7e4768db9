"""What the study published: counts, odds ratios, figures of its test set.

Every number: Shen et al. 2026, Table 1 (test set), Supplementary Table 2 (counts, training + test =
357 patients), Supplementary Table 3 (odds ratios, turned so that > 1 means more malignant) and the
text (268 benign, 89 malignant; 249 for training, 108 for the test). What transfers to another
hospital: Shen et al. 2024, abstract.
"""

from __future__ import annotations

import math
from typing import NamedTuple

BENIGN, MALIGNANT = 268, 89
PATIENTS = BENIGN + MALIGNANT
TRAINING_SHARE = 249 / PATIENTS

# How the study's CTs were made (text).
ARTERIAL_DELAY_S = (25.0, 30.0)
KVP = (100.0, 120.0)
SECTION_MM = 5.0
SCANNERS = ("Discovery CT750 HD", "SOMATOM Definition Flash", "SOMATOM Definition Force")

AGE_YEARS = (52.7, 14.6)  # mean, SD
DIAMETER_CM = (2.28, 0.84)  # mean, SD
# Inclusion: ≥ 1.0 cm, which an outline on 5 mm slices may miss by a millimetre; the upper end is
# decided here, for the field of view.
DIAMETER_RANGE_CM = (1.1, 4.9)

MALE = 153 + 60
SMOKING = 117 + 45
DRINKING = 88 + 33
SYMPTOMS = 36 + 22
ROUND = 57 + 23
MARGIN_UNCLEAR = 35 + 13
MULTIPLE = 20 + 7
LOCATION_DEEP, LOCATION_BOTH = 5 + 3, 34 + 18
DENSITY_HETEROGENEOUS = 100 + 44
CALCIFICATION = 10 + 2
CYSTIC_AREAS = 69 + 29
ENHANCEMENT_SLIGHT, ENHANCEMENT_OBVIOUS = 11 + 9, 161 + 63
UNIFORM = 92 + 46
ENLARGED_LYMPH_NODES = 21 + 8

ODDS_RATIO_SYMPTOMS = 40.152
ODDS_RATIO_MARGIN_UNCLEAR = 111.1
ODDS_RATIO_LYMPH_NODES = 384.530
ODDS_RATIO_ENHANCEMENT = 19.451  # read here as obvious against less: the coding is not published
ODDS_RATIO_DRINKING = 0.250
ODDS_RATIO_LOCATION = 3.060  # read here as deep or both against superficial

# Training patients alone, of whom the odds ratios are.
TRAINING, TRAINING_MALIGNANT = 249, 62
TRAINING_COUNTS = {"symptoms": 36, "margin_unclear": 35, "enlarged_lymph_nodes": 21}

# Test patients, of whom Table 1 is.
TEST, TEST_MALIGNANT = PATIENTS - TRAINING, MALIGNANT - TRAINING_MALIGNANT
TEST_COUNTS = {"symptoms": 22, "margin_unclear": 13, "enlarged_lymph_nodes": 8}


class OddsRatio(NamedTuple):
    """A multivariable odds ratio with its 95 % confidence interval."""

    value: float
    low: float
    high: float


MULTIVARIABLE = {
    "symptoms": OddsRatio(23.256, 7.463, 71.429),
    "margin_unclear": OddsRatio(100.446, 22.458, 449.262),
    "enlarged_lymph_nodes": OddsRatio(71.429, 10.870, 500.0),
}
# The fourth of that regression, as it is printed: what it compares with what is not.
MULTIVARIABLE_ENHANCEMENT, MULTIVARIABLE_ENHANCEMENT_P = OddsRatio(0.145, 0.012, 1.693), 0.124


class PublishedFigures(NamedTuple):
    """One row of Table 1: 108 test patients, 27 malignant.

    Not every row agrees with these counts, and the text gives External2_DL 0.812.
    """

    auc: float
    auc_low: float
    auc_high: float
    sensitivity: float
    specificity: float


TABLE_1 = {
    "Tumor_RAD": PublishedFigures(0.836, 0.738, 0.918, 0.741, 0.852),
    "External2_RAD": PublishedFigures(0.795, 0.690, 0.885, 0.667, 0.753),
    "Tumor+External2_RAD": PublishedFigures(0.861, 0.779, 0.930, 0.704, 0.815),
    "Tumor_DL": PublishedFigures(0.806, 0.707, 0.893, 0.333, 0.963),
    "External2_DL": PublishedFigures(0.828, 0.727, 0.914, 0.741, 0.765),
    "Tumor+External2_DL": PublishedFigures(0.872, 0.795, 0.938, 0.926, 0.457),
    "Tumor_RAD+DL": PublishedFigures(0.845, 0.749, 0.917, 0.704, 0.790),
    "External2_RAD+DL": PublishedFigures(0.840, 0.747, 0.917, 0.667, 0.840),
    "Tumor+External2_RAD+DL": PublishedFigures(0.881, 0.809, 0.943, 0.926, 0.605),
    "Clinical": PublishedFigures(0.765, 0.657, 0.872, 0.593, 0.852),
    "Combined": PublishedFigures(0.913, 0.842, 0.966, 0.778, 0.914),
}


class TwoCentres(NamedTuple):
    """AUCs of the same group's study before, without a network: at its own hospital and another."""

    own: float
    other: float


# 374 patients, CT in three phases; its Combined has radiomics and the same three findings.
TWO_CENTRES_SOURCE = "Shen et al. 2024, Am J Cancer Res 14:4445, PMC11477817"
TWO_CENTRES_OTHER = 53  # patients of the second hospital
TWO_CENTRES = {
    "Tumor+External2_RAD": TwoCentres(0.827, 0.749),
    "Combined": TwoCentres(0.842, 0.749),
}


class Prevalence(NamedTuple):
    """Probability of a finding in benign and in malignant tumours."""

    benign: float
    malignant: float

    def of(self, malignant: bool) -> float:
        """Return the probability in the class."""
        return self.malignant if malignant else self.benign

    @classmethod
    def solve(cls, count: int, odds_ratio: float = 1.0) -> Prevalence:
        """Return the one prevalence that gives both the marginal count and the odds ratio."""
        if odds_ratio == 1:
            return cls(count / PATIENTS, count / PATIENTS)
        # x malignant with the finding: x (b - n + x) = OR (m - x)(n - x), of 0 < x < min(m, n).
        a = 1 - odds_ratio
        b = BENIGN - count + odds_ratio * (MALIGNANT + count)
        c = -odds_ratio * MALIGNANT * count
        x = (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)
        return cls((count - x) / BENIGN, x / MALIGNANT)


PREVALENCE = {
    "symptoms": Prevalence.solve(SYMPTOMS, ODDS_RATIO_SYMPTOMS),
    "margin": Prevalence.solve(MARGIN_UNCLEAR, ODDS_RATIO_MARGIN_UNCLEAR),
    "lymph_nodes": Prevalence.solve(ENLARGED_LYMPH_NODES, ODDS_RATIO_LYMPH_NODES),
    "obvious": Prevalence.solve(ENHANCEMENT_OBVIOUS, ODDS_RATIO_ENHANCEMENT),
    "drinking": Prevalence.solve(DRINKING, ODDS_RATIO_DRINKING),
    "not_superficial": Prevalence.solve(LOCATION_DEEP + LOCATION_BOTH, ODDS_RATIO_LOCATION),
}

"""What a case is before it is drawn: latent traits and clinical findings, given the class.

Three latent traits drive the image, each normal with unit variance and a class difference set by
`Difficulty`. The clinical findings are drawn with them from one multivariate normal per class, so
that an unclear margin goes with an infiltrated ring, and the findings with one another.

What agrees with the publication, and how closely: the counts of every variable and the univariate
odds ratios of symptoms, margin, lymph nodes, enhancement, drinking and location are honoured in
expectation. Independent findings with these figures would give the Clinical model an AUC of 0.918,
against 0.889 (training) and 0.765 (test) as published. The correlation between the findings, which
leaves counts and odds ratios as they are, brings it to about 0.85; it is also why the multivariate
odds ratios are below the univariate ones, as published. Shape, density and uniformity have no
published odds ratio: they follow the trait that is drawn, with the published count.

The findings are words of the published study. A variable of another protocol, or one with other
levels, is drawn by the `frequency` that the protocol gives it; without one it is unknown.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ..protocol import ClinicalRecord, ClinicalVariable, Protocol, published
from ..protocol.outcome import outcome_word
from ..protocol.published import PREVALENCE

# Clinical values by the names, and in the words, of the published study.
Findings = Mapping[str, str | float]

_NORMAL = NormalDist()
_FINDING, _HABIT = ("without", "with"), ("no", "yes")


@dataclass(frozen=True)
class Difficulty:
    """Distance between the classes, in standard deviations of each latent trait.

    The one place that sets how well images can tell the classes apart.

    Attributes:
        tumor: heterogeneity, its grain, and raggedness of necrosis inside the tumour.
        ring: infiltration and stranding around the tumour, blurred boundary.
        shape: lobulation and spiculation.
    """

    tumor: float = 1.4
    ring: float = 1.2
    shape: float = 0.6


@dataclass(frozen=True)
class Traits:
    """The latent traits of one case, in standard deviations around the mean of both classes.

    Attributes:
        tumor, ring, shape: see `Difficulty`; higher is more often malignant.
        diameter_cm: aimed at, in the largest axial cross-section.
        enhancement_hu: of the solid part over plain CT.
        plain_hu: of the solid part on plain CT.
    """

    tumor: float
    ring: float
    shape: float
    diameter_cm: float
    enhancement_hu: float
    plain_hu: float


# Correlation, within a class, of: tumor, ring, shape, symptoms, margin, lymph nodes.
_CORRELATION = np.array(
    [
        [1.00, 0.15, 0.10, 0.10, 0.15, 0.10],
        [0.15, 1.00, 0.20, 0.30, 0.75, 0.25],
        [0.10, 0.20, 1.00, 0.10, 0.20, 0.10],
        [0.10, 0.30, 0.10, 1.00, 0.55, 0.55],
        [0.15, 0.75, 0.20, 0.55, 1.00, 0.55],
        [0.10, 0.25, 0.10, 0.55, 0.55, 1.00],
    ]
)
_FACTOR = np.linalg.cholesky(_CORRELATION)
_SD_BEFORE_TRUNCATION = 1.12  # of the diameters: cutting both ends takes a ninth of their SD
_READER_SD = 0.5  # of a reader's judgement of a trait, in standard deviations of the trait


def draw_case(
    rng: np.random.Generator, malignant: bool, difficulty: Difficulty
) -> tuple[Traits, Findings]:
    """Draw traits and findings of one case without drawing its image.

    The maximum diameter is the one aimed at; the mask of the drawn case is measured anew.
    """
    latent = _FACTOR @ rng.standard_normal(6)
    side = 0.5 if malignant else -0.5
    tumor, ring, shape = latent[:3] + side * np.array(
        [difficulty.tumor, difficulty.ring, difficulty.shape]
    )
    degree, enhancement_hu = _enhancement(rng, malignant)
    traits = Traits(
        tumor=float(tumor),
        ring=float(ring),
        shape=float(shape),
        diameter_cm=_diameter(rng),
        enhancement_hu=enhancement_hu,
        plain_hu=float(np.clip(rng.normal(37, 4), 28, 46)),
    )
    present = {
        name: _NORMAL.cdf(value) > 1 - PREVALENCE[name].of(malignant)
        for name, value in zip(("symptoms", "margin", "lymph_nodes"), latent[3:], strict=True)
    }
    return traits, {
        "symptoms": _FINDING[present["symptoms"]],
        "margin": ("clear", "unclear")[present["margin"]],
        "lymph_nodes": _FINDING[present["lymph_nodes"]],
        **_background(rng, malignant),
        "max_diameter_cm": round(traits.diameter_cm, 1),
        "enhancement_degree": degree,
        **_readings(rng, traits, difficulty),
    }


def record_of(
    findings: Findings, malignant: bool, protocol: Protocol, rng: np.random.Generator
) -> ClinicalRecord:
    """Return the record of a simulated case under a protocol."""
    return protocol.record(
        {
            name: findings[name]
            if protocol.has(name, findings.get(name))
            else _drawn(variable, malignant, rng)
            for name, variable in protocol.clinical.items()
        }
    )


def _drawn(variable: ClinicalVariable, malignant: bool, rng: np.random.Generator) -> str | None:
    if not variable.frequency:
        return None
    present = rng.random() < variable.frequency[outcome_word(malignant)]
    return variable.malignant if present else variable.reference


def _background(rng: np.random.Generator, malignant: bool) -> Findings:
    """Draw the variables that no latent trait drives."""
    return {
        "age_years": float(round(np.clip(rng.normal(*published.AGE_YEARS), 15, 90))),
        "sex": ("female", "male")[_happens(rng, published.MALE)],
        "smoking": _HABIT[_happens(rng, published.SMOKING)],
        "drinking": _HABIT[rng.random() < PREVALENCE["drinking"].of(malignant)],
        "number": ("single", "multiple")[_happens(rng, published.MULTIPLE)],
        "location": _location(rng, malignant),
        "calcification": _FINDING[_happens(rng, published.CALCIFICATION)],
        "cystic_areas": _FINDING[_happens(rng, published.CYSTIC_AREAS)],
    }


def _readings(rng: np.random.Generator, traits: Traits, difficulty: Difficulty) -> Findings:
    """Return what a reader calls shape, density and uniformity of the drawn traits."""
    texture = traits.tumor + _READER_SD * rng.standard_normal()
    form = traits.shape + _READER_SD * rng.standard_normal()
    heterogeneous = texture > _threshold(published.DENSITY_HETEROGENEOUS, difficulty.tumor)
    uneven = texture > _threshold(published.PATIENTS - published.UNIFORM, difficulty.tumor)
    non_round = form > _threshold(published.PATIENTS - published.ROUND, difficulty.shape)
    return {
        "shape": "non-round" if non_round else "round",
        "density": "heterogeneous" if heterogeneous else "homogeneous",
        "enhanced_uniformity": "no" if uneven else "yes",
    }


def _threshold(count: int, separation: float) -> float:
    """Return the trait value above which `count` of all patients lie, both classes together."""
    spread = math.sqrt(1 + _READER_SD**2)
    low, high = -8.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        above = sum(
            patients * (1 - _NORMAL.cdf((middle - side * separation) / spread))
            for patients, side in ((published.BENIGN, -0.5), (published.MALIGNANT, 0.5))
        )
        low, high = (middle, high) if above > count else (low, middle)
    return low


def _enhancement(rng: np.random.Generator, malignant: bool) -> tuple[str, float]:
    """Draw the degree given the class and the HU given the degree alone."""
    if rng.random() < PREVALENCE["obvious"].of(malignant):
        return "obvious", float(min(41 + rng.gamma(2.0, 9.0), 95))
    less = published.PATIENTS - published.ENHANCEMENT_OBVIOUS
    if rng.random() < published.ENHANCEMENT_SLIGHT / less:
        return "slight", float(rng.uniform(10, 19.5))
    return "moderate", float(rng.uniform(21, 40))


def _location(rng: np.random.Generator, malignant: bool) -> str:
    if rng.random() >= PREVALENCE["not_superficial"].of(malignant):
        return "superficial"
    deep = published.LOCATION_DEEP / (published.LOCATION_DEEP + published.LOCATION_BOTH)
    return "deep" if rng.random() < deep else "both"


def _diameter(rng: np.random.Generator) -> float:
    mean, sd = published.DIAMETER_CM[0], _SD_BEFORE_TRUNCATION * published.DIAMETER_CM[1]
    low, high = published.DIAMETER_RANGE_CM
    spread = math.sqrt(math.log(1 + (sd / mean) ** 2))
    while True:
        diameter = float(rng.lognormal(math.log(mean) - spread**2 / 2, spread))
        if low <= diameter <= high:
            return diameter


def _happens(rng: np.random.Generator, count: int) -> bool:
    return bool(rng.random() < count / published.PATIENTS)

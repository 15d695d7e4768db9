"""Say whether a case lies inside the applicability domain: whether it is like the training cases.

A case has a distance in each of two spaces: the image features that the models read, and the
lengths of its voxels. Each is divided by the distance that 95 % of the training cases stay within,
and the larger ratio is the case's number. Its rank among the numbers of the training cases, each
measured from the others while its own fold is held out, is a conformal p-value: of cases like the
training cases, a share of about p has so small a p.

Source: Laxhammar & Falkman 2010, Conformal prediction for distribution-independent anomaly
detection in streaming vessel data; Ledoit & Wolf 2004, Journal of Multivariate Analysis 88:365-411
(the shrinkage).
"""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import islice
from typing import Any

import numpy as np

from ..base.strict_json import LARGEST
from ..base.words import counted, listed, p_value
from ..protocol import Protocol
from .acquisitions import ALIKE_LENGTHS
from .answers import fewest_cases
from .words import plain_feature

FEATURES, VOXELS = "features", "voxels"
SPACES = (VOXELS, FEATURES)
# Side of a pixel and distance of the slices: lengths of a CT's voxel (x, y, z).
VOXEL_LENGTHS = ("pixel", "slice")

OUTSIDE_FROM = 0.025
BORDERLINE_FROM = 0.10
# With fewer held out, no case could be far enough to be outside.
LEAST_CASES = fewest_cases(OUTSIDE_FROM)

NOT_IN_THIS_BUNDLE = "this model holds no applicability domain"
OLDER_BUNDLE = "this model is of an earlier version, which held no applicability domain"
READS_NO_IMAGE = "this model reads no image"

# So many keep a bundle small; no study comes near.
MOST_FEATURES = 512
_USUAL_SHARE = 0.95
_SD_PER_QUARTILES = 1 / 1.349  # of a Gaussian
# Half of all cases lie beyond the quartiles: a feature's mean square is no less.
_LEAST_VARIANCE = 0.5 * math.asinh(0.6745) ** 2
_LEAST_SCALE = 0.1  # of a feature that all training cases share: a tenth of its value
# Lengths that differ by ALIKE_LENGTHS are as far as a spread of one: no less is counted as other.
_LEAST_USUAL = math.asinh(1.0)
_DIGITS = 8
_ROUNDING = 1e-6  # of a distance: many scanners' voxels are equal, and so are their distances
_MOST_NAMED = 3
_UNUSUAL = 2.0
_LENGTH_WORDS = {"pixel": "pixels of {:.3g} mm", "slice": "slices {:.3g} mm apart"}
_SAME_LENGTH = 1.001  # headers round


class DomainStatus(str, Enum):
    """Where a case lies; unknown where the bundle or the case does not tell."""

    INSIDE = "inside"
    BORDERLINE = "borderline"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


# Codes of the findings that speak against relying on a probability.
FINDING_CODES = {
    DomainStatus.OUTSIDE: "outside_domain",
    DomainStatus.BORDERLINE: "borderline_domain",
}


@dataclass(frozen=True)
class DomainResult:
    """Where a case lies, and why.

    Attributes:
        reasons: why it is not inside, or why that is not known, as parts of a sentence.
        cases: training cases that it was compared with; 0 where the status is unknown.
        as_far: those of them that lie at least as far.
        ratios: by space, its distance as a multiple of the one that 95 % of them stay within; none
            where a value is not finite.
    """

    status: DomainStatus
    reasons: tuple[str, ...] = ()
    cases: int = 0
    as_far: int = 0
    ratios: Mapping[str, float] = field(default_factory=dict)

    @property
    def p(self) -> float | None:
        """Share of the cases that lie at least as far, this one among them; None if unknown."""
        return _p(self.as_far, self.cases) if self.cases else None

    @property
    def number(self) -> float | None:
        """The largest ratio, which decides; None where there is none."""
        return max(self.ratios.values(), default=None)

    @property
    def sentence(self) -> str:
        """What is to be said of it."""
        why = "; ".join(self.reasons)
        return {
            DomainStatus.INSIDE: "Like the training cases.",
            DomainStatus.BORDERLINE: f"At the edge of the training cases: {why}. Trust the number "
            "less.",
            DomainStatus.OUTSIDE: f"Unlike the training cases: {why}. The models' numbers are "
            "not reliable here.",
            DomainStatus.UNKNOWN: f"Whether this case is like the training cases is not known: "
            f"{why}.",
        }[self.status]

    @property
    def measured(self) -> str:
        """The numbers behind it, in words; empty where there are none."""
        if self.number is None:
            return ""
        return (
            f"The case lies at {self.number:.1f} times the distance from the average that 95 % of "
            f"the training cases stay within; {self.as_far} of {self.cases} lie at least as far "
            f"(p = {p_value(self.p)})."
        )

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> "DomainResult":
        """Return what `as_dict` gave."""
        kept = {name: said[name] for name in ("cases", "as_far", "ratios")}
        return cls(DomainStatus(said["status"]), tuple(said["reasons"]), **kept)

    def as_dict(self) -> dict[str, object]:
        """Return it as it is written to prediction.json."""
        return {
            "status": self.status.value,
            "p": self.p,
            "number": self.number,
            "ratios": dict(self.ratios),
            "cases": self.cases,
            "as_far": self.as_far,
            "reasons": list(self.reasons),
            "sentence": self.sentence,
            "measured": self.measured,
        }


@dataclass(frozen=True)
class Space:
    """What is usual of some columns together.

    A value is compressed to asinh((value - center) / scale), so that one feature with a heavy tail
    does not decide alone.

    Attributes:
        name: one of SPACES.
        columns: (k,) of the models, or VOXEL_LENGTHS, whose values are the logarithms of mm.
        centers: (k,) medians.
        scales: (k,) standard deviations as the quartiles give them.
        covariance: (k, k) of the compressed values.
        usual: distance that 95 % of the training cases held out stay within.
    """

    name: str
    columns: tuple[str, ...]
    centers: tuple[float, ...]
    scales: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    usual: float = 1.0

    def distances(self, values: np.ndarray) -> np.ndarray:
        """Return (n,) distances of cases (n, k) from the training cases."""
        z = self._compressed(values)
        squares = (z * np.linalg.solve(np.array(self.covariance), z.T).T).sum(axis=1)
        return np.sqrt(np.maximum(squares, 0.0))  # rounding may go below

    def most_unusual(self, values: np.ndarray) -> list[str]:
        """Return the columns whose values (k,) are unusual by themselves, the most unusual first.

        A length always is: there are but two.
        """
        deviations = np.abs(self._compressed(values)) / np.sqrt(np.diag(self.covariance))
        least = 0.0 if self.name == VOXELS else _UNUSUAL
        return [self.columns[i] for i in np.argsort(-deviations) if deviations[i] >= least]

    def _compressed(self, values: np.ndarray) -> np.ndarray:
        return np.arcsinh((values - self.centers) / np.array(self.scales))


@dataclass(frozen=True)
class Domain:
    """What the training cases were like; no case can be told from it.

    Attributes:
        spaces: by which a case is compared; none where there is no domain.
        held_out: rising, the number of each training case, measured from the others.
        absent: why there is no domain; empty where there is one.
    """

    spaces: tuple[Space, ...] = ()
    held_out: tuple[float, ...] = ()
    absent: str = NOT_IN_THIS_BUNDLE

    @property
    def lacking(self) -> str:
        """Why no case can be told to be unlike the training cases; empty where none need be."""
        if self.absent in ("", READS_NO_IMAGE):
            return ""
        return f"Whether a case is like the training cases cannot be told: {self.absent}."

    def judge(
        self,
        protocol: Protocol,
        values: Mapping[str, float | None],
        spacing: tuple[float, float, float] | None,
        training_voxel_mm: Mapping[str, tuple[float, float]],
    ) -> DomainResult:
        """Return where a case lies.

        Args:
            values: of the columns that the models read.
            spacing: of its CT (x, y, z) in mm; None without one.
            training_voxel_mm: smallest and largest of the training cases, by VOXEL_LENGTHS.
        """
        if self.absent:
            return DomainResult(DomainStatus.UNKNOWN, (self.absent,))
        mm = {} if spacing is None else voxel_lengths(np.array(spacing))
        known = {**values, **{name: math.log(length) for name, length in mm.items()}}
        columns = [column for space in self.spaces for column in space.columns]
        if any(known.get(column) is None for column in columns):
            return DomainResult(DomainStatus.UNKNOWN, ("it has no image to be told from",))
        wrong = [column for column in columns if not abs(known[column]) <= LARGEST]  # or NaN
        if wrong:
            why = f"no finite {_features_words(wrong, protocol)}"
            return DomainResult(DomainStatus.OUTSIDE, (why,), len(self.held_out))
        ratios, reasons = {}, []
        for space in self.spaces:
            row = np.array([known[column] for column in space.columns])
            ratios[space.name] = float(space.distances(row[None])[0] / space.usual)
            if self._status(ratios[space.name]) is DomainStatus.INSIDE:
                continue
            unusual = space.most_unusual(row)
            if space.name == VOXELS:
                reasons += _lengths_words(unusual[0], mm, training_voxel_mm)
            else:
                words = unusual and _features_words(unusual, protocol)
                reasons.append(f"unusual {words or 'combination of image features'}")
        number = max(ratios.values())
        cases, as_far = len(self.held_out), self._as_far(number)
        return DomainResult(self._status(number), tuple(reasons), cases, as_far, ratios)

    def _as_far(self, number: float) -> int:
        return len(self.held_out) - bisect_left(self.held_out, number * (1 - _ROUNDING))

    def _status(self, number: float) -> DomainStatus:
        p = _p(self._as_far(number), len(self.held_out))
        if p <= OUTSIDE_FROM:
            return DomainStatus.OUTSIDE
        return DomainStatus.BORDERLINE if p <= BORDERLINE_FROM else DomainStatus.INSIDE


def _p(as_far: int, cases: int) -> float:
    return (as_far + 1) / (cases + 1)


def _features_words(columns: Sequence[str], protocol: Protocol) -> str:
    """Return features in words, as in "texture and shape of the tumour"; the first few kinds."""
    kinds = dict.fromkeys(plain_feature(protocol, column) for column in columns)
    of_region: dict[str, list[str]] = {}
    for what, where in [*kinds][:_MOST_NAMED]:
        of_region.setdefault(where, []).append(what)
    alike: dict[str, list[str]] = {}
    for where, whats in of_region.items():
        alike.setdefault(listed(sorted(whats)), []).append(where)
    return ", ".join(f"{whats} of {listed(wheres)}" for whats, wheres in alike.items())


def _lengths_words(
    most: str, mm: Mapping[str, float], training: Mapping[str, tuple[float, float]]
) -> list[str]:
    """Say which lengths no training case had, else which of them few had."""
    other = [
        f"{_LENGTH_WORDS[name].format(mm[name])}, not {_range((low, high))} mm"
        for name, (low, high) in training.items()
        if not low / _SAME_LENGTH <= mm[name] <= high * _SAME_LENGTH
    ]
    return other or [f"{_LENGTH_WORDS[most].format(mm[most])}, as few training cases have"]


def _range(bounds: tuple[float, float]) -> str:
    return " to ".join(dict.fromkeys(f"{bound:.3g}" for bound in bounds))


def voxel_lengths(spacing: np.ndarray) -> dict[str, np.ndarray]:
    """Return VOXEL_LENGTHS of spacings (…, 3) as (x, y, z) in mm."""
    return dict(zip(VOXEL_LENGTHS, (spacing[..., :2].max(axis=-1), spacing[..., 2]), strict=True))


def fit_domain(
    features: Mapping[str, np.ndarray], spacings: np.ndarray, folds: np.ndarray
) -> Domain:
    """Return the domain of n training cases.

    Args:
        features: (n,) values of each radiomic and network column that a model reads; those of the
            network by networks that have not seen the case.
        spacings: (n, 3) of their CTs (x, y, z) in mm.
        folds: (n,) int, the fold in which each case is held out.
    """
    if not features:
        return Domain(absent=READS_NO_IMAGE)
    if len(folds) < LEAST_CASES or len(np.unique(folds)) < 2:
        return Domain(
            absent=f"{counted(len(folds), 'training case')} are too few for an "
            f"applicability domain, which needs {LEAST_CASES}"
        )
    features = dict(islice(features.items(), MOST_FEATURES))
    lengths = {name: np.log(mm) for name, mm in voxel_lengths(spacings).items()}
    spaces, ratios = [], []
    for columns, fit in ((lengths, _voxel_space), (features, _feature_space)):
        values = np.column_stack(list(columns.values()))
        distances = np.empty(len(folds))
        for fold in np.unique(folds):
            held_out = folds == fold
            others = fit(tuple(columns), values[~held_out])
            distances[held_out] = others.distances(values[held_out])
        usual = max(float(np.quantile(distances, _USUAL_SHARE)), _LEAST_USUAL)
        space = fit(tuple(columns), values)
        spaces.append(replace(space, usual=_rounded(usual)))
        ratios.append(distances / usual)
    numbers = np.sort(np.max(ratios, axis=0))
    return Domain(tuple(spaces), tuple(map(_rounded, numbers)), absent="")


def _feature_space(columns: tuple[str, ...], values: np.ndarray) -> Space:
    """Return the space of features (n, k), whose covariance is shrunk."""
    from sklearn.covariance import ledoit_wolf

    centers, spread = _center_and_spread(values)
    nothing = 1e-9 * np.abs(centers)  # less is rounding
    spread = np.where(spread > nothing, spread, values.std(axis=0))
    shared = _LEAST_SCALE * np.where(centers == 0, 1.0, np.abs(centers))
    scales = np.where(spread > nothing, spread, shared)
    covariance, _ = ledoit_wolf(np.arcsinh((values - centers) / scales), assume_centered=True)
    covariance += np.diag(np.maximum(0.0, _LEAST_VARIANCE - np.diag(covariance)))
    return _space(FEATURES, columns, centers, scales, covariance)


def _voxel_space(columns: tuple[str, ...], values: np.ndarray) -> Space:
    """Return the space of the logarithms of lengths (n, 2), which stand for themselves."""
    centers, spread = _center_and_spread(values)
    scales = np.maximum(spread, math.log(ALIKE_LENGTHS))
    return _space(VOXELS, columns, centers, scales, np.eye(len(columns)))


def _center_and_spread(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, centers, high = np.percentile(values, (25, 50, 75), axis=0)
    return centers, (high - low) * _SD_PER_QUARTILES


def _space(
    name: str,
    columns: tuple[str, ...],
    centers: np.ndarray,
    scales: np.ndarray,
    covariance: np.ndarray,
) -> Space:
    symmetric = np.round((covariance + covariance.T) / 2, _DIGITS)
    return Space(
        name,
        columns,
        tuple(map(_rounded, centers)),
        tuple(map(_rounded, scales)),
        tuple(map(tuple, symmetric.tolist())),
    )


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")

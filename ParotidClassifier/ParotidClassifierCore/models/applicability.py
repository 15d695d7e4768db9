"""Whether a case is like the cases that the models learnt from, and where it stands among them."""

import bisect
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..base.words import counted, share_of
from ..imaging.findings import QualityFinding, warning
from ..protocol import Protocol
from .acquisitions import ALIKE_LENGTHS
from .logistic import LogisticModel
from .probabilities import ModelResult
from .reference import Reference, voxel_lengths

# Of an ordinary case, about one feature in a hundred lies outside a cohort of 200.
_USUAL_SHARE_OUTSIDE = 0.1
_FAR_PERCENTILE = 99.0
_LENGTH_WORDS = {
    "pixel": "pixels of {here} mm, not {there} mm",
    "slice": "slices {here} mm apart, not {there} mm",
}


@dataclass(frozen=True)
class Applicability:
    """How like the training cases a case is.

    Attributes:
        model: the headline model, whose score is placed among theirs; None if none gave one.
        training_scores: by class ("benign", "malignant"), the sorted out-of-fold probabilities
            that this model gave the training cases; empty where they are not known.
        compared: number of image columns whose range in the training cases is known.
        outside: those of them that lie outside that range here.
        mahalanobis_percentile: per cent of the training cases that lie nearer to their mean, in
            the image columns of the first image model together; None where it is not known.
        voxel_mm: lengths of the CT's voxels, by VOXEL_LENGTHS; empty without a CT.
        training_voxel_mm: smallest and largest of the training cases, by VOXEL_LENGTHS; empty
            where they are not known.
    """

    model: str | None
    score: float | None
    training_scores: Mapping[str, tuple[float, ...]]
    compared: int
    outside: tuple[str, ...]
    mahalanobis_percentile: float | None
    voxel_mm: Mapping[str, float]
    training_voxel_mm: Mapping[str, tuple[float, float]]

    @property
    def outside_share(self) -> float | None:
        """Share of the image columns outside the training range; None if none was compared."""
        return len(self.outside) / self.compared if self.compared else None

    @property
    def higher_than(self) -> dict[str, float]:
        """By class, the share of the training cases with a lower score; empty if not known."""
        if self.score is None:
            return {}
        return {
            outcome: bisect.bisect_left(scores, self.score) / len(scores)
            for outcome, scores in self.training_scores.items()
            if scores
        }

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is known, in words; empty where nothing is."""
        return tuple(filter(None, (self._place(), self._likeness())))

    def findings(self) -> list[QualityFinding]:
        """Return what speaks against relying on a probability of this case."""
        return [f for f in (self._far(), self._other_voxels()) if f is not None]

    def as_dict(self) -> dict[str, object]:
        """Return it as it is written to prediction.json."""
        return {
            "model": self.model,
            "score": self.score,
            "training_scores": {k: list(v) for k, v in self.training_scores.items()},
            "higher_than": self.higher_than,
            "compared": self.compared,
            "outside": list(self.outside),
            "outside_share": self.outside_share,
            "mahalanobis_percentile": self.mahalanobis_percentile,
            "voxel_mm": dict(self.voxel_mm),
            "training_voxel_mm": {k: list(v) for k, v in self.training_voxel_mm.items()},
            "sentences": list(self.sentences),
        }

    def _place(self) -> str:
        if not self.higher_than:
            return ""
        parts = " and ".join(f"{share_of(n)} the {word}" for word, n in self.higher_than.items())
        return f"{self.model}'s probability is higher than that of {parts} training cases."

    def _likeness(self) -> str:
        features = counted(self.compared, "image feature")
        verb = "lies" if len(self.outside) == 1 else "lie"
        ranges = f"{len(self.outside)} of {features} {verb} outside"
        if self.mahalanobis_percentile is None:
            return f"{ranges} the range of the training cases." if self.compared else ""
        return (
            "In all image features together, the case lies farther from the average than "
            f"{share_of(self.mahalanobis_percentile / 100)} the training cases; "
            f"{ranges} their range."
        )

    def _far(self) -> QualityFinding | None:
        if len(self.outside) > _USUAL_SHARE_OUTSIDE * self.compared:
            return warning(
                "outside_training_range",
                f"{len(self.outside)} of the {self.compared} image features that the models read "
                "lie outside the range of the training cases: this case is unlike them, and the "
                "models guess.",
            )
        if (self.mahalanobis_percentile or 0.0) > _FAR_PERCENTILE:
            return warning(
                "unlike_training_cases",
                "In all image features together, this case lies farther from the average than "
                f"{share_of(self.mahalanobis_percentile / 100)} the training cases: it is "
                "unlike them, and the models guess.",
            )
        return None

    def _other_voxels(self) -> QualityFinding | None:
        other = [
            name
            for name, (low, high) in self.training_voxel_mm.items()
            if name in self.voxel_mm
            and not low / ALIKE_LENGTHS <= self.voxel_mm[name] <= high * ALIKE_LENGTHS
        ]
        if not other:
            return None
        told = "; ".join(
            _LENGTH_WORDS[name].format(
                here=f"{self.voxel_mm[name]:.3g}", there=_range(self.training_voxel_mm[name])
            )
            for name in other
        )
        return warning(
            "voxels_unlike_training",
            f"The scan is of another kind than those of the training cases: {told}. Texture "
            "depends on it.",
        )


def _range(bounds: tuple[float, float]) -> str:
    low, high = (f"{bound:.3g}" for bound in bounds)
    return low if low == high else f"{low} to {high}"


def applicability_of(
    protocol: Protocol,
    models: Mapping[str, LogisticModel],
    reference: Reference,
    values: Mapping[str, float | None],
    results: Mapping[str, ModelResult],
    spacing: tuple[float, float, float] | None,
) -> Applicability:
    """Return how like the training cases a case is.

    Args:
        spacing: of its CT (x, y, z) in mm; None without one.
    """
    model = protocol.first_shown(n for n, r in results.items() if r.probability is not None)
    compared, outside = _against_ranges(reference, values)
    scatter = reference.scatter
    return Applicability(
        model=model,
        score=None if model is None else results[model].probability,
        training_scores={} if model is None else reference.scores.get(model, {}),
        compared=compared,
        outside=outside,
        mahalanobis_percentile=None
        if scatter is None
        else scatter.percentile(models[scatter.model], values),
        voxel_mm={}
        if spacing is None
        else {name: float(mm) for name, mm in voxel_lengths(np.array(spacing)).items()},
        training_voxel_mm={name: (q[0], q[-1]) for name, q in reference.voxel_mm.items()},
    )


def _against_ranges(
    reference: Reference, values: Mapping[str, float | None]
) -> tuple[int, tuple[str, ...]]:
    ranges = {
        column: (quantiles[0], quantiles[-1])
        for column, quantiles in reference.quantiles.items()
        if values.get(column) is not None
    }
    outside = tuple(c for c, (low, high) in ranges.items() if not low <= values[c] <= high)
    return len(ranges), outside

"""Whether a case is like the cases that the models learnt from, and where it stands among them."""

import bisect
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..base.words import share_of
from ..imaging.findings import QualityFinding, warning
from ..protocol import Protocol
from .domain import FINDING_CODES, DomainResult, voxel_lengths
from .probabilities import ModelResult
from .reference import Reference


@dataclass(frozen=True)
class Applicability:
    """How like the training cases a case is.

    Attributes:
        model: the headline model, whose score is placed among theirs; None if none gave one.
        training_scores: by class ("benign", "malignant"), the sorted out-of-fold probabilities
            that this model gave the training cases; empty where they are not known.
        domain: whether it lies inside the applicability domain.
        voxel_mm: lengths of the CT's voxels, by VOXEL_LENGTHS; empty without a CT.
        training_voxel_mm: smallest and largest of the training cases, by VOXEL_LENGTHS; empty
            where they are not known.
    """

    model: str | None
    score: float | None
    training_scores: Mapping[str, tuple[float, ...]]
    domain: DomainResult
    voxel_mm: Mapping[str, float]
    training_voxel_mm: Mapping[str, tuple[float, float]]

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

    def findings(self) -> list[QualityFinding]:
        """Return what speaks against relying on a probability of this case."""
        code = FINDING_CODES.get(self.domain.status)
        return [] if code is None else [warning(code, self.domain.sentence)]

    def as_dict(self) -> dict[str, object]:
        """Return it as it is written to prediction.json."""
        return {
            "model": self.model,
            "score": self.score,
            "training_scores": {k: list(v) for k, v in self.training_scores.items()},
            "higher_than": self.higher_than,
            "domain": self.domain.as_dict(),
            "voxel_mm": dict(self.voxel_mm),
            "training_voxel_mm": {k: list(v) for k, v in self.training_voxel_mm.items()},
            "sentences": [*filter(None, [self.place])],
        }

    @property
    def place(self) -> str:
        """Where its score stands among theirs, in words; empty if that is not known."""
        if not self.higher_than:
            return ""
        parts = " and ".join(f"{share_of(n)} the {word}" for word, n in self.higher_than.items())
        return f"The probability is higher than that of {parts} training cases."


def applicability_of(
    protocol: Protocol,
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
    return Applicability(
        model=model,
        score=None if model is None else results[model].probability,
        training_scores={} if model is None else reference.scores.get(model, {}),
        domain=reference.judge(protocol, values, spacing),
        voxel_mm={}
        if spacing is None
        else {name: float(mm) for name, mm in voxel_lengths(np.array(spacing)).items()},
        training_voxel_mm=reference.voxel_ranges_mm,
    )

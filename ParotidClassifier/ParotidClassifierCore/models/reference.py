"""What the training cases looked like: to see where a new case stands among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..dicom.source import Acquisition
from ..protocol import ColumnKind, Protocol, column_of
from ..protocol.outcome import BENIGN, MALIGNANT
from .acquisitions import TrainingAcquisitions, acquisitions_of
from .domain import Domain, DomainResult, fit_domain, voxel_lengths
from .table import TrainingTable
from .training import FittedModels

QUANTILE_LEVELS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
_SCORE_DIGITS = 4


@dataclass(frozen=True)
class Reference:
    """Distributions over the training cases; no case can be told from them but by its scores.

    Attributes:
        quantile_levels: (q,) rising, 0 to 1.
        quantiles: (q,) values of each radiomic and network column that a model reads.
        scores: by model name and class ("benign", "malignant"), the sorted out-of-fold
            probabilities of the training cases, rounded.
        voxel_mm: (q,) quantiles of the lengths of the CTs' voxels, by VOXEL_LENGTHS; empty where
            they are not known.
        domain: which cases are like them.
        acquisitions: how the CTs were made, as far as they came from DICOM.
    """

    quantile_levels: tuple[float, ...] = QUANTILE_LEVELS
    quantiles: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)
    voxel_mm: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    domain: Domain = field(default_factory=Domain)
    acquisitions: TrainingAcquisitions = field(default_factory=TrainingAcquisitions)

    @property
    def voxel_ranges_mm(self) -> dict[str, tuple[float, float]]:
        """Smallest and largest lengths of the CTs' voxels, by VOXEL_LENGTHS."""
        return {name: (quantiles[0], quantiles[-1]) for name, quantiles in self.voxel_mm.items()}

    def judge(
        self,
        protocol: Protocol,
        values: Mapping[str, float | None],
        spacing: tuple[float, float, float] | None,
    ) -> DomainResult:
        """Return whether a case lies inside the domain, see `Domain.judge`."""
        return self.domain.judge(protocol, values, spacing, self.voxel_ranges_mm)


def reference_of(
    table: TrainingTable,
    fitted: FittedModels,
    spacings: np.ndarray,
    acquisitions: Iterable[Acquisition | None] = (),
) -> Reference:
    """Return the distributions of what `fitted` reads and gives on its training cases.

    Args:
        spacings: (n, 3) of their CTs (x, y, z) in mm.
        acquisitions: of their CTs; None for one that did not come from DICOM.
    """
    settings = fitted.settings
    columns = {column for model in fitted.models.values() for column in model.columns}
    read = {name: values for name, values in table.of_images.items() if name in columns}
    # The network that gave the deep features of a case has seen it.
    compared = {c: v for c, v in read.items() if column_of(c).kind is not ColumnKind.DEEP}
    return Reference(
        quantiles={name: _quantiles(values) for name, values in read.items()},
        scores={
            name: {
                BENIGN: _sorted_scores(probabilities[~table.malignant]),
                MALIGNANT: _sorted_scores(probabilities[table.malignant]),
            }
            for name, probabilities in fitted.out_of_fold.items()
        },
        voxel_mm={name: _quantiles(v) for name, v in voxel_lengths(spacings).items()},
        domain=fit_domain(compared, spacings, table.folds(settings.folds, settings.seed)),
        acquisitions=acquisitions_of(acquisitions),
    )


def _quantiles(values: np.ndarray) -> tuple[float, ...]:
    return tuple(np.quantile(values, QUANTILE_LEVELS).tolist())


def _sorted_scores(probabilities: np.ndarray) -> tuple[float, ...]:
    known = probabilities[~np.isnan(probabilities)]
    return tuple(np.sort(known).round(_SCORE_DIGITS).tolist())

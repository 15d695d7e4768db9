"""What training and inference of the network give, as plain values."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ..protocol import ColumnKind, column_of, network_column


@dataclass(frozen=True)
class EpochRecord:
    """One pass over the training cases, as seen while training (augmented, with dropout).

    Attributes:
        epoch: from 1.
        loss: mean over the cases of the sum of the heads' losses.
        auc: per head.
        held_out_loss: the same on the cases held out, at the candidate epochs of a fold; else None.
        held_out_auc: likewise; None also where the held-out cases have one outcome.
    """

    epoch: int
    loss: float
    auc: dict[str, float]
    held_out_loss: float | None = None
    held_out_auc: dict[str, float] | None = None


@dataclass(frozen=True)
class NetworkValues:
    """What the network says of n cases.

    Attributes:
        logits: float64 (n, heads), the log-odds of malignancy in the order of the heads.
        vectors: by head, in their order, float64 (n, m): its deep features, L2-normalised per
            scale.
    """

    logits: np.ndarray
    vectors: dict[str, np.ndarray]

    def columns(self, wanted: Collection[str]) -> dict[str, np.ndarray]:
        """Return (n,) values of the network's logits and of those deep features in `wanted`."""
        values = dict(zip(map(network_column, self.vectors), self.logits.T, strict=True))
        for column in wanted:
            found = column_of(column)
            if found is not None and found.kind is ColumnKind.DEEP:
                vectors = self.vectors.get(found.of, np.empty((0, 0)))
                if found.index < vectors.shape[1]:
                    values[column] = vectors[:, found.index]
        return values

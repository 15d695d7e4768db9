"""What training and inference of the network give, as plain values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ..protocol.names import NETWORK_COLUMNS, deep_feature


@dataclass(frozen=True)
class EpochRecord:
    """One pass over the training cases, as seen while training (augmented, with dropout).

    Attributes:
        epoch: from 1.
        loss: mean over the cases of the sum of the three heads' losses.
        auc: per model of DL_MODELS.
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
        logits: float64 (n, 3), the log-odds of malignancy in the order of DL_MODELS.
        vectors: by model of DL_MODELS, float64 (n, m): its deep features, L2-normalised per
            scale.
    """

    logits: np.ndarray
    vectors: dict[str, np.ndarray]

    def columns(self, wanted: Collection[str]) -> dict[str, np.ndarray]:
        """Return (n,) values of the network's logits and of those deep features in `wanted`."""
        values = dict(zip(NETWORK_COLUMNS, self.logits.T, strict=True))
        for column in wanted:
            feature = deep_feature(column)
            if feature is not None and feature[1] < self.vectors[feature[0]].shape[1]:
                values[column] = self.vectors[feature[0]][:, feature[1]]
        return values

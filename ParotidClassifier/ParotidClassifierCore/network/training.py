"""Training the multi-input network."""

from dataclasses import dataclass, field

import numpy as np
import torch

from ..base.errors import CohortError, UsageError
from ..base.words import counted
from ..protocol import Protocol
from .architecture import HEAD_DROPOUT
from .arrays import array_of
from .augmentation import AugmentationSettings
from .forward import Network
from .mobilenet import BATCHES, MultiInputNetwork
from .records import EpochRecord
from .weights import storage_type

FULL, MIXED, AUTO = "full", "mixed", "auto"
PRECISIONS = (AUTO, FULL, MIXED)
_SMALLEST_BATCH = 2


@dataclass(frozen=True)
class Cases:
    """Inputs and outcomes, and which of them are learnt from and which are held out.

    Attributes:
        inputs: float32 (n, regions, 16, 96, 96); may be mapped from a file, only batches are read.
        outcomes: 0 or 1 (n,).
    """

    inputs: np.ndarray
    outcomes: np.ndarray
    learnt: np.ndarray
    held_out: np.ndarray = field(default_factory=lambda: np.empty(0, int))


@dataclass(frozen=True)
class NetworkTrainingSettings:
    """How the network is trained; the defaults learn from scratch on 120 to 250 cases.

    The defaults are the best of a small ablation on made lesions (150 to train on, 600 to test)
    that differ in texture, brightness and ring with an attainable AUC of 0.88.

    Attributes:
        candidates: how many times at most, evenly, a network is judged on its way; where folds
            are trained, the number of epochs is chosen among these. 1 trains exactly `epochs`.
        learning_rate: the highest, after warming up over a tenth of the steps; cosine to zero.
        label_smoothing: outcomes become this half-share away from 0 and 1.
        seed: of weights, order, augmentation and dropout.
        threads: CPU threads; another number gives other last digits, and on a busy machine
            two were slower than one.
        precision: "mixed" computes in bfloat16 where that is safe; "auto" does so on a GPU that
            can. Prediction is always in full precision.
        imagenet_checkpoint: torchvision MobileNetV3 weights to start from; None for random ones.

    Raises:
        UsageError: no epoch or candidate, or an unknown precision.
    """

    variant: str = "small"
    epochs: int = 40
    candidates: int = 8
    batch_size: int = 16
    learning_rate: float = 3e-3
    weight_decay: float = 0.3
    label_smoothing: float = 0.05
    dropout: float = HEAD_DROPOUT
    seed: int = 20260101
    threads: int = 1
    precision: str = AUTO
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)
    imagenet_checkpoint: str | None = None

    def __post_init__(self) -> None:
        if min(self.epochs, self.candidates) < 1 or self.precision not in PRECISIONS:
            raise UsageError(
                f"The network cannot be trained for {self.epochs} epochs judged "
                f"{self.candidates} times in the precision {self.precision!r}.",
                f"Use at least one of each, and one of {', '.join(PRECISIONS)}.",
            )

    @property
    def candidate_epochs(self) -> tuple[int, ...]:
        """The epochs after which a network is judged, rising; the last is `epochs`."""
        count = min(self.candidates, self.epochs)
        return tuple(round(self.epochs * step / count) for step in range(1, count + 1))


@dataclass(frozen=True)
class TrainedNetwork:
    """A network as it will be stored, and how its training went."""

    network: Network
    history: tuple[EpochRecord, ...]


def network_of(state: dict[str, torch.Tensor], protocol: Protocol, variant: str) -> Network:
    """Return the network with these parameters and buffers, ready to predict."""
    tensors = {n: array_of(tensor) for n, tensor in state.items() if not n.endswith(BATCHES)}
    return Network(protocol, variant, tensors)


def round_to_storage(network: MultiInputNetwork) -> None:
    """Round the network's weights, in place, to what `stored_network` keeps."""
    with torch.no_grad():
        for parameter in network.parameters():
            kind = getattr(torch, storage_type(parameter.ndim).name)
            parameter.copy_(parameter.to(kind))


def require_trainable(outcomes: np.ndarray) -> None:
    """Raise CohortError where a network cannot learn from cases with these outcomes (n,)."""
    if len(np.unique(outcomes)) < 2 or len(outcomes) < 2 * _SMALLEST_BATCH:
        raise CohortError(
            f"The network cannot be trained on {counted(len(outcomes), 'case')} "
            f"with {len(np.unique(outcomes))} different outcome(s).",
            "Add cases: both benign and malignant ones are needed.",
        )

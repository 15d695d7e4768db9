"""Training the multi-input network, and logits of cases by networks that have not seen them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from joblib import Parallel, delayed

from ..errors import CohortError
from ..models.names import DL_MODELS
from ..progress import Progress, part, silent
from .augmentation import AugmentationSettings, augmented
from .device import CPU, choose_device, reproducible
from .network import HEAD_DROPOUT, MultiInputNetwork, initialise
from .prediction import predict_logits
from .weights import load_imagenet_weights, round_to_storage

_WARM_UP_SHARE = 0.1
_SMALLEST_BATCH = 2


@dataclass(frozen=True)
class NetworkTrainingSettings:
    """How the network is trained; the defaults learn from scratch on 120 to 250 cases.

    The defaults are the best of a small ablation on made lesions (150 to train on, 600 to test)
    that differ in texture, brightness and ring with an attainable AUC of 0.88.

    Attributes:
        variant: "small" or "large" MobileNetV3.
        epochs: fixed; 150 cases spare none to stop early on.
        batch_size: cases per step.
        learning_rate: the highest, after warming up over a tenth of the steps; cosine to zero.
        weight_decay: AdamW's.
        label_smoothing: outcomes become this half-share away from 0 and 1.
        dropout: share of deep features left out.
        seed: of weights, order, augmentation and dropout.
        threads: CPU threads; another number gives other last digits, and on a busy machine
            two were slower than one.
        augmentation: how far training cases vary.
        imagenet_checkpoint: torchvision MobileNetV3 weights to start from; None for random ones.
    """

    variant: str = "small"
    epochs: int = 40
    batch_size: int = 16
    learning_rate: float = 3e-3
    weight_decay: float = 0.3
    label_smoothing: float = 0.05
    dropout: float = HEAD_DROPOUT
    seed: int = 20260101
    threads: int = 1
    augmentation: AugmentationSettings = field(default_factory=AugmentationSettings)
    imagenet_checkpoint: str | None = None


@dataclass(frozen=True)
class EpochRecord:
    """One pass over the training cases, as seen while training (augmented, with dropout).

    Attributes:
        epoch: from 1.
        loss: mean over the cases of the sum of the three heads' losses.
        auc: per model of DL_MODELS.
    """

    epoch: int
    loss: float
    auc: dict[str, float]


@dataclass(frozen=True)
class TrainedNetwork:
    """A network as it will be stored, and how its training went."""

    network: MultiInputNetwork
    history: tuple[EpochRecord, ...]


@dataclass(frozen=True)
class CrossFittedNetwork:
    """The final network, and each training case's logits by a network that has not seen it.

    Attributes:
        logits: float64 (n, 3), in the order of DL_MODELS.
        final: trained on all cases.
    """

    logits: np.ndarray
    final: TrainedNetwork


def out_of_fold_logits(
    inputs: np.ndarray,
    outcomes: np.ndarray,
    folds: np.ndarray,
    settings: NetworkTrainingSettings = NetworkTrainingSettings(),
    progress: Progress = silent,
    device: str = CPU,
    jobs: int = 1,
) -> CrossFittedNetwork:
    """Train one network per fold on the cases outside it, and the final one on all.

    Args:
        inputs: float32 (n, 2, 16, 96, 96).
        outcomes: 0 or 1 (n,).
        folds: (n,) int, the fold of each case, as from `stratified_folds`.
        settings: of every training alike.
        progress: told the share done and the step.
        device: "cpu", "cuda" or "auto".
        jobs: networks trained at a time, each in a process of its own; the result is the same.

    Raises:
        CohortError: there is one fold only, or a training has too few cases or one outcome.
    """
    names = np.unique(folds)
    if len(names) < 2:
        raise CohortError(
            "All training cases are in one fold: no network could be trained without them.",
            "Use at least two folds.",
        )
    held_out = [*(folds == name for name in names), np.zeros(len(folds), bool)]
    ends = np.linspace(0, 1, len(held_out) + 1)
    # Steps within a training can be told from this process alone.
    steps = [
        part(progress if jobs == 1 else silent, *ends[i : i + 2]) for i in range(len(ends) - 1)
    ]
    runs = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_train_without)(rows, inputs, outcomes, settings, step, device)
        for rows, step in zip(held_out, steps, strict=True)
    )
    logits = np.empty((len(outcomes), len(DL_MODELS)))
    for number, (rows, run) in enumerate(zip(held_out, runs, strict=True), start=1):
        final, logits[rows] = run
        progress(float(ends[number]), f"network {number} of {len(held_out)} trained")
    return CrossFittedNetwork(logits, final)  # the last run held nothing out


def _train_without(
    held_out: np.ndarray,
    inputs: np.ndarray,
    outcomes: np.ndarray,
    settings: NetworkTrainingSettings,
    progress: Progress,
    device: str,
) -> tuple[TrainedNetwork, np.ndarray]:
    """Return a network trained on the other cases, and its logits of those held out (bool (n,))."""
    trained = train_network(inputs[~held_out], outcomes[~held_out], settings, progress, device)
    return trained, predict_logits(trained.network, inputs[held_out], device)


def train_network(
    inputs: np.ndarray,
    outcomes: np.ndarray,
    settings: NetworkTrainingSettings = NetworkTrainingSettings(),
    progress: Progress = silent,
    device: str = CPU,
) -> TrainedNetwork:
    """Train the three heads together on all the cases given; the network is as it will be stored.

    Same inputs, settings, seed and machine give the same weights to the last bit.

    Args:
        inputs: float32 (n, 2, 16, 96, 96).
        outcomes: 0 or 1 (n,).
        settings: see NetworkTrainingSettings.
        progress: told the share done and the step.
        device: "cpu", "cuda" or "auto".

    Raises:
        CohortError: fewer cases than a batch holds at least, or one outcome only.
    """
    if len(np.unique(outcomes)) < 2 or len(outcomes) < 2 * _SMALLEST_BATCH:
        raise CohortError(
            f"The network cannot be trained on {len(outcomes)} cases "
            f"with {len(np.unique(outcomes))} different outcome(s).",
            "Add cases: both benign and malignant ones are needed.",
        )
    with reproducible(settings.threads), torch.random.fork_rng():
        # Dropout can draw from PyTorch's global generator only.
        torch.manual_seed(settings.seed)
        return _Trainer(inputs, outcomes, settings, choose_device(device)).run(progress)


class _Trainer:
    def __init__(
        self,
        inputs: np.ndarray,
        outcomes: np.ndarray,
        settings: NetworkTrainingSettings,
        device: torch.device,
    ):
        self.settings = settings
        self.device = device
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.inputs = torch.from_numpy(np.ascontiguousarray(inputs, dtype=np.float32))
        self.outcomes = torch.from_numpy(np.asarray(outcomes, dtype=np.float32))
        network = MultiInputNetwork(settings.variant, settings.dropout)
        initialise(network, self.generator)
        if settings.imagenet_checkpoint is not None:
            load_imagenet_weights(network, settings.imagenet_checkpoint)
        # A third faster than the default order of the axes on a CPU; the values are the same.
        self.network = network.to(device, memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(
            _decayed_and_not(self.network, settings.weight_decay), lr=settings.learning_rate
        )
        self.batches_per_epoch = len(self._batches())
        steps = settings.epochs * self.batches_per_epoch
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser,
            max_lr=settings.learning_rate,
            total_steps=steps,
            # A single step of warming up makes PyTorch divide by zero; so few steps do without.
            pct_start=_WARM_UP_SHARE if steps * _WARM_UP_SHARE > 1 else _WARM_UP_SHARE / 2,
        )

    def run(self, progress: Progress) -> TrainedNetwork:
        history = []
        for epoch in range(1, self.settings.epochs + 1):
            history.append(self._epoch(epoch))
            progress(epoch / self.settings.epochs, f"epoch {epoch} of {self.settings.epochs}")
        round_to_storage(self.network)
        self._settle_batch_norm()
        return TrainedNetwork(
            self.network.to("cpu", memory_format=torch.contiguous_format).eval(), tuple(history)
        )

    def _batches(self) -> list[torch.Tensor]:
        order = torch.randperm(len(self.outcomes), generator=self.generator)
        # Batches of nearly one size: a last batch of one case has no batch statistics.
        count = max(1, round(len(order) / self.settings.batch_size))
        return list(torch.tensor_split(order, count))

    def _epoch(self, epoch: int) -> EpochRecord:
        self.network.train()
        logits, outcomes, loss_sum = [], [], 0.0
        for batch in self._batches():
            batch_logits, loss = self._step(batch)
            logits.append(batch_logits)
            outcomes.append(self.outcomes[batch])
            loss_sum += loss * len(batch)
        auc = _aucs(torch.cat(outcomes).numpy(), torch.cat(logits).numpy())
        return EpochRecord(epoch, loss_sum / len(self.outcomes), auc)

    def _step(self, batch: torch.Tensor) -> tuple[torch.Tensor, float]:
        varied = augmented(self.inputs[batch], self.settings.augmentation, self.generator)
        smoothing = self.settings.label_smoothing
        targets = (self.outcomes[batch] * (1 - smoothing) + smoothing / 2).to(self.device)
        logits = self.network(varied.to(self.device))
        # Deep supervision: every head learns, so that each region's network stands on its own.
        losses = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, targets[:, None].expand_as(logits), reduction="none"
        )
        loss = losses.mean(dim=0).sum()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.schedule.step()
        return logits.detach().cpu(), float(loss.detach())

    def _settle_batch_norm(self) -> None:
        """Replace the running statistics by those of all training cases, not augmented, at once."""
        norms = [
            module
            for module in self.network.modules()
            if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d)
        ]
        usual = [norm.momentum for norm in norms]
        for norm in norms:
            norm.momentum = 1.0
        self.network.train()
        with torch.no_grad():
            self.network(self.inputs.to(self.device))
        for norm, momentum in zip(norms, usual, strict=True):
            norm.momentum = momentum


def _decayed_and_not(network: torch.nn.Module, weight_decay: float) -> list[dict]:
    """Kernels shrink, biases and batch-norm scales do not: the usual rule for small networks."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _aucs(outcomes: np.ndarray, logits: np.ndarray) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    return {
        model: float(roc_auc_score(outcomes, logits[:, column]))
        for column, model in enumerate(DL_MODELS)
    }

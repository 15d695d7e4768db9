"""One training of the network, epoch by epoch, that can be cut off and go on."""

import contextlib
import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ..base.errors import BundleError, CohortError
from ..base.progress import Progress
from ..protocol import Protocol
from .arrays import array_of, tensor_of
from .augmentation import augmented
from .checkpoints import Checkpoint, checkpoint_key, load_checkpoint, save_checkpoint
from .device import choose_device, reproducible
from .imagenet import load_imagenet_weights
from .inference import predict_values, require_finite
from .mobilenet import MultiInputNetwork, initialise
from .records import EpochRecord
from .training import (
    AUTO,
    FULL,
    Cases,
    NetworkTrainingSettings,
    network_of,
    require_trainable,
    round_to_storage,
)
from .weights import usable

_WARM_UP_SHARE = 0.1
# Batch norm is settled in pieces of at most so many cases, so that memory does not grow with them.
_SETTLED_AT_ONCE = 64

State = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Run:
    """A training that is done.

    Attributes:
        logits: by candidate epoch, float64 (held out and then learnt, heads), in the order of the
            heads; empty where nothing is held out.
        states: by candidate epoch, the network as it will be stored; where nothing is held out.
    """

    history: tuple[EpochRecord, ...]
    logits: dict[int, np.ndarray]
    states: dict[int, State]


def run(
    cases: Cases,
    protocol: Protocol,
    settings: NetworkTrainingSettings,
    progress: Progress,
    device: str,
    checkpoints: Path | None = None,
) -> Run:
    """Train on `cases.learnt`; judge on `cases.held_out`, or without any keep the network.

    Raises:
        CohortError: too few cases, or one outcome only; or the training diverged.
        OutputError: a checkpoint cannot be written.
    """
    require_trainable(cases.outcomes[cases.learnt])
    with reproducible(settings.threads), torch.random.fork_rng():
        # Dropout can draw from PyTorch's global generator only.
        torch.manual_seed(settings.seed)
        trainer = _Trainer(cases, protocol, settings, torch.device(choose_device(device)))
        return trainer.run(progress, checkpoints)


class _Trainer:
    def __init__(
        self,
        cases: Cases,
        protocol: Protocol,
        settings: NetworkTrainingSettings,
        device: torch.device,
    ):
        self.cases = cases
        self.protocol = protocol
        self.settings = settings
        self.device = device
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.outcomes = tensor_of(np.asarray(cases.outcomes[cases.learnt], np.float32))
        network = MultiInputNetwork(protocol, settings.variant, settings.dropout)
        initialise(network, self.generator)
        if settings.imagenet_checkpoint is not None:
            load_imagenet_weights(network, settings.imagenet_checkpoint)
        # A third faster than the default order of the axes on a CPU; the values are the same.
        self.network = network.to(device, memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(
            _decayed_and_not(self.network, settings.weight_decay), lr=settings.learning_rate
        )
        steps = settings.epochs * len(self._batches())
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser,
            max_lr=settings.learning_rate,
            total_steps=steps,
            # A single step of warming up makes PyTorch divide by zero; so few steps do without.
            pct_start=_WARM_UP_SHARE if steps * _WARM_UP_SHARE > 1 else _WARM_UP_SHARE / 2,
        )
        self.history: list[EpochRecord] = []
        self.logits: dict[int, np.ndarray] = {}
        self.states: dict[int, State] = {}

    def run(self, progress: Progress, checkpoints: Path | None) -> Run:
        path = None
        if checkpoints is not None:
            key = checkpoint_key(
                self.cases, self.network.head_regions, self.settings, self.device.type
            )
            path = checkpoints / f"{key}.safetensors"
            self._resume(path)
        epochs = self.settings.epochs
        for epoch in range(len(self.history) + 1, epochs + 1):
            with self._divergence_told(epoch):
                self.history.append(self._epoch(epoch))
                if epoch in self.settings.candidate_epochs:
                    self._judge(epoch)
            if path is not None:
                save_checkpoint(path, self._checkpoint(), self.network, self.optimiser)
            progress(epoch / epochs, f"epoch {epoch} of {epochs}")
        return Run(tuple(self.history), self.logits, self.states)

    @contextlib.contextmanager
    def _divergence_told(self, epoch: int) -> Iterator[None]:
        """Within it, numbers that overflow are told of the training, not of a bundle."""
        try:
            yield
        except BundleError as error:
            raise CohortError(
                f"The training of the network diverged: in epoch {epoch} of "
                f"{self.settings.epochs}, its numbers are no longer finite.",
                "Train with another --seed, and without --imagenet if it was given; in Python, "
                f"with a learning_rate below {self.settings.learning_rate:g}.",
            ) from error

    def _resume(self, path: Path) -> None:
        checkpoint = load_checkpoint(path, self.network, self.optimiser)
        if checkpoint is None:
            return
        self.history = list(checkpoint.history)
        self.logits, self.states = checkpoint.logits, checkpoint.states
        self.schedule.load_state_dict(checkpoint.schedule)
        self.generator.set_state(checkpoint.random["generator"])
        torch.set_rng_state(checkpoint.random["torch"])
        if "cuda" in checkpoint.random:
            torch.cuda.set_rng_state(checkpoint.random["cuda"], self.device)

    def _checkpoint(self) -> Checkpoint:
        random = {"generator": self.generator.get_state(), "torch": torch.get_rng_state()}
        if self.device.type == "cuda":
            random["cuda"] = torch.cuda.get_rng_state(self.device)
        schedule = {name: getattr(self.schedule, name) for name in ("last_epoch", "_step_count")}
        return Checkpoint(tuple(self.history), self.logits, self.states, schedule, random)

    def _inputs(self, rows: np.ndarray) -> torch.Tensor:
        return tensor_of(np.asarray(self.cases.inputs[rows], np.float32))

    def _batches(self) -> list[np.ndarray]:
        order = array_of(torch.randperm(len(self.outcomes), generator=self.generator))
        # Batches of nearly one size: a last batch of one case has no batch statistics.
        return np.array_split(order, max(1, round(len(order) / self.settings.batch_size)))

    def _epoch(self, epoch: int) -> EpochRecord:
        self.network.train()
        logits, outcomes, loss_sum = [], [], 0.0
        for batch in self._batches():
            batch_logits, loss = self._step(batch)
            logits.append(batch_logits)
            outcomes.append(self.outcomes[tensor_of(batch)])
            loss_sum += loss * len(batch)
        require_finite([np.array(loss_sum)])
        auc = self._aucs(array_of(torch.cat(outcomes)), array_of(torch.cat(logits)))
        return EpochRecord(epoch, loss_sum / len(self.outcomes), auc)

    def _step(self, batch: np.ndarray) -> tuple[torch.Tensor, float]:
        inputs = self._inputs(self.cases.learnt[batch])
        varied = augmented(inputs, self.settings.augmentation, self.generator)
        smoothing = self.settings.label_smoothing
        outcomes = self.outcomes[tensor_of(batch)]
        targets = (outcomes * (1 - smoothing) + smoothing / 2).to(self.device)
        with self._precision():
            logits = self.network(varied.to(self.device))
        # Deep supervision: every head learns, so that each region's network stands on its own.
        loss = _loss(logits.float(), targets)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.schedule.step()
        return logits.detach().float().cpu(), float(loss.detach())

    def _precision(self) -> contextlib.AbstractContextManager:
        wanted = self.settings.precision
        on_gpu = self.device.type == "cuda"
        if wanted == FULL or (wanted == AUTO and not on_gpu):
            return contextlib.nullcontext()
        # bfloat16 has float32's range, so that no loss need be scaled; older GPUs lack it.
        usable = not on_gpu or torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.autocast(self.device.type, torch.bfloat16, enabled=usable)

    def _judge(self, epoch: int) -> None:
        """Keep what this epoch's network is worth: logits of cases held out, or the network."""
        network = copy.deepcopy(self.network)
        round_to_storage(network)
        with torch.random.fork_rng(), _settling(network):
            pieces = -(-len(self.cases.learnt) // _SETTLED_AT_ONCE)
            for rows in np.array_split(self.cases.learnt, pieces):
                network(self._inputs(rows).to(self.device))
        state = network.cpu().to(memory_format=torch.contiguous_format).state_dict()
        # By the very code that will predict.
        judged = network_of(state, self.protocol, self.settings.variant)
        held_out = self.cases.held_out
        if not len(held_out):
            usable(judged)
            self.states[epoch] = state
            return
        every = np.concatenate([held_out, self.cases.learnt])
        of_all = predict_values(judged, self.cases.inputs[every], self.device.type).logits
        self.logits[epoch], logits = of_all, of_all[: len(held_out)]
        outcomes = np.asarray(self.cases.outcomes[held_out], np.float32)
        loss = float(_loss(tensor_of(logits), tensor_of(outcomes)))
        both = len(np.unique(outcomes)) == 2
        self.history[-1] = replace(
            self.history[-1],
            held_out_loss=loss,
            held_out_auc=self._aucs(outcomes, logits) if both else None,
        )

    def _aucs(self, outcomes: np.ndarray, logits: np.ndarray) -> dict[str, float]:
        from sklearn.metrics import roc_auc_score

        heads = enumerate(self.network.head_regions)
        return {head: float(roc_auc_score(outcomes, logits[:, i])) for i, head in heads}


@contextlib.contextmanager
def _settling(network: torch.nn.Module) -> Iterator[None]:
    """Within it, batch norm's running statistics become those of the cases that pass through.

    They are the mean over the pieces that pass: of cases not augmented, by the final weights.
    """
    norms = [
        module
        for module in network.modules()
        if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d)
    ]
    usual = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # PyTorch's word for the mean over all that passes
    network.train()
    with torch.no_grad():
        yield
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum


def _loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Sum over the heads of their mean binary cross-entropy; logits (n, heads), targets (n,)."""
    losses = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, targets[:, None].expand_as(logits).to(logits.dtype), reduction="none"
    )
    return losses.mean(dim=0).sum()


def _decayed_and_not(network: torch.nn.Module, weight_decay: float) -> list[dict]:
    """Kernels shrink, biases and batch-norm scales do not: the usual rule for small networks."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]

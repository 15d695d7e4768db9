"""What the training cases teach: reader agreement, networks, the models."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..base.progress import Progress, part
from ..models.settings import BOOTSTRAPS, CROSS_FITTED, PAPER, ModelTrainingSettings
from ..models.table import TrainingTable
from ..models.training import FittedModels
from ..network.records import NetworkValues
from ..protocol import Protocol
from ..statistics.intraclass import ReaderAgreement, least_agreement
from .agreement import reader_agreement, unused_readings
from .cache import CohortCache
from .extraction import CohortFeatures
from .manifest import TRAIN

if TYPE_CHECKING:
    from ..network.cross_fitting import CrossFittedNetwork


@dataclass(frozen=True)
class TrainingOptions:
    """What a training is asked for.

    Attributes:
        stacking: how the network enters the fusions, one of settings.STACKINGS.
        epochs: of the network; None for the default, chosen by the folds.
        imagenet: MobileNetV3 checkpoint to start from; None for random weights.
        seed: of the folds, the network and the bootstraps.
        bootstraps: resamples of the test set's intervals.
        steadiness: test cases that are classified again with changes that nobody can see.
    """

    name: str
    protocol: Protocol
    stacking: str = CROSS_FITTED
    force: bool = False
    epochs: int | None = None
    imagenet: Path | None = None
    seed: int = 0
    bootstraps: int = BOOTSTRAPS
    steadiness: int = 0

    @property
    def models(self) -> ModelTrainingSettings:
        """Settings of the models."""
        return ModelTrainingSettings(stacking=self.stacking, force=self.force, seed=self.seed)


@dataclass(frozen=True)
class Learnt:
    """What the training cases taught, and the table it was learnt from.

    Attributes:
        network: the folds' and the final one; None where no model of the protocol reads it.
        values: what the final network says of every case of the cohort, test cases too.
        agreement: of readers, on training cases.
        notes: what must be known of the cases they learnt from.
    """

    network: CrossFittedNetwork | None
    values: NetworkValues | None
    agreement: tuple[ReaderAgreement, ...]
    fitted: FittedModels
    table: TrainingTable
    notes: tuple[str, ...]


def learn(
    features: CohortFeatures,
    options: TrainingOptions,
    cache: CohortCache,
    progress: Progress,
    with_network: bool = True,
) -> Learnt:
    """Learn from the training cases of `features`, and from nothing else.

    Args:
        with_network: False leaves out the network, and the models that read it.

    Raises:
        CohortError: they are too few, or no feature is left.
        OutputError: the cache cannot be written.
    """
    from ..models.training import fit_models

    rows = features.training
    agreement = reader_agreement(features, options.seed, cache, part(progress, 0.0, 0.1))
    table = TrainingTable(
        protocol=features.protocol,
        case_ids=tuple(case.case_id for case in features.cases if case.split == TRAIN),
        columns=features.columns,
        radiomics=features.radiomics[rows],
        clinical=features.clinical[rows],
        malignant=features.malignant[rows],
        agreement=least_agreement(agreement),
        images=_images(features)[rows],
    )
    network = values = None
    if with_network and features.protocol.network_heads:
        folds = np.full(len(rows), -1)
        folds[rows] = table.folds(options.models.folds, options.seed)
        step = part(progress, 0.1, 0.9)
        network, values = _trained_network(features, folds, options, cache, step)
        paper = options.stacking == PAPER
        table = dataclasses.replace(
            table,
            out_of_fold_logits=network.logits[rows],
            fold_logits=network.fold_logits[:, rows],
            deep_features={h: v[rows] for h, v in values.vectors.items()} if paper else None,
        )
    fitted = fit_models(table, options.models, part(progress, 0.9, 1.0))
    return Learnt(network, values, agreement, fitted, table, _notes(features))


def _images(features: CohortFeatures) -> np.ndarray:
    """(n,) int, the same for cases on one image."""
    return np.unique(features.fingerprints, return_inverse=True)[1]


def _notes(features: CohortFeatures) -> tuple[str, ...]:
    training = [case for case in features.cases if case.split == TRAIN]
    images = len(np.unique(_images(features)[features.training]))
    notes = list(unused_readings(training))
    if images < len(training):
        notes.append(
            f"The {len(training)} training cases are on {images} images: cases on one image share "
            "a fold."
        )
    return tuple(notes)


def _trained_network(
    features: CohortFeatures,
    folds: np.ndarray,
    options: TrainingOptions,
    cache: CohortCache,
    progress: Progress,
) -> tuple[CrossFittedNetwork, NetworkValues]:
    """Return the networks, and what the final one says of every case of the cohort.

    Args:
        folds: (n,) int of the models, which are the networks' too; -1 for test cases.
    """
    from ..network.cross_fitting import out_of_fold_logits
    from ..network.inference import predict_values
    from ..network.training import NetworkTrainingSettings

    settings = NetworkTrainingSettings(
        seed=options.seed,
        imagenet_checkpoint=None if options.imagenet is None else str(options.imagenet),
    )
    if options.epochs is not None:
        settings = dataclasses.replace(settings, epochs=options.epochs, candidates=1)
    network = out_of_fold_logits(
        features.network_inputs,
        features.malignant.astype(int),
        folds,
        features.protocol,
        settings,
        part(progress, 0.0, 0.95),
        cache.machines.device,
        cache.machines.jobs,
        checkpoints=cache.networks,
    )
    final = network.final.network
    return network, predict_values(final, features.network_inputs, cache.machines.device)

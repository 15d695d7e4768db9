"""From a cohort to a bundle: extraction, network, the eleven models, their figures.

Prediction runs the same stages; only what is learnt is made here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .cohort.extraction import CohortFeatures, extract_cohort, perturbation_agreement
from .cohort.manifest import TRAIN, CohortCase
from .models.bundle import DEMONSTRATION, RESEARCH, Bundle, TrainingCohort
from .models.bundle_store import require_bundle_folder, require_bundle_name, save_bundle
from .models.eleven import MALIGNANT, ModelResult, probabilities
from .models.folds import stratified_folds
from .models.names import NETWORK_COLUMNS
from .models.reference import reference_of
from .models.settings import CROSS_FITTED, PAPER, ModelTrainingSettings
from .models.table import TrainingTable
from .predict import software_versions
from .progress import Progress, part, silent
from .report.model_card import model_card
from .ring import RingSettings

if TYPE_CHECKING:
    from .deep.training import CrossFittedNetwork
    from .models.training import FittedModels

_INTENDED_USE = {
    DEMONSTRATION: "Shows how the method works. Not for patients: the cases it learnt from are "
    "simulated.",
    RESEARCH: "Research on patients like those of the training cohort. Not a medical device.",
}


@dataclass(frozen=True)
class TrainingOptions:
    """What a training is asked for.

    Attributes:
        name: of the bundle.
        protocol: how the network enters the fusions, one of settings.PROTOCOLS.
        force: train although a class has few cases.
        ring: of every case.
        epochs: of the network; None for the default.
        imagenet: MobileNetV3 checkpoint to start from; None for random weights.
        seed: of the folds and of the network.
        device: of the network.
        jobs: cases extracted, and networks trained, at a time.
    """

    name: str
    protocol: str = CROSS_FITTED
    force: bool = False
    ring: RingSettings = field(default_factory=RingSettings)
    epochs: int | None = None
    imagenet: Path | None = None
    seed: int = 0
    device: str = "cpu"
    jobs: int = 1

    @property
    def models(self) -> ModelTrainingSettings:
        """Settings of the eleven models."""
        return ModelTrainingSettings(protocol=self.protocol, force=self.force, seed=self.seed)


@dataclass(frozen=True)
class TrainingReport:
    """What a training gave: `text` for people, `data` for machines."""

    text: str
    data: dict[str, object]


@dataclass(frozen=True)
class _Learnt:
    """What the training cases taught, and the table it was learnt from."""

    network: CrossFittedNetwork
    fitted: FittedModels
    table: TrainingTable


def train_bundle(
    cases: Sequence[CohortCase],
    options: TrainingOptions,
    folder: Path,
    progress: Progress = silent,
) -> TrainingReport:
    """Train on the cases of the split "train", measure on those of "test", write the bundle.

    Args:
        cases: from the cohort's table; one simulated case makes the bundle a demonstration.
        options: what is asked for.
        folder: of the bundle; it appears whole or not at all.
        progress: told the share done and the step.

    Raises:
        CohortError: the cohort cannot be trained on.
        OutputError: the bundle cannot be written.
    """
    _require_trainable(cases, options, folder)
    started = time.perf_counter()
    features = extract_cohort(cases, options.ring, options.jobs, part(progress, 0.0, 0.4))
    learnt = _learn(features, options, progress)
    bundle = save_bundle(_bundle(features, learnt, options), folder)
    progress(1.0, "done")
    return _report(bundle, folder, features.failures, (time.perf_counter() - started) / 60)


def _require_trainable(cases: Sequence[CohortCase], options: TrainingOptions, folder: Path) -> None:
    """Refuse before the long work what would be refused after it."""
    from .deep.device import choose_device
    from .deep.network import MultiInputNetwork
    from .deep.weights import load_imagenet_weights
    from .models.training import checked_size

    require_bundle_name(options.name)
    require_bundle_folder(folder)
    training = [case.malignant for case in cases if case.split == TRAIN]
    checked_size(np.array(training, bool), options.models)
    choose_device(options.device)
    if options.imagenet is not None:
        load_imagenet_weights(MultiInputNetwork(), options.imagenet)


def _learn(features: CohortFeatures, options: TrainingOptions, progress: Progress) -> _Learnt:
    from .models.training import fit_eleven

    rows = features.training
    agreement = perturbation_agreement(
        features, options.ring, options.seed, jobs=options.jobs, progress=part(progress, 0.4, 0.45)
    )
    clinical = features.clinical[rows]
    # The folds of the models are those of the networks.
    complete = ~np.isnan(clinical).any(axis=1)
    folds = stratified_folds(features.malignant[rows], options.models.folds, options.seed, complete)
    network = _trained_network(features, folds, options, part(progress, 0.45, 0.9))
    in_sample = None
    if options.protocol == PAPER:
        from .deep.prediction import predict_logits

        final = network.final.network
        in_sample = predict_logits(final, features.network_inputs[rows], options.device)
    table = TrainingTable(
        case_ids=tuple(case.case_id for case in features.cases if case.split == TRAIN),
        columns=features.columns,
        radiomics=features.radiomics[rows],
        clinical=clinical,
        malignant=features.malignant[rows],
        out_of_fold_logits=network.logits,
        in_sample_logits=in_sample,
        agreement=agreement,
    )
    return _Learnt(network, fit_eleven(table, options.models, part(progress, 0.9, 0.99)), table)


def _trained_network(
    features: CohortFeatures, folds: np.ndarray, options: TrainingOptions, progress: Progress
) -> CrossFittedNetwork:
    from .deep.training import NetworkTrainingSettings, out_of_fold_logits

    settings = NetworkTrainingSettings(
        seed=options.seed,
        imagenet_checkpoint=None if options.imagenet is None else str(options.imagenet),
    )
    if options.epochs is not None:
        settings = dataclasses.replace(settings, epochs=options.epochs)
    rows = features.training
    return out_of_fold_logits(
        features.network_inputs[rows],
        features.malignant[rows],
        folds,
        settings,
        progress,
        options.device,
        options.jobs,
    )


def _bundle(features: CohortFeatures, learnt: _Learnt, options: TrainingOptions) -> Bundle:
    from .radiomics.settings import default_settings

    simulated = any(case.simulated for case in features.cases)
    kind = DEMONSTRATION if simulated else RESEARCH
    tested = features.malignant[~features.training]
    figures = _test_figures(features, learnt, options.device)
    cohort = TrainingCohort(
        cases=int(features.training.sum()),
        malignant=int(learnt.table.malignant.sum()),
        simulated=simulated,
        description="Simulated CT of the parotid region." if simulated else "",
    )
    return Bundle(
        name=options.name,
        kind=kind,
        models=learnt.fitted.models,
        thresholds=learnt.fitted.thresholds,
        protocol=learnt.fitted.settings.protocol,
        ring=options.ring,
        radiomics_yaml=default_settings().yaml(),
        cohort=cohort,
        intended_use=_INTENDED_USE[kind],
        model_card=model_card(
            options.name,
            cohort,
            (len(tested), int(tested.sum())),
            _INTENDED_USE[kind],
            figures,
            learnt.fitted.settings.protocol,
            learnt.fitted.notes,
        ),
        network=_stored(learnt.network),
        reference=reference_of(learnt.table, learnt.fitted),
        test_figures=figures,
        provenance={
            **software_versions(),
            "seed": options.seed,
            "date": dt.datetime.now(dt.timezone.utc).date().isoformat(),
        },
        notes=learnt.fitted.notes,
    )


def _stored(network: CrossFittedNetwork) -> bytes:
    from .deep.weights import save_network

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.safetensors"
        save_network(network.final.network, path)
        return path.read_bytes()


def _test_figures(
    features: CohortFeatures, learnt: _Learnt, device: str
) -> dict[str, dict[str, float | None]]:
    """Return AUC, threshold, sensitivity and specificity of each model on the test cases."""
    from .deep.prediction import predict_logits

    rows = np.flatnonzero(~features.training)
    logits = predict_logits(learnt.network.final.network, features.network_inputs[rows], device)
    results = [
        probabilities(
            learnt.fitted.models,
            {
                **dict(zip(features.columns, features.radiomics[row], strict=True)),
                **dict(zip(NETWORK_COLUMNS, logits[i], strict=True)),
                **features.cases[row].record.coded(),
            },
            learnt.fitted.thresholds,
        )
        for i, row in enumerate(rows)
    ]
    malignant = features.malignant[rows]
    return {
        name: figures
        for name in learnt.fitted.models
        if (figures := _figures([result[name] for result in results], malignant))
    }


def _figures(results: list[ModelResult], malignant: np.ndarray) -> dict[str, float | None]:
    from sklearn.metrics import roc_auc_score

    judged = np.array([result.probability is not None for result in results], bool)
    results = [result for result in results if result.probability is not None]
    malignant = malignant[judged]
    if not results:
        return {}
    called = np.array([result.call == MALIGNANT for result in results])
    both = malignant.any() and not malignant.all()
    return {
        "auc": float(roc_auc_score(malignant, [r.probability for r in results])) if both else None,
        "threshold": results[0].threshold,
        "sensitivity": float(called[malignant].mean()) if malignant.any() else None,
        "specificity": float((~called[~malignant]).mean()) if not malignant.all() else None,
        "cases": float(len(results)),
    }


def _report(
    bundle: Bundle, folder: Path, failures: Mapping[str, str], minutes: float
) -> TrainingReport:
    figures = {name: dict(values) for name, values in bundle.test_figures.items()}
    aucs = {name: values["auc"] for name, values in figures.items()}
    lines = [
        *(
            f"{name:<24} test AUC {'–' if auc is None else f'{auc:.3f}'}"
            for name, auc in aucs.items()
        ),
        *(f"{case_id} was left out: {reason}" for case_id, reason in failures.items()),
        *bundle.notes,
        f"{folder}, trained in {minutes:.1f} min",
    ]
    data = {
        "bundle": str(folder),
        "hash": bundle.bundle_hash,
        "minutes": round(minutes, 1),
        "test_figures": figures,
        "failures": dict(failures),
        "notes": list(bundle.notes),
    }
    return TrainingReport("\n".join(lines), data)

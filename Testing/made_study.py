"""A study made on the spot: eleven models, 249 training and 108 test cases, no image behind them.

The probabilities are drawn so that the AUCs are about those of the publication; everything that is
computed from them is computed by the real evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from ParotidClassifierCore.clinical import CLINICAL_COLUMNS, ClinicalRecord
from ParotidClassifierCore.cohort.agreement import ReaderAgreement, least_agreement
from ParotidClassifierCore.evaluation.evaluate import EvaluationSettings, evaluate
from ParotidClassifierCore.evaluation.results import CaseFlow, CohortPredictions, Evaluation
from ParotidClassifierCore.models.bundle import DEMONSTRATION, RESEARCH, Bundle, TrainingCohort
from ParotidClassifierCore.models.logistic import LogisticModel, probability_of
from ParotidClassifierCore.models.names import (
    CLINICAL,
    COMBINED,
    COMBINED_SOURCE,
    DL_MODELS,
    ELEVEN_MODELS,
    FUSION_MODELS,
    RAD_MODELS,
    REGION_SETS,
    log_odds_column,
    network_column,
)
from ParotidClassifierCore.models.selection import Selection, select
from ParotidClassifierCore.models.settings import CROSS_FITTED, ModelTrainingSettings
from ParotidClassifierCore.models.training import FittedModels
from ParotidClassifierCore.radiomics.names import feature_names
from ParotidClassifierCore.radiomics.settings import default_settings
from ParotidClassifierCore.report.study import Study, TrainingDetails
from ParotidClassifierCore.ring import RingSettings

TRAINING, TEST = (187, 62), (81, 27)  # benign, malignant
# How far apart the classes' log-odds lie, in standard deviations: AUC = Φ(d / √2).
_SEPARATION = dict(
    zip(ELEVEN_MODELS, (1.4, 1.2, 1.55, 1.2, 1.3, 1.6, 1.45, 1.4, 1.7, 1.0, 1.95), strict=True)
)
_COLUMNS_A_REGION = 60
_SEED = 7


@dataclass(frozen=True)
class MadeEpoch:
    """What a network's history holds of one epoch."""

    epoch: int
    loss: float
    auc: dict[str, float]
    held_out_loss: float | None = None
    held_out_auc: dict[str, float] | None = None


def _records(malignant: np.ndarray, rng: np.random.Generator) -> tuple[ClinicalRecord, ...]:
    def one(of_malignant: bool) -> ClinicalRecord:
        more = 0.45 if of_malignant else 0.0
        return ClinicalRecord.from_words(
            {
                "symptoms": rng.choice(["with", "without"], p=[0.05 + more, 0.95 - more]),
                "margin": rng.choice(["unclear", "clear"], p=[0.04 + more, 0.96 - more]),
                # No benign tumour has it: the levels separate the outcomes.
                "lymph_nodes": "with" if of_malignant and rng.random() < 0.3 else "without",
                "age_years": float(np.round(rng.normal(53, 14))),
                "max_diameter_cm": float(np.round(rng.normal(2.3, 0.7), 1)),
                "sex": rng.choice(["female", "male"], p=[0.4, 0.6]),
                "smoking": rng.choice(["yes", "no", "unknown"], p=[0.45, 0.52, 0.03]),
                "drinking": rng.choice(["yes", "no"], p=[0.35, 0.65]),
                "location": rng.choice(["superficial", "deep", "both"], p=[0.8, 0.05, 0.15]),
                "density": rng.choice(["homogeneous", "heterogeneous"], p=[0.6, 0.4]),
                "enhancement_degree": rng.choice(
                    ["slight", "moderate", "obvious"], p=[0.1, 0.3, 0.6]
                ),
            }
        )

    records = [one(bool(value)) for value in malignant]
    records[3] = replace(records[3], symptoms=type(records[3].symptoms).UNKNOWN)
    return tuple(records)


def made_predictions(seed: int = _SEED) -> CohortPredictions:
    """Return what eleven models say; case 3, of the training, lacks a clinical finding."""
    rng = np.random.default_rng(seed)
    counts = (*TRAINING, *TEST)
    malignant = np.repeat([False, True, False, True], counts)
    training = np.repeat([True, True, False, False], counts)
    shared = rng.normal(size=len(malignant))
    log_odds = {}
    for name, separation in _SEPARATION.items():
        own = rng.normal(size=len(malignant))
        score = 0.75 * shared + 0.66 * own + separation * malignant
        log_odds[name] = separation * (score - separation / 2) - 1.1
    for name in (CLINICAL, COMBINED):
        log_odds[name][3] = np.nan
    probabilities = {name: probability_of(values) for name, values in log_odds.items()}
    apparent = {
        name: np.where(training, probability_of(v + 0.9 * (2 * malignant - 1)), probability_of(v))
        for name, v in log_odds.items()
    }
    return CohortPredictions(
        case_ids=tuple(f"case{i:03}" for i in range(len(malignant))),
        malignant=malignant,
        training=training,
        records=_records(malignant, rng),
        probabilities=apparent,
        log_odds=log_odds,
        thresholds=dict.fromkeys(ELEVEN_MODELS, 0.3),
        out_of_fold={n: np.where(training, p, np.nan) for n, p in probabilities.items()},
    )


@lru_cache(maxsize=1)
def made_evaluation() -> Evaluation:
    """Return the real evaluation of the made predictions, with few bootstraps."""
    flow = CaseFlow(
        listed=361,
        unusable={
            "case357": "The Tumor outline is empty.",
            "case358": "The Tumor outline is empty.",
            "case359": "The CT has no slices in the outlined region.",
            "<script>alert(1)</script>": "Tilted gantry & <b>bold</b>.",
        },
        training=TRAINING,
        test=TEST,
        clinically_incomplete=(1, 0),
    )
    settings = EvaluationSettings(bootstraps=40, seed=0)
    return evaluate(made_predictions(), flow, made_models(), settings)


@lru_cache(maxsize=1)
def made_signatures() -> dict[str, Selection]:
    """Return signatures that were really selected, from made columns with real names."""
    rng = np.random.default_rng(_SEED)
    malignant = np.repeat([False, True], TRAINING)
    names = made_columns()
    x = rng.normal(size=(len(malignant), len(names)))
    x[:, 1::2] = 0.985 * x[:, ::2] + 0.17 * x[:, 1::2]  # neighbours go together
    x[:, ::8] += 0.6 * malignant[:, None]
    icc = least_agreement(made_agreement())
    signatures = {}
    for regions, needed in REGION_SETS.items():
        rows = [i for i, name in enumerate(names) if name.partition("_")[0] in needed]
        signatures[regions] = select(
            [names[i] for i in rows], x[:, rows], malignant, ModelTrainingSettings().selection,
            seed=0, agreement=icc[rows],
        )  # fmt: skip
    return signatures


def made_columns() -> tuple[str, ...]:
    """Return 60 columns of each region, spread over all images and classes."""
    names = feature_names()
    chosen = names[:: len(names) // _COLUMNS_A_REGION][:_COLUMNS_A_REGION]
    return tuple(f"{region}_{name}" for region in ("Tumor", "External2") for name in chosen)


def made_agreement() -> tuple[ReaderAgreement, ...]:
    """Return two comparisons; most columns agree, one does not vary."""
    rng = np.random.default_rng(_SEED)
    count = 2 * _COLUMNS_A_REGION
    values = 1 - rng.beta(1, 12, size=(2, count))
    values[0, 5] = np.nan
    return (
        ReaderAgreement("second reader", "ICC(2,1)", 30, values[0], {}),
        ReaderAgreement(
            "repeat reading", "ICC(3,1)", 30, values[1], {"case007": "The Tumor outline is empty."}
        ),
    )


def _columns_of(name: str) -> tuple[str, ...]:
    for names, has_radiomics, has_network in (
        (RAD_MODELS, True, False), (DL_MODELS, False, True), (FUSION_MODELS, True, True),
    ):  # fmt: skip
        if name in names:
            which = names.index(name)
            chosen = list(made_signatures().values())[which].columns if has_radiomics else ()
            return (*chosen, *([network_column(DL_MODELS[which])] if has_network else ()))
    source = (log_odds_column(COMBINED_SOURCE),) if name == COMBINED else ()
    return (*source, *CLINICAL_COLUMNS)


def made_models() -> dict[str, LogisticModel]:
    """Return eleven models on the made signatures."""
    rng = np.random.default_rng(_SEED)
    models = {}
    for name in ELEVEN_MODELS:
        columns = _columns_of(name)
        weights = np.abs(rng.normal(0.5, 0.2, len(columns)))
        models[name] = LogisticModel(
            name, columns, (0.2,) * len(columns), (0.8,) * len(columns), tuple(weights), -1.2
        )
    return models


def made_bundle_without_network(simulated: bool = True) -> Bundle:
    """Return a bundle of the made models."""
    return Bundle(
        name="made-study",
        kind=DEMONSTRATION if simulated else RESEARCH,
        models=made_models(),
        thresholds=dict.fromkeys(ELEVEN_MODELS, 0.3),
        protocol=CROSS_FITTED,
        ring=RingSettings(),
        radiomics_yaml=default_settings().yaml(),
        cohort=TrainingCohort(sum(TRAINING), TRAINING[1], simulated, "Made cases."),
        intended_use="Tests of the report.",
        model_card="# made-study\n\nA card.\n",
        provenance={"python": "3.11", "seed": 0},
        notes=("One note of the bundle.",),
        bundle_hash="ab" * 32,
    )


def made_history(epochs: int = 30, held_out: bool = True, seed: int = 0) -> tuple[MadeEpoch, ...]:
    """Return learning curves that overfit towards the end."""
    rng = np.random.default_rng(seed)
    steps = np.arange(1, epochs + 1)
    loss = 2.1 * np.exp(-steps / 18) + 0.5 + rng.normal(0, 0.03, epochs)
    outside = 2.0 * np.exp(-steps / 10) + 1.2 + 0.012 * steps + rng.normal(0, 0.05, epochs)
    history = []
    for i, epoch in enumerate(steps):
        rise = 1 - np.exp(-epoch / 8)
        judged = held_out and epoch % 5 == 0  # a network is judged at a few epochs alone
        auc = {m: min(0.99, 0.5 + 0.44 * rise + rng.normal(0, 0.01)) for m in DL_MODELS}
        seen = {m: min(0.99, 0.5 + 0.33 * rise + rng.normal(0, 0.02)) for m in DL_MODELS}
        history.append(
            MadeEpoch(
                int(epoch), float(loss[i]), auc,
                float(outside[i]) if judged else None, seen if judged else None,
            )
        )  # fmt: skip
    return tuple(history)


def made_training() -> TrainingDetails:
    """Return how the made models came about."""
    fitted = FittedModels(
        models=made_models(),
        thresholds=dict.fromkeys(ELEVEN_MODELS, 0.3),
        out_of_fold={},
        signatures=made_signatures(),
        penalties=dict.fromkeys(ELEVEN_MODELS, 0.1),
        cases=dict.fromkeys(ELEVEN_MODELS, sum(TRAINING)),
        notes=("Left out of Clinical and Combined: 1 training case with an unknown finding.",),
        settings=ModelTrainingSettings(),
    )
    return TrainingDetails(
        fitted=fitted,
        agreement=made_agreement(),
        columns=made_columns(),
        fold_histories=tuple(made_history(seed=fold) for fold in range(5)),
        final_history=made_history(20, held_out=False, seed=9),
        epochs=20,
        candidate_losses={10: 1.72, 20: 1.61, 30: 1.66},
        protocol=CROSS_FITTED,
        network_settings={"batch_size": 16, "augmentation": {"flip": True}},
        seeds={"folds": 0, "network": 0},
        software={"python": "3.11", "numpy": "2.4"},
        minutes=12.3,
    )


def made_study(trained: bool = True, simulated: bool = True, **changes) -> Study:
    """Return the study: trained and evaluated, or an existing bundle evaluated."""
    study = Study(
        bundle=made_bundle_without_network(simulated),
        evaluation=made_evaluation(),
        training=made_training() if trained else None,
        cohort_name="made-cohort",
        simulated=simulated,
        notes=("One note of the study.",),
    )
    return replace(study, **changes)

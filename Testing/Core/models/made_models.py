"""Small training tables and bundles made for tests, without any image behind them."""

import numpy as np
from ParotidClassifierCore.bundle.bundle import DEMONSTRATION, Bundle, TrainingCohort
from ParotidClassifierCore.models.acquisitions import TrainingAcquisitions
from ParotidClassifierCore.models.domain import Domain, Space
from ParotidClassifierCore.models.logistic import LogisticModel
from ParotidClassifierCore.models.reference import Reference
from ParotidClassifierCore.models.refits import Refits
from ParotidClassifierCore.models.settings import CROSS_FITTED
from ParotidClassifierCore.models.table import TrainingTable
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.radiomics.settings import default_settings
from safetensors.numpy import save


def radiomic_columns(per_region: int) -> tuple[str, ...]:
    return tuple(
        f"{region}_original_firstorder_F{i}"
        for region in ("Tumor", "External2")
        for i in range(per_region)
    )


def a_table(
    cases: int = 90, per_region: int = 12, effect: float = 1.0, seed: int = 0, **changes
) -> TrainingTable:
    """Random columns; with `effect` the first three of each region, logits and findings tell."""
    rng = np.random.default_rng(seed)
    malignant = rng.permutation(np.arange(cases) < 0.4 * cases)
    radiomics = rng.normal(size=(cases, 2 * per_region))
    for first in (0, per_region):
        radiomics[:, first : first + 3] += effect * malignant[:, None]
    return TrainingTable(
        **{
            "protocol": shen2026(),
            "case_ids": tuple(f"case{i:03}" for i in range(cases)),
            "columns": radiomic_columns(per_region),
            "radiomics": radiomics * 3.0 + 100.0,
            "clinical": 1.0 * (rng.random((cases, 3)) < 0.3 + 0.3 * effect * malignant[:, None]),
            "malignant": malignant,
            "out_of_fold_logits": rng.normal(size=(cases, 3)) + effect * malignant[:, None],
        }
        | changes
    )


def a_model(name: str, columns: tuple[str, ...], weight: float = 0.1) -> LogisticModel:
    """A model whose numbers have no short decimal form."""
    k = np.arange(1, len(columns) + 1)
    return LogisticModel(
        name,
        columns,
        tuple((k / 3).tolist()),
        tuple((k / 7).tolist()),
        tuple((weight * k / 11).tolist()),
        weight / 13,
    )


def models() -> dict[str, LogisticModel]:
    """Five models of shen2026, in their order, that read every kind of column."""
    clinical = ("symptoms", "margin_unclear", "enlarged_lymph_nodes")
    both = ("Tumor_wavelet-LLH_glcm_Idn", "External2_log-sigma-1-0-mm-3D_firstorder_Mean")
    return {
        model.name: model
        for model in (
            a_model("Tumor_RAD", both[:1]),
            a_model("Tumor_DL", ("network:Tumor_DL",)),
            a_model("Tumor+External2_RAD+DL", (*both, "network:Tumor+External2_DL")),
            a_model("Clinical", clinical),
            a_model("Combined", ("log_odds:Tumor+External2_RAD+DL", *clinical)),
        )
    }


def values() -> dict[str, float | None]:
    return {
        "Tumor_wavelet-LLH_glcm_Idn": 0.9,
        "External2_log-sigma-1-0-mm-3D_firstorder_Mean": -12.5,
        "network:Tumor_DL": 1.5,
        "network:Tumor+External2_DL": -0.5,
        "symptoms": 1.0,
        "margin_unclear": 0.0,
        "enlarged_lymph_nodes": 1.0,
    }


def a_refits(
    count: int = 3, spread: float = 1 / 7, of: dict[str, LogisticModel] | None = None
) -> Refits:
    """The coefficients of the models, their intercepts moved up and down."""
    return Refits(
        {
            name: tuple(
                (model.intercept + float(shift), *model.coefficients)
                for shift in np.linspace(-spread, spread, count)
            )
            for name, model in (of or models()).items()
        },
        scales=dict.fromkeys(of or models(), (0.0, 1.0)),
        absent="",
    )


def a_domain() -> Domain:
    """Of 39 training cases with numbers from 0.025 to 0.975: pixels of 0.5 mm, slices of 5 mm."""
    lengths = tuple(np.log([0.5, 5.0]).tolist())
    identity = ((1.0, 0.0), (0.0, 1.0))
    columns = ("Tumor_wavelet-LLH_glcm_Idn", "network:Tumor_DL")
    return Domain(
        (
            Space("voxels", ("pixel", "slice"), lengths, (0.25, 0.25), identity, 1.0),
            Space("features", columns, (0.9, 1.5), (0.1, 1.0), ((1.0, 0.5), (0.5, 1.0)), 1.0),
        ),
        tuple((np.arange(1, 40) / 40).tolist()),
        absent="",
    )


def a_bundle(**changes) -> Bundle:
    return Bundle(
        **{
            "name": "made-for-tests",
            "kind": DEMONSTRATION,
            "protocol": shen2026(),
            "models": models(),
            "thresholds": dict.fromkeys(models(), 1 / 3),
            "stacking": CROSS_FITTED,
            "radiomics_yaml": default_settings().yaml(),
            "cohort": TrainingCohort(160, 50, simulated=True, description="phantoms, seed 1"),
            "intended_use": "To show how the method works – not for patients.",
            "model_card": "# Made for tests\n",
            "network": save({"weight": np.arange(6, dtype=np.float32).reshape(2, 3)}),
            "reference": Reference(
                (0.0, 0.5, 1.0),
                {"Tumor_wavelet-LLH_glcm_Idn": (0.1, 0.2, 0.3)},
                {"Tumor_RAD": {"benign": (0.1, 0.2), "malignant": (0.7,)}},
                {"pixel": (0.4, 0.5, 0.6), "slice": (5.0, 5.0, 5.0)},
                a_domain(),
                TrainingAcquisitions(3, {"kernel": {"I30f": 3}}, {"kvp": (100.0, 120.0)}),
            ),
            "refits": a_refits(),
            "test_figures": {"Tumor_RAD": {"auc": 0.8, "ppv": None}},
            "provenance": {"seed": 0, "numpy": "2.4.0", "date": "2026-01-01"},
            "notes": ("Combined reads out-of-fold log-odds.",),
        }
        | changes
    )

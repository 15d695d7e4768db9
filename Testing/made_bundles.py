"""A bundle made on the spot: all eleven models with hand-written coefficients and a new network."""

from __future__ import annotations

from ParotidClassifierCore.clinical import CLINICAL_COLUMNS
from ParotidClassifierCore.models.bundle import DEMONSTRATION, Bundle, TrainingCohort
from ParotidClassifierCore.models.logistic import LogisticModel
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
from ParotidClassifierCore.radiomics.settings import default_settings
from ParotidClassifierCore.ring import RingSettings

_FEATURES = {
    "original_shape_Sphericity": (0.6, 0.1, -0.8),
    "original_firstorder_Mean": (60.0, 25.0, 0.5),
    "wavelet-LLH_glcm_Contrast": (1.0, 0.6, 0.4),
    "lbp-3D-m1_firstorder_Mean": (11.0, 1.0, 0.2),
}


def _model(name: str, inputs: dict[str, tuple[float, float, float]]) -> LogisticModel:
    means, sds, coefficients = zip(*inputs.values(), strict=True)
    return LogisticModel(name, tuple(inputs), means, sds, coefficients, -0.7)


def _inputs(name: str) -> dict[str, tuple[float, float, float]]:
    if name in (CLINICAL, COMBINED):
        findings = dict.fromkeys(CLINICAL_COLUMNS, (0.15, 0.36, 1.1))
        source = {log_odds_column(COMBINED_SOURCE): (-0.9, 1.2, 1.0)}
        return findings if name == CLINICAL else source | findings
    for names, has_radiomics, has_network in (
        (RAD_MODELS, True, False),
        (DL_MODELS, False, True),
        (FUSION_MODELS, True, True),
    ):
        if name in names:
            regions, head = list(REGION_SETS.values())[names.index(name)], names.index(name)
            radiomic = {f"{r}_{f}": numbers for r in regions for f, numbers in _FEATURES.items()}
            network = {network_column(DL_MODELS[head]): (0.0, 1.0, 0.9)}
            return (radiomic if has_radiomics else {}) | (network if has_network else {})
    raise KeyError(name)


def made_bundle(name: str = "made") -> Bundle:
    """Return a bundle with every model, its network with random weights."""
    import torch
    from ParotidClassifierCore.deep.network import MultiInputNetwork, initialise
    from ParotidClassifierCore.deep.weights import stored_network

    network = MultiInputNetwork("small")
    initialise(network, torch.Generator().manual_seed(0))
    return Bundle(
        name=name,
        kind=DEMONSTRATION,
        models={model: _model(model, _inputs(model)) for model in ELEVEN_MODELS},
        thresholds=dict.fromkeys(ELEVEN_MODELS, 0.4),
        protocol="cross-fitted",
        ring=RingSettings(),
        radiomics_yaml=default_settings().yaml(),
        cohort=TrainingCohort(20, 5, True, "Nobody."),
        intended_use="Tests.",
        model_card="# made\n",
        network=stored_network(network),
    )

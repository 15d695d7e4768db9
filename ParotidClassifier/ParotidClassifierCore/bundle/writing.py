"""The content of a bundle's files, written so that same content gives same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from ..models.logistic import LogisticModel
from ..models.reference import Reference
from ..models.refits import Refits
from .bundle import SCHEMA_VERSION, Bundle
from .files import (
    BUNDLE_JSON,
    MODEL_CARD,
    MODELS_JSON,
    NETWORK,
    RADIOMICS_YAML,
    REFERENCE_JSON,
    REFITS_JSON,
    refusal,
)


def to_files(bundle: Bundle) -> dict[str, bytes]:
    """Return the content of every file of `bundle` but SHA256SUMS, by file name.

    Raises:
        BundleError: a number is not finite.
    """
    try:
        files = {
            BUNDLE_JSON: _json(_header(bundle)),
            MODELS_JSON: _json({name: _model(m) for name, m in bundle.models.items()}),
            REFERENCE_JSON: _json(_reference(bundle.reference)),
            REFITS_JSON: _json(_refits(bundle.refits), indent=None),
            RADIOMICS_YAML: bundle.radiomics_yaml.encode(),
            MODEL_CARD: bundle.model_card.encode(),
        }
    except ValueError as error:
        raise refusal(
            bundle.name, "", "it holds a number that is not finite", "Fit its models again."
        ) from error
    return files if bundle.network is None else files | {NETWORK: bundle.network}


def _json(content: object, indent: int | None = 1) -> bytes:
    text = json.dumps(content, sort_keys=True, indent=indent, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def _header(bundle: Bundle) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "name": bundle.name,
        "kind": bundle.kind,
        "models": list(bundle.models),
        "thresholds": dict(bundle.thresholds),
        "protocol": bundle.stacking,
        "ring": {"width_mm": bundle.ring.width_mm, "hu_range": list(bundle.ring.hu_range)},
        "radiomics_sha256": bundle.radiomics_hash,
        "training_cohort": {
            "cases": bundle.cohort.cases,
            "malignant": bundle.cohort.malignant,
            "simulated": bundle.cohort.simulated,
            "description": bundle.cohort.description,
            "fingerprints": list(bundle.cohort.fingerprints),
        },
        "intended_use": bundle.intended_use,
        "test_figures": {name: dict(figures) for name, figures in bundle.test_figures.items()},
        "provenance": dict(bundle.provenance),
        "notes": list(bundle.notes),
    }


def _model(model: LogisticModel) -> dict[str, Any]:
    return {
        "columns": list(model.columns),
        "means": list(model.means),
        "sds": list(model.sds),
        "coefficients": list(model.coefficients),
        "intercept": model.intercept,
    }


def _refits(refits: Refits) -> dict[str, Any]:
    return {"absent": refits.absent, "coefficients": dict(refits.coefficients)}


def _reference(reference: Reference) -> dict[str, Any]:
    content = {
        "quantile_levels": list(reference.quantile_levels),
        "quantiles": {column: list(values) for column, values in reference.quantiles.items()},
        "voxel_mm": dict(reference.voxel_mm),
        "scores": {
            name: {outcome: list(values) for outcome, values in by_class.items()}
            for name, by_class in reference.scores.items()
        },
    }
    if reference.scatter is not None:
        content["scatter"] = asdict(reference.scatter)
    if reference.acquisitions.cases:
        content["acquisitions"] = asdict(reference.acquisitions)
    return content

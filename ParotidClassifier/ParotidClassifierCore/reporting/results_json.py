"""The whole study as plain values, for other programs."""

from __future__ import annotations

from collections.abc import Sequence

from ..base.plain import as_plain
from ..bundle.bundle import bundle_info
from ..models.signature import Selection
from .study import Study, TrainingDetails


def results_of(study: Study, files: Sequence[str]) -> object:
    """Return everything the report says, as JSON can hold it.

    Args:
        study: as reported.
        files: names of the report's other files.
    """
    return as_plain(
        {
            "banner": study.banner,
            "cohort": study.cohort_name,
            "simulated": study.simulated,
            "notes": study.notes,
            "bundle": bundle_info(study.bundle),
            "evaluation": study.evaluation,
            "training": None if study.training is None else _training(study.training),
            "files": files,
        }
    )


def _training(training: TrainingDetails) -> dict[str, object]:
    return {
        "stacking": training.stacking,
        "settings": training.fitted.settings,
        "thresholds": training.fitted.thresholds,
        "notes": training.fitted.notes,
        "agreement": {"columns": training.columns, "comparisons": training.agreement},
        "signatures": {
            regions: _signature(signature)
            for regions, signature in training.fitted.signatures.items()
        },
        "network": {
            "epochs": training.epochs,
            "candidate_losses": training.candidate_losses,
            "folds": training.fold_histories,
            "final": training.final_history,
        },
        "seeds": training.seeds,
        "software": training.software,
        "minutes": training.minutes,
    }


def _signature(signature: Selection) -> dict[str, object]:
    """Leave out the columns whose LASSO coefficient is 0 at every penalty: most of them."""
    path = signature.path
    entered = path.coefficients.any(axis=0).nonzero()[0]
    return {
        "columns": signature.columns,
        "coefficients": signature.coefficients,
        "remaining": signature.remaining,
        "fell_back": signature.fell_back,
        "penalties": path.alphas,
        "chosen_penalty": path.alphas[path.best],
        "squared_errors": path.squared_errors,
        "path": {signature.path_columns[i]: path.coefficients[:, i] for i in entered},
    }

"""The model card of a bundle: Markdown that says what it is, is not, and how good it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..models.names import ELEVEN_MODELS
from ..models.settings import CROSS_FITTED, PAPER

if TYPE_CHECKING:
    from ..models.bundle import TrainingCohort

SOURCE = (
    "Shen Q, Dai J, Han Y, Liu X, Huang K. Deep-learning-based radiomics of intratumoral and "
    "peritumoral CT images to differentiate benign from malignant parotid tumors. 2026."
)

_SIMULATED = """> **Demonstration, not for clinical use.** The cases these models learnt from are \
simulated CT. Their probabilities say nothing about a patient. Train models on your own cohort \
before you ask them about one.
"""

_METHOD = """1874 radiomic features per region (PyRadiomics) and a multi-input MobileNetV3 on the \
tumour and its peritumoral ring (External2), with three clinical findings. Features were kept that \
agree between outlines (ICC > 0.9), thinned by correlation (|r| > 0.95), selected by LASSO (at \
most 20) and combined by logistic regression. Thresholds are Youden's on out-of-fold training \
probabilities."""


_PROTOCOLS = {
    CROSS_FITTED: "Protocol cross-fitted: fusions were fitted on what networks of five folds said "
    "of cases they had not seen.",
    PAPER: "Protocol paper: fusions were fitted on what the one network said of the cases it had "
    "learnt from, which makes it look better than it is.",
}


def model_card(
    name: str,
    cohort: TrainingCohort,
    test_counts: tuple[int, int],
    intended_use: str,
    test_figures: Mapping[str, Mapping[str, float | None]],
    protocol: str,
    notes: Sequence[str],
) -> str:
    """Return the card.

    Args:
        name: of the bundle.
        cohort: the training cohort.
        test_counts: number of test cases, and how many of them are malignant.
        intended_use: in words.
        test_figures: by model: auc, threshold, sensitivity, specificity.
        protocol: how the network entered the fusions, one of settings.PROTOCOLS.
        notes: what a reader must know about the fit.
    """
    parts = [
        f"# {name}\n",
        _SIMULATED if cohort.simulated else "",
        f"## Intended use\n\n{intended_use}\n",
        f"## Cohort\n\n{_cohort_text(cohort, test_counts)}\n",
        f"## On the test cases\n\n{_table(test_figures)}\n",
        f"## Method\n\n{_METHOD} {_PROTOCOLS[protocol]}\n\nSource: {SOURCE}\n",
    ]
    if notes:
        parts.append("## Notes\n\n" + "\n".join(f"- {note}" for note in notes) + "\n")
    return "\n".join(part for part in parts if part)


def _cohort_text(cohort: TrainingCohort, test_counts: tuple[int, int]) -> str:
    kind = "simulated cases" if cohort.simulated else "patients"
    tested, malignant = test_counts
    return (
        f"{cohort.description} Trained on {cohort.cases} {kind} ({cohort.malignant} malignant), "
        f"tested on {tested} others ({malignant} malignant)."
    ).strip()


def _table(test_figures: Mapping[str, Mapping[str, float | None]]) -> str:
    header = "| model | AUC | threshold | sensitivity | specificity |\n|---|---|---|---|---|"
    rows = []
    for name in ELEVEN_MODELS:
        if name in test_figures:
            figures = test_figures[name]
            cells = [
                "–" if figures[key] is None else f"{figures[key]:.3f}"
                for key in ("auc", "threshold", "sensitivity", "specificity")
            ]
            rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join([header, *rows]) if rows else "There were no test cases."

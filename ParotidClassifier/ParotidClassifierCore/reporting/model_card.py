"""The model card of a bundle: Markdown that says what it is, is not, and how good it was."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ..base.words import number_word
from ..bundle.bundle import TrainingCohort
from ..models.logistic import LogisticModel
from ..models.settings import CROSS_FITTED, IMBALANCE, PAPER
from ..protocol import ColumnKind, Protocol, column_of
from ..statistics.results import Estimate, Table
from .study import Study
from .words import DASH, number, with_interval

SOURCE = (
    "Shen Q, Dai J, Han Y, Liu X, Huang K. Deep-learning-based radiomics of intratumoral and "
    "peritumoral CT images to differentiate benign from malignant parotid tumors. 2026."
)

_SIMULATED = """> **Demonstration, not for clinical use.** The cases these models learnt from are \
simulated CT. Their probabilities say nothing about a patient. Train models on your own cohort \
before you ask them about one.
"""

_METHOD = """1874 radiomic features per region (PyRadiomics) and a multi-input MobileNetV3 on the \
tumour{rings}, with {count} clinical findings. Features were kept that agree between outlines \
(ICC > 0.9), thinned by correlation (|r| > 0.95), selected by LASSO (at most 20) and combined by \
logistic regression."""

_STACKINGS = {
    CROSS_FITTED: "Stacking cross-fitted: fusions were fitted on what networks of five folds said "
    "of cases they had not seen.",
    PAPER: "Stacking paper: fusions were fitted on features chosen among the radiomic ones and the "
    "deep ones that the network gave the cases it had learnt from, so they lean on it too much.",
}

_THRESHOLDS = f"""A case is called malignant from its model's threshold on: Youden's (largest \
sensitivity + specificity - 1) on out-of-fold probabilities of the training cases.

Class imbalance: {IMBALANCE}"""

_LIMITS = (
    "Not a medical device. No decision about a patient may rest on these probabilities.",
    (
        "Where the share of malignant tumours differs from that of the training cohort, "
        "probabilities are off even if the ranking of cases is right."
    ),
    "Performance with other scanners, protocols or readers is not known before it is tested there.",
    "Performance by sex, age or other groups was not examined.",
    (
        "A tumour smaller than 10 mm, treated before, or with metal artefacts lies outside what "
        "the method is for."
    ),
)

_DATA = {
    True: "The cases are made by the simulation of this project (Apache-2.0). No patient data were "
    "used.",
    False: "The bundle holds no images, but it holds coefficients, quantiles and covariances of "
    "features and sorted scores of the training cases. Whether it may be shared is decided by "
    "whoever is responsible for the patients' data.",
}

_KINDS = {
    ColumnKind.RADIOMIC: "radiomic features",
    ColumnKind.DEEP: "deep features",
    ColumnKind.NETWORK: "logit of the network",
    ColumnKind.LOG_ODDS: "log-odds of other models",
    ColumnKind.CLINICAL: "clinical findings",
}

# A bundle holds a card of at most 64 KiB, which 3D Slicer shows within seconds whatever is in it.
_MOST_NOTES = 20
_FIGURES = (
    "threshold", "sensitivity", "specificity", "calibration_slope", "brier", "brier_of_share",
)  # fmt: skip
_MOST_NAMED_INPUTS = 4
_MOST_LINE = 1500


def model_card(
    name: str,
    cohort: TrainingCohort,
    test_counts: tuple[int, int],
    intended_use: str,
    test_figures: Mapping[str, Mapping[str, float | None]],
    stacking: str,
    notes: Sequence[str],
    protocol: Protocol,
    models: Mapping[str, LogisticModel] | None = None,
    method: str = "",
    intervals: str = "",
) -> str:
    """Return the card.

    Args:
        test_counts: number of test cases, and how many of them are malignant.
        test_figures: by model: auc with auc_low and auc_high, threshold, sensitivity, specificity,
            calibration_slope, brier and brier_of_share; a dash for what is not known.
        stacking: how the network entered the fusions, one of settings.STACKINGS.
        notes: what a reader must know about the fit.
        models: by name; their inputs are listed.
        method: Markdown that takes the place of the usual description, for a bundle that was made
            in another way.
        intervals: what must be known of the probabilities' intervals, or why there are none.
    """
    names = [region.name for region in protocol.rings]
    ring = "peritumoral ring" if len(names) == 1 else "peritumoral rings"
    rings = f" and its {ring} ({', '.join(names)})" if names else ""
    usual = _METHOD.format(rings=rings, count=number_word(len(protocol.predictors)))
    how = method or f"{usual} {_STACKINGS[stacking]}\n\n{_THRESHOLDS}"
    parts = [
        f"# {name}\n",
        _SIMULATED if cohort.simulated else "",
        f"## Intended use\n\n{intended_use}\n",
        f"## Cohort\n\n{_cohort_text(cohort, test_counts)}\n",
        f"## On the test cases\n\n{figures_table(test_figures)}\n",
        f"## Method\n\n{how}\n\nSource: {SOURCE}\n",
        f"## How certain a probability is\n\n{intervals}\n" if intervals else "",
        f"## Inputs of the models\n\n{_inputs(models)}\n" if models else "",
        f"## Limits and caveats\n\n{_listed(_LIMITS)}\n",
        f"## Data and licence\n\n{_DATA[cohort.simulated]}\n",
        f"## Notes\n\n{_listed(notes)}\n" if notes else "",
    ]
    return "\n".join(part for part in parts if part)


def figures_table(test_figures: Mapping[str, Mapping[str, float | None]]) -> str:
    """Return the figures of a set of cases as a Markdown table."""
    header = (
        "| model | AUC (95% CI) | threshold | sensitivity | specificity | calibration slope | "
        "Brier score | of the share alone |\n|---|---|---|---|---|---|---|---|"
    )
    rows = []
    for name, figures in test_figures.items():
        cells = [number(figures.get(key)) for key in _FIGURES]
        rows.append(f"| {name} | {_auc(figures)} | {' | '.join(cells)} |")
    return "\n".join([header, *rows]) if rows else "There were no test cases."


def evaluated_card(study: Study) -> str:
    """Return the bundle's card, with the figures of this study where it was trained elsewhere."""
    from .sections.performance import discrimination_table

    card = study.bundle.model_card
    if study.training is not None or study.main is None:
        return card
    heading = f"## Evaluated on {_one_line(study.cohort_name)}"
    table = _markdown(discrimination_table(study.main, study.protocol.reference))
    return f"{card.rstrip()}\n\n{heading}\n\n**{study.banner}**\n\n{table}\n"


def _auc(figures: Mapping[str, float | None]) -> str:
    auc = Estimate(*(figures.get(f"auc{end}") for end in ("", "_low", "_high")))
    return number(auc.value) if None in (auc.low, auc.high) else with_interval(auc)


def _cohort_text(cohort: TrainingCohort, test_counts: tuple[int, int]) -> str:
    kind = "simulated cases" if cohort.simulated else "patients"
    tested, malignant = test_counts
    return (
        f"{cohort.description} Trained on {cohort.cases} {kind} ({cohort.malignant} malignant), "
        f"tested on {tested} others ({malignant} malignant)."
    ).strip()


def _inputs(models: Mapping[str, LogisticModel]) -> str:
    """List the inputs of the radiomic models by weight, and of the others by name."""
    lines = []
    for name, model in models.items():
        order = sorted(
            zip(model.columns, model.coefficients, strict=True), key=lambda pair: -abs(pair[1])
        )
        kinds = Counter(column_of(column).kind for column, _ in order)
        if set(kinds) == {ColumnKind.RADIOMIC} or len(order) <= _MOST_NAMED_INPUTS:
            inputs = ", ".join(f"{column} ({weight:+.2f})" for column, weight in order)
            lines.append(f"**{name}**: {inputs}")
        else:
            named = [f"{kinds[kind]} {words}" for kind, words in _KINDS.items() if kinds[kind]]
            lines.append(f"**{name}**: {', '.join(named)}")
    return f"In brackets the log-odds per standard deviation.\n\n{_listed(lines)}"


def _listed(lines: Sequence[str]) -> str:
    shown = [f"- {_one_line(line)}" for line in lines[:_MOST_NOTES]]
    if len(lines) > _MOST_NOTES:
        shown.append(f"- and {len(lines) - _MOST_NOTES} more")
    return "\n".join(shown)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_LINE else f"{line[:_MOST_LINE]} …"


def _markdown(table: Table) -> str:
    lines = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    return "\n".join(
        "| " + " | ".join(DASH if cell is None else str(cell) for cell in line) + " |"
        for line in lines
    )

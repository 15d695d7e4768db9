"""The model card of a bundle: Markdown that says what it is, is not, and how good it was."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ..base.words import first_of, listed, spelled
from ..bundle.bundle import Bundle, TrainingCohort
from ..imaging.findings import SMALLEST_DIAMETER_MM
from ..models.logistic import LogisticModel
from ..models.settings import IMBALANCE, STACKING_LINES, THRESHOLDS, ModelTrainingSettings
from ..protocol import ColumnKind, column_of
from ..radiomics.engines import engine_words
from ..radiomics.names import feature_names
from ..radiomics.settings import load_settings
from ..statistics.results import Estimate, Table
from .study import Study
from .words import DASH, number, with_interval

SOURCE = (
    "Shen Q, Dai J, Han Y, Liu X, Huang K. Deep-learning-based radiomics of intratumoral and "
    "peritumoral CT images to differentiate benign from malignant parotid tumors. 2026."
)

_SELECTION = (
    "Features were kept that agree between outlines (ICC > {0.min_agreement:g}), thinned by "
    "correlation (|r| > {0.max_correlation:g}), selected by LASSO (at most {0.max_columns}) and "
)

_LIMITS = (
    "Not a medical device. No decision about a patient may rest on these probabilities.",
    (
        "Where the share of malignant tumours differs from that of the training cohort, "
        "probabilities are off even if the ranking of cases is right."
    ),
    "Performance with other scanners, protocols or readers is not known before it is tested there.",
    "Performance by sex, age or other groups was not examined.",
    (
        f"A tumour smaller than {SMALLEST_DIAMETER_MM:g} mm, treated before, or with metal "
        "artefacts lies outside what the method is for."
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
    bundle: Bundle, settings: ModelTrainingSettings, test_counts: tuple[int, int]
) -> str:
    """Return the card of a bundle that was just trained and judged.

    Args:
        test_counts: number of test cases, and how many of them are malignant.
    """
    cohort, notes = bundle.cohort, bundle.notes
    demonstration = (
        f"> **Demonstration, not for clinical use.** {cohort.caution} Train models on your own "
        "cohort before you ask them about one.\n"
    )
    parts = [
        f"# {bundle.name}\n",
        demonstration if cohort.simulated else "",
        f"## Intended use\n\n{bundle.intended_use}\n",
        f"## Cohort\n\n{_cohort_text(cohort, test_counts)}\n",
        f"## On the test cases\n\n{figures_table(bundle.test_figures)}\n",
        f"## Method\n\n{_method(bundle, settings)}\n\nSource: {SOURCE}\n",
        f"## How certain a probability is\n\n{bundle.refits.line}\n",
        f"## Inputs of the models\n\n{_inputs(bundle.models)}\n",
        f"## Limits and caveats\n\n{_listed(_LIMITS)}\n",
        f"## Data and licence\n\n{_DATA[cohort.simulated]}\n",
        f"## Notes\n\n{_listed(notes)}\n" if notes else "",
    ]
    return "\n".join(part for part in parts if part)


def _method(bundle: Bundle, settings: ModelTrainingSettings) -> str:
    """Return what the models read, and how they were fitted."""
    protocol = bundle.protocol
    models = protocol.models.values()
    radiomic, network = any(m.radiomics for m in models), any(m.network for m in models)
    count = len(feature_names(load_settings(bundle.radiomics_yaml)))
    engine = bundle.radiomics_engine
    by = f", measured by {engine_words(engine)}" if engine else ""
    told = f"{count} radiomic features per region (as PyRadiomics defines them{by})"
    computed = [told] if radiomic else []
    computed += ["a multi-input MobileNetV3"] if network else []
    read = {region for model in models for region in model.regions}
    names = [ring.name for ring in protocol.rings if ring.name in read]
    rings = f"peritumoral ring{'s' * (len(names) > 1)} ({', '.join(names)})"
    where = f"the tumour and its {rings}" if names else "the tumour"
    images = f"{listed(computed)} on {where}" if computed else ""
    found = len(protocol.predictors)
    findings = spelled(found, "clinical finding") if found else ""
    fitted = _SELECTION.format(settings.selection) if radiomic else "Inputs were "
    fused = any(model.radiomics and model.network for model in models)
    stacking = f" {STACKING_LINES[settings.stacking]}" if fused else ""
    text = f"{', with '.join(filter(None, [images, findings]))}. {fitted}combined by logistic "
    text = f"{text[0].upper()}{text[1:]}regression.{stacking}"
    return f"{text}\n\n{THRESHOLDS}\n\nClass imbalance: {IMBALANCE}"


def figures_table(test_figures: Mapping[str, Mapping[str, float | None]]) -> str:
    """Return the figures of a set of cases as a Markdown table."""
    header = (
        "| model | AUC (95 % CI) | threshold | sensitivity | specificity | calibration slope | "
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

    card = study.bundle.card
    if study.training is not None or study.main is None:
        return card
    heading = f"## Evaluated on {_one_line(study.cohort_name)}"
    table = _markdown(discrimination_table(study.main, study.reference))
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
    return "\n".join(f"- {_one_line(line)}" for line in first_of(lines, _MOST_NOTES))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_LINE else f"{line[:_MOST_LINE]} …"


def _markdown(table: Table) -> str:
    lines = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    return "\n".join(
        "| " + " | ".join(DASH if cell is None else str(cell) for cell in line) + " |"
        for line in lines
    )

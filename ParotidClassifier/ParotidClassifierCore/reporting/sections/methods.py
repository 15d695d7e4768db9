"""How it was done, in words, and the models in full."""

from collections import Counter
from collections.abc import Iterable

from ...base.words import listed, number_word, spelled
from ...bundle.bundle import Bundle
from ...case.grid import MARGIN_MM
from ...imaging.lattice import HU_RANGE
from ...imaging.working_grid import WINDOW
from ...models.settings import IMBALANCE, STACKING_LINES, THRESHOLDS
from ...network.inputs import INPUT_WORDS
from ...protocol import ColumnKind, Protocol, Region
from ...radiomics.engines import RADIOMICS_ENGINE, measured_by
from ...radiomics.names import feature_names
from ...radiomics.settings import RadiomicsSettings, load_settings
from ...statistics.results import Table
from ..figures.boxes import pipeline_figure
from ..parts import Drawing, Listing, Paragraph, Part, Points, Section
from ..study import Study
from ..words import number

_MOST_COLUMNS_ON_PAGE = 5

_GRID = (
    f"The CT is cropped {MARGIN_MM} mm around the lesion, resampled to 1 × 1 × 1 mm (linear; "
    f"outlines: nearest neighbour), clipped to {HU_RANGE[0]} to {HU_RANGE[1]} HU and rounded to "
    "whole HU. The 1 mm lattice runs along the axes of the CT and is anchored to the centre of the "
    "CT's voxel nearest to the tumour's centroid; a mask on voxels of 1 mm along these axes brings "
    "its own."
)
_LACKING = "Where an input is missing, the models that need it say so and give no probability."
_COMPARISON = (
    "Models are compared with {} by DeLong's test for paired AUCs, two-sided, at 0.05 for each "
    "comparison; no correction for multiplicity."
)
_USE = (
    (
        "For a new case, image and outline are checked (field of view, spacing, size of the "
        "tumour, metal, values unlike those of the training cases), and what was found stands "
        f"beside the probability. {_LACKING}"
    ),
    (
        "A radiologist outlines the tumour, corrects the ring where it runs into other tissue, and "
        "reads the clinical findings."
    ),
)
_USE_OF_FINDINGS = (_LACKING, "A radiologist reads the clinical findings.")
# How training and test are kept apart, where the bundle was trained here and where it was not.
_APART = {
    True: "A case with the same scan in training and test is refused.",
    False: "A test case that the bundle learnt from is refused where the bundle reads images and "
    "says which ones it learnt from.",
}
_EVALUATION = (
    (
        "Discrimination: AUC (interval on the logit scale from DeLong's variance, DeLong 1988; "
        "percentile interval of stratified bootstraps); accuracy, sensitivity, specificity and "
        "predictive values at the model's threshold with Wilson's intervals. Predictive values "
        "hold for the share of malignant cases in the set."
    ),
    (
        "Calibration: intercept with the slope held at 1 (calibration-in-the-large), slope of a "
        "logistic recalibration, Brier score, curves. Clinical utility: net benefit (Vickers and "
        "Elkin 2006). Confidence intervals are 95 %."
    ),
    (
        "All models were fixed before the test cases were judged; no coefficient or threshold was "
        "changed after it, no model was updated, and all models are reported."
    ),
    "Every single prediction comes with what each input adds to the log-odds.",
)


def methods(study: Study) -> Section:
    """Return how it was done."""
    bundle, protocol = study.bundle, study.protocol
    kinds = bundle.kinds
    compared = [_COMPARISON.format(study.reference)] if study.reference else []
    settings = load_settings(bundle.radiomics_yaml)
    parts: list[Part] = []
    if kinds & {ColumnKind.RADIOMIC, ColumnKind.NETWORK}:
        columns, most = len(feature_names(settings)), study.model_settings.selection.max_columns
        figure = pipeline_figure(columns, most, protocol, study.banner)
        count = len(protocol.predictors)
        findings = f" and {spelled(count, 'finding')}" if count else ""
        caption = f"From a CT with outline{findings} to the models."
        parts.append(Drawing("pipeline", figure, caption, "Flowchart of the method"))
        rings = [_ring(ring, protocol.outlined.name) for ring in protocol.rings]
        parts.append(Points((_GRID, *rings), "Images and ring"))
    if ColumnKind.RADIOMIC in kinds:
        parts.append(Points(_radiomics(settings, study), "Radiomic features"))
        parts.append(Listing("feature_classes", _classes(settings)))
    if ColumnKind.NETWORK in kinds:
        parts.append(Points(_network(bundle), "Deep network"))
    parts += [
        Points(_outcome(study), "Outcome, findings, missing values"),
        Points(_learning(study, kinds), "Selection and models"),
        Points((*_EVALUATION, *compared), "Evaluation"),
        Points(_USE if bundle.reads_image else _USE_OF_FINDINGS, "Use on a new case"),
    ]
    return Section("methods", "Methods", tuple(parts))


def _outcome(study: Study) -> tuple[str, ...]:
    protocol = study.protocol
    predictors = protocol.predictors.values()
    definitions = [variable.definition.removesuffix(".") for variable in predictors]
    findings = [
        f"{variable.phrase} ({text[:1].lower()}{text[1:]})" if text else variable.phrase
        for variable, text in zip(predictors, definitions, strict=True)
    ]
    models = [name for name in study.bundle.models if protocol.models[name].clinical]
    outcome = (
        "Outcome: malignant against benign, as the cohort table gives it, one tumour a case. "
        "Nothing of a case's outcome enters its image features."
    )
    read = (
        f"Clinical findings in the models, fixed beforehand: {'; '.join(findings)}. Other clinical "
        "variables are described and enter no model."
    )
    lacking = (
        "A case that lacks a finding has no probability of a model that reads it "
        f"({listed(models)}). "
    )
    missing = (
        f"Missing values: nothing is imputed. {lacking if findings else ''}Cases whose image or "
        f"outline cannot be used are left out and listed. {_APART[study.training is not None]}"
    )
    return (outcome, read, missing) if findings else (outcome, missing)


def _ring(region: Region, outlined: str) -> str:
    low, high = region.ring.hu_range
    around = "the tumour" if region.around == (outlined,) else listed(region.around)
    return (
        f"{region.name}, the peritumoral ring: every voxel within {region.ring.width_mm:g} mm of "
        f"{around} between {low:g} and {high:g} HU, so without air and bone, as corrected by hand "
        "where the cohort has corrected rings."
    )


def _radiomics(settings: RadiomicsSettings, study: Study) -> tuple[str, ...]:
    bins = (
        f"bin width {settings.bin_width:g}"
        if settings.bin_count is None
        else f"{settings.bin_count} bins a region"
    )
    measured = measured_by(study.software.get(RADIOMICS_ENGINE), study.bundle.radiomics_engine)
    sigmas = ", ".join(f"{sigma:g}" for sigma in settings.log_sigma_mm)
    return (
        (
            f"{len(feature_names(settings))} features per region, in 3D, as PyRadiomics defines "
            f"them (van Griethuysen 2017), {bins}. Extraction was checked against PyRadiomics and "
            "against reference values of the Image Biomarker Standardisation Initiative "
            f"(Zwanenburg 2020). {measured}".rstrip()
        ),
        f"Image types: {', '.join(settings.image_types)}"
        + (f"; Laplacian of Gaussian with sigma {sigmas} mm" if sigmas else "")
        + ". All other parameters are PyRadiomics' defaults.",
    )


def _classes(settings: RadiomicsSettings) -> Table:
    counts = Counter(name.split("_")[1] for name in feature_names(settings))
    headers = ("Class", "Features on all images")
    return Table("Radiomic features of one region", headers, tuple(counts.items()))


def _network(bundle: Bundle) -> tuple[str, ...]:
    heads = bundle.protocol.network_heads.values()
    regions = [name for name in bundle.protocol.regions if any(name in head for head in heads)]
    return (
        (
            f"{number_word(len(regions)).capitalize()} MobileNetV3 (Howard 2019), one for each of "
            f"{', '.join(regions)}, each on {INPUT_WORDS} voxels, window {WINDOW}. Feature maps of "
            f"equal scale are added and convolved; {number_word(len(heads))} heads "
            f"({', '.join(map('+'.join, heads))}) are trained together."
        ),
        (
            "Training cases are varied: flips, rotation, scale, shift, elastic deformation, "
            "brightness, contrast, noise. Optimiser AdamW; the order, the starting weights and "
            "the variation follow from the seed."
        ),
        *([STACKING_LINES[bundle.stacking]] if bundle.fusions else []),
    )


def _learning(study: Study, kinds: set[ColumnKind | None]) -> tuple[str, ...]:
    lines = []
    if study.training is None:
        lines.append(
            "The bundle was not trained in this study: its model card says how it came about, and "
            "how its thresholds were chosen."
        )
        if study.bundle.network is None:
            return tuple(lines)
        lines.append("What follows is how this software trains.")
    elif ColumnKind.RADIOMIC in kinds:
        chosen = study.model_settings.selection
        lines.append(
            "On training cases alone: columns with an intraclass correlation of "
            f"{chosen.min_agreement:g} or less are dropped, z-scores taken, of two columns with a "
            f"Pearson correlation above {chosen.max_correlation:g} the one with the smaller ANOVA "
            f"F is dropped, then LASSO with {chosen.lasso_folds}-fold cross-validation; at most "
            f"{chosen.max_columns} columns stay."
        )
    if study.training is not None:
        settings = study.model_settings
        tried = ", ".join(f"{value:g}" for value in settings.penalties)
        lines.append(
            "Each model is a logistic regression on z-scores with an L2 penalty. On selected "
            f"columns its C is the one with the smallest log-loss in {settings.folds} stratified "
            f"folds, the selection repeated in each, of {tried}, and its log-odds are put on the "
            "line that calibrates those of the rows left out; on logits, log-odds and findings C "
            f"is {settings.few_inputs_penalty:g}."
        )
    return (
        *lines,
        study.bundle.refits.line,
        f"Class imbalance: {IMBALANCE}",
        THRESHOLDS,
        (
            "Out-of-fold probabilities: the whole pipeline (selection, penalty, coefficients) is "
            "run without the fold it then judges."
        ),
    )


def models(study: Study) -> Section:
    """Return every model in full."""
    bundle = study.bundle
    small = [n for n, m in bundle.models.items() if len(m.columns) <= _MOST_COLUMNS_ON_PAGE]
    whole = _coefficients(bundle, bundle.models, "All coefficients of all models")
    parts: list[Part] = [
        Paragraph(
            "log-odds = intercept + sum of coefficient × (value - mean) / SD over the inputs, and "
            f"probability = 1 / (1 + exp(-log-odds)). {_coding(bundle.protocol)}Network weights, "
            "if there are any, and all settings are in the bundle."
        ),
        Listing("models", _coefficients(bundle, small, "Models of few inputs")),
        *_fits(study),
        Listing("all_coefficients", whole, on_page=False),
    ]
    return Section("models", "The models in full", tuple(parts))


def _coding(protocol: Protocol) -> str:
    """Return which levels of the findings are 1 and which 0, as a sentence; empty without any."""
    asked = [variable for variable in protocol.predictors.values() if not variable.is_number]
    ones = dict.fromkeys(v.malignant for v in asked)
    zeros = dict.fromkeys(word for v in asked for word in v.levels if word != v.malignant)
    coded = f"Findings are coded 1 for {', '.join(ones)}; 0 for {', '.join(zeros)}. "
    return coded if asked else ""


def _fits(study: Study) -> list[Listing]:
    """Return what each model was fitted with; empty where that is not known."""
    if study.training is None:
        return []
    fitted = study.training.fitted
    rows = tuple(
        (name, fitted.cases[name], len(model.columns), f"{fitted.penalties[name]:g}")
        for name, model in study.bundle.models.items()
        if name in fitted.cases
    )
    note = "C: inverse strength of the L2 penalty."
    headers = ("Model", "Training cases", "Inputs", "C")
    return [Listing("fits", Table("Fits", headers, rows, (note,)))]


def _coefficients(bundle: Bundle, names: Iterable[str], title: str) -> Table:
    rows: list[tuple[str | float | None, ...]] = []
    for name in names:
        model, threshold = bundle.models[name], number(bundle.thresholds[name], 4)
        rows.append((name, "intercept", None, None, f"{model.intercept:.6g}", threshold))
        numbers = zip(model.means, model.sds, model.coefficients, strict=True)
        for column, of_column in zip(model.columns, numbers, strict=True):
            rows.append((name, column, *(f"{value:.6g}" for value in of_column), threshold))
    return Table(title, ("Model", "Input", "Mean", "SD", "Coefficient", "Threshold"), tuple(rows))

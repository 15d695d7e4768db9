"""The appendix: all models, the nomogram, the inputs, all findings and what was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields

from ...base.words import DASH, counted
from ...imaging.findings import Severity, max_axial_diameter_mm
from ...models.nomogram import case_points, nomogram_of
from ...models.probabilities import ModelResult, percent
from ...models.reference import Reference
from ...models.words import column_label, interval_words
from ...protocol.names import source_model
from ...protocol.record import ClinicalPredictors
from ...protocol.region_names import EXTERNAL2, REGIONS
from ...statistics.results import Table
from ...statistics.variables import label_of
from ..figures.clinical import nomogram_figure
from ..parts import Drawing, Facts, Listing, Paragraph, Part, Section
from .figures import models_figure
from .subject import Subject

_READS = {
    "RAD": "radiomic features",
    "DL": "the network",
    "RAD+DL": "radiomic features and the network",
    "Clinical": "the three clinical findings",
    "Combined": "Tumor+External2_RAD+DL and the three clinical findings",
}
_SEVERITY_WORDS = {
    Severity.ERROR: "in the way",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
    Severity.OK: "in order",
}
_FEATURE_NOTE = (
    "Training cases: lowest to highest value. The values have the units of PyRadiomics; the "
    "network's output is a log-odds."
)
_LEAST_PROBABILITY = 1e-4  # scores are rounded to four digits, so 0 may be anything below


def models(subject: Subject) -> Section:
    """Return all eleven models, or why one of them gave no probability."""
    results = subject.prediction.models
    reasons = dict.fromkeys(r.no_interval for r in results.values() if r.no_interval is not None)
    table = Table(
        "Probability of malignancy by each of the eleven models",
        ("Model", "Reads", "Probability", "95 % interval", "Threshold", "Call"),
        tuple(_model_row(name, result) for name, result in results.items()),
        tuple(f"No interval: {reason}." for reason in reasons),
    )
    parts: list[Part] = [Listing("models", table)]
    if subject.available:
        caption = "Dot: probability; band: 95 % interval; line: threshold."
        drawing = Drawing("models", models_figure(results), caption, "The table above, drawn")
        parts.append(drawing)
    return Section("models", "All models", tuple(parts), probabilities=True)


def _model_row(name: str, result: ModelResult) -> tuple[str, ...]:
    reads = _READS[name.rpartition("_")[2]]
    if result.probability is None:
        return (name, reads, DASH, DASH, DASH, f"not available: {result.unavailable}")
    interval = DASH if result.interval is None else interval_words(result.interval)
    return (
        name, reads, percent(result.probability), interval, percent(result.threshold), result.call,
    )  # fmt: skip


def nomogram(subject: Subject) -> Section | None:
    """Return the nomogram with the points of this case; None without a model for one."""
    name = subject.nomogram_model
    if name is None:
        return None
    model, values = subject.bundle.models[name], subject.values
    ranges = {
        column: _log_odds_range(subject.bundle.reference, source_model(column), values[column])
        for column in filter(source_model, model.columns)
    }
    drawn = nomogram_of(model, ranges)
    if drawn is None:
        return None
    case = case_points(drawn, model, values)
    listed = ", ".join(
        f"{axis.label} {points:.0f}" for axis, points in zip(drawn.axes, case.points, strict=True)
    )
    caption = (
        f"{name} as a nomogram; this case is marked. Points: {listed}; together {case.total:.0f}, "
        f"which mean {percent(case.probability)}. To compute a probability, use the program."
    )
    figure = nomogram_figure(drawn, subject.bundle.banner, case)
    drawing = Drawing("nomogram", figure, caption, f"Nomogram of {name} with this case marked")
    return Section("nomogram", "Nomogram", (drawing,), probabilities=True)


def _log_odds_range(reference: Reference, model: str, here: float) -> tuple[float, float]:
    """Return the log-odds that the training cases had out of fold, widened to those of the case."""
    scores = [score for of_class in reference.scores.get(model, {}).values() for score in of_class]
    bounded = (min(max(s, _LEAST_PROBABILITY), 1 - _LEAST_PROBABILITY) for s in scores)
    log_odds = [here, *(math.log(p / (1 - p)) for p in bounded)]
    low, high = min(log_odds), max(log_odds)
    return (low, high) if low < high else (low - 1, high + 1)


def features(subject: Subject) -> Section | None:
    """Return the inputs of the image model against the training cases; None without one."""
    name = subject.image_model
    if name is None:
        return None
    result, values = subject.available[name], subject.values
    quantiles = subject.bundle.reference.quantiles
    by_weight = sorted(result.contributions.items(), key=lambda item: -abs(item[1]))
    rows = tuple(
        (column_label(column), _digits(values[column]), *_against(quantiles, column, values),
         f"{added:+.2f}")
        for column, added in by_weight
    )  # fmt: skip
    table = Table(
        f"What {name} reads, the strongest first",
        ("Input", "This case", "Training cases", "Within?", "Adds to log-odds"),
        rows,
        (_FEATURE_NOTE,),
    )
    return Section("features", "Selected features", (Listing("features", table),))


def _against(
    quantiles: Mapping[str, tuple[float, ...]], column: str, values: Mapping[str, float]
) -> tuple[str, str]:
    if column not in quantiles:
        return "not known", DASH
    low, high = quantiles[column][0], quantiles[column][-1]
    within = "yes" if low <= values[column] <= high else "outside"
    return f"{_digits(low)} to {_digits(high)}", within


def _digits(value: float) -> str:
    return f"{value:.4g}"


def findings(subject: Subject) -> Section:
    """Return everything that was noticed about the case."""
    order = tuple(_SEVERITY_WORDS)
    found = sorted(subject.prediction.findings, key=lambda f: order.index(f.severity))
    if not found:
        return Section("findings", "Findings", (Paragraph("Nothing was noticed."),))
    rows = tuple((_SEVERITY_WORDS[f.severity], f.message) for f in found)
    table = Table("What was noticed about the case", ("Kind", "Finding"), rows)
    return Section("findings", "Findings", (Listing("findings", table),))


def measurements(subject: Subject) -> Section:
    """Return volumes, diameter, densities, and what else was recorded of the patient."""
    answered = subject.answered
    grid, spacing = answered.prepared.grid, answered.case.ct.GetSpacing()
    diameter = f"{max_axial_diameter_mm(grid.tumor):.1f} mm"
    pairs = [("Tumor, largest axial diameter, outer edges", diameter)]
    for region in REGIONS:
        inside = grid.ct[grid.mask(region)].astype(float)
        density = f"mean {inside.mean():.0f} HU, standard deviation {inside.std():.0f} HU"
        pairs += [
            (f"{region}, volume", f"{inside.size / 1000:.2f} ml"),
            (f"{region}, density", density),
        ]
    removed = answered.prepared.automatic.removed_by_hu_fraction
    pairs += [
        (f"{EXTERNAL2}, removed as air or bone", f"{removed:.0%} of the automatic ring's shell"),
        ("Voxels of the CT", " × ".join(f"{length:.3g}" for length in spacing) + " mm"),
    ]
    parts = [Facts(tuple(pairs)), *_recorded(subject)]
    return Section("measurements", "Measurements", tuple(parts))


def _recorded(subject: Subject) -> list[Part]:
    """Return the recorded findings that no model reads, where there are any."""
    predictors = {field.name for field in fields(ClinicalPredictors)}
    words = subject.answered.case.record.words().items()
    pairs = tuple(
        (label_of(name), f"{word:g}" if isinstance(word, float) else str(word))
        for name, word in words
        if name not in predictors and word not in (None, "unknown")
    )
    return [Facts(pairs, "Recorded, but read by no model")] if pairs else []


def acquisition(subject: Subject) -> Section | None:
    """Return how the CT was made; None where it did not come from DICOM."""
    source = subject.answered.case.source
    if source is None:
        return None
    made = source.acquisition
    known = (
        ("Scanner", made.scanner),
        ("Tube voltage", _with_unit(made.kvp, "kV")),
        ("Nominal slice thickness", _with_unit(made.slice_thickness_mm, "mm")),
        ("Kernel", made.kernel),
        ("Contrast agent", "given" if made.contrast_agent == "" else made.contrast_agent),
        ("Contrast phase", made.phase),
        ("Part of the body", made.body_part),
        ("Delay after the injection", _with_unit(made.delay_s, "s")),
        ("Slices", str(len(source.files)) if source.files else None),
        ("Series", source.named),
    )
    pairs = tuple((name, value) for name, value in known if value is not None)
    silent = sum(value is None for _, value in known)
    note = (
        "As the DICOM headers say; "
        + ("they are silent on " + counted(silent, "more item") if silent else "all is stated")
        + "."
    )
    return Section("acquisition", "How the CT was made", (Facts(pairs), Paragraph(note)))


def _with_unit(value: float | None, unit: str) -> str | None:
    return None if value is None else f"{value:g} {unit}"

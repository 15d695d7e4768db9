"""The appendix: all models, other bundles and readers, the inputs, and what was measured."""

import math
from collections.abc import Mapping
from itertools import chain

from ...base.words import DASH, counted, number_word, share_of
from ...bundle.bundle import Bundle, model_words
from ...imaging.findings import Severity, max_axial_diameter_mm
from ...models.nomogram import case_points, nomogram_of
from ...models.probabilities import ModelResult, percent
from ...models.words import column_label, interval_words
from ...protocol import ModelSpec, Protocol, log_odds_column
from ...statistics.results import Table
from ..answering import Answer
from ..case_view import beside
from ..figures.clinical import nomogram_figure
from ..panels.numbers import name_of_marks
from ..parts import Caution, Drawing, Facts, Listing, Paragraph, Part, Section
from . import figures

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
_ROUNDING = 1e-12  # a share, of an entropy of 0 and the like
_LEAST_PROBABILITY = 1e-4  # scores are rounded to four digits, so 0 may be anything below


def models(answered: Answer) -> Section | None:
    """Return all models, or why one of them gave no probability; None where all are withheld."""
    view, protocol = answered.view, answered.bundle.protocol
    if view.is_withheld:
        return None
    table = Table(
        f"Probability of malignancy by each of the {number_word(len(view.models))} models",
        ("Model", "Reads", "Probability", "95 % interval", "Answer", "Threshold", "Call"),
        tuple((name, _reads(protocol.models[name], protocol), *r) for name, *r in view.rows),
        tuple(view.no_intervals),
    )
    parts: list[Part] = [Listing("models", table)]
    if view.available:
        marks = name_of_marks(view.models)
        caption = f"Dot: probability; band: 95 % interval; lines: {marks}."
        drawing = Drawing("models", figures.models(view.models), caption, "The table above, drawn")
        parts.append(drawing)
    return Section("models", "All models", tuple(parts), probabilities=True)


def _reads(model: ModelSpec, protocol: Protocol) -> str:
    """Return what a model is called on the first page, and what it reads."""
    return ": ".join(filter(None, [model.words, model_words(model, protocol)]))


def nomogram(answered: Answer) -> Section | None:
    """Return the nomogram with the points of this case; None without a model for one."""
    bundle, available = answered.bundle, answered.view.available
    specs = bundle.protocol.models
    clinical = [n for n in available if specs[n].clinical and not specs[n].regions]
    if not clinical:
        return None
    # The one that is built on another model says the most.
    name = max(clinical, key=lambda n: len(specs[n].log_odds))
    model, values = bundle.models[name], _values(answered)
    ranges = {
        (column := log_odds_column(source)): _log_odds_range(bundle, source, values[column])
        for source in specs[name].log_odds
    }
    drawn = nomogram_of(model, bundle.protocol, ranges)
    if drawn is None:
        return None
    case = case_points(drawn, model, bundle.protocol, values)
    marked = ", ".join(
        f"{axis.label} {points:.0f}" for axis, points in zip(drawn.axes, case.points, strict=True)
    )
    caption = (
        f"{name} as a nomogram; this case is marked. Points: {marked}; together {case.total:.0f}, "
        f"which mean {percent(case.probability)}. To compute a probability, use the program."
    )
    figure = nomogram_figure(drawn, bundle.banner, case)
    drawing = Drawing("nomogram", figure, caption, f"Nomogram of {name} with this case marked")
    return Section("nomogram", "Nomogram", (drawing,), probabilities=True)


def _log_odds_range(bundle: Bundle, model: str, here: float) -> tuple[float, float]:
    """Return the log-odds that the training cases had out of fold, widened to those of the case."""
    scores = chain.from_iterable(bundle.reference.scores.get(model, {}).values())
    bounded = (min(max(s, _LEAST_PROBABILITY), 1 - _LEAST_PROBABILITY) for s in scores)
    log_odds = [here, *(math.log(p / (1 - p)) for p in bounded)]
    low, high = min(log_odds), max(log_odds)
    return (low, high) if low < high else (low - 1, high + 1)


def features(answered: Answer) -> Section | None:
    """Return what the first model reads of the image, None if it reads nothing of it."""
    view, values = answered.view, _values(answered)
    if not view.of_the_image:
        return None
    quantiles, rows = answered.bundle.reference.quantiles, []
    for column, added in view.of_the_image.items():
        value, known, within, largest = values[column], "not known", DASH, 0.0
        if column in quantiles:
            low, high = quantiles[column][0], quantiles[column][-1]
            largest = max(abs(low), abs(high))
            known = f"{_in_brief(low, largest)} to {_in_brief(high, largest)}"
            within = "yes" if low <= value <= high else "outside"
        rows.append(
            (column_label(column), _in_brief(value, largest), known, within, f"{added:+.2f}")
        )
    table = Table(
        f"What {view.headline} reads of the image, the strongest first",
        ("Input", "This case", "Training cases", "Within?", "Adds to log-odds"),
        tuple(rows),
        (_FEATURE_NOTE,),
    )
    return Section("features", "Selected features", (Listing("features", table),))


def _in_brief(value: float, largest: float) -> str:
    """Return four digits of a value; 0 where beside the largest one it is but rounding."""
    return f"{0.0 if abs(value) < _ROUNDING * largest else value:.4g}"


def _values(answered: Answer) -> dict[str, float]:
    """Return the value of every column that a model read, log-odds of other models included."""
    available = answered.view.available
    values = {c: value for c, value in answered.view.features.items() if value is not None}
    return values | {log_odds_column(name): r.log_odds for name, r in available.items()}


def findings(answered: Answer) -> Section:
    """Return everything that was noticed about the case."""
    found = answered.view.findings
    kinds = _SEVERITY_WORDS.items()
    rows = tuple((words, f.message) for kind, words in kinds for f in found if f.severity is kind)
    table = Table("What was noticed about the case", ("Kind", "Finding"), rows)
    part = Listing("findings", table) if rows else Paragraph("Nothing was noticed.")
    return Section("findings", "Findings", (part,))


def measurements(answered: Answer) -> Section:
    """Return volumes, diameter, densities, and what else was recorded of the patient."""
    grid, spacing = answered.prepared.grid, answered.case.ct.GetSpacing()
    diameter = f"{max_axial_diameter_mm(grid.tumor):.1f} mm"
    pairs = [(f"{next(iter(grid.masks))}, largest axial diameter, outer edges", diameter)]
    for region in grid.masks:
        inside = grid.ct[grid.mask(region)].astype(float)
        density = f"mean {inside.mean():.0f} HU, standard deviation {inside.std():.0f} HU"
        pairs.append((f"{region}, volume", f"{inside.size / 1000:.2f} ml"))
        pairs.append((f"{region}, density", density))
    for name, ring in answered.prepared.automatic.items():
        removed = f"{share_of(ring.removed_by_hu_fraction)} what lies within its width"
        pairs.append((f"{name}, removed as air or bone", removed))
    pairs.append(("Voxels of the CT", " × ".join(f"{length:.3g}" for length in spacing) + " mm"))
    parts = [Facts(tuple(pairs))]
    protocol, record = answered.bundle.protocol, answered.case.record
    unread = tuple(
        (variable.short, f"{record[name]:g}" if variable.is_number else record[name])
        for name, variable in protocol.clinical.items()
        if name in record and variable.column not in protocol.predictors
    )
    if unread:
        parts.append(Facts(unread, "Recorded, but read by no model"))
    return Section("measurements", "Measurements", tuple(parts))


def acquisition(answered: Answer) -> Section | None:
    """Return how the CT was made; None where it did not come from DICOM."""
    source = answered.case.source
    if source is None:
        return None
    made = source.acquisition
    said = {
        "Scanner": made.scanner,
        "Tube voltage": _with_unit(made.kvp, "kV"),
        "Nominal slice thickness": _with_unit(made.slice_thickness_mm, "mm"),
        "Kernel": made.kernel,
        "Contrast agent": "given" if made.contrast_agent == "" else made.contrast_agent,
        "Contrast phase": made.phase,
        "Part of the body": made.body_part,
        "Delay after the injection": _with_unit(made.delay_s, "s"),
        "Slices": len(source.files) or None,
        "Series": source.named,
    }
    known = Facts.known(said)
    silent = len(said) - len(known.pairs)
    rest = f"they are silent on {counted(silent, 'more item')}" if silent else "all is stated"
    note = Paragraph(f"As the DICOM headers say; {rest}.")
    return Section("acquisition", "How the CT was made", (known, note))


def _with_unit(value: float | None, unit: str) -> str | None:
    return None if value is None else f"{value:g} {unit}"


def second_opinion(answered: Answer) -> Section | None:
    """Return the answers of two bundles side by side; None where one was asked alone."""
    view, second = answered.view, answered.view.second
    if second is None:
        return None
    names = view.bundle["name"], second.bundle["name"]
    title = f"What {names[0]} and {names[1]} say of this case"
    table = _beside(title, names, view.models, second.models)
    told = second.why_outside if second.is_withheld else second.domain_warning
    parts = (
        Paragraph(second.written["agreement"]),
        *([Caution(told)] if told else []),
        *([Listing("second_opinion", table)] if table.rows else []),
        Caution(f"{second.bundle_line} Hash {second.bundle['hash']}."),
    )
    return Section("second-opinion", "Second opinion", parts, probabilities=True)


def second_reader(answered: Answer) -> Section | None:
    """Return how another reader's outline compares; None without one."""
    view = answered.view
    if view.reader is None:
        return None
    title = "What the models say of the outlines of two readers"
    outlines = "First outline", "Second outline"
    table = _beside(title, outlines, view.models, view.second_reader)
    parts = (
        *map(Paragraph, view.reader["agreement"]),
        *([Listing("second_reader", table)] if table.rows else []),
        Paragraph(
            "Dice is twice the common volume over the sum of both; distances run from every voxel "
            "of one surface to the nearest of the other, both ways, on the 1 mm grid. The ring of "
            "the second outline is drawn by itself."
        ),
    )
    return Section("second-reader", "Second reader", parts, probabilities=True)


def _beside(
    title: str,
    names: tuple[str, str],
    first: Mapping[str, ModelResult],
    second: Mapping[str, ModelResult],
) -> Table:
    columns = ("Model", *(f"{name}{what}" for name in names for what in ("", ": threshold, call")))
    rows = ((one.name, *_cells(one), *_cells(two)) for one, two in beside(first, second))
    return Table(title, columns, tuple(rows))


def _cells(result: ModelResult) -> tuple[str, str]:
    if result.probability is None:
        return DASH, DASH
    interval = "" if result.interval is None else f" ({interval_words(result.interval)})"
    answer = "" if result.answer is None else f"; answer: {result.answer}"
    called = f"{percent(result.threshold)}, {result.call}{answer}"
    return f"{percent(result.probability)}{interval}", called

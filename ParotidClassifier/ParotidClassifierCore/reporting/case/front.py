"""The first page: the answer, where it comes from, and what speaks against relying on it."""

from ...base.words import counted, listed
from ...bundle.bundle import Bundle
from ...imaging.findings import Severity, max_axial_diameter_mm
from ...imaging.working_grid import WINDOW
from ...models.probabilities import ModelResult, percent
from ...models.words import all_findings
from ...protocol import UNKNOWN, ClinicalVariable
from ..answering import Answer
from ..case_view import HOW_TO_SEE
from ..parts import Caution, Drawing, Facts, Headline, Paragraph, Part, Points, Section
from . import figures

# What the first page has room for; the appendix has everything.
_MOST_FINDINGS, _MOST_LETTERS = 4, 700
_MATTERS = (Severity.ERROR, Severity.WARNING)


def answer(answered: Answer) -> Section:
    """Return the answer, the probability with its interval, and what they mean."""
    view = answered.view
    warnings = [*(finding.message for finding in view.first_findings), view.domain_warning]
    parts: list[Part] = [Caution(warning) for warning in filter(None, warnings)]
    parts.append(Headline(view.heading, view.title, view.details))
    notes = [view.domain_note, HOW_TO_SEE if view.is_withheld else ""]
    parts += [Paragraph(note) for note in filter(None, notes)]
    return Section("answer", "Answer", tuple(parts), probabilities=True)


def scale(answered: Answer) -> Section | None:
    """Return the probability drawn, and whether the other models agree; None without one."""
    result = answered.view.first
    if result.probability is None:
        return None
    told = listed([percent(mark) for mark in result.marks])
    there = percent(result.probability)
    alternative = f"{there} on a scale of 0 to 100 %; {_lines(result)} at {told}"
    drawing = Drawing("gauge", figures.gauge(result), "", alternative)
    parts = (drawing, Paragraph(answered.view.agreement))
    return Section("scale", "Probability and interval", parts, probabilities=True)


def inputs(answered: Answer) -> Section:
    """Return the clinical findings and the measures of the tumour."""
    protocol, said = answered.bundle.protocol, answered.view.written
    predictors = protocol.predictors.values()
    clinical = tuple((v.question, _value(v, said["inputs"].get(v.name))) for v in predictors)
    grid = answered.prepared.grid
    tumor = (
        ("Largest axial diameter", f"{max_axial_diameter_mm(grid.tumor):.0f} mm"),
        ("Volume", f"{grid.tumor.sum() / 1000:.1f} ml"),
        ("Mean density", f"{grid.ct[grid.tumor].mean():.0f} HU"),
        ("Side", said["side"]),
    )
    parts: list[Part] = [Facts(tumor, "Tumour as outlined")]
    if clinical:
        parts.insert(0, Facts(clinical, "Clinical findings"))
    if UNKNOWN in dict(clinical).values():
        models = [model for model in protocol.models.values() if model.clinical]
        alike = all(len(model.clinical) == len(clinical) for model in models)
        what = all_findings(len(clinical)) if alike else "those that they read"
        verb = "needs" if len(models) == 1 else "need"
        need = f"{listed([protocol.plain(model.name) for model in models])} {verb} {what}"
        parts.append(Paragraph(f"What is unknown is not guessed: {need}."))
    return Section("inputs", "What was known", tuple(parts))


def _value(variable: ClinicalVariable, word: str | float | None) -> str:
    """Return the label of a level, or a number with its unit."""
    if variable.value(word) is None:
        return UNKNOWN
    return f"{word:g} {variable.unit}" if variable.is_number else variable.levels[word].lower()


def images(answered: Answer) -> Section:
    """Return the cuts with the outlines and where the network looked."""
    marked, regions = answered.saliency, answered.bundle.protocol.regions
    tumor, *rings = (region.plain for region in answered.prepared.protocol.regions.values())
    lines = "Dashed line" if len(rings) == 1 else "Dashed lines"
    around = f" {lines}: {listed(rings)}, the tissue around it." if rings else ""
    caption = (
        f"Cuts where the tumour is largest, window {WINDOW}; the bar is 1 cm. "
        f"Solid line: {tumor}.{around}"
    )
    if marked is not None:
        caption += (
            " Below, from near: where the network looked for malignancy, relative to its strongest "
            "place in this case, through which the cuts pass. It shows where, not why, and says "
            "nothing about the radiomic features."
        )
    alternative = f"Axial, coronal and sagittal CT with the outlines of {listed([tumor, *rings])}"
    figure = figures.images(answered.prepared.grid, regions.values(), marked)
    return Section("images", "Images", (Drawing("images", figure, caption, alternative),))


def drivers(answered: Answer) -> Section | None:
    """Return the weight of each input; None without a probability."""
    view = answered.view
    bars = view.why
    if not bars:
        return None
    caption = (
        "The weight of each input: to the right for malignancy, to the left (hatched) against it. "
        f"{view.why_note} Inputs that go together share their weight, so a bar is no cause."
    )
    strongest = ", ".join(f"{bar.label} {bar.added:+.2f}" for bar in bars[:3])
    drawing = Drawing("drivers", figures.contributions(bars), caption, f"Strongest: {strongest}")
    return Section("drivers", "What drove it", (drawing,), probabilities=True)


def training(answered: Answer) -> Section | None:
    """Return the place among the training cases; None where nothing is known of it."""
    place = answered.view.place
    if not place.sentences:
        return None
    parts: list[Part] = []
    if place.has_both_outcomes:
        alternative = "Histogram of the training cases' probabilities, with this case as a line"
        caption = (
            f"What the model {answered.view.named(place.model)} said of the training cases, each "
            "before it had seen that case. Bars: share of the cases of an outcome, on one scale."
        )
        parts.append(Drawing("training", figures.training(place), caption, alternative))
    parts += [Paragraph(sentence) for sentence in place.sentences]
    return Section("training", "Among the training cases", tuple(parts), probabilities=True)


def stability(answered: Answer) -> Section | None:
    """Return what slightly different outlines would change; None where it was not computed."""
    view, title = answered.view, "Had it been outlined differently"
    others = view.outlines(view.headline)
    if others is None:
        return None
    told = Paragraph(view.stability(view.headline))
    if not others:
        return Section("stability", title, (told,))
    caption = f"One dot an outline; grey line: as outlined; dashed: {_lines(view.first)}."
    ends = f"{percent(min(others))} to {percent(max(others))}"
    alternative = f"{counted(len(others), 'dot')}, one an outline, from {ends}"
    figure = Drawing("stability", figures.stability(view.first, others), caption, alternative)
    return Section("stability", title, (figure, told), probabilities=True)


def _lines(result: ModelResult) -> str:
    return "threshold" if result.answer_limits is None else "limits of the answers"


def cautions(answered: Answer) -> Section:
    """Return what speaks against relying on the answer, and what the bundle is not for."""
    view = answered.view
    matters = [f.message for f in view.told_findings if f.severity in _MATTERS]
    shown = view.disagreements
    rest = len(matters) + len(shown)
    for message in matters[:_MOST_FINDINGS]:
        if sum(map(len, shown)) + len(message) > _MOST_LETTERS:
            break
        shown.append(message)
    rest -= len(shown)
    if rest:
        shown.append(f"{counted(rest, 'more warning')}: see Findings in the appendix.")
    if not shown and not view.is_withheld:
        nothing = "Nothing" if view.domain_note else "Nothing else"
        shown = [f"{nothing} in the images and the outline speaks against a classification."]
    points = [Points(tuple(shown))] if shown else []
    parts = (*points, Caution(_purpose(answered.bundle)))
    return Section("cautions", "Before you rely on it", parts)


def _purpose(bundle: Bundle) -> str:
    """Return what the numbers of a bundle are not for."""
    if bundle.cohort.caution:
        return bundle.cohort.caution
    use = bundle.intended_use
    if len(use) > _MOST_LETTERS:
        use = f"{use[:_MOST_LETTERS]}… (whole in the appendix)"
    return f"No decision about a patient may rest on this page alone. {use}"

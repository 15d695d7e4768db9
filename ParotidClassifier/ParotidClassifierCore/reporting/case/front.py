"""The first page: the answer, where it comes from, and what speaks against relying on it."""

from __future__ import annotations

from ...base.words import counted
from ...bundle.bundle import Bundle
from ...imaging.findings import QualityFinding, Severity, max_axial_diameter_mm
from ...models.probabilities import ModelResult, percent
from ...models.words import interval_words
from ...prediction.predict import DEMONSTRATION_FINDING
from ...protocol.names import CLINICAL
from ...protocol.outcome import MALIGNANT
from ..panels.contributions import contribution_rows
from ..parts import Caution, Drawing, Facts, Headline, Paragraph, Part, Points, Section
from .comparisons import disagreements
from .figures import (
    contributions_figure,
    gauge_figure,
    images_figure,
    stability_figure,
    training_figure,
)
from .subject import Subject

_MOST_BARS, _MOST_IMAGE_BARS = 6, 5
# What the first page has room for; the appendix has everything.
_MOST_FINDINGS, _MOST_LETTERS = 4, 700
_MATTERS = (Severity.ERROR, Severity.WARNING)


def answer(subject: Subject) -> Section:
    """Return the probability with its interval and threshold, and what they mean."""
    name, result = subject.headline
    first = [Caution(finding.message) for finding in subject.prediction.first_findings]
    if result.probability is None:
        headline = Headline(f"Model {name}", "No probability", (_sentence(result.unavailable),))
    else:
        over = f"Probability of malignancy, model {name}"
        headline = Headline(over, percent(result.probability), _meaning(result))
    return Section("answer", "Answer", (*first, headline), probabilities=True)


def scale(subject: Subject) -> Section | None:
    """Return the probability drawn, and whether the other models agree; None without one."""
    _, result = subject.headline
    if result.probability is None:
        return None
    alternative = (
        f"{percent(result.probability)} on a scale of 0 to 100 %; the threshold lies at "
        f"{percent(result.threshold)}"
    )
    parts = (
        Drawing("gauge", gauge_figure(result), "", alternative),
        Paragraph(_agreement(subject)),
    )
    return Section("scale", "Probability, interval and threshold", parts, probabilities=True)


def _meaning(result: ModelResult) -> tuple[str, ...]:
    low, high = result.interval or (1.0, 0.0)
    is_open = low < result.threshold <= high
    doubt = "The interval holds the threshold: the call is not certain."
    return _certainty(result), _call(result), *((doubt,) if is_open else ())


def _certainty(result: ModelResult) -> str:
    if result.interval is None:
        return f"No interval: {result.no_interval}."
    return f"95 % interval {interval_words(result.interval)}"


def _call(result: ModelResult) -> str:
    side = "Above" if result.call == MALIGNANT else "Below"
    return (
        f"{side} this model's threshold of {percent(result.threshold)}: it calls the tumour "
        f"{result.call}."
    )


def _agreement(subject: Subject) -> str:
    name, result = subject.headline
    others = [other for model, other in subject.available.items() if model != name]
    if not others:
        return "No other model gave a probability."
    alike = sum(other.call == result.call for other in others)
    verb = "calls" if alike == 1 else "call"
    return (
        f"Of {counted(len(others), 'other model')} that gave a probability, {alike} {verb} it "
        f"{result.call} too."
    )


def inputs(subject: Subject) -> Section:
    """Return the clinical findings and the measures of the tumour."""
    words, grid = subject.prediction.inputs, subject.answered.prepared.grid
    clinical = (
        ("Pain, tenderness or facial palsy", words["symptoms"]),
        ("Margin on CT", words["margin"]),
        ("Enlarged lymph nodes", words["lymph_nodes"]),
    )
    tumor = (
        ("Largest axial diameter", f"{max_axial_diameter_mm(grid.tumor):.0f} mm"),
        ("Volume", f"{grid.tumor.sum() / 1000:.1f} ml"),
        ("Mean density", f"{grid.ct[grid.tumor].mean():.0f} HU"),
        ("Side", subject.prediction.side),
    )
    parts: list[Part] = [Facts(clinical, "Clinical findings"), Facts(tumor, "Tumour as outlined")]
    if "unknown" in (value for _, value in clinical):
        parts.append(
            Paragraph(f"What is unknown is not guessed: {CLINICAL} and Combined need all three.")
        )
    return Section("inputs", "What was known", tuple(parts))


def images(subject: Subject) -> Section:
    """Return the cuts with the outlines and where the network looked."""
    marked = subject.answered.saliency
    caption = (
        "Cuts where the tumour is largest, window 400/40 HU; the bar is 1 cm. Solid line: Tumor. "
        "Dashed line: External2, the tissue around it."
    )
    if marked is not None:
        caption += (
            " Below, from near: where the network looked for malignancy, relative to its strongest "
            "place in this case, through which the cuts pass. It shows where, not why, and says "
            "nothing about the radiomic features."
        )
    alternative = "Axial, coronal and sagittal CT with the outlines of Tumor and External2"
    figure = images_figure(subject.answered.prepared.grid, marked)
    return Section("images", "Images", (Drawing("images", figure, caption, alternative),))


def drivers(subject: Subject) -> Section | None:
    """Return what each input adds to the log-odds; None without a probability."""
    name, result = subject.headline
    if result.probability is None:
        return None
    blocks = [(name, contribution_rows(result, _MOST_BARS))]
    image = subject.image_model
    if image not in (None, name):
        rows = contribution_rows(subject.available[image], _MOST_IMAGE_BARS)
        blocks.append((f"and its image part, {image}", rows))
    caption = (
        "What each input adds to the log-odds: to the right for malignancy, to the left (hatched) "
        "against it. Inputs that go together share their weight, so a bar is no cause."
    )
    strongest = ", ".join(f"{label} {added:+.2f}" for label, added in blocks[0][1][1:4])
    drawing = Drawing("drivers", contributions_figure(blocks), caption, f"Strongest: {strongest}")
    return Section("drivers", "What drove it", (drawing,), probabilities=True)


def training(subject: Subject) -> Section | None:
    """Return the place among the training cases; None where nothing is known of it."""
    place = subject.prediction.applicability
    if not place.sentences:
        return None
    parts: list[Part] = []
    if place.score is not None and all(place.training_scores.values()) and place.training_scores:
        alternative = "Histogram of the training cases' probabilities, with this case as a line"
        caption = f"{place.model} of the training cases, each by models that had not seen it."
        parts.append(Drawing("training", training_figure(place), caption, alternative))
    parts += [Paragraph(sentence) for sentence in place.sentences]
    return Section("training", "Among the training cases", tuple(parts), probabilities=True)


def stability(subject: Subject) -> Section | None:
    """Return what slightly different outlines would change; None where it was not computed."""
    name, result = subject.headline
    found = subject.answered.stability
    if found is None or name not in found.probabilities:
        return None
    others, title = found.probabilities[name], "Had it been outlined differently"
    told = Paragraph(found.sentence(name))
    if not others:
        return Section("stability", title, (told,))
    caption = "One dot an outline; grey line: as outlined; dashed line: threshold."
    alternative = (
        f"{counted(len(others), 'dot')}, one an outline, from {percent(min(others))} to "
        f"{percent(max(others))}"
    )
    figure = Drawing("stability", stability_figure(result, others), caption, alternative)
    return Section("stability", title, (figure, told), probabilities=True)


def cautions(subject: Subject) -> Section:
    """Return what speaks against relying on the answer, and what the bundle is not for."""
    matters = [f for f in subject.prediction.findings if _matters(f)]
    shown = disagreements(subject)
    for finding in matters[:_MOST_FINDINGS]:
        if sum(map(len, shown)) + len(finding.message) > _MOST_LETTERS:
            break
        shown.append(finding.message)
    rest = len(matters) + len(disagreements(subject)) - len(shown)
    if rest:
        shown.append(f"{counted(rest, 'more warning')}: see Findings in the appendix.")
    if not matters and not shown:
        shown = ["Nothing in the images and the outline speaks against a classification."]
    parts = (Points(tuple(shown)), Caution(_purpose(subject.bundle)))
    return Section("cautions", "Before you rely on it", parts)


def _matters(finding: QualityFinding) -> bool:
    return finding.severity in _MATTERS and finding.code != DEMONSTRATION_FINDING


def _purpose(bundle: Bundle) -> str:
    """Return what the numbers of a bundle are not for."""
    use = bundle.intended_use
    if len(use) > _MOST_LETTERS:
        use = f"{use[:_MOST_LETTERS]}… (whole in the appendix)"
    if bundle.cohort.simulated:
        return (
            "The models learnt from simulated CT: the probability shows how the method works and "
            f"says nothing about a patient. {use}"
        )
    return (
        "Research software, not a medical device: no decision about a patient may rest on this "
        f"page alone. {use}"
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."

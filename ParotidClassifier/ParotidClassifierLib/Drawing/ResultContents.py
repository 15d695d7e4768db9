"""What the sections of the result share: the result, and how its numbers are written in a panel."""

from dataclasses import dataclass
from html import escape

from ParotidClassifierCore.base.words import DASH
from ParotidClassifierCore.models.answers import INDETERMINATE
from ParotidClassifierCore.models.probabilities import percent
from ParotidClassifierCore.protocol.outcome import BENIGN, MALIGNANT
from ParotidClassifierCore.reporting.case_view import CaseView
from slicer.i18n import tr as _

# of a prediction that a scene holds: what else is in it was not checked
_SAID = (
    "bundle", "headline", "models", "applicability", "findings", "side", "software", "words",
)  # fmt: skip


@dataclass(frozen=True)
class ShownResult:
    """The result as the sections of the panel show it.

    Attributes:
        parameterNode: holds it.
        result: as it is stored.
        view: what is said of the case.
        changed: names of the inputs that changed since; see Fingerprint.
        mayStart: whether a section may ask for something more now.
    """

    parameterNode: object
    result: dict
    view: CaseView
    changed: frozenset
    mayStart: bool


def viewOf(result: dict, showOutside=False) -> CaseView:
    """Return what is said of the case of a stored result.

    With `showOutside` it tells the numbers of a case that is unlike the training cases, too.
    """
    kept = {"stability": "stability", "second_opinion": "secondOpinion"}
    said = {name: result["prediction"][name] for name in _SAID if name in result["prediction"]}
    asked = {name: result[stored] for name, stored in kept.items() if stored in result}
    return CaseView({**said, **asked, "show_outside": showOutside}, result["features"])


def rangeWords(low: float, high: float) -> str:
    """Return a range of probabilities, as in "72–90 %"; a single one where both are alike."""
    ends = (percent(low), percent(high))
    if ends[0] == ends[1]:
        return ends[0]
    low, high = ends[0].removesuffix(" %"), ends[1]
    if all(end[0].isdigit() for end in ends):
        return f"{low}\N{EN DASH}{high}"
    return _("{low} to {high}").format(low=low, high=high)


def marksWords(model) -> str:
    """Return what stands at the marks of a ModelResult."""
    low, high = (percent(mark) for mark in (model.marks[0], model.marks[-1]))
    if model.answer_limits is None:
        return _("threshold {threshold}").format(threshold=low)
    if len(model.marks) == 1:
        return _("benign below {limit}, malignant above").format(limit=low)
    return _("cannot tell from {low} to {high}").format(low=low, high=high)


def outOfDateWords() -> str:
    """Return why a result that is out of date cannot be exported."""
    return _(
        "This result is out of date and cannot be exported as current: classify again. "
        "The case as it is shown can be saved."
    )


def modelNames(view: CaseView) -> str:
    """Return as rich text what the method calls the models of a table of all."""
    rows = "".join(
        f"<tr><td>{escape(view.named(name))}&nbsp;&nbsp;</td><td>{escape(name)}</td></tr>"
        for name in view.models
    )
    return f'<table cellspacing="0" cellpadding="2">{rows}</table>'


def modelsTable(view: CaseView) -> str:
    """Return the rich text of the table of all models, the first's in bold.

    Answers take the place of thresholds and calls, where there are answers.
    """
    hasAnswers = any(model.answer for model in view.models.values())
    hasIntervals = any(model.interval for model in view.models.values())
    probability = _("Probability<br>(95 % interval)") if hasIntervals else _("Probability")
    judged = (_("Answer"),) if hasAnswers else (_("Threshold"), _("Call"))
    head = "".join(f"<td><i>{title}</i></td>" for title in (_("Model"), probability, *judged))
    rows = "".join(_modelRow(view, model, hasAnswers) for model in view.models.values())
    return f'<table width="100%" cellspacing="0" cellpadding="2"><tr>{head}</tr>{rows}</table>'


def _modelRow(view: CaseView, model, hasAnswers: bool) -> str:
    name = escape(view.named(model.name))
    if model.probability is None:
        reason = _("not available: {reason}").format(reason=escape(model.unavailable))
        return (
            f'<tr><td style="color:gray">{name}</td>'
            f'<td colspan="3" style="color:gray">{reason}</td></tr>'
        )
    start, end = ("<b>", "</b>") if model.name == view.headline else ("", "")
    if hasAnswers:
        judged = [verdictWord(model.answer) if model.answer else DASH]
    else:
        judged = [escape(percent(model.threshold)), verdictWord(model.call)]
    certain = f" <small>({escape(rangeWords(*model.interval))})</small>" if model.interval else ""
    told = [escape(percent(model.probability)) + certain, *judged]
    cells = (f'<td style="white-space:nowrap">{start}{text}{end}</td>' for text in told)
    return f"<tr><td>{start}{name}{end}</td>{''.join(cells)}</tr>"


def verdictWord(verdict: str) -> str:
    """Return an answer or a call in the user's language."""
    words = {BENIGN: _("benign"), MALIGNANT: _("malignant"), INDETERMINATE: _("indeterminate")}
    return words[verdict]


def verdictWords(model) -> str:
    """Return the answer of a ModelResult; its call, named as such, where there is none."""
    word = verdictWord(model.verdict)
    return word if model.answer else _("called {outcome}").format(outcome=word)

"""What the panel of the result says, in words and rows, from a prediction as it is stored."""

from dataclasses import dataclass
from html import escape

from slicer.i18n import tr as _

# A chart with more bars than this is not read; the smallest share a bar.
MOST_BARS = 10
# of the columns of the table of models
_ALIGNMENTS = ("left", "left", "center", "left")


@dataclass(frozen=True)
class ContributionRow:
    """One bar of the chart of contributions.

    Attributes:
        label: what the input is, for a reader.
        value: what it adds to the log-odds.
        isInput: False for the intercept, which no input changes.
        toolTip: exact values and the column's name.
    """

    label: str
    value: float
    isInput: bool
    toolTip: str


@dataclass(frozen=True)
class ShownResult:
    """The result as the sections of the panel show it.

    Attributes:
        parameterNode: holds it.
        result: as it is stored.
        headline: name of the model that stands first.
        changed: names of the inputs that changed since; see Fingerprint.
        mayStart: whether a section may ask for something more now.
    """

    parameterNode: object
    result: dict
    headline: str
    changed: frozenset
    mayStart: bool


def availableModels(models: dict) -> list:
    """Return the names of the models that gave a probability, in their order."""
    return [name for name, model in models.items() if "probability" in model]


def percent(probability: float) -> str:
    """Return a probability as Core writes it everywhere."""
    from ParotidClassifierCore.models.probabilities import percent

    return percent(probability)


def rangeWords(low: float, high: float) -> str:
    """Return a range of probabilities, as in "72–90 %"; a single one where both are alike."""
    ends = (percent(low), percent(high))
    if ends[0] == ends[1]:
        return ends[0]
    low, high = ends[0].removesuffix(" %"), ends[1]
    if all(end[0].isdigit() for end in ends):
        return f"{low}\N{EN DASH}{high}"
    return _("{low} to {high}").format(low=low, high=high)


def intervalWords(model: dict) -> str:
    """Return the interval of a model's probability; empty where it has none."""
    interval = model.get("interval")
    return _("95 % interval {range}").format(range=rangeWords(*interval)) if interval else ""


def thresholdWords(model: dict) -> str:
    """Return what a model's probability means beside its threshold."""
    if model["call"] == "malignant":
        text = _("above the threshold of {threshold}: called malignant by this model")
    else:
        text = _("below the threshold of {threshold}: called benign by this model")
    return text.format(threshold=percent(model["threshold"]))


def outOfDateWords() -> str:
    """Return why a result that is out of date cannot be exported."""
    return _(
        "This result is out of date and cannot be exported as current: classify again. "
        "The case as it is shown can be saved."
    )


def modelsTable(models: dict, headline: str) -> str:
    """Return the rich text of the table of all models, the headline's in bold."""
    hasIntervals = any("interval" in model for model in models.values())
    probability = _("Probability<br>(95 % interval)") if hasIntervals else _("Probability")
    titles = (_("Model"), probability, _("Threshold"), _("Call"))
    cells = zip(titles, _ALIGNMENTS, strict=True)
    head = "".join(f'<td align="{align}"><i>{title}</i></td>' for title, align in cells)
    rows = "".join(_modelRow(name, model, name == headline) for name, model in models.items())
    return f'<table width="100%" cellspacing="0" cellpadding="2"><tr>{head}</tr>{rows}</table>'


def _modelRow(name: str, model: dict, isHeadline: bool) -> str:
    if "unavailable" in model:
        reason = _("not available: {reason}").format(reason=escape(model["unavailable"]))
        return (
            f'<tr><td style="color:gray">{escape(name)}</td>'
            f'<td colspan="3" style="color:gray">{reason}</td></tr>'
        )
    interval = model.get("interval")
    certain = f" <small>({escape(rangeWords(*interval))})</small>" if interval else ""
    strong = ("<b>", "</b>") if isHeadline else ("", "")
    texts = (name, percent(model["probability"]), percent(model["threshold"]), callWord(model))
    cells = zip(texts, ("", certain, "", ""), _ALIGNMENTS, strict=True)
    return "<tr>{cells}</tr>".format(
        cells="".join(
            f'<td align="{align}" style="white-space:nowrap">{strong[0]}{escape(text)}{strong[1]}'
            f"{more}</td>"
            for text, more, align in cells
        )
    )


def callWord(model: dict) -> str:
    """Return the call of a model in the user's language."""
    return {"malignant": _("malignant"), "benign": _("benign")}[model["call"]]


def contributionRows(model: dict, features: dict) -> list:
    """Return the bars of one model: the intercept, then its inputs by their weight.

    Args:
        model: as in prediction.json.
        features: the value of each input, by column.
    """
    inputs = sorted(model["contributions"].items(), key=lambda item: -abs(item[1]))
    # one more bar takes no more room than a bar for the rest
    shown = inputs if len(inputs) <= MOST_BARS + 1 else inputs[:MOST_BARS]
    rows = [_interceptRow(model)]
    rows += [_inputRow(column, value, features) for column, value in shown]
    rest = inputs[len(shown) :]
    return [*rows, _restRow(rest)] if rest else rows


def _interceptRow(model: dict) -> ContributionRow:
    return ContributionRow(
        _("Before any input (intercept)"),
        model["intercept"],
        False,
        _("The log-odds of a training case whose inputs are all average: {value}").format(
            value=f"{model['intercept']:+.4f}"
        ),
    )


def _inputRow(column: str, contribution: float, features: dict) -> ContributionRow:
    from ParotidClassifierCore.models.words import column_label

    lines = [column_label(column), column]
    if features.get(column) is not None:
        lines.append(_("Value: {value}").format(value=f"{features[column]:.6g}"))
    lines.append(_("Adds to the log-odds: {value}").format(value=f"{contribution:+.4f}"))
    return ContributionRow(column_label(column), contribution, True, "\n".join(lines))


def _restRow(rest: list) -> ContributionRow:
    lines = [f"{column}: {contribution:+.4f}" for column, contribution in rest]
    label = _("{count} smaller ones together").format(count=len(rest))
    return ContributionRow(label, sum(value for _column, value in rest), True, "\n".join(lines))

"""A prediction in lines for a terminal."""

from collections.abc import Iterable, Iterator

from ..base.words import DASH
from ..models.probabilities import NOT_HELD, percent
from .case_view import HOW_TO_SEE, CaseView, Row, beside

_TITLES = Row("model", "probability", "95 % interval", "answer", "threshold", "call")


def terminal_text(view: CaseView, series: str = "") -> str:
    """Return what is said of a case, with a line on the CT's DICOM `series`, if it is one."""
    blocks = [_answer(view, series)]
    if view.second is not None:
        blocks.append(_second_opinion(view.second))
    if view.reader is not None:
        blocks.append(["Second reader:", *_readers(view), *view.reader["agreement"]])
    return "\n\n".join("\n".join(lines) for lines in blocks)


def _answer(view: CaseView, series: str) -> list[str]:
    lines = [view.bundle_line, "", *(finding.line for finding in view.first_findings)]
    warned = view.domain_warning and f"warning: {view.domain_warning}"
    lines += filter(None, [warned, view.sentence])
    if view.is_withheld:
        lines += [view.why_outside, HOW_TO_SEE]
    else:
        lines += ["", *_models(view), ""]
        # The sentence says the probability and its interval; what they mean comes last.
        lines += [*view.no_intervals, *view.meaning, *view.place.sentences]
    lines += filter(None, [view.domain_note])
    if view.outlines(view.headline) is not None:
        lines.append(view.stability(view.headline))
    if view.written["ring"]:  # there are images
        lines.append(f"Side of the tumour: {view.written['side']}.")
    lines += filter(None, [series])
    return [*lines, *(finding.line for finding in view.later_findings)]


def _second_opinion(second: CaseView) -> list[str]:
    rows = [row for row in second.rows if row.model in second.available]
    warned = second.domain_warning and f"warning: {second.domain_warning}"
    lines = [
        f"Second opinion, by the bundle {second.bundle['name']}:",
        second.bundle_line,
        warned,
        second.sentence,
        second.why_outside if second.is_withheld else "",
        *_table([_TITLES, *rows] if rows else []),
        second.written["agreement"],
    ]
    return list(filter(None, lines))


def _models(view: CaseView) -> Iterator[str]:
    """Yield the table of the models; those that the bundle lacks stand in one line."""
    held = [row for row in view.rows if view.models[row.model].unavailable != NOT_HELD]
    yield from _table([_TITLES, *held])
    if len(held) < len(view.models):
        yield "The bundle does not hold the other models."


def _table(rows: Iterable[Row]) -> Iterator[str]:
    for model, *numbers, call in rows:
        probability, interval, answer, threshold = numbers
        told = call.removeprefix("not available: ")  # the dashes say so
        known = f"{model:<24} {probability:>11} {interval:>16}"
        yield f"{known}  {answer:<13} {threshold:>9}  {told}"


def _readers(view: CaseView) -> Iterator[str]:
    if not view.available:
        return
    yield f"{'model':<24} {'first reader':>12} {'second reader':>14}"
    for first, second in beside(view.available, view.second_reader):
        if first.probability is not None:
            other = DASH if second.probability is None else percent(second.probability)
            yield f"{first.name:<24} {percent(first.probability):>12} {other:>14}"

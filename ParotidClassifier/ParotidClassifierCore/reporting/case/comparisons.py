"""What another bundle and another reader's outline make of the case, beside the first answer."""

from __future__ import annotations

from collections.abc import Mapping

from ...base.words import DASH
from ...models.probabilities import ModelResult, percent
from ...models.words import interval_words
from ...statistics.results import Table
from ..answering import Answer
from ..case_view import beside
from ..parts import Caution, Listing, Paragraph, Section


def second_opinion(answered: Answer) -> Section | None:
    """Return the answers of two bundles side by side; None where one was asked alone."""
    view, second = answered.view, answered.view.second
    if second is None:
        return None
    names = view.bundle["name"], second.bundle["name"]
    title = f"What the bundles {names[0]} and {names[1]} say of this case"
    parts = (
        Paragraph(second.written["agreement"]),
        Listing("second_opinion", _table(title, names, view.models, second.models)),
        Caution(f"{second.bundle_line} Hash {second.bundle['hash']}."),
    )
    return Section("second-opinion", "Second opinion", parts, probabilities=True)


def second_reader(answered: Answer) -> Section | None:
    """Return how another reader's outline compares; None without one."""
    view = answered.view
    if view.reader is None:
        return None
    title, names = "What the models say of the outlines of two readers", ("First", "Second")
    outlines = tuple(f"{name} outline" for name in names)
    parts = (
        *map(Paragraph, view.reader["agreement"]),
        Listing("second_reader", _table(title, outlines, view.models, view.second_reader)),
        Paragraph(
            "Dice is twice the common volume over the sum of both; distances run from every voxel "
            "of one surface to the nearest of the other, both ways, on the 1 mm grid. The ring of "
            "the second outline is drawn by itself."
        ),
    )
    return Section("second-reader", "Second reader", parts, probabilities=True)


def _table(
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
    return (
        f"{percent(result.probability)}{interval}",
        f"{percent(result.threshold)}, {result.call}",
    )

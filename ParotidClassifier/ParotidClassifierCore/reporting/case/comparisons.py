"""What another bundle and another reader's outline make of the case, beside the first answer."""

from __future__ import annotations

from collections.abc import Mapping

from ...base.words import DASH
from ...models.probabilities import ModelResult, percent
from ...models.words import interval_words
from ...protocol.names import ELEVEN_MODELS
from ...statistics.results import Table
from ..parts import Caution, Listing, Paragraph, Section
from .subject import Subject


def disagreements(subject: Subject) -> list[str]:
    """Return what the first page has to say of another bundle and another reader: other calls."""
    opinion, reader = subject.answered.second_opinion, subject.answered.second_reader
    told = []
    if opinion is not None:
        calls = {p.headline[1].call for p in (opinion.first, opinion.second)}
        if len(calls) > 1 and None not in calls:
            told.append(opinion.agreement)
    if reader is not None and subject.headline[0] in reader.other_calls:
        told.append(f"{reader.sentences[1]} See Second reader in the appendix.")
    return told


def second_opinion(subject: Subject) -> Section | None:
    """Return the answers of two bundles side by side; None where one was asked alone."""
    opinion = subject.answered.second_opinion
    if opinion is None:
        return None
    names = [str(prediction.bundle["name"]) for prediction in (opinion.first, opinion.second)]
    table = Table(
        f"What the bundles {names[0]} and {names[1]} say of this case",
        ("Model", *(f"{name}{what}" for name in names for what in ("", ": threshold, call"))),
        _rows(opinion.first.models, opinion.second.models),
    )
    parts = (
        Paragraph(opinion.agreement),
        Listing("second_opinion", table),
        Caution(f"{opinion.second.bundle_line} Hash {opinion.second.bundle['hash']}."),
    )
    return Section("second-opinion", "Second opinion", parts, probabilities=True)


def second_reader(subject: Subject) -> Section | None:
    """Return how another reader's outline compares; None without one."""
    reader = subject.answered.second_reader
    if reader is None:
        return None
    titles = ("First outline", "Second outline")
    table = Table(
        "What the models say of the outlines of two readers",
        ("Model", *(f"{name}{what}" for name in titles for what in ("", ": threshold, call"))),
        _rows(reader.first.models, reader.second.models),
    )
    parts = (
        *map(Paragraph, reader.sentences),
        Listing("second_reader", table),
        Paragraph(
            "Dice is twice the common volume over the sum of both; distances run from every voxel "
            "of one surface to the nearest of the other, both ways, on the 1 mm grid. The ring of "
            "the second outline is drawn by itself."
        ),
    )
    return Section("second-reader", "Second reader", parts, probabilities=True)


def _rows(
    first: Mapping[str, ModelResult], second: Mapping[str, ModelResult]
) -> tuple[tuple[str, ...], ...]:
    answered = [n for n in ELEVEN_MODELS if {first[n].call, second[n].call} != {None}]
    return tuple((name, *_cells(first[name]), *_cells(second[name])) for name in answered)


def _cells(result: ModelResult) -> tuple[str, str]:
    if result.probability is None:
        return DASH, DASH
    interval = "" if result.interval is None else f" ({interval_words(result.interval)})"
    return (
        f"{percent(result.probability)}{interval}",
        f"{percent(result.threshold)}, {result.call}",
    )

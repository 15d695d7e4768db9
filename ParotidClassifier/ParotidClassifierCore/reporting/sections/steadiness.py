"""How far the probabilities move with what nobody can see in a scan or an outline."""

from dataclasses import astuple, fields

from ...base.words import counted
from ...models.logistic import probability_of
from ...models.probabilities import percent
from ...statistics.results import Movement, Steadiness, Table
from ..figures.steadiness import steadiness_figure
from ..parts import Drawing, Listing, Paragraph, Part, Section
from ..study import Study
from ..words import number

_NOTHING = 1e-6  # log-odds; what is less is rounding


def steadiness(study: Study) -> Section | None:
    """Return how steady the model shown first is, and where the others stand; None if unknown."""
    found = study.steadiness
    if found is None:
        return None
    movements = found.movements
    shown = study.protocol.first_shown(dict.fromkeys(each.model for each in movements))
    told = [each for each in movements if each.model == shown]
    parts: list[Part] = [Paragraph(_what_was_done(found, len(told)))]
    if told:
        parts += [
            Listing("steadiness", _table(shown, told, found)),
            Paragraph(_meaning(told, found.draws)),
            *_drawings(study, movements),
            Listing("steadiness_all", _numbers(movements), on_page=False),
        ]
    return Section("steadiness", "Steadiness of the probabilities", tuple(parts), True)


def _what_was_done(found: Steadiness, changes: int) -> str:
    if not found.cases:
        failed = "; ".join(f"{name}: {why}" for name, why in found.failures.items())
        return f"No test case could be classified again. {failed}".strip()
    return (
        f"Each of {counted(found.cases, 'test case')}, drawn at random, was classified as it is "
        f"and {found.draws * changes} times more: {found.draws} times with each change of the "
        "table. Nobody can see these changes in the images, and none of them makes another patient "
        "of a case. A model that can be believed hardly answers differently."
    )


def _table(shown: str, told: list[Movement], found: Steadiness) -> Table:
    rows = tuple(
        (
            each.change,
            number(each.median),
            number(each.percentile_95),
            _from_even(each.median),
            _from_even(each.percentile_95),
            each.cases,
        )
        for each in told
    )
    columns = (
        "Change", "Log-odds, median", "Log-odds, 95th percentile", "50 % becomes, median",
        "50 % becomes, 95th percentile", "Cases",
    )  # fmt: skip
    note = (
        "Change of the log-odds, up or down, over cases and repetitions. An origin that moves in "
        "the headers of CT and mask must change nothing; the contour moves by up to half a voxel "
        "of the 1 mm lattice."
    )
    failed = [f"{name} could not be classified: {why}" for name, why in found.failures.items()]
    return Table(f"How far {shown} moves", columns, rows, (note, *failed))


def _from_even(moved: float) -> str:
    """Return what a probability of 50 % becomes, down or up."""
    ends = [percent(float(probability_of(end))) for end in (-moved, moved)]
    return " or ".join(dict.fromkeys(ends))


def _meaning(told: list[Movement], draws: int) -> str:
    worst = max(told, key=lambda each: each.percentile_95)
    if worst.percentile_95 < _NOTHING:
        return f"What this means: none of these changes moves {worst.model}."
    up, repetitions = float(probability_of(worst.percentile_95)), draws * worst.cases
    return (
        f"What this means: what moves {worst.model} most is “{worst.change}”. In 19 of 20 "
        f"repetitions a probability of 50 % would stay between {percent(1 - up)} and "
        f"{percent(up)}; nearer to 0 or 100 % the same change moves it less. Where the "
        "probabilities of two patients differ by less, the difference says nothing. The 95th "
        f"percentile rests on the largest changes alone, {max(1, round(0.05 * repetitions))} of "
        f"{repetitions}."
    )


def _drawings(study: Study, movements: list[Movement]) -> list[Drawing]:
    """Return a figure of the changes that move a model; nothing where none does."""
    moving = {each.change for each in movements if each.percentile_95 >= _NOTHING}
    drawn = [each for each in movements if each.change in moving]
    if not drawn:
        return []
    figure = steadiness_figure(drawn, study.protocol, study.banner)
    caption = (
        "How far each change moves the log-odds of each model: the point is the median, the line "
        "ends at the 95th percentile. A change that moves none is not drawn."
    )
    return [Drawing("steadiness", figure, caption, "Change of the log-odds by change and model")]


def _numbers(movements: list[Movement]) -> Table:
    """Return all figures as numbers, for other programs."""
    columns = tuple(field.name for field in fields(Movement))
    return Table("Change of the log-odds", columns, tuple(map(astuple, movements)))

"""How much better the models look on cases they learnt from: three sets of figures side by side."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from ..statistics.results import Estimate, Evaluation, ModelFigures, SetFigures, Table
from .words import DASH, NOT_ESTIMABLE, number, with_interval

_MEASURES = {"AUC": "auc", "slope": "calibration_slope", "Brier": "brier"}
_MODEL_WIDTH, _WIDTH = 24, 5  # of columns on the terminal
_SHARE = "share of malignant alone"
_READINGS = {
    "apparent": "Apparent: the training cases by the models that learnt from them. The further "
    "these figures are above the others, the more the models have learnt by heart.",
    "out of fold": "Out of fold: each training case by models that had not seen it.",
}
SLOPE_READING = (
    "A slope below 1 means that the probabilities are too sure, one above 1 that they are not sure "
    "enough."
)
_READING = (
    f"In brackets the slope's 95 % interval. {SLOPE_READING} A Brier score is the better the "
    "smaller; the last row is of giving every case the share of malignant ones, which needs no "
    "model."
)


class _Set(NamedTuple):
    name: str
    short: str
    figures: SetFigures


def _sets(evaluation: Evaluation) -> list[_Set]:
    found = (
        _Set("apparent", "app", evaluation.training),
        _Set("out of fold", "oof", evaluation.out_of_fold),
        _Set("test", "test", evaluation.test),
    )
    return [of_set for of_set in found if of_set.figures is not None]


def _models(sets: list[_Set]) -> list[str]:
    return list(dict.fromkeys(name for of_set in sets for name in of_set.figures.models))


def optimism(evaluation: Evaluation) -> dict[str, dict[str, dict[str, object]]]:
    """Return the figures by model and set, for other programs."""
    sets = _sets(evaluation)
    wanted = (*_MEASURES.values(), "slope_absent", "brier_of_share")
    return {
        name: {
            of_set.name: {key: getattr(of_set.figures.models[name], key) for key in wanted}
            for of_set in sets
            if name in of_set.figures.models
        }
        for name in _models(sets)
    }


def optimism_table(evaluation: Evaluation) -> Table:
    """Return the figures as the report shows them, one row a model."""
    sets = _sets(evaluation)
    columns = (f"{measure}, {of_set.name}" for measure in _MEASURES for of_set in sets)
    rows = []
    for name in _models(sets):
        of_sets = [of_set.figures.models.get(name) for of_set in sets]
        rows.append(
            (
                name,
                *(number(m and m.auc.value) for m in of_sets),
                *_slopes(of_sets),
                *(number(m and m.brier.value) for m in of_sets),
            )
        )
    rows.append((_SHARE.capitalize(), *_of_share(sets, 3)))
    worth_knowing = chain.from_iterable(map(_worth_knowing, sets))
    notes = (*(_READINGS[s.name] for s in sets if s.name in _READINGS), _READING, *worth_knowing)
    title = f"Side by side: {', '.join(of_set.name for of_set in sets)}"
    if len(sets) == 1:
        title = f"AUC, calibration slope and Brier score, {sets[0].figures.title}"
    return Table(title, ("Model", *columns), tuple(rows), notes)


def _slopes(of_sets: Sequence[ModelFigures | None]) -> list[str]:
    """Return the slopes; the last, of the set that tells most, has room for its interval."""
    *earlier, last = of_sets
    told = [number(model and model.calibration_slope.value, 2) for model in earlier]
    return [*told, with_interval(last.calibration_slope, 2) if last else DASH]


def slope_words(model: ModelFigures) -> str:
    """Return the calibration slope, or why it is not estimable."""
    if model.calibration_slope.value is None:
        return f"{NOT_ESTIMABLE}: {model.slope_absent}" if model.slope_absent else NOT_ESTIMABLE
    return number(model.calibration_slope.value, 2)


def _of_share(sets: list[_Set], digits: int) -> list[str]:
    """Return the figures of giving every case the share of malignant ones."""
    shares = [of_set.figures.malignant / of_set.figures.cases for of_set in sets]
    return [
        *(number(0.5, digits) if 0 < share < 1 else DASH for share in shares),
        *[DASH] * len(sets),
        *(number(share * (1 - share), digits) for share in shares),
    ]


def optimism_lines(evaluation: Evaluation) -> Iterator[str]:
    """Yield the figures as the terminal shows them, and what must not be overlooked in them."""
    sets = _sets(evaluation)
    if not sets:
        return
    group = len(sets) * (_WIDTH + 1) - 1
    yield _line("", (f"{measure:^{group}}" for measure in _MEASURES))
    yield _line("model", (f"{s.short:>{_WIDTH}}" for _ in _MEASURES for s in sets))
    for name in _models(sets):
        of_sets = [of_set.figures.models.get(name) for of_set in sets]
        estimates = (
            Estimate(None) if model is None else getattr(model, measure)
            for measure in _MEASURES.values()
            for model in of_sets
        )
        yield _line(name, (f"{number(estimate.value, 2):>{_WIDTH}}" for estimate in estimates))
    yield _line(_SHARE, (f"{text:>{_WIDTH}}" for text in _of_share(sets, 2)))
    if len(sets) > 1:
        yield "app: apparent, by the models that learnt from these cases; oof: out of fold."
    for of_set in sets:
        yield from _worth_knowing(of_set)


def _line(first: str, others: Iterator[str]) -> str:
    return " ".join([f"{first:<{_MODEL_WIDTH}}", *others]).rstrip()


def _worth_knowing(of_set: _Set) -> Iterator[str]:
    models = of_set.figures.models.items()
    absent: dict[str, list[str]] = {}
    for name, model in models:
        if model.slope_absent:
            absent.setdefault(model.slope_absent, []).append(name)
    for reason, names in absent.items():
        yield f"Slope {NOT_ESTIMABLE}, {of_set.name}, {reason}: {', '.join(names)}."
    # Of one class the share says nothing wrong, as nobody could before knowing the outcomes.
    both = [(name, model) for name, model in models if 0 < model.malignant < model.cases]
    worse = [name for name, model in both if model.brier.value > model.brier_of_share]
    if worse:
        yield f"Brier score worse than that of the share alone, {of_set.name}: {', '.join(worse)}."

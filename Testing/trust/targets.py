"""The targets: each figure that something is wanted of, and whether it is reached."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from ParotidClassifierCore.base.words import listed
from ParotidClassifierCore.bundle.published_clinical import Anchor, patterns
from ParotidClassifierCore.models.answers import ERROR_RATE
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.protocol import Protocol
from ParotidClassifierCore.protocol.outcome import BENIGN, MALIGNANT
from ParotidClassifierCore.statistics.results import Estimate

from . import figures
from .cohorts import Judged
from .figures import Spread
from .plan import Plan
from .steadiness import BEFORE, ORIGIN, Moved

SLOPES = (0.85, 1.15)
LEAST_GAIN = -0.005
LEAST_COVERAGE = 0.90
MOST_OUTSIDE = 0.05
LEAST_DEFINITE = 0.60
PERMUTED_AUC = (0.45, 0.55)
# Scores that tell nothing fall beyond either limit as often as the error rate allows.
CHANCE_DEFINITE = 2 * ERROR_RATE
WITHOUT_FINDINGS = (0.079, 0.230)
_STANDARD_ERRORS = 1.96
HEADER = ("what", "before", "measured", "over the cohorts", "target", "")


@dataclass(frozen=True)
class Results:
    """What was measured.

    Attributes:
        cohorts: by size, those that are done.
        permuted: cohorts with permuted outcomes.
        moved: of a model, how far its log-odds moved; None where that was not measured.
    """

    plan: Plan
    cohorts: Mapping[int, Sequence[Judged]]
    permuted: Sequence[Judged] = ()
    moved: tuple[str, Moved] | None = None


@dataclass(frozen=True)
class Row:
    """A line of the table of targets.

    Attributes:
        before: what was measured before this was worked on.
        over: how the cohorts differ: SD, worst.
        reached: None where nothing is wanted, or nothing was measured.
    """

    what: str
    measured: str
    before: str = ""
    over: str = ""
    target: str = ""
    reached: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as written, in the order of HEADER."""
        verdict = {True: "reached", False: "**missed**", None: ""}[self.reached]
        return (self.what, self.before, self.measured, self.over, self.target, verdict)


def rows(found: Results) -> Iterator[Row]:
    """Yield the rows of the table of targets."""
    protocol = found.plan.protocol
    simulated = {
        size: [cohort.simulated for cohort in with_real]
        for size, with_real in found.cohorts.items()
        if with_real
    }
    if len(simulated) > 1:
        for row in _of_models([*simulated.values()], protocol):
            yield replace(row, what=f"{row.what}, all cohorts")
    for size, cohorts in simulated.items():
        for row in (*_of_models([cohorts], protocol), *_of_cases(cohorts, protocol)):
            yield replace(row, what=f"{row.what}, cohorts of {size}")
        yield _real_row(found.cohorts[size], size)
    yield from _moved_rows(found.moved)
    yield from _permuted_rows(found.permuted)
    yield _published_row()


def _of_models(sizes: Sequence[Sequence[Judged]], protocol: Protocol) -> Iterator[Row]:
    """Yield the rows of what models say over the cohorts of all `sizes`."""
    every = [cohort for cohorts in sizes for cohort in cohorts]
    models = figures.models_of_all(every)
    yield _slopes_row({model: figures.slope(every, model) for model in models})
    yield _brier_row(
        {model: figures.brier(every, model) for model in models},
        figures.brier_of_prevalence(every),
    )
    gains = {
        fusion: figures.together(
            figures.gain_of_fusion(of_size, fusion, parts) for of_size in sizes
        )
        for fusion, parts in figures.fusions(protocol, models).items()
    }
    yield _least_row(
        "AUC of RAD+DL less that of the better of RAD and DL, worst region",
        gains, LEAST_GAIN, "−0.12 to −0.22 against DL", "{:+.3f}",
    )  # fmt: skip
    covered = {
        model: figures.together(figures.coverage(of_size, model) for of_size in sizes)
        for model in models
    }
    row = _least_row(
        "Coverage of the mean by the 95 % interval, worst model",
        covered, LEAST_COVERAGE, "0.49", "{:.2f}",
    )  # fmt: skip
    fewest = min(map(len, sizes))
    if fewest > 1:
        below = sum(of_model.mean < LEAST_COVERAGE for of_model in covered.values())
        exact = f"{figures.exact_coverage(fewest):.2f} of exact intervals"
        row = replace(row, measured=f"{row.measured}; {below} of {len(models)} below; {exact}")
    yield row


def _slopes_row(slopes: Mapping[str, Spread]) -> Row:
    what, target = "Mean calibration slope of every model", f"{SLOPES[0]} to {SLOPES[1]}"
    known = {model: spread for model, spread in slopes.items() if spread.values}
    absent = sum(len(spread.absent) for spread in slopes.values())
    note = f"; {absent} slopes not estimable" if absent else ""
    if not known:
        return Row(what, f"none is estimable{note}", target=target)
    inside = [model for model, s in known.items() if SLOPES[0] <= s.mean <= SLOPES[1]]
    low, high = _extreme(known, min), _extreme(known, max)
    return Row(
        what,
        f"{known[low].mean:.2f} ({low}) to {known[high].mean:.2f} ({high}); {len(inside)} of "
        f"{len(slopes)} models within{note}",
        "0.09 to 0.64 (RAD, fusions)",
        f"{_over(known[low], 1.0, '{:.2f}')}; {_over(known[high], 1.0, '{:.2f}')}",
        target,
        len(inside) == len(slopes),
    )


def _brier_row(scores: Mapping[str, Spread], prevalence: float) -> Row:
    worse = [model for model, spread in scores.items() if spread.mean > prevalence]
    worst = _extreme(scores, max)
    return Row(
        "Models whose Brier score is worse than the prevalence's",
        f"{len(worse)} of {len(scores)}{f' ({listed(worse)})' if worse else ''}; largest "
        f"{scores[worst].mean:.3f} ({worst}), the prevalence's {prevalence:.3f}",
        "6 of 11",
        _over(scores[worst], 0.0, "{:.3f}"),
        "0",
        not worse,
    )


def _least_row(
    what: str, spreads: Mapping[str, Spread], least: float, before: str, form: str
) -> Row:
    """Return the row of a figure whose smallest mean over the cohorts is judged."""
    target = f"≥ {form.format(least)}"
    known = {name: spread for name, spread in spreads.items() if spread.values}
    if not known:
        return Row(what, "not measured", before, target=target)
    name = _extreme(known, min)
    return Row(
        what,
        f"{form.format(known[name].mean)} ({name})",
        before,
        _over(known[name], np.inf, form),
        target,
        known[name].mean >= least,
    )


def _of_cases(cohorts: Sequence[Judged], protocol: Protocol) -> Iterator[Row]:
    outside = figures.share_in_domain(cohorts, DomainStatus.OUTSIDE)
    edge = figures.share_in_domain(cohorts, DomainStatus.BORDERLINE)
    yield Row(
        "Test cases outside the domain",
        f"{outside.mean:.1%}; borderline {edge.mean:.1%}",
        over=_over(outside, 0.0, "{:.1%}"),
        target=f"≤ {MOST_OUTSIDE:.0%}",
        reached=outside.mean <= MOST_OUTSIDE,
    )
    model = protocol.first_shown(figures.models_of_all(cohorts))
    for outcome in (MALIGNANT, BENIGN):
        yield _wrong_row(
            f"Of the {outcome} cases, answered the opposite ({model})",
            figures.wrong(cohorts, model, outcome),
        )
        yield _wrong_row(
            f"Of the {outcome} cases with a definite answer, answered the opposite ({model})",
            figures.wrong(cohorts, model, outcome, among_definite=True),
        )
    told = figures.definite(cohorts, model)
    yield Row(
        f"Test cases with a definite answer ({model})",
        f"{told.mean:.0%}",
        over=_over(told, 1.0, "{:.0%}"),
        target=f"≥ {LEAST_DEFINITE:.0%}",
        reached=told.mean >= LEAST_DEFINITE,
    )


def _wrong_row(what: str, share: Estimate) -> Row:
    if share.value is None:
        return Row(what, "no such answer", target=f"≤ {ERROR_RATE:.0%}")
    return Row(
        what,
        percent_with_interval(share),
        target=f"≤ {ERROR_RATE:.0%} within its interval",
        reached=share.low <= ERROR_RATE,
    )


def _real_row(cohorts: Sequence[Judged], size: int) -> Row:
    cases = int(cohorts[0].real.sum())
    what = f"Real CT from elsewhere that get a headline probability, cohorts of {size}"
    if not cases:
        return Row(what, "skipped: there is no real CT at hand", "all", target="none")
    shown = figures.with_headline(cohorts)
    edge = figures.share_in_domain([c.of(c.real) for c in cohorts], DomainStatus.BORDERLINE)
    return Row(
        what,
        f"{shown.mean:.1f} of {cases}; borderline {edge.mean * cases:.1f}",
        "all",
        _over(shown, 0.0, "{:.0f}"),
        "none",
        not any(shown.values),
    )


def _moved_rows(found: tuple[str, Moved] | None) -> Iterator[Row]:
    if found is None:
        yield Row("Change of the log-odds with invisible changes of a case", "not measured")
        return
    model, moved = found
    for change, (middle, high) in moved.items():
        before = BEFORE.get(change)
        target = {}
        if change == ORIGIN:
            half = [figure / 2 for figure in before]
            target = {
                "target": f"≤ {half[0]:.3f} / {half[1]:.3f}: half",
                "reached": middle <= half[0] and high <= half[1],
            }
        yield Row(
            f"Change of {model}'s log-odds, {change}: median / 95th percentile",
            f"{middle:.3f} / {high:.3f}",
            f"{before[0]:.3f} / {before[1]:.3f}" if before else "",
            **target,
        )


def _permuted_rows(cohorts: Sequence[Judged]) -> Iterator[Row]:
    what = "Permuted outcomes: {}"
    if not cohorts:
        yield Row(what.format("everything"), "not measured")
        return
    models = figures.models_of_all(cohorts)
    aucs = {model: figures.auc(cohorts, model) for model in models}
    worst = max(aucs, key=lambda model: abs(aucs[model].mean - 0.5))
    yield Row(
        what.format("mean AUC, worst model"),
        f"{aucs[worst].mean:.3f} ({worst})",
        "0.50 ±",
        _over(aucs[worst], 0.5, "{:.3f}"),
        f"{PERMUTED_AUC[0]} to {PERMUTED_AUC[1]}",
        PERMUTED_AUC[0] <= aucs[worst].mean <= PERMUTED_AUC[1],
    )
    told = {model: figures.definite(cohorts, model) for model in models}
    most = _extreme(told, max)
    yield Row(
        what.format("definite answers, worst model"),
        f"{told[most].mean:.0%} ({most})",
        over=_over(told[most], 0.0, "{:.0%}"),
        target=f"≤ {CHANCE_DEFINITE:.0%}, what chance gives, within 1.96 standard errors",
        reached=not _is_above(told[most], CHANCE_DEFINITE),
    )


def _is_above(spread: Spread, most: float) -> bool:
    """Whether the mean is above it by more than the cohorts' differences explain."""
    doubt = _STANDARD_ERRORS * np.nan_to_num(spread.standard_error)
    return spread.mean - doubt > most


def _published_row() -> Row:
    anchor = Anchor.published()
    probability = patterns(anchor)[0].probability
    low, high = WITHOUT_FINDINGS
    return Row(
        "published-clinical: a patient without findings",
        f"{probability:.1%}, from {anchor.malignant} malignant of {anchor.patients} such test "
        "patients of the study",
        "3.6%",
        target=f"{low:.1%} to {high:.1%}",
        reached=bool(low <= probability <= high),
    )


def _extreme(spreads: Mapping[str, Spread], choose: Callable) -> str:
    """Return the name with the smallest or largest mean."""
    return choose(spreads, key=lambda name: spreads[name].mean)


def _over(spread: Spread, wanted: float, form: str) -> str:
    """Return SD and worst; `wanted` may be infinite: the smallest is the worst."""
    worst = min(spread.values) if np.isinf(wanted) else spread.worst(wanted)
    return f"SD {number(spread.sd, form.replace('+', ''))}, worst {form.format(worst)}"


def number(value: float, form: str) -> str:
    """Return a number in this form; a dash for one that there is not."""
    return "–" if np.isnan(value) else form.format(value)


def percent_with_interval(share: Estimate) -> str:
    """Return a share with its interval; a dash for one that there is not."""
    if share.value is None:
        return "–"
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%})"

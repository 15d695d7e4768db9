"""The page: what was measured against what is wanted, in Markdown."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
from benchmark_table import this_machine
from ParotidClassifierCore.base.words import counted, listed
from ParotidClassifierCore.protocol.outcome import BENIGN, MALIGNANT

from . import figures
from .cohorts import Judged
from .figures import Spread
from .plan import Plan
from .steadiness import CASES
from .targets import CHANCE_DEFINITE, HEADER, Results, number, percent_with_interval, rows

_HEAD = """# Whether the probabilities can be trusted

Written by `make trust`; change the study beside this file, not this file.

{how}"""
_EXPLAINED = """## How it was measured

- Before: of the models whose penalties were chosen on features that all rows had selected, as far
  as it was measured then.
- Each cohort is a draw from one pool of simulated cases and is learnt from as `train` does: reader
  agreement by perturbed images, networks, models. Its bundle is asked about the test cases by the
  way of a prediction.
- Slope: logistic regression of the outcome on the log-odds of the test cases. It is not estimable
  where they hardly differ; such cohorts are left out of the mean, and counted.
- The prevalence's Brier score is that of the test cases' own share of malignant ones, which no
  training set could know so well.
- The better of RAD and DL is the one with the larger mean AUC over the cohorts.
- Coverage: the share of test cases whose interval holds the mean of the log-odds that the other
  cohorts of the size give the case. Of the log-odds, because the interval is made around them; of
  the others, because the cohort's own would draw the mean to itself. That mean is uncertain too, so
  exact intervals of 95 % would cover less of it: how much stands beside the figure.
- Answers: a case outside the domain gets none. Wilson's intervals are of as many cases as one
  cohort was judged on, since all were judged on the same. The error rate promises the share of all
  cases of a class; the share among those with a definite answer is larger.
- Real CT: of each scan its tumour as outlined, and balls of soft tissue elsewhere. None is a
  parotid tumour.
- Invisible changes: {cases} test cases, each change twice, by the bundle of the first cohort of
  {largest}. Before: the models and the lattice of then, 30 other simulated cases.
- Permuted outcomes: dealt anew among the training cases, and among the test cases. Scores that tell
  nothing fall beyond either limit of the answers as often as the error rate allows:
  {chance:.0%} definite answers by chance."""


def page(found: Results) -> str:
    """Return the whole page."""
    plan = found.plan
    pieces = [
        _HEAD.format(how=_how(found)),
        *_lines("## Targets", HEADER, [row.cells for row in rows(found)]),
        _EXPLAINED.format(
            cases=min(CASES, plan.test), largest=max(plan.sizes), chance=CHANCE_DEFINITE
        ),
    ]
    for size, cohorts in found.cohorts.items():
        if cohorts:
            title = f"## Every model: {counted(len(cohorts), 'cohort')} of {size}"
            pieces += _lines(title, *_every_model([c.simulated for c in cohorts]))
    if found.permuted:
        of = counted(len(found.permuted), "cohort")
        title = f"## Permuted outcomes: {of} of {min(found.plan.sizes)}"
        pieces += _lines(title, *_every_permuted(found.permuted))
    return "\n\n".join(pieces) + "\n"


def _lines(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, str]:
    lines = (header, ["---"] * len(header), *rows)
    return title, "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _how(found: Results) -> str:
    plan = found.plan
    done = listed(
        [f"{len(c)} of {counted(plan.cohorts, 'cohort')} of {n}" for n, c in found.cohorts.items()]
    )
    epochs = "" if plan.epochs is None else f" Networks: {counted(plan.epochs, 'epoch')} only."
    return (
        f"Machine: {this_machine()}.\nDate: {dt.datetime.now(dt.timezone.utc).date()}.\n"
        f"Done: {done}, each judged on the same {plan.test} simulated test cases that no cohort "
        f"touches.{_overlaps(plan)}{epochs}{_left_out(found)}\n{_minutes(found)}"
    )


def _overlaps(plan: Plan) -> str:
    shared = {size: plan.shared(size) for size in plan.sizes}
    if not any(shared.values()):
        return " Cohorts of a size share no case."
    told = listed([f"{share:.0%} of those of {size}" for size, share in shared.items()])
    return (
        f" **Two cohorts share cases** ({told} in the mean): they differ less than cohorts of "
        "other patients would, and intervals seem to cover more than they do."
    )


def _left_out(found: Results) -> str:
    plan, left = found.plan, []
    if not plan.network:
        left.append("the network and every model that reads it, so Combined too")
    elif found.permuted and not plan.permuted_network:
        left.append("with permuted outcomes, the network and every model that reads it")
    if found.moved is None:
        left.append("invisible changes of a case")
    every = [*found.permuted, *(cohort for of_size in found.cohorts.values() for cohort in of_size)]
    if failed := sorted({name for cohort in every for name in cohort.failed.tolist()}):
        left.append(f"cases that could not be used ({listed(failed, 5)})")
    return f" **Left out**: {'; '.join(left)}." if left else ""


def _minutes(found: Results) -> str:
    told = [
        f"{np.mean([cohort.minutes for cohort in cohorts]):.1f} for one of {size}"
        for size, cohorts in found.cohorts.items()
        if cohorts
    ]
    return f"Minutes of learning from a cohort (in the run that ended it): {listed(told)}."


def _every_model(cohorts: Sequence[Judged]) -> tuple[list[str], list[list[str]]]:
    header = ["model", "AUC (SD)", "slope (SD; farthest from 1)", "not estimable",
        "Brier (SD)", "coverage (worst)", "median width", "definite (SD)",
        "malignant answered benign", "benign answered malignant"]  # fmt: skip
    return header, [_model_cells(cohorts, model) for model in figures.models_of_all(cohorts)]


def _model_cells(cohorts: Sequence[Judged], model: str) -> list[str]:
    slope, covered = figures.slope(cohorts, model), figures.coverage(cohorts, model)
    return [
        model,
        _mean_sd(figures.auc(cohorts, model), "{:.3f}"),
        "–"
        if not slope.values
        else f"{slope.mean:.2f} ({number(slope.sd, '{:.2f}')}; {slope.worst(1.0):.2f})",
        _reasons(slope.absent),
        _mean_sd(figures.brier(cohorts, model), "{:.3f}"),
        f"{covered.mean:.2f} ({min(covered.values):.2f})" if covered.values else "–",
        number(figures.width(cohorts, model).mean, "{:.2f}"),
        _mean_sd(figures.definite(cohorts, model), "{:.0%}"),
        percent_with_interval(figures.wrong(cohorts, model, MALIGNANT)),
        percent_with_interval(figures.wrong(cohorts, model, BENIGN)),
    ]


def _every_permuted(cohorts: Sequence[Judged]) -> tuple[list[str], list[list[str]]]:
    cells = []
    for model in figures.models_of_all(cohorts):
        auc, told = figures.auc(cohorts, model), figures.definite(cohorts, model)
        cells.append([model, _mean_sd(auc, "{:.3f}"), _mean_sd(told, "{:.0%}")])
    return ["model", "AUC (SD)", "definite (SD)"], cells


def _mean_sd(spread: Spread, form: str) -> str:
    return f"{number(spread.mean, form)} ({number(spread.sd, form)})"


def _reasons(absent: Sequence[str]) -> str:
    return listed([f"{absent.count(why)} × {why}" for why in dict.fromkeys(absent)])

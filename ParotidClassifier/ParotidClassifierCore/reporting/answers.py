"""How many answers are definite, how many of them wrong, and how many cases get none."""

from collections.abc import Iterator

from ..base.words import counted
from ..models.answers import ERROR_RATE
from ..models.domain import DomainStatus
from ..statistics.results import AnswerFigures, Evaluation, SetFigures, Table
from .words import number, with_interval

_PERCENT = f"{100 * ERROR_RATE:.0f} %"
_SHARES = {
    "definite": "Definite",
    "covered": "Not answered the other",
    "wrong_of_definite": "Wrong of the definite",
}
_WORDS = {
    DomainStatus.INSIDE: "like the training cases",
    DomainStatus.BORDERLINE: "at their edge",
    DomainStatus.OUTSIDE: "unlike them",
    DomainStatus.UNKNOWN: "not known",
}


def answer_table(figures: SetFigures) -> Table | None:
    """Return by model and class how the answers did; None where no model has answers."""
    rows = [
        (
            name,
            with_interval(model.answers["all"].definite),
            *(
                with_interval(getattr(model.answers[of], what))
                for what in _SHARES
                for of in ("benign", "malignant")
            ),
        )
        for name, model in figures.models.items()
        if model.answers
    ]
    if not rows:
        return None
    columns = [f"{what}, {of}" for what in _SHARES.values() for of in ("benign", "malignant")]
    note = (
        f"An answer is benign, malignant or indeterminate; of the cases of a class at most "
        f"{_PERCENT} should be answered the other. In brackets Wilson's 95 % interval. Cases "
        "outside the applicability domain get no answer: they count as neither definite nor wrong."
    )
    by_itself = (
        "The limits of the answers were set on these very scores: here the share that is "
        "answered the other class is as stated by construction. The test shows whether it holds."
    )
    notes = (note, by_itself) if "out of fold" in figures.title else (note,)
    return Table(f"Answers, {figures.title}", ("Model", "Definite", *columns), tuple(rows), notes)


def domain_sentence(figures: SetFigures) -> str:
    """Return how many of the cases lie where; empty where it is not known."""
    told = [
        f"{with_interval(figures.domain[status.value])} {words}"
        for status, words in _WORDS.items()
        if status.value in figures.domain and figures.domain[status.value].value
    ]
    cases = counted(figures.cases, "case")
    return f"Of {cases}, as a share with its 95 % interval: {'; '.join(told)}." if told else ""


def answer_lines(evaluation: Evaluation) -> Iterator[str]:
    """Yield the figures as the terminal shows them: out of fold, then of the test."""
    for short, figures in (("out of fold", evaluation.out_of_fold), ("test", evaluation.test)):
        answered = {n: m.answers for n, m in figures.models.items() if m.answers} if figures else {}
        if answered:
            yield f"Answers, {short}, at an error rate of {_PERCENT} of each class:"
            yield f"{'model':<24} {'definite':>8} {'wrong: benign':>14} {'malignant':>10}"
        for name, answers in answered.items():
            wrong = [f"{_wrong(answers[of]):>{n}}" for of, n in (("benign", 14), ("malignant", 10))]
            yield f"{name:<24} {number(answers['all'].definite.value, 2):>8} {' '.join(wrong)}"
        if figures and (told := domain_sentence(figures)):
            yield told


def _wrong(answers: AnswerFigures) -> str:
    covered = answers.covered.value
    return number(None if covered is None else 1 - covered, 2)

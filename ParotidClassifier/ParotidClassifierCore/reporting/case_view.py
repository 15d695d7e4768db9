"""What is said of one case, made once: panel, terminal, pictures, report, table and DICOM show it.

It is made from a prediction as it is stored, so that a scene that is opened again, or a folder,
says the same as the day it was computed. Imports nothing that a bare 3D Slicer lacks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

from ..base.words import DASH, counted, listed
from ..imaging.findings import (
    DEMONSTRATION,
    FIRST_CODES,
    OTHER_BODY_PART,
    QualityFinding,
    Severity,
)
from ..models.answers import ERROR_RATE, EVEN, INDETERMINATE, Limits
from ..models.domain import FINDING_CODES, DomainResult, DomainStatus
from ..models.logistic import probability_of
from ..models.probabilities import ModelResult, percent
from ..models.words import bundle_line, column_label, interval_words, model_to_show
from ..protocol import ColumnKind, column_of, shen2026
from ..protocol.outcome import BENIGN, MALIGNANT
from ..radiomics.engines import RADIOMICS_ENGINE, RADIOMICS_ENGINE_OF_TRAINING, measured_by

NO_COMBINED = "no_combined"
# What compares a case with the training cases.
APPLICABILITY_CODES = tuple(FINDING_CODES.values())
# The verdicts that are no class.
CANNOT_TELL, NOT_CERTAIN = "Cannot tell", "Not certain"
NO_ANSWER, NO_PROBABILITY = "No answer", "No probability"
WITHHELD = "this case is unlike the training cases"
HOW_TO_SEE = (
    "The models' numbers are not reliable here, so none is shown. To see them all the same, use "
    '--show-outside on the command line, or "Show the models\' numbers anyway" in the panel.'
)
_SIDES = ("left", "right")  # of imaging.side, which takes long to import
_ANSWERS = {BENIGN: "says benign", MALIGNANT: "says malignant", INDETERMINATE: "cannot tell"}
_EARLIER_VERSION = "it was classified by an earlier version"
_IMAGE_KINDS = (ColumnKind.RADIOMIC, ColumnKind.NETWORK, ColumnKind.DEEP)
_OF_A_KIND = {
    ColumnKind.RADIOMIC: "texture", ColumnKind.NETWORK: "network", ColumnKind.DEEP: "network",
}  # fmt: skip
_PLACES = {
    DomainStatus.BORDERLINE: ", at the edge of the training cases",
    DomainStatus.OUTSIDE: f", not reliable: {WITHHELD}",
}
_STORED = {stored.name for stored in fields(ModelResult)} - {"name"}
_BINS = 25


class Row(NamedTuple):
    """A model in a table: texts, a dash for what is not there; the call may say why."""

    model: str
    probability: str
    interval: str
    answer: str
    threshold: str
    call: str


class Bar(NamedTuple):
    """What inputs add to the log-odds of a model, which a radiologist reads as their weight.

    `columns` says what each of them adds; it is empty for the intercept.
    """

    label: str
    added: float
    columns: Mapping[str, float]


@dataclass(frozen=True)
class Place:
    """Where a case stands among the training cases.

    Attributes:
        model: whose probabilities are compared; None, as is its score, if none gave one.
        scores: by outcome, those of the training cases out of fold; empty if they are not known.
        sentences: what is known, in words.
    """

    model: str | None
    score: float | None
    scores: Mapping[str, tuple[float, ...]]
    sentences: tuple[str, ...]

    @property
    def heights(self) -> dict[str, list[float]]:
        """By outcome the bars of a histogram from 0 to 1: the share of the cases of that outcome.

        Both have one scale, on which the largest of all shares is 1.
        """
        shares = {outcome: _shares(scores) for outcome, scores in self.scores.items()}
        largest = max(map(max, shares.values()), default=0) or 1
        return {outcome: [share / largest for share in of] for outcome, of in shares.items()}

    @property
    def has_both_outcomes(self) -> bool:
        """Whether scores of malignant and of benign training cases are known."""
        return self.score is not None and all(self.scores.get(o) for o in (MALIGNANT, BENIGN))


@dataclass(frozen=True)
class CaseView:
    """What is said of a case by one bundle.

    Attributes:
        written: as it stands in prediction.json, with what else was asked.
        features: value of each column that a model read; empty where they are not known.
    """

    written: Mapping[str, Any]
    features: Mapping[str, float | None] = field(default_factory=dict)

    @cached_property
    def domain(self) -> DomainResult:
        """Whether the case is like the training cases."""
        said = (self.written.get("applicability") or {}).get("domain")
        if said is None:
            return DomainResult(DomainStatus.UNKNOWN, (_EARLIER_VERSION,))
        return DomainResult.from_dict(said)

    @property
    def is_withheld(self) -> bool:
        """Whether no model's number is given: outside the domain none can be relied on.

        Neither a saliency map nor other outlines are found out then, or shown.
        """
        return self.domain.status is DomainStatus.OUTSIDE and not self.shows_outside

    @property
    def shows_outside(self) -> bool:
        """Whether somebody asked for the numbers, map and outlines of a case that is outside."""
        return bool(self.written.get("show_outside"))

    @cached_property
    def models(self) -> dict[str, ModelResult]:
        """What each model says, in their order."""
        said = {name: _result(name, model) for name, model in self.written["models"].items()}
        if self.domain.status is not DomainStatus.OUTSIDE:
            return said
        return {name: self._outside(result) for name, result in said.items()}

    def _outside(self, result: ModelResult) -> ModelResult:
        """Return what is told of a result of a case that is outside: no answer holds its error."""
        if result.probability is None:
            return result
        if self.is_withheld:
            return ModelResult(result.name, unavailable=WITHHELD)
        return replace(result, answer=None, answer_limits=None, no_answer=WITHHELD)

    @cached_property
    def available(self) -> dict[str, ModelResult]:
        """The models that gave a probability."""
        return {n: result for n, result in self.models.items() if result.probability is not None}

    @cached_property
    def headline(self) -> str:
        """The model that stands first."""
        reasons = {name: result.unavailable for name, result in self.models.items()}
        # Earlier predictions do not name it.
        return self.written.get("headline") or model_to_show(shen2026(), reasons)

    @property
    def first(self) -> ModelResult:
        """What the model says that stands first."""
        return self.models[self.headline]

    @property
    def _words(self) -> Mapping[str, Mapping[str, str]]:
        return self.written.get("words", {})  # earlier predictions have none

    def named(self, model: str) -> str:
        """Return a model in the protocol's plain words; its name where there are none."""
        return self._words.get("models", {}).get(model, model)

    @property
    def bundle(self) -> Mapping[str, Any]:
        """Which bundle answered: name, hash, banner, who it learnt from, what it is for."""
        return self.written["bundle"]

    @property
    def bundle_line(self) -> str:
        """What stands wherever a probability is shown."""
        return bundle_line(self.bundle)

    @property
    def measured_by(self) -> str:
        """Which engine measured the radiomic features; empty where none did, or it is not known."""
        versions = self.written.get("software", {})
        return measured_by(*map(versions.get, (RADIOMICS_ENGINE, RADIOMICS_ENGINE_OF_TRAINING)))

    # The answer

    @property
    def heading(self) -> str:
        """What stands above the title: whose answer it is."""
        return f"Model: {self.named(self.headline)}"

    @property
    def verdict(self) -> str:
        """The answer in at most two words, as it stands before any number."""
        first = self.first
        if self.domain.status is DomainStatus.OUTSIDE:
            return NO_ANSWER
        if first.probability is None:
            return NO_PROBABILITY
        if first.answer == INDETERMINATE:
            return CANNOT_TELL
        is_certain = not (self.doubt if first.answer is None else self.answer_doubt)
        return first.verdict.capitalize() if is_certain else NOT_CERTAIN

    @property
    def title(self) -> str:
        """The answer in few words: a class, as answered or only called, or that there is none."""
        first, verdict = self.first, self.verdict
        if verdict in (NO_ANSWER, NO_PROBABILITY):
            return verdict
        if verdict == CANNOT_TELL:
            return f"{verdict} ({INDETERMINATE})"
        said = f"Called {first.call}" if first.answer is None else first.answer.capitalize()
        return f"{said}, not certain" if verdict == NOT_CERTAIN else said

    @property
    def short(self) -> str:
        """The numbers behind the verdict in one line; why there are none, where there are none."""
        first = self.first
        if first.probability is None:
            return first.unavailable
        return f"{percent(first.probability)}, {self._numbers}"

    @property
    def _numbers(self) -> str:
        """The interval of the first probability, and what it is judged by."""
        first = self.first
        certain = "no interval" if first.interval is None else self.certainty
        if first.answer_limits is None:
            return f"{certain}, threshold {percent(first.threshold)}"
        low, high = map(percent, first.answer_limits)
        judged = f"benign below {low}, malignant above"
        return f"{certain}, {judged if low == high else f'cannot tell from {low} to {high}'}"

    def for_the_board(
        self, side: str = "", size_mm: float | None = None, volume_ml: float | None = None
    ) -> str:
        """Return the answer as one sentence to copy into the notes of a tumour board.

        Args:
            side: of the body, in the words of `imaging.side.Side`; that of the prediction if empty.
            size_mm: largest axial diameter; None where it is not known, as the volume.
        """
        side = side or self.written.get("side", "")
        tumor = f"{side.capitalize()} parotid tumour" if side in _SIDES else "Parotid tumour"
        measures = [
            "" if size_mm is None else f"{size_mm:.0f} mm",
            "" if volume_ml is None else f"{volume_ml:.1f} ml",
        ]
        tumor = ", ".join(filter(None, [tumor, *measures]))
        title = self.title[0].lower() + self.title[1:]
        bundle = f"{self.bundle['banner']}, {self.bundle['training_cohort']}"
        if self.first.probability is None:
            return f"{tumor}: {title}, {self.first.unavailable}; {bundle}."
        place = _PLACES.get(self.domain.status, "")
        said = f"{title}, {self.probability} ({self._numbers}){place}"
        return f"{tumor}: {said}; model {self.named(self.headline)} of {bundle}."

    @property
    def details(self) -> tuple[str, ...]:
        """What stands under the title: the probability, how certain it is, and what it means."""
        first = self.first
        if first.probability is None:
            told = [_sentence(first.unavailable), self.is_withheld and self.why_outside]
        else:
            told = [self.probability, self.certainty, *self.meaning]
        return tuple(filter(None, told))

    @property
    def meaning(self) -> tuple[str, ...]:
        """How often the answer is wrong; without one the call, and why there is no answer."""
        first = self.first
        if first.probability is None:
            return ()
        if first.answer is not None:
            told = (self.answer_doubt, _error_words(first.answer_limits), self._other_call)
            return tuple(filter(None, told))
        why = first.no_answer
        absent = "" if why is None else f"No answer at a stated error rate: {why}."
        return tuple(filter(None, (self.call, self.doubt, absent)))

    @property
    def _other_call(self) -> str:
        """What to make of a call that is not the answer; empty where they are the same."""
        first = self.first
        if first.call == first.answer:
            return ""
        return (
            f"Its call, {first.call}, only says that the probability lies {self._side} the "
            f"threshold of {percent(first.threshold)}."
        )

    @property
    def sentence(self) -> str:
        """The answer in one sentence; why there is none, where there is none."""
        first = self.first
        if first.probability is None:
            return f"{self.title}: {first.unavailable}."
        certain = "" if first.interval is None else f" ({self.certainty})"
        return f"{self.title}. {self.heading}, {self.probability}{certain}."

    @property
    def probability(self) -> str:
        """The first probability, and of what."""
        return f"{percent(self.first.probability)} probability of malignancy"

    @property
    def certainty(self) -> str:
        """The interval of the first probability, or why it has none."""
        if self.first.interval is None:
            return f"No interval: {self.first.no_interval}."
        return f"95 % interval {interval_words(self.first.interval)}"

    @property
    def call(self) -> str:
        """What the first probability means beside its threshold."""
        return (
            f"{self._side.capitalize()} this model's threshold of {percent(self.first.threshold)}: "
            f"it calls the tumour {self.first.call}."
        )

    @property
    def _side(self) -> str:
        return "above" if self.first.call == MALIGNANT else "below"

    @property
    def doubt(self) -> str:
        """Whether the interval leaves the first call open; empty where it does not."""
        low, high = self.first.interval or (1.0, 0.0)
        is_open = low < self.first.threshold <= high
        return "The interval holds the threshold: the call is not certain." if is_open else ""

    @property
    def answer_doubt(self) -> str:
        """Whether the interval reaches another answer; empty where it does not, or there is none.

        Of *cannot tell* it says nothing: that is no answer to rely on.
        """
        first = self.first
        if first.answer not in (BENIGN, MALIGNANT) or first.interval is None:
            return ""
        ends = {Limits(*first.answer_limits).answer(end) for end in first.interval}
        others = listed([_ANSWERS[other] for other in sorted(ends - {first.answer})])
        return (
            f"The interval reaches where it {others}: the answer is not certain." if others else ""
        )

    @property
    def why_outside(self) -> str:
        """Why the case is not inside the domain."""
        return _sentence("; ".join(self.domain.reasons))

    @property
    def domain_warning(self) -> str:
        """What is told before a number that is not to be trusted; empty where nothing is."""
        warned = self.domain.status in FINDING_CODES and not self.is_withheld
        return self.domain.sentence if warned else ""

    @property
    def domain_note(self) -> str:
        """What is told after a number: that the case is like the others, or that nobody knows."""
        return "" if self.domain.status in FINDING_CODES else self.domain.sentence

    @property
    def lacking(self) -> str:
        """Why a probability stands first that is not Combined's; empty where it is, or none is."""
        if self.first.probability is None:
            return ""
        return next((f.message for f in self.findings if f.code == NO_COMBINED), "")

    @property
    def agreement(self) -> str:
        """How many other models say the same as the first."""
        others = [other for model, other in self.available.items() if model != self.headline]
        if not others:
            return "No other model gave a probability."
        said = Counter(other.verdict for other in others)
        alike = said.pop(self.first.verdict, 0)
        told = [f"{alike} {'says' if alike == 1 else 'say'} the same ({self.first.verdict})"]
        rest = [f"{count} {verdict}" for verdict, count in said.most_common()]
        told += [f"others: {listed(rest)}"] if rest else []
        count = counted(len(others), "other model")
        return f"Of {count} that gave a probability, {'; '.join(told)}."

    @property
    def rows(self) -> list[Row]:
        """All models as rows of a table."""
        return [_row(result) for result in self.models.values()]

    @property
    def no_intervals(self) -> list[str]:
        """Why probabilities have no interval, each reason once."""
        reasons = [result.no_interval for result in self.models.values() if result.no_interval]
        return [f"No interval: {reason}." for reason in dict.fromkeys(reasons)]

    # What it rests on

    @property
    def why(self) -> list[Bar]:
        """What drove the model that stands first, the largest first; empty without a probability.

        Each clinical input has a bar that says its value; all of the image is one, whose columns
        hold each input. What the model starts from is none of them, see `why_note`.
        """
        added = self._by_size(self.first.contributions)
        kinds = {column: known.kind for column in added if (known := column_of(column))}
        clinical = [c for c in added if kinds.get(c) is ColumnKind.CLINICAL]
        bars = [Bar(self._in_words(c), added[c], {c: added[c]}) for c in clinical]
        image = {column: n for column, n in added.items() if column not in clinical}
        if image:
            parts = {_OF_A_KIND.get(kinds.get(column)) for column in image} - {None}
            what = f" ({listed(sorted(parts, reverse=True))})" if parts else ""
            bars.append(Bar(f"The image{what}", sum(image.values()), image))
        return sorted(bars, key=lambda bar: -abs(bar.added))

    @property
    def why_note(self) -> str:
        """How the bars of `why` add up to the first probability; empty without one."""
        first = self.first
        if first.probability is None:
            return ""
        start, end = map(percent, (float(probability_of(first.intercept)), first.probability))
        return f"The model starts from {start}; the bars lead from there to {end}."

    @property
    def of_the_image(self) -> dict[str, float]:
        """What each column of the image adds to the first log-odds, the strongest first."""
        read = {
            column: added
            for column, added in self.first.contributions.items()
            if (known := column_of(column)) and known.kind in _IMAGE_KINDS
        }
        return self._by_size(read)

    @staticmethod
    def _by_size(added: Mapping[str, float]) -> dict[str, float]:
        return dict(sorted(added.items(), key=lambda item: -abs(item[1])))

    def _in_words(self, column: str) -> str:
        """Return the value of a clinical input in words; the input where they are not known."""
        return self._words.get("inputs", {}).get(column) or column_label(column)

    def bars(self, model: str, most: int) -> list[Bar]:
        """Return what drove a model that gave a probability: the intercept, then the largest first.

        At the most so many inputs have a bar of their own; the rest stand together in one more.
        """
        result = self.models[model]
        start = Bar("Before any input (intercept)", result.intercept, {})
        return [start, *_bars_of(self._by_size(result.contributions), most)]

    def image_bars(self, most: int) -> list[Bar]:
        """Return what each input of the image adds to the first log-odds, as bars like `bars`."""
        return _bars_of(self.of_the_image, most)

    @cached_property
    def place(self) -> Place:
        """Where the case stands among the training cases."""
        said = {} if self.is_withheld else self.written.get("applicability") or {}
        scores = {outcome: tuple(s) for outcome, s in said.get("training_scores", {}).items()}
        words = tuple(said.get("sentences", ()))
        return Place(said.get("model"), said.get("score"), scores, words)

    # What speaks against it

    @cached_property
    def findings(self) -> list[QualityFinding]:
        """Everything that was noticed."""
        said = self.written["findings"]
        return [QualityFinding(f["code"], Severity(f["severity"]), f["message"]) for f in said]

    @property
    def first_findings(self) -> list[QualityFinding]:
        """What is told before any probability: it puts in doubt that there is one to tell."""
        return [finding for finding in self.findings if finding.code in FIRST_CODES]

    @property
    def is_elsewhere(self) -> bool:
        """Whether the CT says that it shows another part of the body."""
        return any(finding.code == OTHER_BODY_PART for finding in self.findings)

    @property
    def told_findings(self) -> list[QualityFinding]:
        """What was noticed but for what the line of the bundle and the domain say anyway."""
        said = {DEMONSTRATION, *APPLICABILITY_CODES}
        # Which probability stands first is no matter where none is shown.
        said |= {NO_COMBINED} if self.is_withheld else set()
        return [finding for finding in self.findings if finding.code not in said]

    @property
    def later_findings(self) -> list[QualityFinding]:
        """What is told after the probability."""
        return [finding for finding in self.told_findings if finding.code not in FIRST_CODES]

    # What else was asked

    def outlines(self, model: str) -> tuple[float, ...] | None:
        """Return a model's probabilities under slightly different outlines.

        None if they were not asked for, or are withheld.
        """
        found = {} if self.is_withheld else self.written.get("stability", {})
        probabilities = found.get("probabilities", {})
        return tuple(probabilities[model]) if model in probabilities else None

    def stability(self, model: str) -> str:
        """Return what slightly different outlines say of a model that `outlines` has."""
        found = self.written["stability"]
        others, outline = self.outlines(model), "slightly different outline"
        unusable = counted(found["unusable"], outline)
        said_by = f"the model {self.named(model)}"
        if not others:
            return (
                f"None of {unusable} could be classified: whether {said_by} would say the same "
                "of it is not known."
            )
        rest = f" {unusable} could not be classified." if found["unusable"] else ""
        if found.get("outside"):
            rest += (
                f" With {found['outside']} of the {len(others)} the case is unlike the training "
                "cases."
            )
        what = "call" if self.models[model].answer is None else "answer"
        return (
            f"Under {counted(len(others), outline)} {said_by} says "
            f"{interval_words((min(others), max(others)))}; its {what} changes "
            f"{counted(found['call_flips'][model], 'time')}.{rest}"
        )

    @cached_property
    def second(self) -> CaseView | None:
        """What another bundle says; None where none was asked."""
        opinion = self.written.get("second_opinion")
        return opinion and self._other(opinion, opinion["headline"][1])

    def _other(self, said: Mapping[str, Any], headline: str) -> CaseView:
        shown = {"show_outside": self.written.get("show_outside")}
        return CaseView({"words": self._words, **said, **shown, "headline": headline})

    @property
    def reader(self) -> Mapping[str, Any] | None:
        """How another reader's outline compares; None without one."""
        return self.written.get("second_reader")

    @property
    def second_reader(self) -> dict[str, ModelResult]:
        """What the models say of the outline of another reader; empty without one.

        It is withheld where the case is: whichever outline it comes from, it is a number of a case
        that is unlike the training cases.
        """
        if self.reader is None:
            return {}
        models = self._other(self.reader, self.headline).models
        return {n: self._outside(r) for n, r in models.items()} if self.is_withheld else models

    @property
    def disagreements(self) -> list[str]:
        """Where the other bundle, and the other reader's outline, say otherwise, in sentences."""
        told, second, reader = [], self.second, self.reader
        if second is not None and len({self.first.verdict, second.first.verdict} | {None}) == 3:
            told.append(second.written["agreement"])
        if reader is not None and self._reader_differs(reader):
            told.append(f"{reader['agreement'][1]} See Second reader in the appendix.")
        return told

    def _reader_differs(self, reader: Mapping[str, Any]) -> bool:
        views = self, self._other(reader, self.headline)
        first, second = (view.domain.status is DomainStatus.OUTSIDE for view in views)
        return first != second or (not first and self.headline in reader["other_calls"])


def beside(
    first: Mapping[str, ModelResult], second: Mapping[str, ModelResult]
) -> list[tuple[ModelResult, ModelResult]]:
    """Return two answers model by model, where one of them has a probability."""
    names = dict.fromkeys((*first, *second))
    pairs = [[of.get(name) or ModelResult(name) for of in (first, second)] for name in names]
    return [(one, other) for one, other in pairs if {one.call, other.call} != {None}]


def _bars_of(inputs: Mapping[str, float], most: int) -> list[Bar]:
    # One more bar takes no more room than a bar for the rest.
    own = dict(list(inputs.items())[: len(inputs) if len(inputs) <= most + 1 else most])
    rest = {column: added for column, added in inputs.items() if column not in own}
    bars = [Bar(column_label(column), added, {column: added}) for column, added in own.items()]
    if rest:
        bars.append(Bar(f"{len(rest)} smaller ones together", sum(rest.values()), rest))
    return bars


def _shares(scores: tuple[float, ...]) -> list[float]:
    """Return the share of the scores, 0 to 1, in each bin of a histogram."""
    counts = [0] * _BINS
    for score in scores:
        counts[min(int(score * _BINS), _BINS - 1)] += 1
    return [count / (len(scores) or 1) for count in counts]


def _result(name: str, said: Mapping[str, Any]) -> ModelResult:
    known = {key: said[key] for key in _STORED & said.keys()}
    known |= {key: tuple(known[key]) for key in ("interval", "answer_limits") if key in known}
    return ModelResult(name, **known)


def _sentence(told: str) -> str:
    return f"{told[:1].upper()}{told[1:]}."


def _error_words(limits: tuple[float, float]) -> str:
    low, high = limits
    most = round(100 * ERROR_RATE)
    between = "" if low == high else f" Between {percent(low)} and {percent(high)} it cannot tell."
    if between and EVEN in limits:
        never = "malignant is never said below" if high == EVEN else "benign is never said above"
        between = f"{between[:-1]}; {never} {percent(EVEN)}, whatever the rate allows."
    return (
        f"On average, of 100 benign tumours like the training cases at most {most} are answered "
        f"malignant, of 100 malignant ones at most {most} benign.{between}"
    )


def _row(result: ModelResult) -> Row:
    if result.probability is None:
        return Row(result.name, *[DASH] * 4, f"not available: {result.unavailable}")
    interval = DASH if result.interval is None else interval_words(result.interval)
    probability, threshold = percent(result.probability), percent(result.threshold)
    return Row(result.name, probability, interval, result.answer or DASH, threshold, result.call)

"""Finds out how stable a new result is, while the user asks for nothing else."""

from ParotidClassifierCore.base.errors import ParotidClassifierError
from ParotidClassifierCore.reporting.case_view import CaseView

from ..Background.Worker import SUPERSEDED
from ..Timers import singleShot

# Answers to clinical findings come one after the other, each with a new result.
_PAUSE_MS = 300


class StabilityFollower:
    """Has other outlines of a new result tried in the background, as work that gives way.

    Whatever else is asked takes its place, and it begins again when that is done. A result that
    comes with a scene waits until the user wants it, and so does one where it failed.

    Attributes:
        isTrying: whether it is computed, or will be as soon as nothing else is asked.
        problem: what went wrong; empty if nothing did.
        onChange: called without arguments when one of these changed.
    """

    def __init__(self, classification, results, onChange):
        self._classification = classification
        self._results = results
        self.onChange = onChange
        self._timer = singleShot(_PAUSE_MS, self._start)
        self.follow(None)
        classification.onKept = self._onKept
        classification.onRest = self._timer.start

    def follow(self, parameterNode) -> None:
        """Follow the result of another parameter node; with None, of none."""
        self._timer.stop()
        self._parameterNode = parameterNode
        self._showsOutside = False
        self.isTrying, self.problem = False, ""

    def begin(self, showOutside: bool) -> None:
        """Try other outlines of the result, as the user wants.

        With `showOutside` also of a case that is unlike the training cases.
        """
        self.isTrying, self.problem = True, ""
        self._showsOutside = showOutside
        self._start()
        self.onChange()

    def _onKept(self) -> None:
        self.isTrying, self.problem = True, ""
        self._showsOutside = False
        self.onChange()

    def _start(self) -> None:
        if not self.isTrying or self._classification.isBusy:
            return
        if not self._hasProbability():
            self._end()
            return
        node, outside = self._parameterNode, self._showsOutside
        try:
            self._classification.stability(node, outside, _ignored, self._end, self._onError)
        except ParotidClassifierError:  # out of date: the panel says so
            self._end()

    def _hasProbability(self) -> bool:
        """Return whether there is a result with a number that may be told."""
        result = self._results.read(self._parameterNode)
        if result is None:
            return False
        asked = {**result["prediction"], "show_outside": self._showsOutside}
        return CaseView(asked).first.probability is not None

    def _onError(self, kind: str, message: str, remedy: str) -> None:
        if kind != SUPERSEDED:
            self._end(problem=f"{message} {remedy}")

    def _end(self, _answer=None, problem="") -> None:
        self.isTrying, self.problem = False, problem
        self.onChange()


def _ignored(*_values) -> None:
    """Take no notice."""

"""Keeps the result in step with the clinical findings, whose answers change it at once."""

import contextlib

import vtk
from ParotidClassifierCore.base.errors import ParotidClassifierError
from slicer.util import VTKObservationMixin

from ..Timers import singleShot

_DEBOUNCE_MS = 30


class ResultFollower(VTKObservationMixin):
    """Classifies the case again when nothing but the clinical findings changed since the result.

    That takes no time that a user would notice, and nothing is said of it. Another outline or ring
    waits for the user: only he knows when it is finished. So does everything while he waits for
    something, and while the process is cold.
    """

    def __init__(self, classification, results):
        super().__init__()
        self._classification = classification
        self._results = results
        self._parameterNode = None
        self._timer = singleShot(_DEBOUNCE_MS, self._update)

    def follow(self, parameterNode) -> None:
        """Follow the clinical findings of another parameter node; with None, of none."""
        self._timer.stop()
        self.removeObservers()
        self._parameterNode = parameterNode
        if parameterNode is not None:
            self.addObserver(parameterNode, vtk.vtkCommand.ModifiedEvent, self._onModified)

    def _onModified(self, caller, event) -> None:
        self._timer.start()

    def _update(self) -> None:
        classification = self._classification
        if self._parameterNode is None or classification.isRunning or not classification.isWarm:
            return
        if self._results.changedInputs(self._parameterNode) == {"clinical"}:
            # what is wrong with the case is told where it is shown, and when the user classifies
            with contextlib.suppress(ParotidClassifierError):
                classification.classifyInBackground(self._parameterNode)

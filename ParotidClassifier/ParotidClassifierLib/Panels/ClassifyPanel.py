"""The panel "5. Classify": which models, what is missing, and the run with its progress."""

import time
from html import escape
from pathlib import Path

import qt
import slicer
from ParotidClassifierCore.base.errors import BundleError, ParotidClassifierError
from ParotidClassifierCore.bundle.shipped import shipped_bundles
from ParotidClassifierCore.imaging.findings import SMALLEST_DIAMETER_MM
from slicer.i18n import tr as _

from ..Background.DependencyError import DependenciesDeclinedError
from ..Background.Worker import SUPERSEDED
from .BundleDialog import bundleDialog
from .BundleList import BundleList
from .FindingsText import noteText, toolTipText
from .OptionalParts import OptionalParts
from .Panel import Panel, icon

_TICK_MS = 500
_PROGRESS_STEPS = 1000
# Before that, a share done says little about the rest.
_SECONDS_BEFORE_SAYING = 2.0
_SHARE_BEFORE_SAYING = 0.05


class ClassifyPanel(Panel):
    """Chooses the model bundle and runs the classification in the background."""

    uiFile = "ClassifyPanel.ui"

    def setup(self) -> None:
        """Connect the signals of the widgets."""
        self.aboutDialog = None
        self._icons = {True: icon("Cancel"), False: icon("Run")}
        self.bundleList = BundleList(self.ui.bundleComboBox, self.onBundlePicked)
        self.optionalParts = OptionalParts(self.logic, self.ui, self._tell)
        self._remaining = RemainingTime()
        self._step = ""
        self._awaitsResult = False
        self._ticks = qt.QTimer()
        self._ticks.setInterval(_TICK_MS)
        self._ticks.connect("timeout()", self._showStep)
        self.ui.aboutBundleButton.connect("clicked()", self.showAboutBundle)
        self.ui.installButton.connect("clicked()", self.install)
        self.ui.runButton.connect("clicked()", self.runOrCancel)
        self.ui.statusLabel.text = ""
        criteria = self.ui.eligibilityLabel
        criteria.text = criteria.text.format(diameter=f"{SMALLEST_DIAMETER_MM:g}")

    def refresh(self) -> None:
        """Show the bundles, what is missing, and whether a run is going on."""
        self._showBundles()
        self.optionalParts.show()
        running = self.logic.classification.isRunning
        if not running:
            self._ticks.stop()
            self._tellIfEnded()
        self.ui.progressWidget.visible = running and self._awaitsResult
        self.ui.bundleComboBox.enabled = self.parameterNode is not None and not running
        self._showRunButton(running)

    def cleanup(self) -> None:
        """Let go of the scene, the clock and the window about the bundle."""
        self._ticks.stop()
        if self.aboutDialog is not None:
            self.aboutDialog.close()
            self.aboutDialog = None
        Panel.cleanup(self)

    # Bundle

    def onBundlePicked(self, path: str) -> None:
        """Use the bundle that was picked; if it was none, show the one that is used."""
        if path:
            self.useBundle(path)
        else:
            self.refresh()

    def useBundle(self, path: str) -> None:
        """Use the bundle at this path; one that cannot be read is told and not taken."""
        with slicer.util.tryWithErrorDisplay(_("This model bundle cannot be used.")):
            try:
                self.logic.bundles.at(path)
                # the name of a shipped bundle holds on any computer
                isShipped = Path(path) in shipped_bundles()
                self.parameterNode.bundle = Path(path).name if isShipped else path
                self.logic.warmUp()
            finally:
                self.refresh()

    def showAboutBundle(self) -> None:
        """Open the window with the bundle's model card."""
        self.aboutDialog = bundleDialog(self.bundleList.chosen)
        self.aboutDialog.show()

    def _showBundles(self) -> None:
        hasScene = self.parameterNode is not None
        chosen, problem = self._readChosen()
        self.bundleList.show(self.logic.bundles.all(self.parameterNode) if hasScene else [], chosen)
        self.ui.aboutBundleButton.enabled = chosen is not None
        line = "" if chosen is None else escape(f"{chosen.banner} ({chosen.cohort.line}).")
        self.ui.bundleLineLabel.text = noteText("error", problem) if problem else line

    def _readChosen(self):
        """Return the summary of the bundle that is used, or None, and what is wrong with it."""
        if self.parameterNode is None:
            return None, ""
        try:
            return self.logic.bundles.chosen(self.parameterNode), ""
        except BundleError as error:
            return None, str(error)

    # Run

    def runOrCancel(self) -> None:
        """Start a run, or cancel the one that is going on."""
        if self.logic.classification.isRunning:
            self._awaitsResult = False
            self.logic.cancel()
            self._tell("info", _("Cancelled. Nothing was changed."))
            self.refresh()
        else:
            self.run()

    def run(self) -> None:
        """Classify the case; what is wrong with it is told here and in a message."""
        self.ui.statusLabel.text = ""
        self._remaining.start()
        self.onProgress(0.0, _("starting"))
        with slicer.util.tryWithErrorDisplay(_("The case cannot be classified."), waitCursor=True):
            try:
                self.logic.classification.classify(
                    self.parameterNode, self.onProgress, self.onDone, self.onRunError
                )
                self._awaitsResult = True
                self._ticks.start()
            except ParotidClassifierError as error:
                self._tell("error", f"{error.message} {error.remedy}")
                raise
            finally:
                self.refresh()

    def onProgress(self, fraction: float, step: str) -> None:
        """Show the share that is done and the step at hand."""
        self._remaining.update(fraction)
        self._step = step
        self.ui.progressBar.value = round(fraction * _PROGRESS_STEPS)
        self._showStep()

    def onDone(self) -> None:
        """Tell that the result is there."""
        self._awaitsResult = False
        seconds = f"{self._remaining.elapsed:.1f}"
        self._tell("ok", _("Done in {seconds} s.").format(seconds=seconds))
        self.refresh()

    def onRunError(self, kind: str, message: str, remedy: str) -> None:
        """Tell what went wrong in the background, here and in a message."""
        self._awaitsResult = False
        if kind == SUPERSEDED:
            self.refresh()  # what took its place tells of itself
            return
        self._tell("error", f"{message} {remedy}")
        self.refresh()
        slicer.util.errorDisplay(_("The case could not be classified.") + f"\n\n{message} {remedy}")

    def install(self) -> None:
        """Install what is missing, after a yes; a no leaves everything as it is."""
        with slicer.util.tryWithErrorDisplay(
            _("What is missing could not be installed."), waitCursor=True
        ):
            try:
                self.logic.dependencies.install()
                self.logic.warmUp()
            except DependenciesDeclinedError as declined:
                self._tell("info", str(declined))
            finally:
                self.refresh()

    def _tellIfEnded(self) -> None:
        """Tell of a run that nobody cancelled and that will not answer any more."""
        if self._awaitsResult:
            self._awaitsResult = False
            self._tell("info", _("The run was ended because the scene changed. Classify again."))

    def _tell(self, severity: str, message: str) -> None:
        self.ui.statusLabel.text = noteText(severity, message)

    def _showStep(self) -> None:
        text = self._step[:1].upper() + self._step[1:]
        seconds = self._remaining.remaining
        if seconds is not None:
            text += ", " + _("about {seconds} s left").format(seconds=max(1, round(seconds)))
        self.ui.stepLabel.text = text

    def _showRunButton(self, running: bool) -> None:
        button = self.ui.runButton
        button.text = _("Cancel") if running else _("Classify")
        button.icon = self._icons[running]
        notInstalled = "" if running else self.logic.dependencies.describe()
        missing = [] if running else [*self._missing(), *filter(None, [notInstalled])]
        self.ui.missingWidget.visible = bool(missing)
        self.ui.installButton.visible = bool(notInstalled)
        self.ui.missingLabel.text = "".join(noteText("warning", line) for line in missing)
        button.enabled = not missing
        if running:
            button.toolTip = _("Stop the computation. Nothing is changed.")
        else:
            purpose = _("Compute the probability of malignancy in the background.")
            button.toolTip = toolTipText(" ".join(missing)) or purpose

    def _missing(self) -> list:
        if self.parameterNode is None:
            return [_("No scene is open.")]
        if self.parameterNode.ct is None:
            return [_("No enhanced CT is chosen: see 1. Case.")]
        findings = self.logic.findings.of(self.parameterNode)
        missing = [finding.message for finding in findings if finding.severity.value == "error"]
        if not missing and self.logic.ringFollower.drawn is None:
            missing.append(_("The tumour is not outlined yet: see 2. Tumour."))
        if self.bundleList.chosen is None:
            missing.append(_("No model bundle is chosen."))
        return missing


class RemainingTime:
    """Foretells the end of work that tells the share of it that is done; a clock gives seconds."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self.start()

    def start(self) -> None:
        """Begin anew."""
        self._begin = self._clock()
        self._end = None

    def update(self, fraction: float) -> None:
        """Take note that `fraction`, 0 to 1, of the work is done."""
        if fraction >= _SHARE_BEFORE_SAYING and self.elapsed >= _SECONDS_BEFORE_SAYING:
            self._end = self._begin + self.elapsed / fraction

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._begin

    @property
    def remaining(self) -> float | None:
        """Seconds to the foretold end, at least 0; None while there is nothing to tell."""
        return None if self._end is None else max(0.0, self._end - self._clock())

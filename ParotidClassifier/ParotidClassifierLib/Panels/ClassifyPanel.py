"""The foot of the panel: what is missing, the run with its progress, the answer."""

import time
from html import escape

import qt
import slicer
from ParotidClassifierCore.base.errors import BundleError, ParotidClassifierError
from ParotidClassifierCore.bundle.bundle import DEMONSTRATION
from slicer.i18n import tr as _

from ..Background.DependencyError import DependenciesDeclinedError
from ..Background.Worker import SUPERSEDED
from ..Drawing.ProbabilityDrawings import ProbabilityGauge
from ..Drawing.ResultContents import viewOf
from .FindingsText import WARNING_SIGN, lineText, noteText, toolTipText
from .Panel import Panel, icon
from .Steps import SUMMARY_SEPARATOR

_TICK_MS = 500
_PROGRESS_STEPS = 1000
# Before that, a share done says little about the rest.
_SECONDS_BEFORE_SAYING = 2.0
_SHARE_BEFORE_SAYING = 0.05


class ClassifyPanel(Panel):
    """Says what comes next and runs the classification in the background.

    Attributes:
        onLink: called with the name of the step that the user follows a link to.
        onAnswered: called without arguments when the user's run gave a result.
        unanswered: called without arguments, returns in words which clinical findings are unknown
            and what follows from it.
    """

    uiFile = "ClassifyPanel.ui"

    def setup(self) -> None:
        """Connect the signals of the widgets."""
        self.onLink = self.onAnswered = None
        self.unanswered = lambda: ("", "")
        self._icons = {True: icon("Cancel"), False: icon("Run")}
        self._remaining = RemainingTime()
        self._step = ""
        self._awaitsResult = False
        self._toldOf = None
        self._ticks = qt.QTimer()
        self._ticks.setInterval(_TICK_MS)
        self._ticks.connect("timeout()", self._showStep)
        self.gauge = ProbabilityGauge(isCompact=True)
        self.ui.answerGaugeHolder.layout().addWidget(self.gauge)
        self.ui.installButton.connect("clicked()", self.install)
        self.ui.runButton.connect("clicked()", self.runOrCancel)
        for label in (self.ui.missingLabel, self.ui.answerLabel, self.ui.answerNoteLabel):
            label.connect("linkActivated(QString)", self._onLink)
        self._tell("", "")

    def refresh(self) -> None:
        """Show what comes next: what is missing, the run, or the answer."""
        running = self.logic.classification.isRunning
        if not running:
            self._ticks.stop()
            self._tellIfEnded()
        if self._toldOf is not None and self._toldOf != self._case():
            self._tell("", "")  # it was of something else
        isWaiting = running and self._awaitsResult
        missing = [] if running else self._missing()
        result = None if running or missing else self.logic.results.read(self.parameterNode)
        isTold = bool(self.ui.statusLabel.text) and not isWaiting
        self.ui.statusLabel.visible = isTold
        self.ui.progressWidget.visible = isWaiting
        self.ui.answerWidget.visible = result is not None and not isTold
        isQuiet = isWaiting or result is not None or isTold
        self.ui.missingWidget.visible = bool(missing) or not isQuiet
        notInstalled = self.logic.dependencies.describe()
        self.ui.installButton.visible = bool(notInstalled) and not running
        if result is not None:
            self._showAnswer(result)
        elif not running:
            self.ui.missingLabel.text = missing[0][1] if missing else self._ready()
        self._showRunButton(running, missing)

    def cleanup(self) -> None:
        """Let go of the scene and the clock."""
        self._ticks.stop()
        Panel.cleanup(self)

    # Run

    def runOrCancel(self) -> None:
        """Start a run, or cancel the one that is going on."""
        if self.logic.classification.isRunning:
            self._awaitsResult = False
            self.logic.cancel()
            self._tell("info", _("Cancelled. Nothing was changed."))
            self.refresh()
        elif self.ui.runButton.enabled:
            self.run()

    def run(self) -> None:
        """Classify the case; what is wrong with it is told here and in a message."""
        self._tell("", "")
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
                self._refreshAll()

    def onProgress(self, fraction: float, step: str) -> None:
        """Show the share that is done and the step at hand."""
        self._remaining.update(fraction)
        self._step = step
        self.ui.progressBar.value = round(fraction * _PROGRESS_STEPS)
        self._showStep()

    def onDone(self) -> None:
        """Show the answer."""
        self._awaitsResult = False
        self._tell("", "")
        self.refresh()  # the others heard of the result when it was kept
        if self.onAnswered is not None:
            self.onAnswered()

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
        """Tell something of the case as it is now; nothing for an empty message."""
        self.ui.statusLabel.text = noteText(severity, message) if message else ""
        self._toldOf = self._case() if message else None

    def _case(self) -> tuple | None:
        """Return what tells one state of the case from another."""
        node = self.parameterNode
        if node is None:
            return None
        ct = node.ct and node.ct.GetID()
        return ct, self.logic.ringFollower.keys(), node.clinical, node.bundle, node.result

    def _showStep(self) -> None:
        text = self._step[:1].upper() + self._step[1:]
        seconds = self._remaining.remaining
        if seconds is not None:
            text += ", " + _("about {seconds} s left").format(seconds=max(1, round(seconds)))
        self.ui.stepLabel.text = text

    def _showRunButton(self, running: bool, missing: list) -> None:
        button = self.ui.runButton
        isOld = not missing and bool(self.logic.results.outOfDate(self.parameterNode))
        button.icon = self._icons[running]
        again = _("Classify again") if isOld else _("Classify")
        button.text = _("Cancel") if running else again
        button.enabled = running or not missing
        if running:
            button.toolTip = _("Stop the computation. Nothing is changed.")
        else:
            purpose = _("Compute the probability of malignancy in the background. Ctrl+Enter")
            button.toolTip = toolTipText(missing[0][0]) if missing else purpose

    # What is said

    def _missing(self) -> list:
        """Return what is still missing, as plain text and as rich text with a link to it."""
        if self.parameterNode is None:
            return [_both(_("No scene is open."))]
        if self.parameterNode.ct is None:
            return [_both(_("Choose the enhanced CT."), "CT")]
        findings = self.logic.findings.of(self.parameterNode)
        errors = [finding.message for finding in findings if finding.severity.value == "error"]
        if errors:
            isOfImages = self.logic.findings.ofImages(self.parameterNode)
            isCt = any(finding.severity.value == "error" for finding in isOfImages)
            return [_both(errors[0], "CT" if isCt else "Tumour")]
        if self.logic.ringFollower.drawn is None:
            return [_both(_("Outline the tumour."), "Tumour")]
        try:
            self.logic.bundles.chosen(self.parameterNode)
        except BundleError as error:
            return [_both(str(error), "Advanced")]
        notInstalled = self.logic.dependencies.describe()
        return [_both(notInstalled)] if notInstalled else []

    def _ready(self) -> str:
        """Return what stands before the first result of a case that can be classified."""
        names, follows = self.unanswered()
        if not names:
            return _("Everything is there.")
        link = f'<a href="Findings">{escape(names)}</a>'
        return _("Not answered: {findings}. {consequence}").format(
            findings=link, consequence=escape(follows)
        )

    def _showAnswer(self, result: dict) -> None:
        view = viewOf(result)
        isCurrent = not self.logic.results.outOfDate(self.parameterNode)
        verdict, numbers = escape(view.verdict), lineText(view.short)
        if isCurrent:
            self.ui.answerLabel.text = f"<b>{verdict}</b>&nbsp; {numbers}"
        else:
            old = _("Out of date.")
            self.ui.answerLabel.text = f"<b>{old}</b> <s>{verdict} {numbers}</s>"
        hasNumber = view.first.probability is not None
        self.ui.answerGaugeHolder.visible = hasNumber and isCurrent
        if hasNumber:
            self.gauge.setModel(view.first)
            self.gauge.toolTip = view.sentence
        self.ui.answerNoteLabel.text = self._note(view, isCurrent)

    def _note(self, view, isCurrent: bool) -> str:
        """Return what must stand beside the number."""
        told = []
        if not isCurrent:
            told.append(escape(" ".join(self.logic.results.outOfDate(self.parameterNode))))
        elif view.domain_warning or view.is_withheld:
            unlike = _("unlike training")
            told.append(f'<a href="Result">{WARNING_SIGN} {unlike}</a>')
        if view.bundle["kind"] == DEMONSTRATION:
            told.append(f"<b>{_('DEMO')}</b>")
        told.append(escape(view.bundle["training_cohort"]))
        self.ui.answerNoteLabel.toolTip = toolTipText(view.bundle_line)
        return SUMMARY_SEPARATOR.join(told)

    def _onLink(self, step: str) -> None:
        if self.onLink is not None:
            self.onLink(step)

    def _refreshAll(self) -> None:
        """Show the other panels too: what runs is no longer what the user waits for there."""
        self.refresh()
        if self.logic.onCaseChange is not None:
            self.logic.onCaseChange()


def _both(message: str, step: str = "") -> tuple:
    """Return a message as plain text and as a link to a step, where there is one."""
    rich = escape(message)
    return message, f'<a href="{step}">{rich}</a>' if step else rich


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

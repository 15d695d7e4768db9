"""What the sections of the result share: a question to the background process, and its end."""

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from ..Background.Dependencies import Need
from ..Background.DependencyError import DependenciesDeclinedError
from ..Background.Worker import SUPERSEDED
from ..Drawing.ResultContents import outOfDateWords
from .FileDialogs import askForFolder
from .FindingsText import noteText

_PROGRESS_STEPS = 1000


class Section:
    """A section of the panel "4. Result" that asks the background process for something.

    Args:
        logic: the module's logic.
        ui: the widgets of the panel of the result.
        refresh: shows that panel again.
        name: of the section's progress bar and status label in `ui`.
        failed: sentence that stands above what went wrong.

    Attributes:
        task: the computation.
    """

    def __init__(self, logic, ui, refresh, name: str, failed: str):
        self._logic = logic
        self._ui = ui
        self._refresh = refresh
        bar, label = getattr(ui, f"{name}ProgressBar"), getattr(ui, f"{name}StatusLabel")
        self.task = SectionTask(logic, bar, label, refresh, failed)

    def forget(self) -> None:
        """Say no more of what was; another case is shown."""
        self.task.forget()

    def showButton(self, button, mayStart: bool, text: str, toolTip: str, cancelToolTip: str):
        """Let a button start the computation, or cancel it while it runs."""
        isMine = self.task.isRunning
        button.enabled = isMine or mayStart
        button.text = _("Cancel") if isMine else text
        button.toolTip = cancelToolTip if isMine else toolTip


class ExportSection(Section):
    """A section that saves or exports the result, by a button or by entries of a menu."""

    _parameterNode = None
    _showsOutside = False

    def show(self, parameterNode, isCurrent: bool, showsOutside: bool) -> None:
        """Show what can be saved or exported of the result of this parameter node now.

        With `showsOutside` the numbers of a case that is unlike the training cases are, too.
        """
        self._parameterNode = parameterNode
        self._showsOutside = showsOutside
        self.showOffers("" if isCurrent else outOfDateWords())
        self.task.show()

    def showOffers(self, outOfDate: str) -> None:
        """Show the offers; `outOfDate` says why nothing old is exported, empty if it is current."""
        raise NotImplementedError

    def offer(self, button, purpose: str, reason: str, *others) -> None:
        """Enable a button or an entry, and what goes with it, unless a reason is against it."""
        for widget in (button, *others):
            widget.enabled = not reason and not self._logic.classification.isRunning
        button.toolTip = reason or purpose

    @staticmethod
    def addedTo(menu, name: str, text: str, onTriggered):
        """Return a new entry of a menu, by this name."""
        action = menu.addAction(text)
        action.objectName = name
        action.connect("triggered()", onTriggered)
        return action

    def hasInstalled(self, need: Need) -> bool:
        """Whether the packages for something are there; they are installed after a yes."""
        with slicer.util.tryWithErrorDisplay(self.task.failed, waitCursor=True):
            try:
                self._logic.dependencies.install(need)
                return True
            except DependenciesDeclinedError as declined:
                self.task.tell(noteText("info", str(declined)))
        return False

    def intoFolder(self, title: str, write) -> None:
        """Write to the folder that the user chooses; to none if the user cancels."""
        folder = askForFolder(title)
        if folder:
            write(folder)

    def start(self, keep, compute, *inputs) -> None:
        """Begin what a function of the logic computes of the shown case and these inputs."""
        self.task.start(lambda *told: compute(self._parameterNode, *inputs, *told), keep)


class SectionTask:
    """One computation at a time, with a bar that shows how far it is and a line that tells its end.

    Attributes:
        isRunning: whether the answer is still to come.
        failed: sentence that stands above what went wrong.
    """

    def __init__(self, logic, progressBar, statusLabel, refresh, failed: str):
        self._logic = logic
        self._progressBar = progressBar
        self._statusLabel = statusLabel
        self._refresh = refresh
        self.failed = failed
        self.isRunning = False
        self._isAwaited = False
        self._isOfResult = False
        progressBar.maximum = _PROGRESS_STEPS
        self.tell("")

    def start(self, compute, keep) -> None:
        """Begin.

        Args:
            compute: called with onProgress, onDone and onError; begins the computation.
            keep: called with what onDone was called with.
        """
        self.tell("")
        self._onProgress(0.0, "")

        def done(*answer):
            self.isRunning = False
            keep(*answer)
            self._refresh()

        with slicer.util.tryWithErrorDisplay(self.failed, waitCursor=True):
            try:
                self.isRunning = True
                compute(self._onProgress, done, self._onError)
            except Exception:
                self.isRunning = False
                raise
            finally:
                self._refresh()

    def toggle(self, compute) -> None:
        """Begin what keeps its answer by itself, or give up what is running."""
        if self.isRunning:
            self.cancel()
        else:
            self.start(compute, lambda *_answer: None)

    def cancel(self) -> None:
        """Give up what is running."""
        self.isRunning = False
        self._logic.cancel()
        self.tell(noteText("info", _("Cancelled. Nothing was changed.")))
        self._refresh()

    def forget(self) -> None:
        """Say no more of what was; another scene is shown."""
        self.isRunning = False
        self.tell("")

    def forgetResult(self) -> None:
        """Say no more of what was told of a result; another one is shown, or it changed."""
        if self._isOfResult:
            self.tell("")

    def show(self) -> None:
        """Show how far it is; what the user waited for and gave up elsewhere is over."""
        isAwaited = self.isRunning and self._logic.classification.isRunning
        if self._isAwaited and not isAwaited:
            self.isRunning = False
        self._isAwaited = isAwaited
        self._progressBar.visible = self.isRunning

    def _onProgress(self, fraction: float, _step: str) -> None:
        self._progressBar.value = round(fraction * _PROGRESS_STEPS)

    def _onError(self, kind: str, message: str, remedy: str) -> None:
        self.isRunning = False
        if kind == SUPERSEDED:
            superseded = noteText("info", _("Given up for something newer. Try again."))
            self.tell(superseded, isOfResult=False)  # a newer result is not to remove it
            self._refresh()
            return
        self.tell(noteText("error", f"{message} {remedy}"))
        self._refresh()
        slicer.util.errorDisplay(f"{self.failed}\n\n{message} {remedy}")

    def tell(self, richText: str, isOfResult: bool = True) -> None:
        """Say how it ended, or nothing; `isOfResult` if that goes with the result."""
        self._isOfResult = isOfResult
        self._statusLabel.text = richText
        self._statusLabel.visible = bool(richText)

    def tellSaved(self, path: str) -> None:
        """Say where something was saved."""
        self.tell(noteText("ok", _("Saved to {path}").format(path=str(Path(path)))))

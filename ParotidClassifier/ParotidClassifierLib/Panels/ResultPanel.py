"""The step "4. Result": the answer, whether it can be relied on, and what drove it."""

from datetime import datetime
from html import escape

import qt
import slicer
from ParotidClassifierCore.imaging.findings import DEMONSTRATION, Severity
from slicer.i18n import tr as _

from ..Drawing.ProbabilityDrawings import ProbabilityGauge
from ..Drawing.ResultChart import ContributionChart
from ..Drawing.ResultContents import (
    ShownResult,
    modelNames,
    modelsTable,
    viewOf,
)
from ..Scene.TumorSize import sideWords
from .CaseReport import CaseReport
from .DicomExport import DicomExport
from .FindingsText import WARNING_SIGN, findingsTable, lineText, noteText, toolTipText
from .Panel import Panel
from .ProtocolTexts import translated
from .ResultExports import ResultExports
from .SaliencySection import SaliencySection
from .SecondOpinionSection import SecondOpinionSection
from .StabilitySection import StabilitySection
from .Steps import StepState
from .TrainingSection import TrainingSection

# Strips bring their own background, so that they read alike in the light and the dark theme.
_BANNER_STYLE = "background-color:#FFE08A; color:#332800; border-radius:3px; padding:6px;"
_STALE_STYLE = "background-color:#B83A0B; color:#FFFFFF; border-radius:3px; padding:6px;"
_HEADLINE_FONT_SCALE = 1.8
_HASH_CHARACTERS_SHOWN = 12
# A chart with more bars than this is not read; the smallest share a bar.
_MOST_BARS = 10
# What is folded until the user opens it. Each holds one widget: folding shows and hides what lies
# directly in a group, and would undo what the code hid there.
_GROUPS = ("outside", "rely", "why", "saliency", "secondOpinion", "models", "texture")
# What holds numbers of models.
_OF_NUMBERS = ("training", "stability", "why", "models", "texture")


class ResultPanel(Panel):
    """Shows the stored result; everything is drawn from it, so a reopened scene shows it again."""

    uiFile = "ResultPanel.ui"

    def setup(self) -> None:
        """Add the drawings and connect the signals of the widgets."""
        self._result = None
        self._told = None
        self._ctId = ""
        self._view = None
        self._isAsked = False  # whether the numbers of a case unlike the training cases are shown
        self.training = TrainingSection(self.ui)
        self.stability = StabilitySection(self.logic, self.ui)
        self.saliency = SaliencySection(self.logic, self.ui, self.refresh)
        self.secondOpinion = SecondOpinionSection(self.logic, self.ui, self.refresh)
        self.report = CaseReport(self.logic, self.ui, self._refreshAll)
        self.exportMenu = qt.QMenu(self.ui.exportButton)
        self.exportMenu.toolTipsVisible = True
        self.ui.exportButton.setMenu(self.exportMenu)
        self.dicom = DicomExport(self.logic, self.ui, self.exportMenu, self._refreshAll)
        self.exports = ResultExports(self.logic, self.ui, self.exportMenu, self._refreshAll)
        for label in (self.ui.bannerLabel, self.ui.domainWarningLabel):
            label.setStyleSheet(_BANNER_STYLE)
        for label in (self.ui.outOfDateLabel, self.ui.outsideLabel):
            label.setStyleSheet(_STALE_STYLE)
        self.gauge = ProbabilityGauge()
        self.ui.gaugeHolder.layout().addWidget(self.gauge)
        self.whyChart, self.textureChart = ContributionChart(), ContributionChart()
        self.ui.whyHolder.layout().addWidget(self.whyChart)
        self.ui.textureHolder.layout().addWidget(self.textureChart)
        label = self.ui.headlineTitleLabel
        font = qt.QFont(label.font)
        font.setPointSizeF(font.pointSizeF() * _HEADLINE_FONT_SCALE)
        font.setBold(True)
        label.font = font
        self.ui.copyButton.connect("clicked()", self.copySentence)
        boxes = [getattr(self.ui, f"{name}GroupBox") for name in _OF_NUMBERS]
        self._titles = [(box, box.title) for box in boxes]
        for name in _GROUPS:
            getattr(self.ui, f"{name}GroupBox").collapsed = True
        self.ui.outsideGroupBox.connect("toggled(bool)", self._onOutsideToggled)

    def setParameterNode(self, parameterNode) -> None:
        """Show the result of another scene; what was told of a computation was of the last one."""
        for section in (*self._takenOut, *self._askedFor):
            section.forget()
        Panel.setParameterNode(self, parameterNode)

    def refresh(self) -> None:
        """Show the stored result again, and whether it is out of date."""
        self._forgetAnotherCt()
        result = None if self.parameterNode is None else self.logic.results.read(self.parameterNode)
        self.ui.emptyLabel.text = _emptyText(self.logic.results.isDamaged(self.parameterNode))
        self.ui.emptyLabel.visible = result is None
        self.ui.resultWidget.visible = result is not None
        if not _isOfSameCase(result, self._result):
            self._result = None
            self.ui.outsideGroupBox.collapsed = True  # nobody asked for the numbers of this one
        if result is not None:
            if result != self._result:
                self._show(result)
            self._showWhetherCurrent(result)
        elif self.parameterNode is not None:
            self.saliency.layer.keepOnly(None)
        self._result = result

    def state(self) -> StepState:
        """Return whether there is a result that holds, and what it says."""
        result = None if self.parameterNode is None else self.logic.results.read(self.parameterNode)
        if result is None:
            return StepState(isDone=False, isPassed=False)
        view = viewOf(result)
        isOld = bool(self.logic.results.outOfDate(self.parameterNode))
        summary = _("out of date") if isOld else f"{view.verdict} {view.short}"
        return StepState(not isOld, isPassed=False, summary=summary, isWarned=isOld)

    def _forgetAnotherCt(self) -> None:
        """Call no case what another one was called; name no patient unless it is asked again."""
        ct = None if self.parameterNode is None else self.parameterNode.ct
        ctId = "" if ct is None else ct.GetID()
        if ctId != self._ctId:
            self._ctId = ctId
            for section in self._takenOut:
                section.forget()

    def _forgetAnother(self, result: dict, changed: frozenset) -> None:
        """Say no more of what was done with another result, or before the case changed."""
        told = result["finishedAt"], result["prediction"], result["fingerprint"], changed
        if told != self._told:
            self._told = told
            for section in (*self._takenOut, *self._askedFor):
                section.task.forgetResult()
            self._tellCopied(False)

    def _refreshAll(self) -> None:
        """Show the other panels too: their "Classify" cancels what the user waits for here."""
        self.refresh()
        if self.logic.onCaseChange is not None:
            self.logic.onCaseChange()

    def _show(self, result: dict) -> None:
        told = viewOf(result)
        isAsked = self._isAsked = told.is_withheld and not self.ui.outsideGroupBox.collapsed
        view = self._view = viewOf(result, showOutside=isAsked)
        self._showHeadline(told)
        self._showOutside(told, view)
        self._showGauge(view)
        self.ui.modelsGroupBox.visible = not view.is_withheld
        self.ui.modelsLabel.text = "" if view.is_withheld else modelsTable(view)
        self.ui.modelsLabel.toolTip = modelNames(view)
        self._showWhy(view)
        self.training.show(view)
        self._showFindings(view)
        self.ui.bundleLabel.text = _bundleText(view, result["finishedAt"])

    def _showHeadline(self, view) -> None:
        """Show the answer; of a case unlike the training cases it is always that there is none."""
        warning = view.domain_warning
        self.ui.domainWarningLabel.visible = bool(warning)
        self.ui.domainWarningLabel.text = warning and f"<b>{WARNING_SIGN} {escape(warning)}</b>"
        hasNumber = view.first.probability is not None
        self.ui.headlineTitleLabel.text = view.title
        self.ui.headlineNumberLabel.visible = hasNumber
        self.ui.headlineNumberLabel.text = f"<b>{lineText(view.short)}</b>"
        self.ui.headlineNameLabel.text = view.heading
        self.ui.headlineNameLabel.toolTip = toolTipText(view.headline)
        told = (*view.meaning, view.agreement) if hasNumber else view.details
        first, *others = map(lineText, told)
        first = first if hasNumber else f"<b>{first}</b>"
        self.ui.headlineDetailsLabel.text = "<br>".join((first, *others))
        isDemonstration = any(finding.code == DEMONSTRATION for finding in view.findings)
        self.ui.bannerLabel.visible = isDemonstration
        self.ui.bannerLabel.text = _("DEMO")
        self.ui.bannerLabel.toolTip = toolTipText(view.bundle_line)
        self.ui.domainNoteLabel.visible = bool(view.domain_note)
        self.ui.domainNoteLabel.text = view.domain_note
        self.ui.noCombinedLabel.visible = bool(view.lacking)
        self.ui.noCombinedLabel.text = noteText("info", view.lacking)

    def _showFindings(self, view) -> None:
        """Show what was noticed: what puts the number in doubt before it, the rest folded."""
        first, later = view.first_findings, view.later_findings
        self.ui.firstFindingsLabel.visible = bool(first)
        self.ui.firstFindingsLabel.text = findingsTable(first)
        self.ui.findingsGroupBox.visible = bool(later)
        self.ui.findingsLabel.text = findingsTable(later)
        warned = sum(finding.severity is Severity.WARNING for finding in later)
        title = _("Can I rely on it?")
        self.ui.relyGroupBox.title = f"{title} {WARNING_SIGN} {warned}" if warned else title

    def _showOutside(self, told, view) -> None:
        """Offer the numbers of a case that is unlike the training cases; show those asked for."""
        self.ui.outsideGroupBox.visible = told.is_withheld
        self.ui.notShownLabel.visible = view.is_withheld
        self.ui.outsideLabel.text = _outsideText(view) if self._isAsked else ""
        drawings = self.gauge, self.training.drawing, self.stability.dots
        for drawing in (*drawings, self.whyChart, self.textureChart):
            drawing.isNeutral = self._isAsked
        for box, title in self._titles:
            unreliable = _("{title} (not reliable here)").format(title=title)
            box.title = unreliable if self._isAsked else title

    def _showGauge(self, view) -> None:
        self.ui.gaugeHolder.visible = view.first.probability is not None
        if view.first.probability is not None:
            self.gauge.setModel(view.first)
            self.gauge.toolTip = toolTipText(view.sentence)

    def _onOutsideToggled(self, _isOpen: bool) -> None:
        if self._result is not None:
            self._show(self._result)
            self.refresh()

    def _showWhy(self, view) -> None:
        """Show what drove the first model, in few bars, and the features of the image by name."""
        hasNumber = view.first.probability is not None
        self.ui.whyGroupBox.visible = hasNumber
        texture = view.image_bars(_MOST_BARS) if hasNumber else []
        self.ui.textureGroupBox.visible = bool(texture)
        if hasNumber:
            bars = [bar._replace(label=translated(bar.label)) for bar in view.why]
            self.whyChart.setBars(bars, view.features)
            self.ui.sumLabel.text = view.why_note
        if texture:
            self.textureChart.setBars(texture, view.features)

    def copySentence(self) -> None:
        """Copy one sentence on the case for a tumour board."""
        slicer.app.clipboard().setText(self.boardSentence())
        self._tellCopied(True)

    def boardSentence(self) -> str:
        """Return one sentence on the case; it holds no number that is withheld."""
        size = self.logic.tumorSize.now()
        measured = {}
        if size is not None:
            measured = {"size_mm": size.diameterMm, "volume_ml": size.volumeMl}
        return viewOf(self._result).for_the_board(**measured)

    def _tellCopied(self, isCopied: bool) -> None:
        self.ui.copiedLabel.visible = isCopied
        self.ui.copiedLabel.text = noteText("ok", _("Copied.")) if isCopied else ""

    def _showWhetherCurrent(self, result: dict) -> None:
        changes = self.logic.results.outOfDate(self.parameterNode)
        isCurrent = not changes
        self.ui.outOfDateLabel.visible = not isCurrent
        self.ui.outOfDateLabel.text = "<b>{title}</b> {changes} {remedy}".format(
            title=_("Out of date."),
            changes=escape(" ".join(changes)),
            remedy=_("The numbers below do not belong to what is shown now. Classify again."),
        )
        self.ui.numbersWidget.enabled = isCurrent
        changed = frozenset(self.logic.results.changedInputs(self.parameterNode))
        self._forgetAnother(result, changed)
        for section in self._takenOut:
            section.show(self.parameterNode, isCurrent, self._isAsked)
        isBusy = self.logic.classification.isRunning or any(
            part.task.isRunning for part in self._askedFor
        )
        mayStart = isCurrent and not isBusy
        shown = ShownResult(self.parameterNode, result, self._view, changed, mayStart)
        for section in (self.stability, *self._askedFor):
            section.show(shown)
        self._showCase(isCurrent)
        parts = self.ui.trainingGroupBox, self.ui.stabilityGroupBox, self.ui.findingsGroupBox
        self.ui.relyGroupBox.visible = not all(part.isHidden() for part in parts)

    def _showCase(self, isCurrent: bool) -> None:
        """Show side and size of the tumour, as long as they are those of the result."""
        size = self.logic.tumorSize.now() if isCurrent else None
        side = sideWords(self._view.written.get("side"))
        told = [] if size is None else [*filter(None, [side]), *reversed(size.words)]
        self.ui.caseLabel.visible = bool(told)
        self.ui.caseLabel.text = " \N{MIDDLE DOT} ".join(told)

    @property
    def _takenOut(self) -> tuple:
        """The sections that save or export the result."""
        return self.exports, self.report, self.dicom

    @property
    def _askedFor(self) -> tuple:
        """The sections that the user asks for, one at a time."""
        return self.saliency, self.secondOpinion


def _isOfSameCase(result: dict | None, other: dict | None) -> bool:
    """Return whether two stored results differ at most in what was asked of them later."""
    if result is None or other is None:
        return False
    return all(result[key] == other[key] for key in ("finishedAt", "prediction", "fingerprint"))


def _outsideText(view) -> str:
    """Return the numbers that are not reliable, first that they are not."""
    kept = _("While this is open, the case report and the DICOM export hold these numbers, too.")
    warning = f"<b>{escape(view.domain_warning)}</b>"
    return "<br>".join((warning, lineText(view.sentence), kept))


def _emptyText(isDamaged: bool) -> str:
    if isDamaged:
        return _("There is no result in this scene: what it holds cannot be read. Classify again.")
    return _("There is no result yet. Once the case is complete, press Classify.")


def _bundleText(view, finishedAt: str) -> str:
    text = _("Hash {hash}. Computed {when}.").format(
        hash=f"<code>{escape(view.bundle['hash'][:_HASH_CHARACTERS_SHOWN])}</code>",
        when=datetime.fromisoformat(finishedAt).strftime("%Y-%m-%d %H:%M"),
    )
    return " ".join(filter(None, (escape(view.bundle_line), text, escape(view.measured_by))))

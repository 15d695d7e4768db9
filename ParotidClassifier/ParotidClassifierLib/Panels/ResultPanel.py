"""The panel "6. Result": the probability, what drove it, and whether it still holds."""

from datetime import datetime
from html import escape

import qt
from ParotidClassifierCore.models.probabilities import percent
from ParotidClassifierCore.reporting.case_view import APPLICABILITY_CODES
from slicer.i18n import tr as _

from ..Drawing.ProbabilityDrawings import ProbabilityGauge
from ..Drawing.ResultChart import ContributionChart, signed
from ..Drawing.ResultContents import ShownResult, modelsTable, viewOf
from .CaseReport import CaseReport
from .DicomExport import DicomExport
from .FindingsText import WARNING_SIGN, findingsTable, lineText, noteText
from .Panel import Panel, quiet
from .ResultExports import ResultExports
from .SaliencySection import SaliencySection
from .SecondOpinionSection import SecondOpinionSection
from .StabilitySection import StabilitySection
from .TrainingSection import TrainingSection

# Strips bring their own background, so that they read alike in the light and the dark theme.
_BANNER_STYLE = "background-color:#FFE08A; color:#332800; border-radius:3px; padding:6px;"
_STALE_STYLE = "background-color:#B83A0B; color:#FFFFFF; border-radius:3px; padding:6px;"
_HEADLINE_FONT_SCALE = 2.2
_HASH_CHARACTERS_SHOWN = 12
# A chart with more bars than this is not read; the smallest share a bar.
_MOST_BARS = 10


class ResultPanel(Panel):
    """Shows the stored result; everything is drawn from it, so a reopened scene shows it again."""

    uiFile = "ResultPanel.ui"

    def setup(self) -> None:
        """Add the drawings and connect the signals of the widgets."""
        self._result = None
        self._told = None
        self._ctId = ""
        self._view = None
        self._driver = ""  # the model whose drivers the user wants to see; empty for the first
        self._isAsked = False  # whether the numbers of a case unlike the training cases are shown
        self.training = TrainingSection(self.ui)
        self.stability = StabilitySection(self.logic, self.ui, self.refresh)
        self.saliency = SaliencySection(self.logic, self.ui, self.refresh)
        self.secondOpinion = SecondOpinionSection(self.logic, self.ui, self.refresh)
        self.exports = ResultExports(self.logic, self.ui, self._refreshAll)
        self.report = CaseReport(self.logic, self.ui, self._refreshAll)
        self.dicom = DicomExport(self.logic, self.ui, self._refreshAll)
        for label in (self.ui.bannerLabel, self.ui.domainWarningLabel):
            label.setStyleSheet(_BANNER_STYLE)
        for label in (self.ui.outOfDateLabel, self.ui.outsideLabel):
            label.setStyleSheet(_STALE_STYLE)
        self.gauge = ProbabilityGauge()
        self.ui.gaugeHolder.layout().addWidget(self.gauge)
        self.chart = ContributionChart()
        self.ui.chartHolder.layout().addWidget(self.chart)
        label = self.ui.headlineTitleLabel
        font = qt.QFont(label.font)
        font.setPointSizeF(font.pointSizeF() * _HEADLINE_FONT_SCALE)
        font.setBold(True)
        label.font = font
        self.ui.driversComboBox.connect("currentIndexChanged(int)", self._onDriverChosen)
        ofNumbers = ("training", "stability", "models", "drivers")
        boxes = [getattr(self.ui, f"{name}GroupBox") for name in ofNumbers]
        self._titles = [(box, box.title) for box in boxes]
        self.ui.outsideGroupBox.collapsed = True
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

    def _refreshAll(self) -> None:
        """Show the other panels too: their "Classify" cancels what the user waits for here."""
        self.refresh()
        if self.logic.onCaseChange is not None:
            self.logic.onCaseChange()

    def _show(self, result: dict) -> None:
        told = viewOf(result)
        isAsked = self._isAsked = told.is_withheld and not self.ui.outsideGroupBox.collapsed
        view = self._view = viewOf(result, showOutside=isAsked)
        self.ui.bannerLabel.text = _bannerText(view)
        self._showHeadline(told)
        self._showOutside(told, view)
        self._showGauge(view)
        self.ui.modelsGroupBox.visible = not view.is_withheld
        self.ui.modelsLabel.text = "" if view.is_withheld else modelsTable(view)
        self._showDrivers(view)
        self.training.show(view)
        findings = [f for f in view.findings if f.code not in APPLICABILITY_CODES]
        self.ui.findingsLabel.text = findingsTable(findings)
        self.ui.findingsGroupBox.visible = bool(findings)
        self.ui.bundleLabel.text = _bundleText(view, result["finishedAt"])

    def _showHeadline(self, view) -> None:
        """Show the answer; of a case unlike the training cases it is always that there is none."""
        warning = view.domain_warning
        self.ui.domainWarningLabel.visible = bool(warning)
        self.ui.domainWarningLabel.text = warning and f"<b>{WARNING_SIGN} {escape(warning)}</b>"
        self.ui.headlineNameLabel.text = view.heading
        self.ui.headlineTitleLabel.text = view.title
        first, *others = map(lineText, view.details)
        if view.first.answer is not None or view.first.probability is None:
            first = f"<b>{first}</b>"
        self.ui.headlineDetailsLabel.text = "<br>".join((first, *others))
        self.ui.domainNoteLabel.visible = bool(view.domain_note)
        self.ui.domainNoteLabel.text = view.domain_note
        self.ui.noCombinedLabel.visible = bool(view.lacking)
        self.ui.noCombinedLabel.text = noteText("info", view.lacking)

    def _showOutside(self, told, view) -> None:
        """Offer the numbers of a case that is unlike the training cases; show those asked for."""
        self.ui.outsideGroupBox.visible = told.is_withheld
        self.ui.notShownLabel.visible = view.is_withheld
        self.ui.outsideLabel.text = _outsideText(view) if self._isAsked else ""
        for drawing in (self.gauge, self.training.drawing, self.stability.dots, self.chart):
            drawing.isNeutral = self._isAsked
        for box, title in self._titles:
            unreliable = _("{title} (not reliable here)").format(title=title)
            box.title = unreliable if self._isAsked else title

    def _showGauge(self, view) -> None:
        self.ui.gaugeHolder.visible = view.first.probability is not None
        if view.first.probability is not None:
            self.gauge.setModel(view.first)
            self.gauge.toolTip = view.sentence

    def _onOutsideToggled(self, _isOpen: bool) -> None:
        if self._result is not None:
            self._show(self._result)
            self.refresh()

    def _showDrivers(self, view) -> None:
        box = self.ui.driversComboBox
        names = list(view.available)[::-1]  # from the model that stands first to its parts
        wanted = self._driver if self._driver in names else view.headline
        with quiet(box):
            box.clear()
            box.addItems(names)
            if wanted in names:
                box.currentIndex = names.index(wanted)
        self.ui.driversGroupBox.visible = bool(names)
        self._drawDrivers()

    def _onDriverChosen(self, _index: int) -> None:
        chosen = self.ui.driversComboBox.currentText
        self._driver = "" if chosen == self._view.headline else chosen
        self._drawDrivers()

    def _drawDrivers(self) -> None:
        view, name = self._view, self.ui.driversComboBox.currentText
        if not name:
            return
        self.chart.setBars(view.bars(name, _MOST_BARS), view.features)
        self.ui.sumLabel.text = _sumText(view.models[name])

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
        for section in self._askedFor:
            section.show(shown)

    @property
    def _takenOut(self) -> tuple:
        """The sections that save or export the result."""
        return self.exports, self.report, self.dicom

    @property
    def _askedFor(self) -> tuple:
        """The sections that the user asks for, one at a time."""
        return self.stability, self.saliency, self.secondOpinion


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
    return _("There is no result yet. Once the case is complete, press Classify above.")


def _bannerText(view) -> str:
    banner = escape(view.bundle["banner"])
    return f"<b>{banner}</b>{escape(view.bundle_line).removeprefix(banner)}"


def _sumText(model) -> str:
    return _("Together: log-odds {logOdds}, a probability of {probability}.").format(
        logOdds=signed(model.log_odds), probability=f"<b>{percent(model.probability)}</b>"
    )


def _bundleText(view, finishedAt: str) -> str:
    text = _("Model bundle {name}, hash {hash}. Computed {when}.").format(
        name=f"<b>{escape(view.bundle['name'])}</b>",
        hash=f"<code>{escape(view.bundle['hash'][:_HASH_CHARACTERS_SHOWN])}</code>",
        when=datetime.fromisoformat(finishedAt).strftime("%Y-%m-%d %H:%M"),
    )
    return f"{text} {escape(view.measured_by)}".rstrip()

"""The panel "6. Result": the probability, what drove it, and whether it still holds."""

from datetime import datetime
from html import escape

import qt
from slicer.i18n import tr as _

from ..Drawing.ProbabilityDrawings import ProbabilityGauge
from ..Drawing.ResultChart import ContributionChart, signed
from ..Drawing.ResultContents import (
    ShownResult,
    availableModels,
    contributionRows,
    intervalWords,
    modelsTable,
    percent,
    thresholdWords,
)
from .CaseReport import CaseReport
from .DicomExport import DicomExport
from .FindingsText import findingsTable, noteText
from .Panel import Panel
from .ResultExports import ResultExports
from .SaliencySection import SaliencySection
from .SecondOpinionSection import SecondOpinionSection
from .StabilitySection import StabilitySection
from .TrainingSection import APPLICABILITY_CODES, TrainingSection

# Strips bring their own background, so that they read alike in the light and the dark theme.
_BANNER_STYLE = "background-color:#FFE08A; color:#332800; border-radius:3px; padding:6px;"
_STALE_STYLE = "background-color:#B83A0B; color:#FFFFFF; border-radius:3px; padding:6px;"
_HEADLINE_FONT_SCALE = 3.0
_HASH_CHARACTERS_SHOWN = 12


class ResultPanel(Panel):
    """Shows the stored result; everything is drawn from it, so a reopened scene shows it again."""

    uiFile = "ResultPanel.ui"

    def setup(self) -> None:
        """Add the drawings and connect the signals of the widgets."""
        self._result = None
        self._told = None
        self._ctId = ""
        self._shownModels = []
        self._headline = ""
        self.training = TrainingSection(self.ui)
        self.stability = StabilitySection(self.logic, self.ui, self.refresh)
        self.saliency = SaliencySection(self.logic, self.ui, self.refresh)
        self.secondOpinion = SecondOpinionSection(self.logic, self.ui, self.refresh)
        self.exports = ResultExports(self.logic, self.ui, self._refreshAll)
        self.report = CaseReport(self.logic, self.ui, self._refreshAll)
        self.dicom = DicomExport(self.logic, self.ui, self._refreshAll)
        self.ui.bannerLabel.setStyleSheet(_BANNER_STYLE)
        self.ui.outOfDateLabel.setStyleSheet(_STALE_STYLE)
        self.gauge = ProbabilityGauge()
        self.ui.gaugeHolder.layout().addWidget(self.gauge)
        self.chart = ContributionChart()
        self.ui.chartHolder.layout().addWidget(self.chart)
        self.sourceChart = ContributionChart()
        self.ui.sourceChartHolder.layout().addWidget(self.sourceChart)
        self._enlargeHeadline()
        self.ui.driversComboBox.connect("currentIndexChanged(int)", self._onDriversModelChanged)

    def setParameterNode(self, parameterNode) -> None:
        """Show the result of another scene; what was told of a computation was of the last one."""
        for section in (*self._takenOut, *self._askedFor):
            section.forget()
        Panel.setParameterNode(self, parameterNode)

    def refresh(self) -> None:
        """Show the stored result again, and whether it is out of date."""
        self._forgetAnotherCt()
        result = None if self.parameterNode is None else self.logic.result(self.parameterNode)
        self.ui.emptyLabel.text = _emptyText(self.logic.results.isDamaged(self.parameterNode))
        self.ui.emptyLabel.visible = result is None
        self.ui.resultWidget.visible = result is not None
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

    def _enlargeHeadline(self) -> None:
        label = self.ui.headlineProbabilityLabel
        font = qt.QFont(label.font)
        font.setPointSizeF(font.pointSizeF() * _HEADLINE_FONT_SCALE)
        font.setBold(True)
        label.font = font

    def _show(self, result: dict) -> None:
        from ParotidClassifierCore.models.words import model_to_show

        prediction = result["prediction"]
        models = prediction["models"].items()
        headline = model_to_show({name: model.get("unavailable") for name, model in models})
        self._headline = headline
        self.ui.bannerLabel.text = _bannerText(prediction["bundle"])
        self._showHeadline(headline, prediction["models"])
        self.ui.modelsLabel.text = modelsTable(prediction["models"], headline)
        self._showDrivers(result, headline)
        self.training.show(prediction)
        findings = [f for f in prediction["findings"] if f["code"] not in APPLICABILITY_CODES]
        self.ui.findingsLabel.text = findingsTable(findings)
        self.ui.findingsGroupBox.visible = bool(findings)
        self.ui.bundleLabel.text = _bundleText(result)

    def _showHeadline(self, name: str, models: dict) -> None:
        from ParotidClassifierCore.models.words import probability_sentence
        from ParotidClassifierCore.protocol.names import COMBINED

        model = models[name]
        isAvailable = "probability" in model
        self.ui.headlineNameLabel.text = _("Probability of malignancy, model {name}:").format(
            name=name
        )
        self.ui.headlineProbabilityLabel.text = (
            percent(model["probability"]) if isAvailable else "\N{EN DASH}"
        )
        self.ui.headlineProbabilityLabel.accessibleName = "" if isAvailable else _("not available")
        words = [intervalWords(model), thresholdWords(model)] if isAvailable else []
        self.ui.headlineWordsLabel.text = "\n".join(filter(None, words))
        self.ui.gaugeHolder.visible = isAvailable
        if isAvailable:
            mark = _("threshold {threshold}").format(threshold=percent(model["threshold"]))
            interval = model.get("interval")
            numbers = model["probability"], model["threshold"]
            self.gauge.setProbability(*numbers, mark, interval)
            self.gauge.toolTip = probability_sentence(name, *numbers, interval)
        self._showWhyNoInterval(model.get("no_interval", ""))
        missing = COMBINED if isAvailable else name
        reason = models[missing].get("unavailable", "")
        self.ui.noCombinedLabel.visible = bool(reason)
        self.ui.noCombinedLabel.text = noteText(
            "info",
            _("There is no {name} probability: {reason}.").format(name=missing, reason=reason),
        )

    def _showWhyNoInterval(self, reason: str) -> None:
        self.ui.noIntervalLabel.visible = bool(reason)
        text = _("No interval: {reason}.").format(reason=escape(reason))
        self.ui.noIntervalLabel.text = f"<small>{text}</small>"

    def _showDrivers(self, result: dict, headline: str) -> None:
        box = self.ui.driversComboBox
        before = box.currentText
        wasBlocked = box.blockSignals(True)
        box.clear()
        # from the model that stands first to its parts
        self._shownModels = availableModels(result["prediction"]["models"])[::-1]
        box.addItems(self._shownModels)
        wanted = before if before in self._shownModels else headline
        if wanted in self._shownModels:
            box.currentIndex = self._shownModels.index(wanted)
        box.blockSignals(wasBlocked)
        self.ui.driversGroupBox.visible = bool(self._shownModels)
        self._drawDrivers(result)

    def _onDriversModelChanged(self, _index: int) -> None:
        self._drawDrivers(self._result)

    def _drawDrivers(self, result: dict) -> None:
        from ParotidClassifierCore.protocol.names import COMBINED, COMBINED_SOURCE

        name = self.ui.driversComboBox.currentText
        if not name:
            return
        models = result["prediction"]["models"]
        self.chart.setRows(contributionRows(models[name], result["features"]))
        isCombined = name == COMBINED and "contributions" in models[COMBINED_SOURCE]
        self.ui.sourceLabel.visible = self.ui.sourceChartHolder.visible = isCombined
        text = _sumText(models[name])
        if isCombined:
            text += "<br><br>" + _("And what drove its image part, {name}:").format(
                name=f"<b>{escape(COMBINED_SOURCE)}</b>"
            )
            rows = contributionRows(models[COMBINED_SOURCE], result["features"])
            self.sourceChart.setRows(rows)
        self.ui.sourceLabel.text = text
        self.ui.sourceLabel.visible = True

    def _showWhetherCurrent(self, result: dict) -> None:
        changes = self.logic.outOfDate(self.parameterNode)
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
            section.show(self.parameterNode, isCurrent)
        isBusy = self.logic.isRunning or any(part.isRunning for part in self._askedFor)
        shown = ShownResult(
            self.parameterNode,
            result,
            self._headline,
            changed,
            isCurrent and not isBusy,
        )
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


def _emptyText(isDamaged: bool) -> str:
    if isDamaged:
        return _("There is no result in this scene: what it holds cannot be read. Classify again.")
    return _("There is no result yet. Once the case is complete, press Classify above.")


def _bannerText(bundle: dict) -> str:
    from ParotidClassifierCore.models.words import bundle_line

    banner = escape(bundle["banner"])
    return f"<b>{banner}</b>{escape(bundle_line(bundle)).removeprefix(banner)}"


def _sumText(model: dict) -> str:
    return _("Together: log-odds {logOdds}, a probability of {probability}.").format(
        logOdds=signed(model["log_odds"]), probability=f"<b>{percent(model['probability'])}</b>"
    )


def _bundleText(result: dict) -> str:
    bundle = result["prediction"]["bundle"]
    return _("Model bundle {name}, hash {hash}. Computed {when}.").format(
        name=f"<b>{escape(bundle['name'])}</b>",
        hash=f"<code>{escape(bundle['hash'][:_HASH_CHARACTERS_SHOWN])}</code>",
        when=datetime.fromisoformat(result["finishedAt"]).strftime("%Y-%m-%d %H:%M"),
    )

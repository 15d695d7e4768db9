"""The step "3. Findings": what the model asks of the clinic, and what else is recorded."""

import slicer
from ParotidClassifierCore.base.errors import ClinicalValueError
from ParotidClassifierCore.imaging.findings import SMALLEST_DIAMETER_MM
from ParotidClassifierCore.protocol import UNKNOWN, ClinicalRecord
from slicer.i18n import tr as _

from ..Scene.Parameters import setClinicalValue, storedWords
from ..Scene.SampleCases import sampleClinicalFindings
from .ClinicalForm import ClinicalForm
from .ClinicalOffers import ClinicalOffers
from .FindingsText import noteText, toolTipText
from .Panel import Panel, nameParts
from .ProtocolTexts import findingsText, translated
from .Steps import SUMMARY_SEPARATOR, StepState
from .TabOrder import stopsIn, tabInto


class ClinicalPanel(Panel):
    """Shows and stores the clinical record of the case; offers what can be measured.

    What the scene holds of variables that the bundle does not know stays there and is not shown.
    """

    uiFile = "ClinicalPanel.ui"

    def setup(self) -> None:
        """Connect the signals of the widgets; once."""
        self._protocol = None
        self._forms = ()
        self.offers = ClinicalOffers(self.ui.measuredRows.layout(), self.onTake)
        self._measuredOn = ()
        self.ui.measureButton.connect("clicked(bool)", self.onMeasureButton)
        self.ui.takeAllButton.connect("clicked(bool)", self.onTakeAllButton)
        self.ui.takeSampleButton.connect("clicked(bool)", self.onTakeSampleButton)
        self.ui.forgetButton.connect("clicked(bool)", self.onForgetButton)
        criteria = self.ui.eligibilityLabel
        criteria.text = criteria.text.format(diameter=f"{SMALLEST_DIAMETER_MM:g}")

    def refresh(self) -> None:
        """Show the stored findings; cheap, and the same if called twice."""
        self.ui.clinicalCollapsibleButton.enabled = self.parameterNode is not None
        protocol = self.protocol
        if protocol != self._protocol:
            self._protocol = protocol
            self._makeForms()
        record, errors = self._storedRecord()
        for form in self._forms:
            form.show(record)
        self.ui.storedErrorLabel.text = noteText("error", " ".join(map(str, errors)))
        self.ui.storedError.visible = bool(errors)
        self._showSampleOffer(record)
        self._showMeasured(record)

    def _makeForms(self) -> None:
        """Make the widgets of the protocol's variables in place of those of another one."""
        predictors = self._protocol.predictors.values()
        recorded = [one for one in self._protocol.clinical.values() if one not in predictors]
        places = ((self.ui.predictorsHolder, predictors), (self.ui.recordedHolder, recorded))
        for form in self._forms:
            form.widget.setParent(None)
            form.widget.deleteLater()
        self.offers.clear()
        self._forms = []
        for holder, variables in places:
            form = ClinicalForm(variables, self.onChange, holder is self.ui.predictorsHolder)
            holder.layout().addWidget(form.widget)
            nameParts(form.widget)
            tabInto(holder, stopsIn(form.widget))
            holder.visible = bool(variables)
            self._forms.append(form)

    def _storedRecord(self):
        """Return the record as far as it can be read, and one error for each value that cannot."""
        if self.parameterNode is None:
            return ClinicalRecord(), []
        try:
            words = storedWords(self.parameterNode)
        except ClinicalValueError as error:
            return ClinicalRecord(), [error]
        known, errors = {}, []
        for name in self._protocol.clinical:
            try:
                known |= self._protocol.record({name: words.get(name)})
            except ClinicalValueError as error:
                errors.append(error)
        return ClinicalRecord(known), errors

    def state(self) -> StepState:
        """Return whether every question is answered; it leads on once there is a result."""
        if self.parameterNode is None:
            return StepState(isDone=False, isPassed=False)
        unknown = self._unknown()
        asked = len(self.protocol.predictors)
        if unknown:
            summary = _("{count} of {all} answered").format(count=asked - len(unknown), all=asked)
        else:
            record, _errors = self._storedRecord()
            phrases = self.protocol.phrases(self.protocol.words(record))
            summary = SUMMARY_SEPARATOR.join(map(translated, phrases.values()))
        isPassed = self.logic.results.isOfThisCt(self.parameterNode)
        return StepState(bool(asked) and not unknown, isPassed, summary)

    def unanswered(self) -> tuple:
        """Return what is not answered, and what follows from it, in words; empty if nothing is."""
        unknown = self._unknown()
        if not unknown:
            return "", ""
        names, silent = {variable.name for variable in unknown}, set()
        models = self.protocol.models
        for name, model in models.items():
            if names & {*model.clinical} or silent & {*model.log_odds}:
                silent.add(name)
        speaking = [name for name in models if name not in silent]
        follows = _("Without, no model answers.")
        if speaking:
            model = self.protocol.plain(self.protocol.first_shown(speaking))
            follows = _("Without: {model}.").format(model=model)
        return ", ".join(translated(variable.label) for variable in unknown), follows

    def _unknown(self) -> list:
        """Return Core's ClinicalVariables that the model asks for and that nobody answered."""
        record, _errors = self._storedRecord()
        return [v for v in self.protocol.predictors.values() if v.name not in record]

    def answerNext(self, number: int) -> None:
        """Give the next answer to a question, counted from 0: the keyboard's way."""
        predictors = [*self.protocol.predictors.values()]
        if self.parameterNode is None or number >= len(predictors):
            return
        variable = predictors[number]
        if variable.is_number:
            return
        record, _errors = self._storedRecord()
        words = [*variable.from_reference, UNKNOWN]
        place = words.index(record.get(variable.name, UNKNOWN))
        self.onChange(variable.name, words[(place + 1) % len(words)])

    def _showSampleOffer(self, record) -> None:
        words = self._sampleFindings()
        offered = any(record.get(name) != value for name, value in words.items())
        self.ui.sampleOffer.visible = offered
        if offered:
            names = [variable.name for variable in self._protocol.predictors.values()]
            predictors = {name: words[name] for name in names if name in words}
            self.ui.sampleOfferLabel.text = _(
                "The sample case comes with its findings: {findings}; {count} more for the record."
            ).format(
                findings=findingsText(self._protocol, predictors),
                count=len(words) - len(predictors),
            )
            self.ui.sampleOfferLabel.toolTip = toolTipText(findingsText(self._protocol, words))

    def _sampleFindings(self) -> dict:
        words = sampleClinicalFindings(self.parameterNode and self.parameterNode.ct)
        return {name: word for name, word in words.items() if self._protocol.has(name, word)}

    def _showMeasured(self, record) -> None:
        if self.offers.measurements and self._measurable() != self._measuredOn:
            self.offers.clear()
        self.offers.markTaken(record)
        self.ui.measuredOffers.visible = bool(self.offers.measurements)
        self.ui.takeAllButton.visible = len(self.offers.measured) > 1
        self.ui.takeAllButton.enabled = bool(self.offers.open(record))
        node = self.parameterNode
        self.ui.measureButton.enabled = bool(node and node.ct and node.segmentation)

    def _measurable(self) -> tuple:
        """Return what is measured: values of another image or outline are not offered."""
        if self.parameterNode is None:
            return ()
        images = self.parameterNode.ct, self.parameterNode.plainCt
        tumorKey, _ringKey = self.logic.ringFollower.keys()
        return (*(node and node.GetID() for node in images), tumorKey)

    def onChange(self, name: str, value) -> None:
        """Store what the user chose for a variable."""
        self._store({name: value})

    def onMeasureButton(self, _checked=False) -> None:
        """Offer what the CTs show of the outlined tumour."""
        with slicer.util.tryWithErrorDisplay(
            _("The tumour could not be measured."), waitCursor=True
        ):
            measured = self.logic.measurements(self.parameterNode)
            self.offers.show(measured, self._protocol)
            self._measuredOn = self._measurable()
        self.refresh()

    def onTake(self, measurements) -> None:
        """Store measured values that the user takes."""
        self._store({measurement.variable: measurement.value for measurement in measurements})

    def onTakeAllButton(self, _checked=False) -> None:
        """Store every value that could be measured."""
        self.onTake(self.offers.measured)

    def onTakeSampleButton(self, _checked=False) -> None:
        """Store the findings that came with the sample case."""
        self._store(self._sampleFindings())

    def onForgetButton(self, _checked=False) -> None:
        """Remove stored findings that cannot be read."""
        self.parameterNode.clinical = ""
        self.refresh()

    def _store(self, words: dict) -> None:
        with (
            slicer.util.tryWithErrorDisplay(_("The clinical findings could not be stored.")),
            slicer.util.NodeModify(self.parameterNode),
        ):
            for name, value in words.items():
                setClinicalValue(self.parameterNode, name, value)
        self.refresh()

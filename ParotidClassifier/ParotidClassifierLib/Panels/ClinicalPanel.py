"""The clinical findings: those that the models of the bundle read, and what else is recorded."""

import slicer
from ParotidClassifierCore.base.errors import ClinicalValueError
from ParotidClassifierCore.protocol import ClinicalRecord
from slicer.i18n import tr as _

from ..Scene.Parameters import setClinicalValue, storedWords
from ..Scene.SampleCases import sampleClinicalFindings
from .ClinicalForm import ClinicalForm
from .ClinicalOffers import ClinicalOffers
from .FindingsText import noteText, toolTipText
from .Panel import Panel, nameParts
from .ProtocolTexts import findingsText, listText, translated
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
        self._showNote(record)
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

    def _showNote(self, record) -> None:
        unknown = [v for v in self._protocol.predictors.values() if v.name not in record]
        missing = []
        for model in self._protocol.models.values():
            if {v.name for v in unknown} & {*model.clinical} or {*missing} & {*model.log_odds}:
                missing.append(model.name)
        sentence = (
            _("Unknown: {variables}. {models} is then not available.")
            if len(missing) == 1
            else _("Unknown: {variables}. {models} are then not available.")
        )
        variables = ", ".join(translated(variable.label) for variable in unknown)
        self.ui.clinicalNoteLabel.text = noteText(
            "info", sentence.format(variables=variables, models=listText(missing))
        )
        self.ui.clinicalNoteLabel.visible = bool(unknown)

    def _showSampleOffer(self, record) -> None:
        words = self._sampleFindings()
        offered = any(record.get(name) != value for name, value in words.items())
        self.ui.sampleOffer.visible = offered
        if offered:
            names = [variable.name for variable in self._protocol.predictors.values()]
            predictors = {name: words[name] for name in names if name in words}
            self.ui.sampleOfferLabel.text = _(
                "This sample case comes with its clinical findings: {findings}. {count} more are "
                "for the record."
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

"""The clinical findings: the three predictors, and what else the study recorded."""

from contextlib import contextmanager
from functools import partial

import slicer
from ParotidClassifierCore.base.errors import ClinicalValueError
from ParotidClassifierCore.protocol.record import ClinicalRecord
from slicer.i18n import tr as _

from ..Scene.Parameters import clinicalRecord, setClinicalValue, storedWords
from ..Scene.SampleCases import sampleClinicalFindings
from .ClinicalOffers import ClinicalOffers
from .ClinicalWords import inWords, levelLabel, variableLabel
from .FindingsText import noteText
from .Panel import Panel

# Variable and level of each radio button, by the names in ClinicalPanel.ui.
_CHOICES = {
    "symptoms": {
        "without": "symptomsWithoutButton",
        "with": "symptomsWithButton",
        "unknown": "symptomsUnknownButton",
    },
    "margin": {
        "clear": "marginClearButton",
        "unclear": "marginUnclearButton",
        "unknown": "marginUnknownButton",
    },
    "lymph_nodes": {
        "without": "lymphNodesWithoutButton",
        "with": "lymphNodesWithButton",
        "unknown": "lymphNodesUnknownButton",
    },
}
_COMBO_BOXES = {
    "sex": "sexComboBox",
    "smoking": "smokingComboBox",
    "drinking": "drinkingComboBox",
    "shape": "shapeComboBox",
    "number": "numberComboBox",
    "location": "locationComboBox",
    "density": "densityComboBox",
    "calcification": "calcificationComboBox",
    "cystic_areas": "cysticAreasComboBox",
    "enhancement_degree": "enhancementDegreeComboBox",
    "enhanced_uniformity": "enhancedUniformityComboBox",
}
# At its minimum a spin box reads "Unknown".
_SPIN_BOXES = {"age_years": "ageYearsSpinBox", "max_diameter_cm": "maxDiameterSpinBox"}


class ClinicalPanel(Panel):
    """Shows and stores the clinical record of the case; offers what can be measured."""

    uiFile = "ClinicalPanel.ui"

    def setup(self) -> None:
        """Connect the signals of the widgets; once."""
        self._setUpChoices()
        self._setUpComboBoxes()
        self._setUpSpinBoxes()
        self.offers = ClinicalOffers(self.ui.measuredRows.layout(), self.onTake)
        self._measuredOn = ()
        self.ui.measureButton.connect("clicked(bool)", self.onMeasureButton)
        self.ui.takeAllButton.connect("clicked(bool)", self.onTakeAllButton)
        self.ui.takeSampleButton.connect("clicked(bool)", self.onTakeSampleButton)
        self.ui.forgetButton.connect("clicked(bool)", self.onForgetButton)

    def _setUpChoices(self) -> None:
        for name, buttons in _CHOICES.items():
            for word, button in buttons.items():
                widget = getattr(self.ui, button)
                widget.accessibleName = inWords({name: word})
                widget.connect("toggled(bool)", partial(self.onChoice, name, word))

    def _setUpComboBoxes(self) -> None:
        for name, comboBox in self.comboBoxes().items():
            for level in _levels(name):
                comboBox.addItem(levelLabel(level), level)
            comboBox.connect("currentIndexChanged(int)", partial(self.onLevel, name))

    def _setUpSpinBoxes(self) -> None:
        self.ui.ageYearsSpinBox.connect("valueChanged(int)", partial(self.onQuantity, "age_years"))
        self.ui.maxDiameterSpinBox.connect(
            "valueChanged(double)", partial(self.onQuantity, "max_diameter_cm")
        )

    def comboBoxes(self) -> dict:
        """Return the combo box of each recorded finding that has levels."""
        return {name: getattr(self.ui, widget) for name, widget in _COMBO_BOXES.items()}

    def refresh(self) -> None:
        """Show the stored findings; cheap, and the same if called twice."""
        self.ui.clinicalCollapsibleButton.enabled = self.parameterNode is not None
        record, errors = _storedRecord(self.parameterNode)
        self._showRecord(record.words())
        self._showErrors(errors)
        self._showNote(record)
        self._showSampleOffer(record)
        self._showMeasured(record)

    def _showRecord(self, words: dict) -> None:
        for name, buttons in _CHOICES.items():
            row = {word: getattr(self.ui, button) for word, button in buttons.items()}
            # All of them are quiet: the button that goes out would report it, too.
            with _quiet(*row.values()):
                row[words[name]].checked = True
        for name, comboBox in self.comboBoxes().items():
            with _quiet(comboBox):
                comboBox.currentIndex = comboBox.findData(words[name])
        for name, widget in _SPIN_BOXES.items():
            spinBox = getattr(self.ui, widget)
            with _quiet(spinBox):
                known = words[name] is not None
                value = min(words[name], spinBox.maximum) if known else spinBox.minimum
                spinBox.value = type(spinBox.minimum)(value)

    def _showErrors(self, errors) -> None:
        self.ui.storedErrorLabel.text = noteText("error", " ".join(map(str, errors)))
        self.ui.storedError.visible = bool(errors)

    def _showNote(self, record) -> None:
        words = record.words()
        unknown = [variableLabel(name) for name in _CHOICES if words[name] == "unknown"]
        self.ui.clinicalNoteLabel.text = noteText(
            "info",
            _("Unknown: {variables}. Clinical and Combined are then not available.").format(
                variables=", ".join(unknown)
            ),
        )
        self.ui.clinicalNoteLabel.visible = bool(unknown)

    def _showSampleOffer(self, record) -> None:
        words = self._sampleFindings()
        held = record.words()
        offered = any(held[name] != value for name, value in words.items())
        self.ui.sampleOffer.visible = offered
        if offered:
            predictors = {name: words[name] for name in _CHOICES if name in words}
            self.ui.sampleOfferLabel.text = _(
                "This sample case comes with its clinical findings: {findings}. {count} more are "
                "for the record."
            ).format(findings=inWords(predictors), count=len(words) - len(predictors))
            self.ui.sampleOfferLabel.toolTip = inWords(words)

    def _sampleFindings(self) -> dict:
        return sampleClinicalFindings(self.parameterNode.ct) if self.parameterNode else {}

    def _showMeasured(self, record) -> None:
        if self.offers.measurements and self._measurable() != self._measuredOn:
            self.offers.clear()
        self.offers.markTaken(record)
        self.ui.measuredOffers.visible = bool(self.offers.measurements)
        self.ui.takeAllButton.visible = len(self.offers.measured) > 1
        self.ui.takeAllButton.enabled = bool(self.offers.open(record))
        self.ui.measureButton.enabled = self.parameterNode is not None and None not in (
            self.parameterNode.ct,
            self.parameterNode.segmentation,
        )

    def _measurable(self) -> tuple:
        """Return what is measured: values of another image or outline are not offered."""
        if self.parameterNode is None:
            return ()
        images = self.parameterNode.ct, self.parameterNode.plainCt
        tumorKey, _ringKey = self.logic.ringFollower.keys()
        return (*(node and node.GetID() for node in images), tumorKey)

    def onChoice(self, name: str, word: str, chosen) -> None:
        """Store a predictor; the button that goes out has nothing to say."""
        if chosen:
            self._store({name: word})

    def onLevel(self, name: str, index) -> None:
        """Store the level chosen in a combo box."""
        self._store({name: getattr(self.ui, _COMBO_BOXES[name]).itemData(index)})

    def onQuantity(self, name: str, value) -> None:
        """Store the number of a spin box; at its minimum it reads Unknown."""
        unknown = value == getattr(self.ui, _SPIN_BOXES[name]).minimum
        self._store({name: None if unknown else value})

    def onMeasureButton(self, _checked=False) -> None:
        """Offer what the CTs show of the outlined tumour."""
        with slicer.util.tryWithErrorDisplay(
            _("The tumour could not be measured."), waitCursor=True
        ):
            self.offers.show(self.logic.measurements(self.parameterNode))
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


def _levels(name: str) -> list:
    levels = [level.value for level in type(getattr(ClinicalRecord(), name))]
    return sorted(levels, key=lambda word: word != "unknown")  # "Unknown" comes first


def _storedRecord(parameterNode):
    """Return the record as far as it can be read, and one error for each value that cannot."""
    if parameterNode is None:
        return ClinicalRecord(), []
    try:
        return clinicalRecord(parameterNode), []
    except ClinicalValueError:
        return _readableRecord(parameterNode)


def _readableRecord(parameterNode):
    try:
        words = storedWords(parameterNode)
    except ClinicalValueError as error:
        return ClinicalRecord(), [error]
    readable, errors = {}, []
    for name, value in words.items():
        try:
            ClinicalRecord.from_words({name: value})
            readable[name] = value
        except ClinicalValueError as error:
            errors.append(error)
    return ClinicalRecord.from_words(readable), errors


@contextmanager
def _quiet(*widgets):
    """Change widgets without the user's choice being read back."""
    blocked = [(widget, widget.blockSignals(True)) for widget in widgets]
    try:
        yield
    finally:
        for widget, before in blocked:
            widget.blockSignals(before)

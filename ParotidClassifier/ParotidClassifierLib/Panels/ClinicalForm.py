"""A form for clinical variables, made from what a protocol says of them."""

import re
from functools import partial

import ctk
import qt
from ParotidClassifierCore.protocol import UNKNOWN
from slicer.i18n import tr as _

from .FindingsText import toolTipText
from .Panel import quiet
from .ProtocolTexts import levelText, translated


class ClinicalForm:
    """A widget with a row for each ClinicalVariable; several of a case's may be shown at once.

    Args:
        variables: of the rows.
        onChange: called with the name of a variable and the word of a level, a number or "unknown".
        isOpen: whether levels are buttons beside each other, instead of lists; another button shows
            the definition then.
    """

    def __init__(self, variables, onChange, isOpen: bool):
        self.widget = qt.QWidget()
        self._layout = qt.QFormLayout(self.widget)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setFieldGrowthPolicy(qt.QFormLayout.ExpandingFieldsGrow)
        self._fields = {}
        for variable in variables:
            kind = _Number if variable.is_number else _Buttons if isOpen else _List
            field = kind(variable, partial(onChange, variable.name))
            self._fields[variable.name] = field
            self._addRow(variable, field, isOpen)

    def show(self, record) -> None:
        """Show the values of a ClinicalRecord."""
        for name, field in self._fields.items():
            field.show(record.get(name, UNKNOWN))

    def _addRow(self, variable, field, isOpen: bool) -> None:
        name, definition = _camelCase(variable.name), translated(variable.definition)
        label = _label(f"{name}Label", _("{label}:").format(label=translated(variable.label)))
        label.toolTip = toolTipText(definition)
        if field.widget.focusPolicy != qt.Qt.NoFocus:
            label.text = label.text.replace("&", "&&")
            label.setBuddy(field.widget)
        if not (isOpen and definition):
            self._layout.addRow(label, field.widget)
            return
        shown = _label(f"{name}Definition", definition)
        shown.visible = False
        asked = _inOne(qt.QHBoxLayout, label, _helpButton(variable, shown), stretch=0)
        self._layout.addRow(asked, field.widget)
        self._layout.addRow(shown)


class _Buttons:
    """The levels of a variable beside each other."""

    def __init__(self, variable, onChange):
        self._onChange = onChange
        self._buttons = {}
        for word in (*variable.from_reference, UNKNOWN):
            button = qt.QRadioButton()
            text = levelText(variable, word)
            button.objectName = f"{_camelCase(variable.name)}{_camelCase(' ' + word)}Button"
            button.text = text.replace("&", "&&")
            button.accessibleName = _("{variable}: {value}").format(
                variable=translated(variable.label), value=text
            )
            button.toolTip = toolTipText(translated(variable.definition))
            button.connect("toggled(bool)", partial(self._onToggled, word))
            self._buttons[word] = button
        self.widget = _inOne(qt.QHBoxLayout, *self._buttons.values())

    def show(self, value) -> None:
        # All of them are quiet: the button that goes out would report it, too.
        with quiet(*self._buttons.values()):
            self._buttons[value].checked = True

    def _onToggled(self, word: str, chosen: bool) -> None:
        if chosen:
            self._onChange(word)


class _List:
    """The levels of a variable in a combo box."""

    def __init__(self, variable, onChange):
        self.widget = ctk.ctkComboBox()
        self.widget.objectName = f"{_camelCase(variable.name)}ComboBox"
        self.widget.scrollWheelEffect = ctk.ctkComboBox.ScrollWithFocus
        self.widget.toolTip = toolTipText(translated(variable.definition))
        for word in (UNKNOWN, *variable.levels):
            self.widget.addItem(levelText(variable, word), word)
        self.widget.connect(
            "currentIndexChanged(int)", lambda index: onChange(self.widget.itemData(index))
        )

    def show(self, value) -> None:
        with quiet(self.widget):
            self.widget.currentIndex = self.widget.findData(value)


class _Number:
    """A number in a spin box, which reads Unknown at its minimum."""

    def __init__(self, variable, onChange):
        self._onChange = onChange
        self.widget = qt.QDoubleSpinBox()
        self.widget.objectName = f"{_camelCase(variable.name)}SpinBox"
        self.widget.toolTip = toolTipText(translated(variable.definition))
        self.widget.keyboardTracking = False
        self.widget.decimals = variable.decimals
        self.widget.singleStep = 10.0**-variable.decimals
        self.widget.minimum = -self.widget.singleStep
        self.widget.maximum = variable.maximum
        self.widget.suffix = _(" {unit}").format(unit=translated(variable.unit))
        self.widget.specialValueText = _("Unknown")
        self.widget.connect("valueChanged(double)", self._onValueChanged)

    def show(self, value) -> None:
        with quiet(self.widget):
            isUnknown = value == UNKNOWN
            self.widget.value = self.widget.minimum if isUnknown else float(value)

    def _onValueChanged(self, value: float) -> None:
        self._onChange(UNKNOWN if value == self.widget.minimum else value)


def _label(name: str, text: str):
    label = qt.QLabel()
    label.objectName = name
    label.textFormat = qt.Qt.PlainText
    label.text = text
    label.wordWrap = name.endswith("Definition")
    return label


def _helpButton(variable, definition):
    """Return a button that shows the label with the definition, or hides it again."""
    button = qt.QToolButton()
    button.objectName = f"{_camelCase(variable.name)}HelpButton"
    button.text = "?"
    button.accessibleName = _("{variable}: definition").format(variable=translated(variable.label))
    button.toolTip = toolTipText(definition.text)
    button.checkable = True
    button.autoRaise = True
    button.connect("toggled(bool)", definition.setVisible)
    return button


def _inOne(layoutClass, *widgets, stretch: int = 1):
    """Return a widget that holds others, beside or below each other."""
    whole = qt.QWidget()
    layout = layoutClass(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget, stretch)
    return whole


def _camelCase(words: str) -> str:
    """Return lymph_nodes as lymphNodes."""
    return re.sub(r"[\W_]+(\w?)", lambda match: match[1].upper(), words)

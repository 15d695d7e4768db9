"""Values that are offered to the user, each with where it comes from and a button to take it."""

from functools import partial
from html import escape

import qt
from slicer.i18n import tr as _

from .ProtocolTexts import findingsText, translated, valueText
from .TabOrder import tabInto


class ClinicalOffers:
    """Rows of measured values in a grid layout; a value is entered only when the user takes it.

    `onTake` is called with a list of Core's Measurements then.
    """

    def __init__(self, layout, onTake):
        self._layout = layout
        self._onTake = onTake
        self._widgets = []
        self._protocol = None
        self.measurements = []
        self.takeButtons = {}

    @property
    def measured(self) -> list:
        """The measurements that have a value."""
        return [offer for offer in self.measurements if offer.value is not None]

    def show(self, measurements, protocol) -> None:
        """Offer these measurements of variables of a protocol instead of the present ones."""
        self.clear()
        self.measurements = list(measurements)
        self._protocol = protocol
        for row, measurement in enumerate(self.measurements):
            self._addRow(row, measurement)
        tabInto(self._layout.parentWidget(), list(self.takeButtons.values()))

    def clear(self) -> None:
        """Offer nothing."""
        for widget in self._widgets:
            self._layout.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._widgets = []
        self.measurements = []
        self.takeButtons = {}

    def open(self, record) -> list:
        """Return the offered values that the clinical record does not hold."""
        return [offer for offer in self.measured if record.get(offer.variable) != offer.value]

    def markTaken(self, record) -> None:
        """Show which of the offered values the clinical record holds."""
        for offer in self.measured:
            taken = offer not in self.open(record)
            button = self.takeButtons[offer.variable]
            button.enabled = not taken
            button.text = _("Taken") if taken else _("Take")
            button.accessibleName = _("{action}: {finding}").format(
                action=button.text,
                finding=findingsText(self._protocol, {offer.variable: offer.value}),
            )

    def _addRow(self, row: int, measurement) -> None:
        label = qt.QLabel()
        label.wordWrap = True
        label.text = _offerText(self._protocol.clinical[measurement.variable], measurement)
        self._add(label, row, 0)
        if measurement.value is not None:
            button = qt.QPushButton()
            button.text = _("Take")
            button.toolTip = _("Enter this value into the clinical findings.")
            button.connect("clicked()", partial(self._onTake, [measurement]))
            self.takeButtons[measurement.variable] = button
            self._add(button, row, 1)

    def _add(self, widget, row: int, column: int) -> None:
        self._layout.addWidget(widget, row, column)
        self._widgets.append(widget)


def _offerText(variable, measurement) -> str:
    label = translated(variable.label)
    if measurement.value is None:
        offered = _("{variable}: not measured.").format(variable=label)
    else:
        value = valueText(variable, measurement.value)
        offered = _("{variable}: {value}.").format(variable=label, value=value)
    return f"<b>{escape(offered)}</b> {escape(measurement.how)}"

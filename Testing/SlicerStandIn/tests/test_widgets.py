"""CTK's widgets behave as in Slicer: values, ranges, signals, sections that open and close."""

import ctk
import pytest
import qt
from SlicerStandIn import api
from SlicerStandIn.dialogs import UnexpectedDialogError


@pytest.fixture
def heard():
    """Connect signals of a widget and return what they said, in order."""

    def listen(widget, *signatures):
        said = []
        for signature in signatures:
            name = signature.split("(")[0]
            widget.connect(signature, lambda *values, name=name: said.append((name, *values)))
        return said

    return listen


def test_empty_objects_are_false():
    widget = qt.QWidget()
    row = qt.QHBoxLayout(widget)
    menu = qt.QMenu()
    assert not row
    assert row is not None
    assert row != None  # noqa: E711 - only what is gone equals None
    assert not menu
    assert not qt.QIcon()
    row.addWidget(qt.QLabel())
    menu.addAction("One")
    assert row
    assert menu
    assert widget


@pytest.mark.parametrize("name", ["ctkSliderWidget", "ctkDoubleSpinBox"])
def test_defaults_are_slicer_s(name):
    widget = getattr(ctk, name)()
    for declared in api.chain(name):
        for prop, value in declared.defaults.items():
            if prop in declared.properties and isinstance(value, (bool, float, str)):
                assert getattr(widget, prop) == value or prop == "cleanText", prop


def test_slider_stays_in_range(heard):
    slider = ctk.ctkSliderWidget()
    said = heard(slider, "valueChanged(double)")
    slider.minimum = 1
    slider.maximum = 20
    slider.value = 5
    slider.value = 5
    slider.value = 99
    assert said == [("valueChanged", 1.0), ("valueChanged", 5.0), ("valueChanged", 20.0)]


def test_spin_box_takes_the_focus():
    box = ctk.ctkDoubleSpinBox()
    assert box.focusProxy() is None
    assert box.focusPolicy == qt.Qt.NoFocus
    assert box.findChild("QDoubleSpinBox").focusPolicy == qt.Qt.WheelFocus


def test_section_hides_its_children(heard):
    section = ctk.ctkCollapsibleButton()
    layout = qt.QVBoxLayout(section)
    shown, hidden = qt.QLabel("shown"), qt.QLabel("hidden")
    for label in (shown, hidden):
        layout.addWidget(label)
    hidden.hide()
    section.show()
    said = heard(section, "contentsCollapsed(bool)")
    section.collapsed = True
    assert not shown.visible
    assert not section.checked
    section.collapsed = False
    assert shown.visible
    assert not hidden.visible
    assert said == [("contentsCollapsed", True), ("contentsCollapsed", False)]


def test_unanswered_dialog_fails():
    with pytest.raises(UnexpectedDialogError):
        qt.QMessageBox.question(None, "Ring", "Draw it anew?")

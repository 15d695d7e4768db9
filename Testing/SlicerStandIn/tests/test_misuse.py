"""What a module may not do in Slicer fails on the stand-in too."""

from contextlib import suppress
from pathlib import Path

import ctk
import pytest
import qt
import slicer
from SlicerStandIn.failures import NotModelled
from SlicerStandIn.signals import SignalError

REFUSED = (AttributeError, TypeError, ValueError, NotModelled)

MISUSES = {
    "an unknown attribute is read": "button.caption",
    "an unknown attribute is written": "button.caption = 'Run'",
    "an unknown attribute of a CTK widget is read": "slider.ticks",
    "an unknown attribute of a CTK widget is written": "slider.ticks = 3",
    "a note is left on a widget": "combo.myNode = None",
    "a property is called as a method": "button.text()",
    "a property of CTK is called as a method": "slider.value()",
    "a property of the node selector is called": "combo.currentNodeID()",
    "isEnabled is taken for a property": "button.isEnabled = True",
    "a getter that its property hides": "combo.nodeTypes()",
    "a read-only property is written": "table.segmentCount = 3",
    "a read-only property of Qt is written": "button.width = 3",
    "the application's version is written": "slicer.app.majorVersion = 4",
    "a slot is overwritten": "combo.setCurrentNode = print",
    "a number is put where a text belongs": "button.text = 3",
    "None is put where a text belongs": "button.text = None",
    "a text is put where a number belongs": "slider.value = '3'",
    "a text is put where a list of texts belongs": "combo.nodeTypes = 'vtkMRMLScalarVolumeNode'",
    "a keyword argument to a constructor": "qt.QLabel(text='CT')",
    "a keyword argument to a method": "button.setText(text='Run')",
    "a text to the constructor of a CTK widget": "ctk.ctkCollapsibleButton('Case')",
    "two arguments to a constructor": "slicer.qMRMLNodeComboBox(widget, widget)",
    "a scene to a constructor": "slicer.qMRMLNodeComboBox(slicer.mrmlScene)",
    "what has no constructor": "slicer.qSlicerApplication()",
    "what has no constructor in Python": "slicer.qSlicerSegmentEditorAbstractEffect()",
    "a C++ method": "combo.setNodeTypes(['vtkMRMLModelNode'])",
    "a C++ method of the node selector": "combo.nodes()",
    "a C++ method of a section": "section.setCollapsed(True)",
    "a C++ method of the slider": "slider.setRange(0, 1)",
    "a C++ method of the segment editor": "editor.setUnorderedEffectsVisible(False)",
    "a C++ method of the application": "slicer.app.mainWindow()",
    "an unknown class of Slicer": "slicer.qMRMLNodeSelector()",
    "an unknown class of CTK": "ctk.ctkSlider()",
    "an unknown class of Qt": "qt.QFancyButton()",
    "a CTK class looked for in slicer": "slicer.ctkSliderWidget()",
    "an unknown enum value": "qt.QMessageBox.Maybe",
    "a name of slicer.util looked for in slicer": "slicer.loadVolume('CT.nrrd')",
    "a signal that does not exist": "button.connect('pressedTwice()', print)",
    "a signal with the wrong arguments": "slider.connect('valueChanged(int)', print)",
    "a signal without its arguments": "combo.connect('currentNodeChanged()', print)",
    "a signal of another class": "section.connect('collapsed(bool)', print)",
    "a slot that does not exist": "button.connect('clicked()', combo, 'setNode()')",
    "what cannot be called": "button.connect('clicked()', None)",
    "too many arguments": "combo.setCurrentNode(None, None)",
    "a method of Qt 6 alone": "box.checkStateChanged",
    "a list's method on a tuple": "combo.nodeTypes.append('vtkMRMLModelNode')",
    "a path that is no text": "slicer.app.coreIOManager().fileType(path)",
    "a widget that is in Slicer only": "slicer.qMRMLTableView()",
    "a slot that is in Slicer only": "table.moveSelectedSegmentsUp()",
    "a property whose effect is not modelled": "slider.popupSlider = True",
}


@pytest.fixture
def names():
    widget = qt.QWidget()
    return {
        "qt": qt,
        "ctk": ctk,
        "slicer": slicer,
        "path": Path("CT.nrrd"),
        "widget": widget,
        "button": qt.QPushButton("Run", widget),
        "box": qt.QCheckBox(widget),
        "slider": ctk.ctkSliderWidget(widget),
        "section": ctk.ctkCollapsibleButton(widget),
        "combo": slicer.qMRMLNodeComboBox(widget),
        "table": slicer.qMRMLSegmentsTableView(widget),
        "editor": slicer.qMRMLSegmentEditorWidget(widget),
    }


@pytest.mark.parametrize("code", MISUSES.values(), ids=MISUSES)
def test_misuse_is_refused(names, code):
    with pytest.raises(REFUSED):
        exec(code, names)  # noqa: S102 - the misuses above


def test_there_are_at_least_thirty_misuses():
    assert len(set(MISUSES.values())) >= 30


def test_missing_signal_is_an_error(names):
    with pytest.raises(SignalError, match=r"has no signal 'clicked\(int\)'"):
        names["button"].connect("clicked(int)", print)


def test_a_hidden_cpp_method_says_why(names):
    with pytest.raises(AttributeError, match="C\\+\\+ method"):
        names["section"].setCollapsed  # noqa: B018


def test_not_modelled_passes_a_broad_except():
    with pytest.raises(NotModelled), suppress(Exception):
        slicer.qMRMLTableView()


def test_no_widget_is_an_instance_of_qwidget(names):
    assert not isinstance(names["button"], qt.QWidget)
    assert not isinstance(names["combo"], qt.QWidget)
    assert isinstance(names["button"], qt.QPushButton)
    assert names["button"].inherits("QWidget")
    assert names["editor"].inherits("qMRMLWidget")


def test_a_list_of_texts_is_a_tuple(names):
    combo = names["combo"]
    combo.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    assert combo.nodeTypes == ("vtkMRMLScalarVolumeNode",)
    assert isinstance(slicer.app.layoutManager().sliceViewNames(), tuple)


def test_a_setter_stays_a_method_beside_its_property(names):
    names["button"].setText("Stop")
    assert names["button"].text == "Stop"


def test_what_was_deleted_is_false_and_refuses(names):
    button = names["button"]
    button.delete()
    assert not button
    with pytest.raises(ValueError, match="was deleted"):
        button.text  # noqa: B018


class Chart(qt.QWidget):
    def __init__(self, parent=None):
        super().__init__(parent)
        self.bars = [1, 2]
        self.painted = 0

    def sizeHint(self):
        return qt.QSize(123, 45)

    def paintEvent(self, event):
        painter = qt.QPainter(self)
        painter.fillRect(event.rect(), qt.QColor(255, 0, 0))
        painter.end()
        self.painted += 1


def test_a_python_class_overrides_virtual_methods():
    chart = Chart()
    picture = chart.grab().toImage()
    assert chart.painted == 1
    assert picture.pixelColor(5, 5).red() == 255
    layout_widget = qt.QWidget()
    layout = qt.QVBoxLayout(layout_widget)
    layout.addWidget(chart)
    assert layout_widget.sizeHint.width() >= 123
    assert layout.itemAt(0).widget() is chart


def test_own_slot_is_refused():
    chart = Chart()
    chart.bars = [3]
    with pytest.raises(AttributeError, match="can not be overwritten"):
        chart.update = print


def test_callable_gets_what_it_takes(names):
    got = []
    button = names["button"]
    button.connect("clicked(bool)", lambda: got.append("none"))
    button.connect("clicked(bool)", got.append)
    button.connect("clicked()", lambda *given: got.append(given))
    button.clicked.connect(lambda *given: got.append(len(given)))
    button.click()
    assert got == ["none", False, (), 1]


def test_disconnected_is_disconnected(names):
    got = []
    slider = names["slider"]
    slider.connect("valueChanged(double)", got.append)
    slider.value = 3
    assert slider.disconnect("valueChanged(double)", got.append)
    slider.value = 4
    assert got == [3.0]


def test_dynamic_names_are_attributes(names):
    button, widget = names["button"], names["widget"]
    button.setProperty("SlicerParameterName", "ct")
    assert button.SlicerParameterName == "ct"
    button.objectName = "runButton"
    assert widget.runButton is button
    assert widget.findChild("QPushButton", "runButton") is button

"""Widgets bound to parameters show them, change them, and take their limits."""

import enum
import pathlib
from typing import Annotated

import pytest
import slicer
from SlicerStandIn.application import start

start()

import ctk  # noqa: E402
import qt  # noqa: E402
from slicer import vtkMRMLScalarVolumeNode  # noqa: E402
from slicer.parameterNodeWrapper import (  # noqa: E402
    Choice,
    Decimals,
    SingleStep,
    WithinRange,
    findChildWidgetForParameter,
    parameterNodeWrapper,
)


class Side(enum.Enum):
    LEFT = 1
    RIGHT = 2


@parameterNodeWrapper
class Parameters:
    ct: vtkMRMLScalarVolumeNode | None
    finished: bool
    width: Annotated[float, WithinRange(0.5, 7.5), Decimals(3), SingleStep(0.25)] = 1.0
    free: float = 3.0
    count: Annotated[int, WithinRange(2, 9)] = 3
    kind: Annotated[str, Choice(["plain", "enhanced"])] = "enhanced"
    side: Side = Side.RIGHT
    remark: str = "none"
    folder: pathlib.Path = pathlib.Path("out")


@pytest.fixture
def parameters():
    slicer.mrmlScene.Clear(0)
    return Parameters(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode"))


@pytest.fixture
def bind(parameters):
    """Bind a widget as a .ui file does, by its property; give the tag of the binding."""
    holders = []

    def bound(name, widget):
        holders.append(qt.QWidget())
        qt.QVBoxLayout(holders[-1]).addWidget(widget)
        widget.setProperty("SlicerParameterName", name)
        tags.append(parameters.connectGui(holders[-1]))
        return tags[-1]

    tags = []
    yield bound
    for tag in tags:
        parameters.disconnectGui(tag)


PAIRS = {
    "check box": (qt.QCheckBox, "finished", "checked", True, False),
    "slider widget": (ctk.ctkSliderWidget, "width", "value", 2.25, 4.5),
    "double spin box": (qt.QDoubleSpinBox, "width", "value", 2.25, 4.5),
    "CTK spin box": (ctk.ctkDoubleSpinBox, "width", "value", 2.25, 4.5),
    "free spin box": (ctk.ctkDoubleSpinBox, "free", "value", -2.25, 4000.5),
    "spin box": (qt.QSpinBox, "count", "value", 5, 6),
    "slider": (qt.QSlider, "count", "value", 5, 6),
    "line edit": (qt.QLineEdit, "remark", "text", "first", "second"),
}


@pytest.mark.parametrize(("make", "name", "shown", "first", "second"), PAIRS.values(), ids=PAIRS)
def test_widget_and_parameter_follow_each_other(parameters, bind, make, name, shown, first, second):
    widget = make()
    tag = bind(name, widget)
    assert getattr(widget, shown) == getattr(parameters, name)
    setattr(parameters, name, first)
    assert getattr(widget, shown) == first
    setattr(widget, shown, second)
    assert getattr(parameters, name) == second
    parameters.disconnectGui(tag)
    setattr(parameters, name, first)
    assert getattr(widget, shown) == second


@pytest.mark.parametrize("make", [ctk.ctkSliderWidget, qt.QDoubleSpinBox])
def test_a_number_brings_its_range_digits_and_step(bind, make):
    widget = make()
    bind("width", widget)
    assert (widget.minimum, widget.maximum) == (0.5, 7.5)
    assert (widget.decimals, widget.singleStep) == (3, 0.25)


def test_a_slider_needs_a_range(bind):
    with pytest.raises(RuntimeError, match="range"):
        bind("free", ctk.ctkSliderWidget())


def test_a_push_button_becomes_one_that_stays_down(parameters, bind):
    button = qt.QPushButton()
    bind("finished", button)
    assert button.checkable
    button.click()
    assert parameters.finished


def test_a_combo_box_lists_the_choices(parameters, bind):
    box = qt.QComboBox()
    bind("kind", box)
    assert [box.itemText(index) for index in range(box.count)] == ["plain", "enhanced"]
    assert box.currentText == "enhanced"
    box.currentIndex = 0
    assert parameters.kind == "plain"


def test_a_combo_box_lists_the_members_of_an_enum(parameters, bind):
    box = qt.QComboBox()
    bind("side", box)
    assert box.currentText == "RIGHT"
    box.currentIndex = 0
    assert parameters.side is Side.LEFT


def test_a_text_edit_holds_plain_text(parameters, bind):
    edit = qt.QTextEdit()
    bind("remark", edit)
    edit.setPlainText("two\nlines")
    assert parameters.remark == "two\nlines"


def test_a_label_shows_text(parameters, bind):
    label = qt.QLabel()
    bind("remark", label)
    parameters.remark = "shown"
    assert label.text == "shown"


def test_a_path_line_edit_holds_a_path(parameters, bind):
    edit = ctk.ctkPathLineEdit()
    bind("folder", edit)
    edit.currentPath = "elsewhere"
    assert parameters.folder == pathlib.Path("elsewhere")


def test_a_node_selector_takes_its_node_type_and_follows(parameters, bind):
    selector = slicer.qMRMLNodeComboBox()
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    bind("ct", selector)
    assert selector.nodeTypes == ("vtkMRMLScalarVolumeNode",)
    first, second = (
        slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode") for _ in range(2)
    )
    selector.setCurrentNode(first)
    assert parameters.ct is first
    parameters.ct = second
    assert selector.currentNode() is second
    slicer.mrmlScene.RemoveNode(second)
    assert parameters.ct is not second


def test_several_changes_of_the_node_show_together(parameters, bind):
    edit, box = qt.QLineEdit(), qt.QCheckBox()
    bind("remark", edit)
    bind("finished", box)
    with slicer.util.NodeModify(parameters):
        parameters.remark = "changed"
        parameters.finished = True
        assert edit.text == "none"
    assert (edit.text, box.checked) == ("changed", True)


def test_child_widget_variables_can_be_bound(parameters):
    edit = qt.QLineEdit()
    edit.objectName = "remarkEdit"
    edit.setProperty("SlicerParameterName", "remark")
    holder = qt.QWidget()
    qt.QVBoxLayout(holder).addWidget(edit)
    parameters.connectGui(slicer.util.childWidgetVariables(holder))
    edit.text = "typed"
    assert parameters.remark == "typed"
    assert findChildWidgetForParameter(holder, "remark") is edit
    assert findChildWidgetForParameter(holder, "width") is None


def test_widgets_can_be_bound_by_name(parameters):
    edit = qt.QLineEdit()
    parameters.connectParametersToGui({"remark": edit})
    parameters.remark = "shown"
    assert edit.text == "shown"


def test_a_name_that_is_no_parameter_is_an_error(bind):
    with pytest.raises(ValueError, match="remrak"):
        bind("remrak", qt.QLineEdit())


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("finished", ctk.ctkCollapsibleButton),
        ("finished", qt.QLineEdit),
        ("remark", ctk.ctkPathLineEdit),
        ("width", qt.QSpinBox),
    ],
)
def test_widgets_that_slicer_cannot_bind_are_refused(bind, name, make):
    with pytest.raises(RuntimeError, match="Unable to create GUI connector"):
        bind(name, make())

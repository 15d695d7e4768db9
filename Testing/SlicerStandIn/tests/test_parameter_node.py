"""Parameter nodes store, check, announce and bind as Slicer 5.12's do."""

import gc

import pytest
import slicer
import vtk
from SlicerStandIn.application import start

start()

import ctk  # noqa: E402
import qt  # noqa: E402
from slicer import vtkMRMLScalarVolumeNode  # noqa: E402
from slicer.parameterNodeWrapper import parameterNodeWrapper  # noqa: E402
from SlicerStandIn.failures import NotModelled  # noqa: E402


@parameterNodeWrapper
class Parameters:
    ct: vtkMRMLScalarVolumeNode
    width: float = 2.0
    remark: str = "none"
    finished: bool

    def isReady(self):
        return self.ct is not None


@pytest.fixture
def node():
    slicer.mrmlScene.Clear(0)
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")


@pytest.fixture
def parameters(node):
    return Parameters(node)


def added(class_name="vtkMRMLScalarVolumeNode"):
    return slicer.mrmlScene.AddNewNodeByClass(class_name)


def test_defaults_are_stored(node, parameters):
    stored = {name: node.GetParameter(name) for name in node.GetParameterNames()}
    assert stored == {"ct": "", "width": "2.0", "remark": "none", "finished": "False"}
    assert (parameters.ct, parameters.finished) == (None, False)


def test_stored_values_are_kept(node):
    node.SetParameter("width", "12")
    assert Parameters(node).width == 12.0
    assert node.GetParameter("width") == "12"


def test_nodes_are_references(node, parameters):
    ct = added()
    parameters.ct = ct
    assert node.GetNodeReferenceID("ct") == ct.GetID()
    assert parameters.isReady()
    slicer.mrmlScene.RemoveNode(ct)
    assert parameters.ct is None


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("width", None, ValueError),
        ("width", "wide", TypeError),
        ("remark", None, ValueError),
        ("remark", 3, TypeError),
        ("finished", 1, TypeError),
        ("ct", "vtkMRMLScalarVolumeNode1", TypeError),
    ],
)
def test_wrong_value_is_refused(parameters, name, value, error):
    before = getattr(parameters, name)
    with pytest.raises(error):
        setattr(parameters, name, value)
    assert getattr(parameters, name) == before


def test_change_is_announced_once(node, parameters):
    seen = []
    parameters.AddObserver(
        vtk.vtkCommand.ModifiedEvent, lambda caller, event: seen.append(parameters.width)
    )
    parameters.width = 5.0
    parameters.width = 5.0
    assert seen == [5.0]
    with slicer.util.NodeModify(parameters):
        parameters.width = 6.0
        parameters.remark = "changed"
        assert seen == [5.0]
    assert seen == [5.0, 6.0]


def test_two_wrappers_agree(node, parameters):
    other = Parameters(node)
    parameters.width = 8.0
    assert other.width == 8.0


def test_forgotten_wrapper_lets_go(node):
    parameters = Parameters(node)
    assert node.HasObserver(vtk.vtkCommand.ModifiedEvent)
    del parameters
    gc.collect()
    assert not node.HasObserver(vtk.vtkCommand.ModifiedEvent)


@pytest.mark.parametrize("kind", [list[int], complex, object, float | None, slicer.vtkMRMLScene])
def test_other_types_are_refused(kind):
    with pytest.raises(Exception, match=r"Unable to create serializer for .* member value"):

        @parameterNodeWrapper
        class Wrong:
            value: kind


@pytest.mark.parametrize("name", ["default", "isCached", "connectGui", "Modified"])
def test_own_names_are_reserved(name):
    with pytest.raises(ValueError, match="reserved"):
        parameterNodeWrapper(type("Wrong", (), {"__annotations__": {name: int}}))


def test_unmodelled_names_are_refused():
    with pytest.raises(NotModelled, match="parameterPack"):
        _ = slicer.parameterNodeWrapper.parameterPack
    with pytest.raises(ImportError):
        from slicer.parameterNodeWrapper import notInSlicer  # noqa: F401


# Widgets


@pytest.fixture
def bind(parameters):
    """Bind a widget as a .ui file does, by its property; give the tag of the binding."""
    holders, tags = [], []

    def bound(name, widget):
        holders.append(qt.QWidget())
        qt.QVBoxLayout(holders[-1]).addWidget(widget)
        widget.setProperty("SlicerParameterName", name)
        tags.append(parameters.connectGui(holders[-1]))
        return tags[-1]

    yield bound
    for tag in tags:
        parameters.disconnectGui(tag)


@pytest.mark.parametrize(
    ("make", "name", "shown", "first", "second"),
    [
        (qt.QCheckBox, "finished", "checked", True, False),
        (qt.QLineEdit, "remark", "text", "first", "second"),
    ],
)
def test_widget_follows_parameter(parameters, bind, make, name, shown, first, second):
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


def test_selector_follows_parameter(parameters, bind):
    selector = slicer.qMRMLNodeComboBox()
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    bind("ct", selector)
    assert selector.nodeTypes == ("vtkMRMLScalarVolumeNode",)
    first, second = added(), added()
    selector.setCurrentNode(first)
    assert parameters.ct is first
    parameters.ct = second
    assert selector.currentNode() is second
    slicer.mrmlScene.RemoveNode(second)
    assert parameters.ct is not second


def test_child_widget_variables_bind(parameters):
    edit = qt.QLineEdit()
    edit.objectName = "remarkEdit"
    edit.setProperty("SlicerParameterName", "remark")
    holder = qt.QWidget()
    qt.QVBoxLayout(holder).addWidget(edit)
    parameters.connectGui(slicer.util.childWidgetVariables(holder))
    edit.text = "typed"
    assert parameters.remark == "typed"


@pytest.mark.parametrize(
    ("name", "make", "error"),
    [
        ("remrak", qt.QLineEdit, "remrak"),
        ("finished", ctk.ctkCollapsibleButton, "Unable to create GUI connector"),
        ("finished", qt.QLineEdit, "Unable to create GUI connector"),
        ("width", qt.QSpinBox, "Unable to create GUI connector"),
    ],
)
def test_wrong_binding_is_refused(bind, name, make, error):
    with pytest.raises((RuntimeError, ValueError), match=error):
        bind(name, make())

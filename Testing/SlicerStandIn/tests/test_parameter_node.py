"""Parameter nodes store, check, announce and bind as Slicer 5.12's do."""

import gc

import pytest
import qt
import slicer
import vtk
from slicer import vtkMRMLScalarVolumeNode
from slicer.parameterNodeWrapper import parameterNodeWrapper
from SlicerStandIn.failures import NotModelled


@parameterNodeWrapper
class Parameters:
    ct: vtkMRMLScalarVolumeNode
    plain: vtkMRMLScalarVolumeNode
    remark: str = "none"

    def isReady(self):
        return self.ct is not None


@pytest.fixture
def node():
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")


@pytest.fixture
def parameters(node):
    return Parameters(node)


def added(class_name="vtkMRMLScalarVolumeNode"):
    return slicer.mrmlScene.AddNewNodeByClass(class_name)


def test_defaults_are_stored(node, parameters):
    stored = {name: node.GetParameter(name) for name in node.GetParameterNames()}
    assert stored == {"ct": "", "plain": "", "remark": "none"}
    assert parameters.ct is None


def test_stored_values_are_kept(node):
    node.SetParameter("remark", "12")
    assert Parameters(node).remark == "12"


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
        ("remark", None, ValueError),
        ("remark", 3, TypeError),
        ("ct", "vtkMRMLScalarVolumeNode1", TypeError),
    ],
)
def test_wrong_value_is_refused(parameters, name, value, error):
    before = getattr(parameters, name)
    with pytest.raises(error):
        setattr(parameters, name, value)
    assert getattr(parameters, name) == before


def test_change_is_announced_once(parameters):
    seen = []
    modified = vtk.vtkCommand.ModifiedEvent
    parameters.AddObserver(modified, lambda caller, event: seen.append(parameters.remark))
    parameters.remark = "five"
    parameters.remark = "five"
    assert seen == ["five"]
    with slicer.util.NodeModify(parameters):
        parameters.remark = "six"
        parameters.ct = added()
        assert seen == ["five"]
    assert seen == ["five", "six"]


def test_two_wrappers_agree(node, parameters):
    other = Parameters(node)
    parameters.remark = "eight"
    assert other.remark == "eight"


def test_forgotten_wrapper_lets_go(node):
    parameters = Parameters(node)
    assert node.HasObserver(vtk.vtkCommand.ModifiedEvent)
    del parameters
    gc.collect()
    assert not node.HasObserver(vtk.vtkCommand.ModifiedEvent)


@pytest.mark.parametrize("kind", [list[int], object, float, str | None, slicer.vtkMRMLScene])
def test_other_types_are_refused(kind):
    with pytest.raises(Exception, match=r"Unable to create serializer for .* member value"):

        @parameterNodeWrapper
        class Wrong:
            value: kind


@pytest.mark.parametrize("name", ["default", "isCached", "connectGui", "Modified"])
def test_own_names_are_reserved(name):
    with pytest.raises(ValueError, match="reserved"):
        parameterNodeWrapper(type("Wrong", (), {"__annotations__": {name: str}}))


def test_unmodelled_names_are_refused():
    with pytest.raises(NotModelled, match="parameterPack"):
        _ = slicer.parameterNodeWrapper.parameterPack


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


def test_selector_follows_parameter(parameters, bind):
    selector = slicer.qMRMLNodeComboBox()
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    tag = bind("ct", selector)
    assert selector.nodeTypes == ("vtkMRMLScalarVolumeNode",)
    first, second = added(), added()
    selector.setCurrentNode(first)
    assert parameters.ct is first
    parameters.ct = second
    assert selector.currentNode() is second
    slicer.mrmlScene.RemoveNode(second)
    assert parameters.ct is not second
    parameters.disconnectGui(tag)
    selector.setCurrentNode(None)
    assert parameters.ct is first


@pytest.mark.parametrize(
    ("name", "make", "error"),
    [
        ("tc", slicer.qMRMLNodeComboBox, "tc"),
        ("ct", qt.QComboBox, "Unable to create GUI connector"),
        ("remark", qt.QLineEdit, "Unable to create GUI connector"),
    ],
)
def test_wrong_binding_is_refused(bind, name, make, error):
    with pytest.raises((RuntimeError, ValueError), match=error):
        bind(name, make())

"""Parameter nodes store, check, announce and bind as Slicer 5.12's do."""

import enum
import gc
import logging
import pathlib
from typing import Annotated, Optional

import pytest
import slicer
import vtk
from SlicerStandIn.application import start

start()

from slicer import vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode  # noqa: E402
from slicer.parameterNodeWrapper import (  # noqa: E402
    Choice,
    Default,
    Maximum,
    Minimum,
    WithinRange,
    parameterNodeWrapper,
)


class Side(enum.Enum):
    LEFT = 1
    RIGHT = 2


class LabelledSide(enum.Enum):
    LEFT = 1
    RIGHT = 2

    def label(self):
        return self.name.capitalize()


@parameterNodeWrapper
class Parameters:
    ct: vtkMRMLScalarVolumeNode
    source: vtkMRMLScalarVolumeNode | vtkMRMLSegmentationNode | None
    width: Annotated[float, WithinRange(1.0, 20.0)] = 2.0
    count: Annotated[int, Minimum(0), Maximum(9)] = 3
    kind: Annotated[str, Choice(["plain", "enhanced"])] = "plain"
    side: Side = Side.RIGHT
    labelled: LabelledSide
    remark: str = "none"
    finished: bool
    score: Optional[float]  # noqa: UP045 - both spellings must work
    folder: pathlib.Path = pathlib.Path("out")
    seed: Annotated[int, Default(generator=lambda: 7)]

    def isReady(self):
        return self.ct is not None


@pytest.fixture
def node():
    slicer.mrmlScene.Clear(0)
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")


@pytest.fixture
def parameters(node):
    return Parameters(node)


def added(class_name):
    return slicer.mrmlScene.AddNewNodeByClass(class_name)


def modified_count(node):
    counts = []
    node.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda caller, event: counts.append(1))
    return counts


def test_defaults_are_written_into_the_node_when_it_is_wrapped(node, parameters):
    stored = {name: node.GetParameter(name) for name in node.GetParameterNames()}
    assert stored == {
        "ct": "",
        "source.2": "True",
        "width": "2.0",
        "count": "3",
        "kind": "plain",
        "side": "RIGHT",
        "labelled": "LEFT",
        "remark": "none",
        "finished": "False",
        "score.1": "True",
        "folder": "out",
        "seed": "7",
    }
    assert parameters.ct is None
    assert parameters.score is None
    assert parameters.finished is False


def test_what_the_node_holds_already_is_kept(node):
    node.SetParameter("width", "12")
    assert Parameters(node).width == 12.0
    assert node.GetParameter("width") == "12"


def test_values_are_read_in_the_type_of_the_parameter(parameters):
    parameters.width = 3
    parameters.side = Side.LEFT
    parameters.folder = pathlib.Path("elsewhere")
    assert (parameters.width, type(parameters.width)) == (3.0, float)
    assert parameters.side is Side.LEFT
    assert parameters.folder == pathlib.Path("elsewhere")


def test_nodes_are_stored_as_references(node, parameters):
    ct = added("vtkMRMLScalarVolumeNode")
    parameters.ct = ct
    assert node.GetNodeReferenceID("ct") == ct.GetID()
    assert parameters.ct is ct
    assert parameters.isReady()
    parameters.ct = None
    assert node.GetNodeReferenceID("ct") is None


def test_a_node_that_leaves_the_scene_leaves_the_parameter_too(parameters):
    parameters.ct = added("vtkMRMLScalarVolumeNode")
    slicer.mrmlScene.RemoveNode(parameters.ct)
    assert parameters.ct is None


def test_a_union_takes_each_of_its_types(node, parameters):
    outline = added("vtkMRMLSegmentationNode")
    parameters.source = outline
    assert parameters.source is outline
    assert node.HasParameter("source.1")
    assert not node.HasParameter("source.2")
    with pytest.raises(TypeError):
        parameters.source = added("vtkMRMLTableNode")
    assert parameters.source is outline


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("width", 20.5, ValueError),
        ("width", 0.0, ValueError),
        ("width", None, ValueError),
        ("width", "wide", TypeError),
        ("count", -1, ValueError),
        ("count", 10, ValueError),
        ("count", 1.5, TypeError),
        ("kind", "other", ValueError),
        ("side", "LEFT", TypeError),
        ("remark", None, ValueError),
        ("remark", 3, TypeError),
        ("finished", 1, TypeError),
        ("score", True, TypeError),
        ("ct", "vtkMRMLScalarVolumeNode1", TypeError),
    ],
)
def test_a_wrong_value_is_refused_and_the_old_one_kept(parameters, name, value, error):
    before = getattr(parameters, name)
    with pytest.raises(error):
        setattr(parameters, name, value)
    assert getattr(parameters, name) == before


def test_an_unknown_enum_name_in_the_scene_is_an_error(node, parameters):
    node.DisableModifiedEventOn()
    node.SetParameter("side", "MIDDLE")
    with pytest.raises(ValueError, match="MIDDLE"):
        Parameters(node)


def test_each_change_is_announced_once_and_is_there_already(parameters):
    seen = []
    parameters.AddObserver(
        vtk.vtkCommand.ModifiedEvent, lambda caller, event: seen.append(parameters.width)
    )
    parameters.width = 5.0
    parameters.width = 5.0
    assert seen == [5.0]


def test_changes_within_node_modify_are_announced_together(node, parameters):
    counts = modified_count(node)
    with slicer.util.NodeModify(parameters):
        parameters.width = 5.0
        parameters.remark = "changed"
        assert counts == []
    assert len(counts) == 1


def test_an_observer_can_be_removed(node, parameters):
    counts = []
    tag = parameters.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: counts.append(1))
    parameters.Modified()
    parameters.RemoveObserver(tag)
    parameters.Modified()
    assert len(counts) == 1


def test_two_wrappers_of_one_node_agree(node, parameters):
    other = Parameters(node)
    parameters.width = 8.0
    assert other.width == 8.0


def test_a_prefix_keeps_two_sets_apart_in_one_node(node, parameters):
    other = Parameters(node, prefix="second.")
    other.width = 9.0
    assert parameters.width == 2.0
    assert node.GetParameter("second.width") == "9.0"


def test_a_forgotten_wrapper_no_longer_observes_its_node(node):
    parameters = Parameters(node)
    assert node.HasObserver(vtk.vtkCommand.ModifiedEvent)
    del parameters
    gc.collect()
    assert not node.HasObserver(vtk.vtkCommand.ModifiedEvent)


def test_the_class_tells_types_and_defaults(parameters):
    assert Parameters.dataType("side") is Side
    assert parameters.default("width").value == 2.0
    assert parameters.default("seed").value == 7
    assert parameters.isCached("ct")
    parameters.setValue("width", 4.0)
    assert parameters.getValue("width") == 4.0
    with pytest.raises(ValueError, match="nothing"):
        parameters.getValue("nothing")
    assert slicer.parameterNodeWrapper.isParameterNodeWrapper(Parameters)


@pytest.mark.parametrize("kind", [list[int], dict, complex, object, slicer.vtkMRMLScene])
def test_a_type_that_cannot_be_stored_fails_where_the_class_is_defined(kind):
    with pytest.raises(Exception, match=r"Unable to create serializer for .* member value"):

        @parameterNodeWrapper
        class Wrong:
            value: kind


@pytest.mark.parametrize("name", ["default", "isCached", "connectGui", "Modified"])
def test_names_that_every_parameter_node_has_are_reserved(name):
    with pytest.raises(ValueError, match="reserved"):
        parameterNodeWrapper(type("Wrong", (), {"__annotations__": {name: int}}))


def test_annotations_that_nothing_uses_are_warned_of(caplog):
    with caplog.at_level(logging.WARNING):

        @parameterNodeWrapper()
        class Odd:
            value: Annotated[int, "millimetres"]

    assert "millimetres" in caplog.text


def test_what_is_not_modelled_is_refused_by_name():
    from SlicerStandIn.failures import NotModelled

    with pytest.raises(NotModelled, match="parameterPack"):
        _ = slicer.parameterNodeWrapper.parameterPack
    with pytest.raises(ImportError):
        from slicer.parameterNodeWrapper import notInSlicer  # noqa: F401

"""Widgets that follow the scene: node selector, segments, segment editor."""

import numpy as np
import pytest
import slicer
from SlicerStandIn.failures import hidden_errors

VOLUME = "vtkMRMLScalarVolumeNode"


def add_volume(name):
    return slicer.util.addVolumeFromArray(np.zeros((4, 5, 6), np.int16), name=name)


def add_segmentation(volume, *names):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Outline")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    for name in names:
        node.GetSegmentation().AddEmptySegment(name, name, (1, 0, 0))
    return node


@pytest.fixture
def selector():
    combo = slicer.qMRMLNodeComboBox()
    combo.nodeTypes = [VOLUME]
    return combo


@pytest.fixture
def said(selector):
    said = []
    selector.connect("currentNodeChanged(vtkMRMLNode*)", said.append)
    return said


def test_first_node_is_chosen(selector, said):
    selector.setMRMLScene(slicer.mrmlScene)
    assert selector.currentNode() is None
    ct = add_volume("CT")
    add_volume("MR")
    assert selector.currentNode() is ct
    assert said == [ct]


def test_none_stays_chosen(selector, said):
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    add_volume("CT")
    assert selector.currentNode() is None
    assert said == []


def test_code_activates_a_node(selector):
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    activated = []
    selector.connect("nodeActivated(vtkMRMLNode*)", activated.append)
    ct = add_volume("CT")
    for node in (ct, ct, None):
        selector.setCurrentNode(node)
    assert activated == [ct]


def test_closed_scene_leaves_none(selector, said):
    selector.setMRMLScene(slicer.mrmlScene)
    ct = add_volume("CT")
    slicer.mrmlScene.Clear(0)
    assert selector.currentNode() is None
    assert said == [ct, None]


def test_batch_processing_is_awaited(selector):
    selector.setMRMLScene(slicer.mrmlScene)
    slicer.mrmlScene.StartState(slicer.mrmlScene.BatchProcessState)
    add_volume("CT")
    assert selector.nodeCount() == 0
    slicer.mrmlScene.EndState(slicer.mrmlScene.BatchProcessState)
    assert selector.nodeCount() == 1


def test_selector_keeps_the_focus(selector):
    assert selector.findChild("QComboBox").focusProxy() == selector
    assert selector.focusProxy() is None


@pytest.fixture
def editor():
    widget = slicer.qMRMLSegmentEditorWidget()
    widget.setMRMLScene(slicer.mrmlScene)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    widget.setMRMLSegmentEditorNode(node)
    return widget


def test_no_effect_without_segments(editor):
    editor.setActiveEffectByName("Paint")
    assert editor.activeEffect() is None


def test_effects_and_their_order(editor):
    assert len(editor.availableEffectNames()) == 14
    editor.unorderedEffectsVisible = False
    editor.setEffectNameOrder(["Paint", "Erase"])
    shown = [b.objectName for b in editor.findChildren("QToolButton") if not b.isHidden()]
    assert [one for one in shown if one in editor.availableEffectNames()] == ["Paint", "Erase"]


def test_later_segment_is_not_chosen(editor):
    ct = add_volume("CT")
    outline = add_segmentation(ct, "Tumor")
    assert editor.segmentationNode() is outline
    editor.setSourceVolumeNode(ct)
    assert editor.currentSegmentID() == ""
    assert not editor.findChild("QToolButton", "Paint").enabled


@pytest.mark.parametrize("observed", [True, False])
def test_observing_editor_crashes(editor, observed):
    editor.setupViewObservations()
    if not observed:
        editor.removeViewObservations()
    editor.setMRMLSegmentEditorNode(None)
    with hidden_errors.expected() as errors:
        slicer.mrmlScene.Clear(0)
    editor.removeViewObservations()  # it may outlive this test
    assert any("SlicerCrash" in text for text in errors) == observed

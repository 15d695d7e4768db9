"""Widgets that follow the scene: node selector, segments, segment editor."""

import numpy as np
import pytest
import slicer
from SlicerStandIn.dialogs import dialogs
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


def test_without_none_the_first_node_is_chosen_by_itself(selector, said):
    selector.setMRMLScene(slicer.mrmlScene)
    assert selector.currentNode() is None
    ct = add_volume("CT")
    add_volume("MR")
    assert selector.currentNode() is ct
    assert said == [ct]


def test_with_none_nothing_is_chosen_by_itself(selector, said):
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    add_volume("CT")
    assert selector.currentNode() is None
    assert said == []


def test_setting_a_node_by_code_activates_it_as_slicers_does(selector):
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    activated = []
    selector.connect("nodeActivated(vtkMRMLNode*)", activated.append)
    ct = add_volume("CT")
    for node in (ct, ct, None):
        selector.setCurrentNode(node)
    assert activated == [ct]


def test_the_node_before_is_chosen_when_the_current_one_goes(selector):
    selector.setMRMLScene(slicer.mrmlScene)
    ct, mr = add_volume("CT"), add_volume("MR")
    selector.setCurrentNode(mr)
    slicer.mrmlScene.RemoveNode(mr)
    assert selector.currentNode() is ct


def test_a_closed_scene_leaves_none(selector, said):
    selector.setMRMLScene(slicer.mrmlScene)
    ct = add_volume("CT")
    slicer.mrmlScene.Clear(0)
    assert selector.currentNode() is None
    assert said == [ct, None]


def test_batch_processing_is_waited_for(selector):
    selector.setMRMLScene(slicer.mrmlScene)
    slicer.mrmlScene.StartState(slicer.mrmlScene.BatchProcessState)
    add_volume("CT")
    assert selector.nodeCount() == 0
    slicer.mrmlScene.EndState(slicer.mrmlScene.BatchProcessState)
    assert selector.nodeCount() == 1


def test_derived_types_can_be_left_out(selector):
    labels = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    selector.setMRMLScene(slicer.mrmlScene)
    assert selector.nodeFromIndex(0) is labels
    selector.hideChildNodeTypes = ["vtkMRMLLabelMapVolumeNode"]
    assert selector.nodeCount() == 0
    selector.hideChildNodeTypes = []
    selector.showChildNodeTypes = False
    assert selector.nodeCount() == 0


def test_hidden_nodes_are_not_offered(selector):
    ct = add_volume("CT")
    ct.SetHideFromEditors(True)
    selector.setMRMLScene(slicer.mrmlScene)
    assert selector.nodeCount() == 0
    selector.showHidden = True
    assert selector.nodeCount() == 1


def test_attributes_choose(selector):
    add_volume("CT")
    wanted = add_volume("MR")
    wanted.SetAttribute("Phase", "late")
    selector.addAttribute(VOLUME, "Phase", "late")
    selector.setMRMLScene(slicer.mrmlScene)
    assert [selector.nodeFromIndex(i) for i in range(selector.nodeCount())] == [wanted]


def test_a_new_name_is_shown(selector):
    ct = add_volume("CT")
    selector.setMRMLScene(slicer.mrmlScene)
    ct.SetName("CT of the neck")
    assert selector.findChild("QComboBox").currentText == "CT of the neck"


def test_a_node_asked_for_before_the_scene_is_chosen_with_it(selector):
    add_volume("CT")
    mr = add_volume("MR")
    selector.setCurrentNode(mr)
    selector.setMRMLScene(slicer.mrmlScene)
    assert selector.currentNode() is mr


def test_the_keyboard_stays_with_the_selector_not_with_the_list_in_it(selector):
    assert selector.findChild("QComboBox").focusProxy() == selector
    assert selector.focusProxy() is None


def test_nodes_are_made_and_renamed(selector):
    selector.nodeTypes = ["vtkMRMLSegmentationNode"]
    selector.baseName = "Outline"
    selector.setMRMLScene(slicer.mrmlScene)
    node = selector.addNode()
    assert node.GetName() == "Outline"
    assert selector.currentNode() is node
    dialogs.answer("Tumour")
    selector.renameCurrentNode()
    assert node.GetName() == "Tumour"


@pytest.fixture
def editor():
    widget = slicer.qMRMLSegmentEditorWidget()
    widget.setMRMLScene(slicer.mrmlScene)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    widget.setMRMLSegmentEditorNode(node)
    return widget


def test_no_effect_without_a_segmentation(editor):
    editor.setActiveEffectByName("Paint")
    assert editor.activeEffect() is None


def test_an_effect_is_chosen_for_a_segment(editor):
    ct = add_volume("CT")
    outline = add_segmentation(ct, "Tumor", "External2")
    editor.setSegmentationNode(outline)
    editor.setSourceVolumeNode(ct)
    editor.setCurrentSegmentID("External2")
    editor.setActiveEffectByName("Paint")
    assert editor.activeEffect().name == "Paint"
    assert editor.currentSegmentID() == "External2"
    assert editor.findChild("QToolButton", "Paint").checked
    assert editor.mrmlSegmentEditorNode().GetSelectedSegmentID() == "External2"


def test_another_segmentation_ends_the_effect(editor):
    ct = add_volume("CT")
    editor.setSegmentationNode(add_segmentation(ct, "Tumor"))
    editor.setSourceVolumeNode(ct)
    editor.setActiveEffectByName("Erase")
    editor.setSegmentationNode(add_segmentation(ct, "Tumor"))
    assert editor.activeEffect() is None


def test_a_button_chooses_its_effect_and_none_ends_it(editor):
    ct = add_volume("CT")
    editor.setSegmentationNode(add_segmentation(ct, "Tumor"))
    editor.setSourceVolumeNode(ct)
    editor.setCurrentSegmentID("Tumor")
    editor.findChild("QToolButton", "Erase").click()
    assert editor.activeEffect().name == "Erase"
    editor.findChild("QToolButton", "NULL").click()
    assert editor.activeEffect() is None


def test_the_fourteen_effects_and_their_order(editor):
    assert len(editor.availableEffectNames()) == 14
    editor.unorderedEffectsVisible = False
    editor.setEffectNameOrder(["Paint", "Erase"])
    shown = [b.objectName for b in editor.findChildren("QToolButton") if not b.isHidden()]
    assert [one for one in shown if one in editor.availableEffectNames()] == ["Paint", "Erase"]


def test_a_segment_that_comes_later_is_not_chosen_by_itself(editor):
    ct = add_volume("CT")
    outline = add_segmentation(ct, "Tumor")
    assert editor.segmentationNode() is outline
    editor.setSourceVolumeNode(ct)
    assert editor.currentSegmentID() == ""
    assert not editor.findChild("QToolButton", "Paint").enabled


def test_segments_are_added_and_removed_by_the_buttons(editor):
    ct = add_volume("CT")
    outline = add_segmentation(ct)
    editor.setSegmentationNode(outline)
    editor.setSourceVolumeNode(ct)
    editor.findChild("QPushButton", "AddSegmentButton").click()
    table = editor.findChild("qMRMLSegmentsTableView")
    assert table.segmentCount == 1
    editor.findChild("QPushButton", "RemoveSegmentButton").click()
    assert outline.GetSegmentation().GetNumberOfSegments() == 0


def test_an_edit_is_undone_and_redone(editor):
    ct = add_volume("CT")
    outline = add_segmentation(ct, "Tumor")
    editor.setSegmentationNode(outline)
    editor.setSourceVolumeNode(ct)
    editor.undoEnabled = True
    mask = np.zeros((4, 5, 6), np.uint8)
    mask[1:3, 1:3, 1:3] = 1
    editor.saveStateForUndo()
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, outline, "Tumor", ct)

    def voxels():
        return int(slicer.util.arrayFromSegmentBinaryLabelmap(outline, "Tumor", ct).sum())

    assert voxels() == 8
    editor.undo()
    assert outline.GetSegmentation().GetSegment("Tumor") is not None
    editor.redo()
    assert voxels() == 8


@pytest.mark.parametrize("observed", [True, False])
def test_a_closed_scene_crashes_an_editor_that_observes_views_without_a_node(editor, observed):
    editor.setupViewObservations()
    if not observed:
        editor.removeViewObservations()
    editor.setMRMLSegmentEditorNode(None)
    with hidden_errors.expected() as errors:
        slicer.mrmlScene.Clear(0)
    editor.removeViewObservations()  # it may outlive this test
    assert any("SlicerCrash" in text for text in errors) == observed


def test_a_closed_scene_empties_the_editor(editor):
    ct = add_volume("CT")
    editor.setSegmentationNode(add_segmentation(ct, "Tumor"))
    slicer.mrmlScene.Clear(0)
    assert editor.segmentationNode() is None


def test_a_segment_is_renamed_in_the_table():
    ct = add_volume("CT")
    outline = add_segmentation(ct, "Tumor")
    table = slicer.qMRMLSegmentsTableView()
    table.setSegmentationNode(outline)
    name = table.tableWidget().item(0, 4)
    assert name.text() == "Tumor"
    name.setText("Other")
    assert outline.GetSegmentation().GetSegment("Tumor").GetName() == "Other"


def test_one_segment_of_one_segmentation_is_chosen():
    ct = add_volume("CT")
    outline = add_segmentation(ct, "Tumor", "External2")
    widget = slicer.qMRMLSegmentSelectorWidget()
    chosen = []
    widget.connect("currentSegmentChanged(QString)", chosen.append)
    widget.setMRMLScene(slicer.mrmlScene)
    assert widget.currentNode() is outline
    assert widget.currentSegmentID() == "Tumor"
    widget.setCurrentSegmentID("External2")
    outline.GetSegmentation().RemoveSegment("External2")
    assert chosen == ["Tumor", "External2", "Tumor"]

"""The application: scene, logics, files, views, extensions, and the life of a module."""

import logging
import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import qt
import slicer
from SlicerStandIn import application
from SlicerStandIn.dialogs import dialogs
from SlicerStandIn.failures import hidden_errors


def add_volume(name="CT"):
    array = np.arange(120, dtype=np.int16).reshape(4, 5, 6)
    ijk_to_ras = np.diag([-0.8, -0.8, 2.5, 1.0])
    return slicer.util.addVolumeFromArray(array, ijkToRAS=ijk_to_ras, name=name)


def add_outline(volume):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Outline")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    node.GetSegmentation().AddEmptySegment("Tumor", "Tumor", (1, 0, 0))
    mask = np.zeros((4, 5, 6), np.uint8)
    mask[1:3, 1:4, 1:5] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, "Tumor", volume)
    return node, mask


def test_a_volume_comes_back_from_its_file(tmp_path):
    ct = add_volume()
    path = str(tmp_path / "CT.nrrd")
    assert slicer.util.saveNode(ct, path)
    again = slicer.util.loadVolume(path)
    assert np.array_equal(slicer.util.arrayFromVolume(again), slicer.util.arrayFromVolume(ct))
    assert again.GetSpacing() == pytest.approx(ct.GetSpacing())


def test_what_ends_the_launcher_of_python_does_not_end_the_python_below_it():
    code = "import os, sys; print(os.getpid(), flush=True); sys.exit(int(sys.stdin.readline()))"
    command = [shutil.which("PythonSlicer"), "-c", code]
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    for ends in (True, False):
        with subprocess.Popen(command, **options) as launcher:
            python = int(launcher.stdout.readline())
            assert python != launcher.pid
            if ends:
                launcher.kill()
                launcher.wait()
                assert launcher.returncode != 7
                os.kill(python, 0)  # it is there
            launcher.stdin.write("7\n")
    assert launcher.returncode == 7


def test_a_label_map_comes_back_as_one(tmp_path):
    path = str(tmp_path / "labels.nii.gz")
    slicer.util.saveNode(add_volume(), path)
    assert slicer.util.loadLabelVolume(path).GetClassName() == "vtkMRMLLabelMapVolumeNode"


def test_a_segmentation_comes_back_with_its_voxels(tmp_path):
    ct = add_volume()
    outline, mask = add_outline(ct)
    path = str(tmp_path / "Outline.seg.nrrd")
    assert slicer.util.saveNode(outline, path)
    again = slicer.util.loadSegmentation(path)
    segment_id = again.GetSegmentation().GetNthSegmentID(0)
    voxels = slicer.util.arrayFromSegmentBinaryLabelmap(again, segment_id, ct)
    assert np.array_equal(voxels, mask)


def test_a_file_that_is_not_there_is_said_by_name():
    with pytest.raises(RuntimeError, match=r"nowhere\.nrrd"):
        slicer.util.loadVolume("/nowhere.nrrd")


def test_a_scene_comes_back_from_its_bundle(tmp_path):
    ct = add_volume()
    outline, mask = add_outline(ct)
    parameters = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "Parameters")
    parameters.SetParameter("ringWidthMm", "3")
    parameters.SetNodeReferenceID("ct", ct.GetID())
    path = str(tmp_path / "scene.mrb")
    assert slicer.util.saveScene(path)
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(path)
    parameters = slicer.util.getNode("Parameters")
    assert parameters.GetParameter("ringWidthMm") == "3"
    ct, outline = parameters.GetNodeReference("ct"), slicer.util.getNode("Outline")
    voxels = slicer.util.arrayFromSegmentBinaryLabelmap(outline, "Tumor", ct)
    assert np.array_equal(voxels, mask)


def test_nodes_have_subject_hierarchy_items_that_go_with_them():
    ct = add_volume()
    hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
    item = hierarchy.GetItemByDataNode(ct)
    assert hierarchy.GetItemName(item) == "CT"
    hierarchy.SetItemAttribute(item, "case", "S1")
    assert hierarchy.GetItemAttribute(item, "case") == "S1"
    slicer.mrmlScene.RemoveNode(ct)
    assert hierarchy.GetNumberOfItems() == 0


def test_views_show_a_volume_and_survive_a_closed_scene():
    for _ in range(2):
        ct = add_volume()
        slicer.util.setSliceViewerLayers(background=ct, fit=True)
        manager = slicer.app.layoutManager()
        assert manager.sliceViewNames() == ("Red", "Yellow", "Green")
        for name in manager.sliceViewNames():
            composite = manager.sliceWidget(name).mrmlSliceCompositeNode()
            assert composite.GetBackgroundVolumeID() == ct.GetID()
        assert manager.threeDWidget(0).mrmlViewNode().GetScene() is slicer.mrmlScene
        slicer.mrmlScene.Clear(0)


def test_without_a_main_window_there_may_be_no_layout_manager():
    with application.without_views():
        assert slicer.app.layoutManager() is None
    assert slicer.app.layoutManager() is not None
    assert slicer.util.mainWindow() is None


def test_settings_are_one_file_for_all():
    slicer.app.settings().setValue("ParotidClassifier/ring", 3)
    assert slicer.util.settingsValue("ParotidClassifier/ring", 0, int) == 3
    assert qt.QSettings().fileName() == slicer.app.userSettings().fileName()
    assert slicer.app.temporaryPath in qt.QSettings().fileName()
    slicer.app.settings().remove("ParotidClassifier/ring")


def test_names_of_slicer_util_are_not_in_slicer():
    assert not hasattr(slicer, "loadVolume")
    assert hasattr(slicer.util, "loadVolume")


def test_messages_are_only_logged_while_testing(caplog):
    with caplog.at_level(logging.INFO):
        slicer.util.errorDisplay("The outline is empty.")
    assert "The outline is empty." in caplog.text
    assert dialogs.shown == []


def test_a_question_is_asked_when_not_testing():
    application.set_testing(False)
    dialogs.answer(qt.QMessageBox.Yes)
    assert slicer.util.confirmYesNoDisplay("Draw the ring anew?")
    assert dialogs.shown[0].text == "Draw the ring anew?"


def test_extensions_are_installed_if_the_server_has_them():
    application.extensions(installed=("SlicerRadiomics",), on_server=("PyTorch",))
    model = slicer.app.extensionsManagerModel()
    assert model.isExtensionInstalled("SlicerRadiomics")
    model.interactive = False
    assert model.installExtensionFromServer("PyTorch")
    assert not model.installExtensionFromServer("Unknown")
    assert model.isExtensionInstalled("PyTorch")
    assert application.asked_for_extensions() == ["PyTorch", "Unknown"]


def test_a_restart_is_only_noted():
    slicer.util.restart()
    slicer.app.confirmRestart("PyTorch was installed.")
    assert application.restarts() == ["restart", "PyTorch was installed."]


def test_an_error_in_a_slot_is_collected():
    button = qt.QPushButton()
    button.connect("clicked()", lambda: 1 / 0)
    with hidden_errors.expected() as errors:
        button.click()
    assert "ZeroDivisionError" in errors[0]


def test_an_error_in_an_observer_is_collected():
    ct = add_volume()
    ct.AddObserver("ModifiedEvent", lambda *_: 1 / 0)
    with hidden_errors.expected() as errors:
        ct.Modified()
    assert "ZeroDivisionError" in errors[0]


def test_an_error_of_vtk_is_collected():
    with hidden_errors.expected() as errors:
        slicer.mrmlScene.GetNodeByID("vtkMRMLNode1")
        slicer.mrmlScene.SetURL("/nowhere.mrml")
        slicer.mrmlScene.Connect()
    assert errors


MODULE = """
    import slicer
    import qt
    from slicer.ScriptedLoadableModule import *

    class Toy(ScriptedLoadableModule):
        def __init__(self, parent):
            ScriptedLoadableModule.__init__(self, parent)
            self.parent.title = "Toy"

    class ToyWidget(ScriptedLoadableModuleWidget):
        def setup(self):
            ScriptedLoadableModuleWidget.setup(self)
            self.life = ["setup"]
            self.button = qt.QPushButton("{text}")
            self.layout.addWidget(self.button)
            self.logic = ToyLogic()

        def enter(self):
            self.life.append("enter")

        def exit(self):
            self.life.append("exit")

        def cleanup(self):
            self.life.append("cleanup")

    class ToyLogic(ScriptedLoadableModuleLogic):
        pass
"""


@pytest.fixture
def toy(tmp_path):
    path = tmp_path / "Toy.py"
    path.write_text(textwrap.dedent(MODULE.format(text="Run")), "utf-8")
    application.load_module(path)
    yield path
    if hasattr(slicer.modules, "toy"):
        application.unload_module("Toy")
    sys.path.remove(str(tmp_path))


def test_a_module_is_found_by_its_name(toy):
    assert slicer.util.getModule("Toy").title == "Toy"
    assert slicer.modules.toy.path == str(toy)
    assert "Toy" in slicer.util.moduleNames()
    assert slicer.moduleNames.Toy == "Toy"
    assert type(slicer.util.getModuleLogic("Toy")).__name__ == "ToyLogic"


def test_a_module_is_entered_and_left(toy):
    widget = application.enter("Toy")
    assert widget.parent.isEntered
    application.leave("Toy")
    assert not widget.parent.isEntered
    assert widget.life == ["setup", "enter", "exit"]
    assert slicer.modules.ToyWidget is widget


def test_a_reloaded_module_is_cleaned_up_and_new(toy):
    old = application.module_widget("Toy")
    toy.write_text(textwrap.dedent(MODULE.format(text="Stop and go")), "utf-8")
    new = application.reload_module("Toy")
    assert old.life == ["setup", "cleanup"]
    assert new is not old
    assert new.button.text == "Stop and go"


def test_an_unloaded_module_is_cleaned_up_and_gone(toy):
    widget = application.module_widget("Toy")
    application.unload_module("Toy")
    assert widget.life == ["setup", "cleanup"]
    assert not hasattr(slicer.modules, "toy")


def test_the_end_of_the_start_is_heard():
    heard = []
    slicer.app.connect("startupCompleted()", lambda: heard.append("started"))
    application.finish_startup()
    assert heard == ["started"]

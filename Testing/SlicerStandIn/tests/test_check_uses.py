"""The static check finds each deliberate mistake, and nothing in what is right."""

import subprocess
import sys
from pathlib import Path

import pytest
from SlicerStandIn.check_uses import problems_in

ROOT = Path(__file__).resolve().parents[3]

HEAD = """
import ctk
import qt
import slicer
import vtk
from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import parameterNodeWrapper


@parameterNodeWrapper
class ModuleParameterNode:
    ct: vtkMRMLScalarVolumeNode
    width: float = 2.0


class CasePanel:
    uiFile = "Case.ui"

    def setup(self, node: slicer.vtkMRMLSegmentationNode, name):
        """

FORM = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0"><class>Case</class><widget class="qMRMLWidget" name="Case">
 <layout class="QVBoxLayout" name="layout">
  <item><widget class="qMRMLNodeComboBox" name="ctSelector"/></item>
  <item><widget class="ctkSliderWidget" name="widthSlider"/></item>
  <item><widget class="QPushButton" name="runButton"/></item>
  <item><layout class="QGridLayout" name="emptyLayout"/></item>
 </layout></widget><customwidgets>
 <customwidget><class>qMRMLWidget</class><extends>QWidget</extends></customwidget>
 <customwidget><class>qMRMLNodeComboBox</class><extends>QWidget</extends></customwidget>
 <customwidget><class>ctkSliderWidget</class><extends>QWidget</extends></customwidget>
</customwidgets></ui>
"""


@pytest.fixture
def found_in(tmp_path):
    """Check a module whose panel has the form Case.ui; give the texts of the problems."""

    def check(line, more=""):
        forms = tmp_path / "Resources" / "UI"
        forms.mkdir(parents=True, exist_ok=True)
        (forms / "Case.ui").write_text(FORM)
        (tmp_path / "Module.py").write_text(HEAD + line + more)
        return problems_in([tmp_path / "Module.py"])

    return check


RIGHT = [
    "self.ui.runButton.enabled = self.parameterNode is not None",
    "self.ui.runButton.connect('clicked(bool)', self.setup)",
    "self.ui.runButton.clicked.connect(self.setup)",
    "self.ui.runButton.text.strip()",
    "self.ui.ctSelector.connect('currentNodeChanged(vtkMRMLNode*)', self.setup)",
    "self.ui.ctSelector.currentNode().GetName()",
    "self.ui.ctSelector.setMRMLScene(slicer.mrmlScene)",
    "self.parameterNode.width = 3.0",
    "self.parameterNode.ct.GetDisplayNode().SetWindowLevelMinMax(0, 1)",
    "self.parameterNode.AddObserver(vtk.vtkCommand.ModifiedEvent, self.setup)",
    "node.GetSegmentation().GetSegmentIDs()",
    "slicer.mrmlScene.AddNewNodeByClass('vtkMRMLSegmentationNode').CreateDefaultDisplayNodes()",
    "slicer.mrmlScene.AddObserver(slicer.vtkMRMLScene.StartCloseEvent, self.setup)",
    "slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(node, node)",
    "slicer.app.layoutManager().sliceWidget('Red').sliceLogic().GetSliceCompositeNode()",
    "slicer.app.connect('startupCompleted()', self.setup)",
    "slicer.app.processEvents(qt.QEventLoop.ExcludeUserInputEvents)",
    "slicer.util.errorDisplay('text', windowTitle='title')",
    "slicer.util.errorDisplay = name",
    "qt.QMessageBox.information(None, 'title', 'text')",
    "qt.QTimer.singleShot(100, self.setup)",
    "widget = ctk.ctkCollapsibleButton(); widget.collapsed = True; widget.text = _('Text')",
    "box = qt.QLabel(name); box.alignment = qt.Qt.AlignTop",
    "isinstance(node, slicer.vtkMRMLSegmentationNode)",
    "self.ui.runButton = None",
    "label = name; label.anything()",
    "w = qt.QLabel() if name else qt.QSlider(); w = qt.QLabel(); w = qt.QSlider(); w.text",
]

WRONG = {
    "self.ui.runButton.enable = True": "QPushButton has no property 'enable' to set",
    "self.ui.runButton.text()": "QPushButton.text is a property",
    "self.ui.noButton.enabled = True": "Case.ui has no 'noButton'",
    "self.ui.emptyLayout.addWidget(self.widget)": "Case.ui has no 'emptyLayout'",
    "self.ui.runButton.connect('click(bool)', self.setup)": "has no signal 'click(bool)'",
    "self.ui.runButton.connect('clicked(int)', self.setup)": "no signal 'clicked(int)'",
    "self.ui.runButton.clicks.connect(self.setup)": "QPushButton has no 'clicks'",
    "self.ui.runButton.clicked.conect(self.setup)": "has no 'conect'",
    "self.ui.ctSelector.addEnabled()": "addEnabled is a property",
    "self.ui.ctSelector.setAddEnabled(True)": "setAddEnabled is a C++ method",
    "self.ui.ctSelector.currentNode = node": "has no property 'currentNode' to set",
    "self.ui.ctSelector.addAttribute('a')": "takes 2 to 3 arguments, not 1",
    "self.ui.widthSlider.setRange(1, 2)": "setRange is a C++ method",
    "self.parameterNode.widht = 3.0": "ModuleParameterNode has no parameter 'widht'",
    "self.parameterNode.ct.GetSegmentation()": "vtkMRMLScalarVolumeNode has no 'GetSegmentation'",
    "node.GetSegmentation().GetSegmentIds()": "vtkSegmentation has no 'GetSegmentIds'",
    "node.GetDisplayNode().SetNothing()": "vtkMRMLDisplayNode has no 'SetNothing'",
    "slicer.mrmlScene.AddNewNodeByClass('vtkMRMLSegmentNode')": "no MRML class vtkMRMLSegmentNode",
    "slicer.mrmlScene.GetNodeById('x')": "vtkMRMLScene has no 'GetNodeById'",
    "slicer.vtkMRMLScene.CloseEvent": "vtkMRMLScene has no 'CloseEvent'",
    "slicer.app.layoutManger()": "qSlicerApplication has no 'layoutManger'",
    "slicer.app.connect('started()', self.setup)": "qSlicerApplication has no signal 'started()'",
    "slicer.util.anything = name": "slicer.util has no 'anything'",
    "slicer.util.showError('text')": "slicer.util has no 'showError'",
    "slicer.util.arrayFromVolume(node, copy=True)": "unexpected keyword argument 'copy'",
    "slicer.qMRMLThing()": "slicer has no 'qMRMLThing'",
    "slicer.getNode(name)": "slicer has no 'getNode'",
    "qt.QLable(name)": "qt has no 'QLable'",
    "qt.QLabel(text=name)": "takes no keyword arguments (text)",
    "qt.Qt.AlignmentFlag.AlignTop": "without the name of the enum",
    "qt.QMessageBox.Perhaps": "QMessageBox has no 'Perhaps'",
    "ctk.ctkButton()": "ctk has no 'ctkButton'",
    "ctk.ctkCollapsibleButton('a', self.widget)": "takes 0 to 1 arguments, not 2",
    "vtk.vtkNothing()": "vtk has no 'vtkNothing'",
    "isinstance(self.widget, qt.QWidget)": "isinstance() is False",
    "timer = qt.QTimer(); timer.singleShot = True": "no property 'singleShot' to set",
    "_(name)": "takes a text that stands in the source",
    "_(f'{name} is wrong')": "takes a text that stands in the source",
    "from slicer.util import notThere": "slicer.util has no 'notThere'",
    "[w for w in (self.ui.runButton,) if w.visble]": "QPushButton has no 'visble'",
    "(lambda: self.ui.runButton.visble)()": "QPushButton has no 'visble'",
}


@pytest.mark.parametrize("line", RIGHT)
def test_right_uses_are_let_pass(found_in, line):
    assert found_in(line) == []


@pytest.mark.parametrize(("line", "reason"), WRONG.items())
def test_wrong_use_is_found(found_in, line, reason):
    [problem] = found_in(line)
    assert f"Module.py:{(HEAD + line).count(chr(10)) + 1}: " in problem
    assert reason in problem


def test_attributes_are_known_elsewhere(found_in):
    later = "\n\n    def show(self):\n        self.button.caption = 'x'\n"
    [problem] = found_in("self.button = qt.QPushButton()", later)
    assert "QPushButton has no property 'caption' to set" in problem


def test_command_prints_the_place(tmp_path):
    wrong = tmp_path / "Wrong.py"
    wrong.write_text("import qt\n\nqt.QLable()\n")
    run = subprocess.run(
        [sys.executable, "-m", "SlicerStandIn.check_uses", wrong],
        capture_output=True,
        text=True,
        cwd=ROOT / "Testing",
        check=False,
    )
    assert run.returncode == 1
    assert run.stdout == f"{wrong}:3: qt has no 'QLable'\n"


def test_extension_uses_real_names():
    module = ROOT / "ParotidClassifier"
    paths = [module / "ParotidClassifier.py", module / "ParotidClassifierLib"]
    assert problems_in([*paths, ROOT / "Testing" / "Slicer"]) == []

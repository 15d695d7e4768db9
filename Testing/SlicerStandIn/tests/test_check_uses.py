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
from typing import Annotated
from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import *


@parameterNodeWrapper
class ModuleParameterNode:
    ct: vtkMRMLScalarVolumeNode
    width: Annotated[float, WithinRange(1.0, 20.0)] = 2.0
    done: bool


class Panel:
    uiFile = ""

    def __init__(self, logic):
        self.logic = logic
        self.parameterNode = None
        self.widget = slicer.util.loadUI(str(self.uiFile))
        self.ui = slicer.util.childWidgetVariables(self.widget)

    def setParameterNode(self, parameterNode):
        self.parameterNode = parameterNode
"""

FORM = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0">
 <class>Case</class>
 <widget class="qMRMLWidget" name="Case">
  <layout class="QVBoxLayout" name="layout">
   <item>
    <widget class="qMRMLNodeComboBox" name="ctSelector">
     <property name="nodeTypes"><stringlist><string>vtkMRMLScalarVolumeNode</string></stringlist>
     </property>
     <property name="SlicerParameterName" stdset="0"><string>ct</string></property>
    </widget>
   </item>
   <item>
    <widget class="ctkSliderWidget" name="widthSlider">
     <property name="decimals"><number>1</number></property>
     <property name="SlicerParameterName" stdset="0"><string>width</string></property>
    </widget>
   </item>
   <item>
    <widget class="QPushButton" name="runButton">
     <property name="text"><string>Run</string></property>
    </widget>
   </item>
   <item>
    <layout class="QGridLayout" name="emptyLayout"/>
   </item>
  </layout>
 </widget>
 <connections>
  <connection>
   <sender>Case</sender>
   <signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
   <receiver>ctSelector</receiver>
   <slot>setMRMLScene(vtkMRMLScene*)</slot>
  </connection>
 </connections>
</ui>
"""


@pytest.fixture
def found_in(tmp_path):
    """Check a module whose panel has the form Case.ui; give the texts of the problems."""

    def check(body, form=FORM):
        forms = tmp_path / "Resources" / "UI"
        forms.mkdir(parents=True, exist_ok=True)
        (forms / "Case.ui").write_text(form)
        (tmp_path / "Module.py").write_text(HEAD + body)
        return [str(problem) for problem in problems_in([tmp_path / "Module.py"])]

    return check


def in_setup(line):
    """Return a panel with one line of its own."""
    return (
        "\nclass CasePanel(Panel):\n    uiFile = 'Case.ui'\n\n"
        f"    def setup(self, node: slicer.vtkMRMLSegmentationNode, name):\n        {line}\n"
    )


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
    "slicer.modules.segmentations.logic().Import()": "vtkSlicerSegmentationsModuleLogic has no",
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
    assert found_in(in_setup(line)) == []


@pytest.mark.parametrize(("line", "reason"), WRONG.items())
def test_wrong_use_is_found(found_in, line, reason):
    body = in_setup(line)
    wrong_line = (HEAD + body)[: (HEAD + body).rindex(line)].count("\n") + 1
    [problem] = found_in(body)
    assert f"Module.py:{wrong_line}: " in problem
    assert reason in problem


_TAB_STOP = "<tabstops><tabstop>stopButton</tabstop></tabstops>"
_LABEL = (
    'class="QLabel" name="runButton"><property name="buddy"><cstring>selector</cstring></property>'
)


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ('class="qMRMLNodeComboBox"', 'class="qMRMLComboBox"', "no widget class qMRMLComboBox"),
        ('name="decimals"', 'name="digits"', "ctkSliderWidget has no property digits"),
        (">mrmlSceneChanged(", ">sceneChanged(", "no signal sceneChanged(vtkMRMLScene*)"),
        (">setMRMLScene(", ">setScene(", "no slot setScene(vtkMRMLScene*)"),
        ("<receiver>ctSelector", "<receiver>nothing", "nothing, which the form does not have"),
        ("<connections>", f"{_TAB_STOP}<connections>", "stopButton: tab stop at no widget"),
        ('class="QPushButton" name="runButton">', _LABEL, "buddy of no widget selector"),
        ("<string>width<", "<string>widht<", "widht is not in the parameter node"),
        ("<string>width<", "<string>done<", "ctkSliderWidget cannot show done, which is bool"),
    ],
)
def test_wrong_form_is_found(found_in, right, wrong, reason):
    assert right in FORM
    problems = found_in("", FORM.replace(right, wrong))
    assert any("Case.ui:" in problem and reason in problem for problem in problems)


def test_attributes_are_known_elsewhere(found_in):
    problems = found_in(
        "\nclass Other:\n"
        "    def __init__(self):\n        self.button = qt.QPushButton()\n\n"
        "    def show(self):\n        self.button.caption = 'x'\n"
    )
    assert ["QPushButton has no property 'caption' to set" in problem for problem in problems]


def test_a_name_of_two_kinds_is_not_judged(found_in):
    line = "w = qt.QLabel() if name else qt.QSlider(); w = qt.QLabel(); w = qt.QSlider(); w.text"
    assert found_in(in_setup(line)) == []


def test_module_widget_knows_its_form(found_in):
    problems = found_in(
        "\nclass ModuleWidget(ScriptedLoadableModuleWidget):\n"
        "    def setup(self):\n"
        "        form = slicer.util.loadUI(self.resourcePath('UI/Case.ui'))\n"
        "        self.layout.addWidget(form)\n"
        "        self.ui = slicer.util.childWidgetVariables(form)\n"
        "        self.ui.runButton.txt = 'x'\n"
        "        self.parent.isEntred\n"
    )
    assert len(problems) == 2
    assert "'txt'" in problems[0]
    assert "'isEntred'" in problems[1]


def test_command_prints_the_place(tmp_path):
    wrong = tmp_path / "Wrong.py"
    wrong.write_text("import qt\n\nqt.QLable()\n")
    run = subprocess.run(
        [sys.executable, "-m", "SlicerStandIn.check_uses", str(wrong)],
        capture_output=True,
        text=True,
        cwd=ROOT / "Testing",
        check=False,
    )
    assert run.returncode == 1
    assert run.stdout == f"{wrong}:3: qt has no 'QLable'\n"


def test_extension_uses_real_names():
    paths = [
        ROOT / "ParotidClassifier" / "ParotidClassifier.py",
        ROOT / "ParotidClassifier" / "ParotidClassifierLib",
        ROOT / "ParotidClassifier" / "Resources" / "UI",
        ROOT / "Testing" / "Slicer",
    ]
    problems = problems_in([path for path in paths if path.exists()])
    assert [str(problem) for problem in problems] == []

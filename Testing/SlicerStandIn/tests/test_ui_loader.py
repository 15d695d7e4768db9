"""Forms: what Slicer's loader would drop in silence is refused."""

import pytest
import slicer
from SlicerStandIn.ui_loader import UiError

FORM = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0">
 <class>Form</class>
 <widget class="qMRMLWidget" name="Form">
  <layout class="QFormLayout" name="formLayout">
   <item row="0" column="0"><widget class="QLabel" name="label">
     <property name="text"><string>CT:</string></property>{label}</widget></item>
   <item row="0" column="1"><widget class="{widget}" name="selector">{properties}</widget></item>
  </layout>
 </widget>
 <customwidgets>
  <customwidget><class>qMRMLWidget</class><extends>QWidget</extends>
   <header>qMRMLWidget.h</header><container>1</container></customwidget>
  <customwidget><class>{declared}</class><extends>QWidget</extends>
   <header>any.h</header></customwidget>
 </customwidgets>
 <connections>
  <connection><sender>{sender}</sender><signal>{signal}</signal>
   <receiver>selector</receiver><slot>{slot}</slot></connection>
 </connections>
{more}</ui>"""

RIGHT = {
    "widget": "qMRMLNodeComboBox",
    "declared": "qMRMLNodeComboBox",
    "properties": "",
    "label": "",
    "more": "",
    "sender": "Form",
    "signal": "mrmlSceneChanged(vtkMRMLScene*)",
    "slot": "setMRMLScene(vtkMRMLScene*)",
}

BUDDY = '<property name="buddy"><cstring>{}</cstring></property>'
TAB_STOP = "<tabstops><tabstop>{}</tabstop></tabstops>"
TYPES = """<property name="nodeTypes"><stringlist>
 <string>vtkMRMLScalarVolumeNode</string></stringlist></property>
 <property name="noneEnabled"><bool>true</bool></property>
 <property name="SlicerParameterName" stdset="0"><string>ct</string></property>"""


@pytest.fixture
def load(tmp_path):
    def load(**changes):
        path = tmp_path / "Form.ui"
        path.write_text(FORM.format(**{**RIGHT, **changes}), "utf-8")
        return slicer.util.loadUI(str(path))

    return load


def test_form_is_loaded(load):
    form = load(properties=TYPES)
    ui = slicer.util.childWidgetVariables(form)
    form.setMRMLScene(slicer.mrmlScene)
    assert ui.selector.nodeTypes == ("vtkMRMLScalarVolumeNode",)
    assert ui.selector.noneEnabled
    assert ui.selector.SlicerParameterName == "ct"
    assert ui.selector.mrmlScene() is slicer.mrmlScene
    assert ui.label.text == "CT:"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"widget": "qMRMLNodeSelector"}, "no widget class qMRMLNodeSelector"),
        ({"widget": "qMRMLTableView", "declared": "qMRMLTableView"}, "not modelled"),
        ({"declared": "ctkComboBox"}, "customwidgets does not name qMRMLNodeComboBox"),
        (
            {"properties": '<property name="noneAllowed"><bool>true</bool></property>'},
            "no property noneAllowed",
        ),
        (
            {"properties": '<property name="noneEnabled"><string>yes</string></property>'},
            "does not accept",
        ),
        ({"signal": "sceneChanged(vtkMRMLScene*)"}, "has no signal"),
        ({"slot": "setScene(vtkMRMLScene*)"}, "has no slot"),
        ({"sender": "Frame"}, "no widget Frame"),
        ({"label": BUDDY.format("box")}, "label: buddy of no widget box"),
        ({"more": TAB_STOP.format("box")}, "box: tab stop at no widget"),
    ],
)
def test_wrong_form_is_refused(load, changes, said):
    with pytest.raises(UiError, match=said):
        load(**changes)


def test_label_has_its_buddy(load):
    ui = slicer.util.childWidgetVariables(
        load(label=BUDDY.format("selector"), more=TAB_STOP.format("selector"))
    )
    assert ui.label.buddy() == ui.selector


def test_unknown_enum_is_refused(load):
    wrong = '<property name="sizeAdjustPolicy"><enum>QComboBox::AdjustToSky</enum></property>'
    with pytest.raises(UiError, match="AdjustToSky"):
        load(properties=wrong)


def test_missing_form_is_named():
    with pytest.raises(RuntimeError, match="file not found"):
        slicer.util.loadUI("/nowhere/Form.ui")

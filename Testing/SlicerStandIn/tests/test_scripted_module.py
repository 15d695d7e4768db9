"""The base classes of scripted modules, the texts, and running a self test by its name."""

import logging

import pytest
import slicer
from SlicerStandIn import application
from SlicerStandIn.failures import NotModelled

application.start()

from SlicerStandIn.slicer_python import i18n  # noqa: E402

MODULE = """
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import *
from slicer.util import VTKObservationMixin


class MadeModule(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("Made")
        parent.categories = ["Quantification"]
        parent.helpText = self.getDefaultModuleDocumentationLink("made.html")


class MadeModuleWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        import qt
        self.button = qt.QPushButton(_("Press {name}").format(name="me"))
        self.layout.addWidget(self.button)
        self.cleaned = []

    def cleanup(self):
        self.cleaned.append(True)


class MadeModuleLogic(ScriptedLoadableModuleLogic):
    pass


class MadeModuleTest(ScriptedLoadableModuleTest):
    def setUp(self):
        self.steps = getattr(self, "steps", []) + ["setUp"]

    def test_one(self):
        self.delayDisplay("one")
        self.steps.append("one")

    def test_two(self):
        self.steps.append("two")
        MadeModuleTest.last = self
"""


@pytest.fixture
def made(tmp_path):
    """Load a module; give its source file as imported."""
    slicer.mrmlScene.Clear(0)
    (tmp_path / "MadeModule.py").write_text(MODULE)
    application.load_module(tmp_path / "MadeModule.py")
    import sys

    yield sys.modules["MadeModule"]
    if hasattr(slicer.modules, "mademodule"):
        application.unload_module("MadeModule")


def test_the_application_reads_from_parent_what_a_module_tells_of_itself(made):
    parent = slicer.modules.mademodule
    assert parent.title == "Made"
    assert parent.categories == ("Quantification",)
    assert 'href="' in parent.helpText or "href='" in parent.helpText
    assert "made.html" in parent.helpText


def test_resources_lie_beside_the_module_file(made, tmp_path):
    instance = slicer.modules.MadeModuleInstance
    assert instance.resourcePath("UI/Made.ui") == str(tmp_path / "Resources" / "UI" / "Made.ui")
    widget = application.module_widget("MadeModule")
    assert widget.resourcePath("x.png") == str(tmp_path / "Resources" / "x.png")


def test_the_widget_is_set_up_in_the_layout_of_its_parent(made):
    widget = application.module_widget("MadeModule")
    assert widget.moduleName == "MadeModule"
    assert widget.layout.indexOf(widget.button) == 0
    assert not widget.developerMode


def test_the_developer_section_is_refused(made):
    import qt

    qt.QSettings().setValue("Developer/DeveloperMode", True)
    try:
        with pytest.raises(NotModelled, match="developer"):
            made.MadeModuleWidget()
    finally:
        qt.QSettings().remove("Developer/DeveloperMode")


def test_the_widget_is_cleaned_up_once_when_its_module_is_unloaded(made):
    widget = application.module_widget("MadeModule")
    slicer.app.moduleManager().moduleAboutToBeUnloaded("OtherModule")
    assert widget.cleaned == []
    slicer.app.moduleManager().moduleAboutToBeUnloaded("MadeModule")
    slicer.app.moduleManager().moduleAboutToBeUnloaded("MadeModule")
    assert widget.cleaned == [True]


def test_a_singleton_parameter_node_is_made_once_and_survives_closing_the_scene(made):
    logic = made.MadeModuleLogic()
    node = logic.getParameterNode()
    assert logic.getParameterNode() is node
    assert node.GetSingletonTag() == "MadeModule"
    slicer.mrmlScene.Clear(0)
    assert logic.getParameterNode().GetAttribute("ModuleName") == "MadeModule"
    assert len(logic.getAllParameterNodes()) == 1


def test_several_parameter_nodes_are_told_from_those_of_other_modules(made):
    logic = made.MadeModuleLogic()
    logic.isSingletonParameterNode = False
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
    first = logic.getParameterNode()
    second = slicer.mrmlScene.AddNode(logic.createParameterNode())
    assert logic.getAllParameterNodes() == [first, second]
    assert logic.getParameterNode() is first


def test_run_test_runs_every_test_with_its_own_set_up(made):
    slicer.selfTests["MadeModule"](msec=1)
    assert made.MadeModuleTest.last.steps == ["setUp", "one", "setUp", "two"]


def test_a_module_without_a_test_class_says_so(made):
    del made.MadeModuleTest
    with pytest.raises(AssertionError, match="MadeModuleTest"):
        slicer.modules.MadeModuleInstance.runTest()


def test_the_star_import_brings_the_four_base_classes():
    names = {}
    exec("from slicer.ScriptedLoadableModule import *", names)  # noqa: S102
    assert {name for name in names if not name.startswith("__")} == {
        "ScriptedLoadableModule",
        "ScriptedLoadableModuleWidget",
        "ScriptedLoadableModuleLogic",
        "ScriptedLoadableModuleTest",
    }


def test_texts_change_with_the_language_and_keep_their_placeholders(made):
    with i18n.language(i18n.marked):
        assert application.module_widget("MadeModule").button.text == "⟦Press me⟧"


def test_the_context_of_a_text_is_its_file_and_package(tmp_path):
    package = tmp_path / "MadeLib"
    package.mkdir()
    (package / "Panel.py").write_text("")
    assert i18n.getContext(str(package / "Panel.py")) == "Panel"
    (package / "__init__.py").write_text("")
    assert i18n.getContext(str(package / "Panel.py")) == "MadeLib.Panel"


def test_a_translation_that_loses_a_placeholder_is_not_used(caplog):
    with i18n.language(lambda context, text: text.replace("{count}", "{Anzahl}")):
        with caplog.at_level(logging.WARNING):
            assert i18n.tr("{count} files") == "{count} files"
        assert i18n.tr("{{count}} is no placeholder") == "{{Anzahl}} is no placeholder"
    assert "placeholders" in caplog.text


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("⟦Tumour⟧: 3.5 cm", False),
        ("⟦Tumour⟧: 3.5", True),
        ("Tumour", False),
        ("12 %", True),
        ("<b class='x'>⟦Not ⟦known⟧ yet⟧&nbsp;</b>", True),
        ("<b>yet</b>", False),
    ],
)
def test_texts_that_no_translation_reaches_are_told_apart(text, marked):
    assert i18n.is_marked(text) == marked


def test_a_unit_test_is_run_by_its_name(tmp_path):
    (tmp_path / "NamedTest.py").write_text(
        "import unittest\n\n\nclass NamedTest(unittest.TestCase):\n"
        "    def test_right(self):\n        pass\n\n"
        "    def test_wrong(self):\n        self.fail()\n"
    )
    slicer.testing.runUnitTest([str(tmp_path)], "NamedTest.NamedTest.test_right")
    with pytest.raises(Exception, match=r"^$"):
        slicer.testing.runUnitTest([str(tmp_path)], "NamedTest.NamedTest.test_wrong")

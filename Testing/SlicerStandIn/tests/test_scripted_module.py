"""The base classes of scripted modules, and the texts."""

import logging

import pytest
import slicer
from SlicerStandIn import application
from SlicerStandIn.failures import NotModelled
from SlicerStandIn.slicer_python import i18n

MODULE = """
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import *
from slicer.util import VTKObservationMixin


class MadeModule(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("Made")
        parent.categories = ["Quantification"]
        parent.helpText = _("Help")


class MadeModuleWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.cleaned = []

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        import qt
        self.button = qt.QPushButton(_("Press {name}").format(name="me"))
        self.layout.addWidget(self.button)

    def cleanup(self):
        self.cleaned.append(True)


class MadeModuleLogic(ScriptedLoadableModuleLogic):
    pass
"""


@pytest.fixture
def made(tmp_path):
    """Load a module; give its source file as imported."""
    (tmp_path / "MadeModule.py").write_text(MODULE)
    application.load_module(tmp_path / "MadeModule.py")
    import sys

    yield sys.modules["MadeModule"]
    if hasattr(slicer.modules, "mademodule"):
        application.unload_module("MadeModule")


def test_parent_describes_the_module(made):
    parent = slicer.modules.mademodule
    assert parent.title == "Made"
    assert parent.categories == ("Quantification",)
    assert parent.helpText == "Help"


def test_developer_section_is_refused(made):
    import qt

    qt.QSettings().setValue("Developer/DeveloperMode", True)
    try:
        with pytest.raises(NotModelled, match="developer"):
            application.module_widget("MadeModule")
    finally:
        qt.QSettings().remove("Developer/DeveloperMode")


def test_widget_is_cleaned_up_once(made):
    widget = application.module_widget("MadeModule")
    slicer.app.moduleManager().moduleAboutToBeUnloaded("OtherModule")
    assert widget.cleaned == []
    slicer.app.moduleManager().moduleAboutToBeUnloaded("MadeModule")
    slicer.app.moduleManager().moduleAboutToBeUnloaded("MadeModule")
    assert widget.cleaned == [True]


def test_parameter_node_is_kept(made):
    logic = made.MadeModuleLogic()
    node = logic.getParameterNode()
    assert logic.getParameterNode() is node
    assert node.GetSingletonTag() == "MadeModule"
    slicer.mrmlScene.Clear(0)
    assert logic.getParameterNode().GetAttribute("ModuleName") == "MadeModule"


def test_texts_are_translated(made):
    with i18n.language(i18n.marked):
        assert application.module_widget("MadeModule").button.text == "⟦Press me⟧"


def test_context_is_file_and_package(tmp_path):
    package = tmp_path / "MadeLib"
    package.mkdir()
    (package / "Panel.py").write_text("")
    assert i18n.getContext(str(package / "Panel.py")) == "Panel"
    (package / "__init__.py").write_text("")
    assert i18n.getContext(str(package / "Panel.py")) == "MadeLib.Panel"


def test_lost_placeholder_is_refused(caplog):
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
def test_untranslated_text_is_found(text, marked):
    assert i18n.is_marked(text) == marked

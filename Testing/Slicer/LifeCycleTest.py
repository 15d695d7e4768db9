"""Self tests of the module's life: set up, entered, left, reloaded, ended with work going on."""

import sys
from contextlib import contextmanager

import slicer
from MadeScene import addCt
from ShownModule import ShownModule, application
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import isAlive, letPass

LIBRARY = "ParotidClassifierLib"


class LifeCycleTest(ShownModule, ScriptedLoadableModuleTest):
    """Nothing is left behind, and everything is there again."""

    def editorNodes(self):
        nodes = slicer.util.getNodesByClass("vtkMRMLSegmentEditorNode")
        return [node for node in nodes if node.GetSingletonTag() == "ParotidClassifier"]

    def test_the_steps_stand_in_their_order(self):
        layout = self.mainPanel.ui.panelsContainer.layout()
        shown = [layout.itemAt(place).widget() for place in range(layout.count() - 1)]
        names = ["Case", "Tumor", "Clinical", "Result", "Advanced"]
        self.assertEqual(shown, [self.panels[f"{name}Panel"].widget for name in names])

    def test_leaving_and_coming_back_changes_nothing(self):
        self.classified()
        self.refineRing()
        before = self.held()
        for change in (self.widget.exit, self.widget.enter):
            change()
            change()
        self.assertEqual(self.held(), before)
        self.assertEqual(len(self.editorNodes()), 1)
        self.assertTrue(self.canRun)

    def test_what_another_module_did_meanwhile_is_shown_on_coming_back(self):
        self.makeCase()
        self.widget.exit()
        before = self.ui["TumorPanel"].tumorStatusLabel.text
        self.growTumor()
        self.parameterNode.ringWidthMm = "5.0"
        self.widget.enter()
        self.assertNotEqual(self.ui["TumorPanel"].tumorStatusLabel.text, before)
        self.assertEqual(self.follower.drawn.protocol.rings[0].ring.width_mm, 5.0)

    def test_a_run_goes_on_while_another_module_is_shown(self):
        self.makeCase()
        self.runHalfWay()
        self.widget.exit()
        letPass(0.1)
        self.assertTrue(self.logic.classification.isRunning)
        self.widget.enter()
        self.assertFalse(self.ui["ClassifyPanel"].progressWidget.isHidden())

    def test_a_reload_leaves_no_process_and_keeps_the_case(self):
        self.makeCase()
        self.refineRing()
        before = self.held()
        self.runHalfWay()
        process = self.logic.classification._worker.processId
        oldWidget = self.widget
        with self.reloading():
            self.widget.onReload()
            self.setUpAgain()
            self.assertIsNot(self.widget, oldWidget)
            self.assertFalse(isAlive(process))
            self.assertEqual(self.held(), before)
            self.assertEqual(len(self.editorNodes()), 1)
            self.assertTrue(self.canRun)
            self.growTumor(2)
            self.assertTrue(self.follower.drawn.masks["External2"].any())

    def test_the_old_panel_does_not_answer_after_a_reload(self):
        self.makeCase()
        oldPanel = self.mainPanel
        with self.reloading():
            self.widget.onReload()
            self.setUpAgain()
            before = oldPanel.panels["ClassifyPanel"].ui.missingLabel.text
            slicer.mrmlScene.Clear(0)
            self.choose(addCt())
            self.assertEqual(oldPanel.panels["ClassifyPanel"].ui.missingLabel.text, before)

    def test_the_applications_end_leaves_no_process(self):
        self.makeCase()
        self.runHalfWay()
        process = self.logic.classification._worker.processId
        folder = self.logic.classification._caseFolder.path
        self.logic.stop()  # what aboutToQuit() is connected with
        self.assertFalse(isAlive(process))
        self.assertFalse(folder.exists())
        self.logic.stop()
        self.mainPanel.setParameterNode(self.parameterNode)
        self.assertTrue(self.canRun)

    def test_cleaning_up_twice_does_no_harm(self):
        with self.reloading():
            self.widget.cleanup()
            self.widget.onReload()
            self.setUpAgain()
            self.makeCase()
            self.assertTrue(self.canRun)

    def test_the_whole_way_without_views(self):
        if application is None:
            self.skipTest("only outside of Slicer the views can be taken away")
        with application.without_views():
            self.assertIsNone(slicer.app.layoutManager())
            self.choose(addCt())
            self.ui["AdvancedPanel"].softTissueButton.click()
            self.start()
            self.classified()
            self.assertFalse(self.ui["ResultPanel"].resultWidget.isHidden())

    def setUpAgain(self):
        """Take the panel that is there after a reload."""
        widget = slicer.modules.ParotidClassifierWidget
        self.widget, self.logic, self.mainPanel = widget, widget.logic, widget.mainPanel
        self.panels = self.mainPanel.panels
        self.ui = {name: panel.ui for name, panel in self.panels.items()}
        self.answerBy("pass")
        self.widget.enter()

    @contextmanager
    def reloading(self):
        """Reload, and give the tests that follow the files that they have imported already."""
        names = [name for name in sys.modules if name.startswith((LIBRARY, "ParotidClassifier"))]
        before = {name: sys.modules[name] for name in names}
        try:
            yield
        finally:
            for name in [name for name in sys.modules if name.startswith(LIBRARY)]:
                del sys.modules[name]
            sys.modules.update(before)
            slicer.util.reloadScriptedModule("ParotidClassifier")
            sys.modules["ParotidClassifier"] = before["ParotidClassifier"]
            self.setUp()

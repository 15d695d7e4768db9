"""One section of the panel as a self test finds it, without the others and without a process."""

import slicer

from ParotidClassifier import ParotidClassifierLogic


class ShownPanel:
    """Mixed into a ScriptedLoadableModuleTest that looks at the section `panelClass` alone."""

    panelClass = None

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.logic = ParotidClassifierLogic()
        self.parameterNode = self.logic.getParameterNode()
        self.logic.follow(self.parameterNode)
        self.panel = self.panelClass(self.logic)
        self.ui = self.panel.ui
        self.panel.setParameterNode(self.parameterNode)

    def tearDown(self):
        self.panel.cleanup()
        self.logic.stop()
        slicer.mrmlScene.Clear(0)

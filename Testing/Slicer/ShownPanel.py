"""What a self test works on: the module's logic alone, or with one section of the panel."""

import slicer
from EditedCase import EditedCase

from ParotidClassifier import ParotidClassifierLogic


class FollowedCase(EditedCase):
    """Mixed into a ScriptedLoadableModuleTest that needs no panel."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.logic = ParotidClassifierLogic()
        self.parameterNode = self.logic.getParameterNode()
        self.logic.follow(self.parameterNode)

    def tearDown(self):
        self.logic.stop()
        slicer.mrmlScene.Clear(0)


class ShownPanel(FollowedCase):
    """Mixed into a ScriptedLoadableModuleTest that looks at the section `panelClass` alone."""

    panelClass = None

    def setUp(self):
        super().setUp()
        self.panel = self.panelClass(self.logic)
        self.ui = self.panel.ui
        self.panel.setParameterNode(self.parameterNode)

    def tearDown(self):
        self.panel.cleanup()
        super().tearDown()

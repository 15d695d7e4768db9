"""Self tests of the slice views: they show what the user looked at, and survive a closed scene."""

import slicer
from ParotidClassifierLib.Scene.Outline import viewsCentreRas
from ParotidClassifierLib.Scene.SampleCases import SAMPLE_CASES
from ShownModule import ShownModule, application
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, letPass, reopenScene

LAYOUTS = (
    "SlicerLayoutFourUpView",
    "SlicerLayoutConventionalView",
    "SlicerLayoutOneUpRedSliceView",
    "SlicerLayoutThreeOverThreeView",
)
_CLOSED = 20 if application is None else 2  # times in each layout; no stand-in can crash
_WIDTH_MM = 33.0


class ViewsTest(ShownModule, ScriptedLoadableModuleTest):
    """The panel moves the views when the user chooses a case, and at no other time."""

    def test_a_sample_case_ends_with_the_three_slices_through_its_tumour(self):
        self.mainPanel.samples.load(SAMPLE_CASES[1].name)
        letPass(AFTER_AN_EDIT)
        tumorId = self.segmentation.GetSegmentIdBySegmentName("Tumor")
        centre = self.parameterNode.segmentation.GetSegmentCenterRAS(tumorId)
        for seen, meant in zip(viewsCentreRas(), centre, strict=True):
            self.assertAlmostEqual(seen, meant, delta=4.0)

    def test_a_saved_scene_reopens_with_its_views(self):
        self.makeCase()
        views = slicer.util.getNodesByClass("vtkMRMLSliceNode")[:3]
        for number, view in enumerate(views):
            view.SetSliceOffset(3.0 + number)
            width, height, depth = view.GetFieldOfView()
            view.SetFieldOfView(_WIDTH_MM, _WIDTH_MM * height / width, depth)
        reopenScene()
        self.assertIsNotNone(self.parameterNode.ct)
        self.assertEqual(self.ui["CasePanel"].ctSelector.currentNode(), self.parameterNode.ct)
        views = slicer.util.getNodesByClass("vtkMRMLSliceNode")[:3]
        self.assertEqual([view.GetSliceOffset() for view in views], [3.0, 4.0, 5.0])
        for view in views:
            # a view that is shaped a little differently keeps the height
            self.assertAlmostEqual(view.GetFieldOfView()[0], _WIDTH_MM, delta=0.5)

    def test_entering_the_module_again_leaves_the_views_alone(self):
        self.makeCase()
        view = slicer.util.getNodesByClass("vtkMRMLSliceNode")[0]
        view.SetSliceOffset(7.0)
        self.widget.exit()
        self.widget.enter()
        self.assertEqual(view.GetSliceOffset(), 7.0)

    def test_the_scene_can_be_closed_again_and_again_in_each_layout(self):
        layout = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLLayoutNode")
        before = layout.GetViewArrangement()
        for name in LAYOUTS:
            layout.SetViewArrangement(getattr(layout, name))
            for _time in range(_CLOSED):
                self.makeCase()
                self.mainPanel._editor.edit("Tumor")
                slicer.mrmlScene.Clear(0)
                slicer.app.processEvents()
            self.assertIsNone(self.parameterNode.ct)
        layout.SetViewArrangement(before)

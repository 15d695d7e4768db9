"""Pictures of the panel in every state, and of the views: for the eye, and checked for the worst.

They go to the folder that PAROTID_CLASSIFIER_PICTURES names, else to a temporary one. The views are
pictured outside of Slicer only: there, they are rendered by Slicer's own displayable managers.
"""

import json
import os
from pathlib import Path

import numpy as np
import slicer
from MadeResults import (
    FINISHED_AT,
    inDomain,
    madeFeatures,
    madePrediction,
    madeSecondOpinion,
    madeStability,
    withAnswers,
    withoutRefits,
)
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierLib.Scene import Images
from ParotidClassifierLib.Scene.SampleCases import SAMPLE_CASES
from ShownSample import SECONDS_FOR_A_RESULT, ShownSample
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import folderFor, letPass, waitFor

try:
    from SlicerStandIn.layout_picture import panel_beside_views
    from SlicerStandIn.views import Aim, slice_pixels
except ImportError:
    panel_beside_views = None

PANEL_SIZE = (460, 540)  # as on a screen of 1366 × 768
ALL_HEIGHT = 1500  # of everything that can be opened in a step
VIEW_SIZE = (340, 300)
VIEW_WIDTH_MM = 110.0
MALIGNANT = SAMPLE_CASES[1].name
_NOTHING_TO_COMPARE = (
    "Nothing to compare: this case is unlike the training cases of simulated-demo."
)


class PicturesTest(ShownSample, ScriptedLoadableModuleTest):
    """One walk through the tutorial, a picture at each step."""

    def setUp(self):
        super().setUp()
        self.folder = Path(os.environ.get("PAROTID_CLASSIFIER_PICTURES") or folderFor(self))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.place = None  # RAS of the middle of the views; None for that of the tumour

    def picture(self, name, height=PANEL_SIZE[1]):
        """Write a picture of the panel, and one of it beside the views if there are any."""
        shown = self.widget.parent
        shown.show()
        shown.resize(PANEL_SIZE[0], height)
        letPass(0.1)
        self.assertEqual(shown.width, PANEL_SIZE[0], f"{name} is wider than the panel")
        path = self.folder / f"{name}.png"
        if panel_beside_views is not None and height == PANEL_SIZE[1]:
            panel_beside_views(path, shown, self.aim(), VIEW_SIZE)
        else:
            self.assertTrue(shown.grab().save(str(path)))
        self.assertGreater(path.stat().st_size, 4000)

    def aim(self):
        if self.place is not None:
            return Aim(self.place, VIEW_WIDTH_MM / 2)
        drawn = self.logic.ringFollower.drawn
        if drawn is None:
            return Aim()
        middle = (
            np.array(self.lattice.geometry(drawn.box).origin) + (np.array(drawn.box.size) - 1) / 2
        )
        return Aim(tuple((middle * (-1, -1, 1)).tolist()), VIEW_WIDTH_MM)

    def colours(self, view):
        """Return how many pixels of a view show the tumour's red and the ring's blue."""
        pixels = slice_pixels(view, VIEW_SIZE, self.aim()).astype(int)
        red, _green, blue = np.moveaxis(pixels, -1, 0)
        return int((red - blue > 60).sum()), int((blue - red > 60).sum())

    def test_a_walk_through_the_panel(self):
        self.picture("1-empty")
        self.mainPanel.samples.load(MALIGNANT)
        self.parameterNode.segmentation.CreateClosedSurfaceRepresentation()
        self.picture("2-findings")
        self.mainPanel.steps.choose("CT")
        self.panels["CasePanel"].onFindingsLink("passed")
        self.picture("3-ct")
        self.mainPanel.steps.choose("Tumour")
        self.picture("4-tumour")
        self.theViewsShowTumourAndRing()
        self.refined()
        self.mainPanel.steps.choose("Findings")
        self.panels["ClinicalPanel"].ui.takeSampleButton.click()
        self.picture("6-ready")
        self.classified()
        self.picture("8-result")
        self.stable()
        self.picture("9-result-all", ALL_HEIGHT)
        self.lookedAt()
        self.parameterNode.ringWidthMm = "3.0"
        self.picture("12-out-of-date")
        self.panels["AdvancedPanel"].ui.advancedCollapsibleButton.collapsed = False
        self.panels["AdvancedPanel"].ui.optionalGroupBox.collapsed = False
        self.picture("13-advanced", ALL_HEIGHT)

    def test_who_draws_sees_tools_and_questions(self):
        ct, _outline = self.load(SAMPLE_CASES[1])
        self.parameterNode.ct = ct
        self.start()
        self.picture("14-draw")
        self.makeTumor()
        self.picture("15-drawn")
        self.ui["TumorPanel"].allToolsButton.click()
        self.picture("16-all-tools", ALL_HEIGHT)

    def makeTumor(self):
        """Put an outline where the brush would."""
        outline = slicer.util.getNode("Simulated outline*")
        self.logic.adoptOutline(self.parameterNode, outline, "Tumor")
        letPass(0.3)

    def test_what_the_result_can_say_of_a_case(self):
        """Picture made results: the three answers; a case inside, at the edge, and outside."""
        self.ready()
        self.parameterNode.segmentation.CreateClosedSurfaceRepresentation()
        made, unsure = withAnswers(madePrediction()), withAnswers(madePrediction(probability=0.33))
        outside = inDomain(made, DomainStatus.OUTSIDE)
        self.show("result-malignant", made, stability=madeStability(made))
        self.show("result-benign", withAnswers(madePrediction(probability=0.06)))
        stability = madeStability(unsure)
        self.show("result-indeterminate", unsure, stability={**stability, "outside": 1})
        self.show("result-borderline", inDomain(made, DomainStatus.BORDERLINE))
        opinion = {"secondOpinion": madeSecondOpinion(agreement=_NOTHING_TO_COMPARE)}
        self.show("result-outside", outside, stability=madeStability(made), **opinion)
        self.panels["ResultPanel"].ui.outsideGroupBox.collapsed = False
        self.picture("result-outside-asked", ALL_HEIGHT)
        self.show("result-earlier-bundle", withoutRefits(madePrediction()))
        self.show("result-unknown-findings", withAnswers(madePrediction(clinical=False)))

    def show(self, name, prediction, **more):
        """Picture a made result of the case as it is shown."""
        self.parameterNode.result = json.dumps(
            {
                "prediction": prediction,
                "features": madeFeatures(),
                "fingerprint": self.logic.classification._fingerprint.of(self.parameterNode),
                "finishedAt": FINISHED_AT,
                **more,
            }
        )
        self.openAll()
        self.picture(name, ALL_HEIGHT)

    def theViewsShowTumourAndRing(self):
        if panel_beside_views is None:
            return
        for view in ("Red", "Yellow", "Green"):
            tumour, ring = self.colours(view)
            self.assertGreater(tumour, 500, view)
            self.assertGreater(ring, 200, view)

    def refined(self):
        """Erase the front half of the ring, as with the eraser."""
        panel = self.panels["RingPanel"]
        panel.ui.ringCollapsibleButton.collapsed = False
        panel.ui.refineButton.checked = True
        ring = self.read("External2")
        left = ring.mask.copy()
        left[:, : left.shape[1] // 2] = False
        self.write("External2", left, ring.box)
        self.assertTrue(self.logic.ringFollower.isRefined)
        self.picture("5-refine")
        panel.ui.refineButton.checked = False
        panel.ui.ringCollapsibleButton.collapsed = True
        self.logic.ringFollower.dropRefinement()

    def classified(self):
        panel = self.panels["ClassifyPanel"]
        panel.ui.runButton.click()
        waitFor(lambda: panel.ui.progressBar.value > 0, SECONDS_FOR_A_RESULT, "progress")
        self.picture("7-running")
        self.wait()
        self.assertIsNotNone(self.logic.results.read(self.parameterNode))

    def stable(self):
        """Wait until it is known how stable the answer is, and open everything."""
        ui = self.panels["ResultPanel"].ui
        self.openAll()
        waitFor(lambda: not ui.stabilityHolder.isHidden(), SECONDS_FOR_A_RESULT, "the stability")

    def openAll(self):
        """Open the groups of the result."""
        self.mainPanel.steps.choose("Result")
        ui = self.panels["ResultPanel"].ui
        for name in ("rely", "why", "saliency", "secondOpinion", "models", "texture"):
            getattr(ui, f"{name}GroupBox").collapsed = False

    def lookedAt(self):
        """Lay over the CT where the network looked, pictured through its strongest place."""
        panel = self.panels["ResultPanel"]
        panel.ui.saliencyButton.click()
        waitFor(lambda: panel.ui.saliencyButton.enabled, SECONDS_FOR_A_RESULT, "the map")
        node = panel.saliency.layer.nodeOf(self.logic.results.read(self.parameterNode))
        values = slicer.util.arrayFromVolume(node)
        index = np.unravel_index(values.argmax(), values.shape)[::-1]
        self.place = tuple((Images.ijkToRas(node) @ [*index, 1.0])[:3].tolist())
        self.theViewsShowTheMap()
        self.picture("11-network")
        panel.ui.saliencyButton.click()
        self.place = None

    def theViewsShowTheMap(self):
        if panel_beside_views is None:
            return
        for view in ("Red", "Yellow", "Green"):
            pixels = slice_pixels(view, VIEW_SIZE, self.aim()).astype(int)
            red, green, blue = np.moveaxis(pixels, -1, 0)
            isYellow = (green - blue > 40) & (red - blue > 20)
            self.assertGreater(int(isYellow.sum()), 30, view)

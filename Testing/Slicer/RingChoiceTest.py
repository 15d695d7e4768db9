"""Self tests of whose ring it is: the bundle's own, but for what the user changed."""

from unittest.mock import patch

from MadeBundle import bundleWithRing
from ParotidClassifierCore.bundle.shipped import default_bundle
from ShownModule import ShownModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import AFTER_AN_EDIT, folderFor, letPass

NAMES = ("ringWidthMm", "ringLowerHu", "ringUpperHu")


class RingChoiceTest(ShownModule, ScriptedLoadableModuleTest):
    """Another bundle may be trained with another ring."""

    def setUp(self):
        super().setUp()
        self.folder = folderFor(self)
        self.bundle = bundleWithRing(self.folder, 3.0)
        self.shown = self.ui["RingPanel"]

    def use(self, bundle):
        self.panels["AdvancedPanel"].useBundle(str(bundle))
        letPass(AFTER_AN_EDIT)

    def store(self, *values):
        """Let the scene hold settings, as earlier versions stored all of them."""
        for name, value in zip(NAMES, values, strict=True):
            self.parameterNode.parameterNode.SetParameter(name, value)
        letPass(AFTER_AN_EDIT)

    @property
    def stored(self):
        return [self.parameterNode.getValue(name) for name in NAMES]

    @property
    def drawnMm(self):
        return self.follower.drawn.protocol.rings[0].ring.width_mm

    @property
    def differs(self):
        label = self.shown.otherRingLabel
        return "" if label.isHidden() else label.text

    def requested(self, ask, *arguments):
        """Return what the background process is asked for."""
        asked = []
        worker = self.logic.classification._worker
        with patch.object(worker, "request", lambda request, *_: asked.append(request)):
            ask(self.parameterNode, *arguments, *[None] * 3)
        return asked[0]

    # Of the bundle

    def test_it_is_drawn_as_the_bundle_was_trained_and_nothing_is_stored(self):
        self.makeCase()
        self.assertEqual(self.drawnMm, 2.0)
        self.use(self.bundle)
        self.assertEqual((self.drawnMm, self.shown.widthSlider.value), (3.0, 3.0))
        self.assertEqual(self.stored, ["", "", ""])
        self.assertEqual(self.differs, "")
        self.use(default_bundle())
        self.assertEqual((self.drawnMm, self.shown.widthSlider.value), (2.0, 2.0))

    def test_the_bundles_own_ring_is_not_asked_for(self):
        self.makeCase()
        self.use(self.bundle)
        self.assertNotIn("ring", self.requested(self.logic.classification.classify))

    def test_features_are_of_the_ring_that_is_shown(self):
        self.use(self.bundle)
        self.classified()
        request = self.requested(self.logic.classification.exportFeatures, "features.csv")
        self.assertEqual((request["bundle"], "ring" in request), (str(self.bundle), False))

    def test_a_width_that_the_slider_rounds_is_not_changed_by_it(self):
        self.use(bundleWithRing(self.folder, 2.25))
        self.makeCase()
        self.mainPanel.refresh()
        self.assertEqual((self.drawnMm, self.stored), (2.25, ["", "", ""]))

    # Of the user

    def test_what_the_user_changed_stays_under_another_bundle_and_is_told(self):
        self.makeCase()
        self.shown.widthSlider.value = 4.0
        self.assertEqual(self.stored, ["4.0", "", ""])
        self.use(self.bundle)
        self.assertEqual(self.drawnMm, 4.0)
        self.assertIn("trained with a ring of 3 mm", self.differs)
        self.assertIn("this ring has 4 mm", self.differs)
        ring = self.requested(self.logic.classification.classify)["ring"]
        self.assertEqual(ring, {"width_mm": 4.0, "hu_range": [-200.0, 400.0]})

    def test_what_is_set_back_is_not_stored(self):
        self.makeCase()
        self.shown.lowerSpinBox.value = -100.0
        self.assertEqual(self.stored, ["", "-100.0", ""])
        self.shown.lowerSpinBox.value = -200.0
        self.assertEqual(self.stored, ["", "", ""])
        self.assertFalse(self.shown.bundleRingButton.enabled)

    def test_one_button_goes_back_to_the_bundles_ring(self):
        self.makeCase()
        self.use(self.bundle)
        self.shown.widthSlider.value = 4.0
        self.shown.upperSpinBox.value = 300.0
        self.shown.bundleRingButton.click()
        letPass(AFTER_AN_EDIT)
        self.assertEqual((self.drawnMm, self.stored), (3.0, ["", "", ""]))
        self.assertEqual(
            (self.shown.widthSlider.value, self.shown.upperSpinBox.value), (3.0, 400.0)
        )

    # Of the scene

    def test_a_scene_of_an_earlier_version_keeps_its_ring(self):
        self.makeCase()
        self.store("2.0", "-200.0", "400.0")
        self.assertEqual((self.drawnMm, self.differs), (2.0, ""))
        self.assertNotIn("ring", self.requested(self.logic.classification.classify))
        self.use(self.bundle)
        self.assertEqual(self.drawnMm, 2.0)
        self.assertIn("this ring has 2 mm", self.differs)
        self.assertEqual(
            self.requested(self.logic.classification.classify)["ring"]["width_mm"], 2.0
        )
        self.shown.bundleRingButton.click()
        letPass(AFTER_AN_EDIT)
        self.assertEqual(self.drawnMm, 3.0)

    def test_settings_that_are_none_are_told_and_can_be_left(self):
        self.makeCase()
        for width, told in (
            ("abc", "cannot be read"),
            ("nan", "cannot be read"),
            ("1e999", "cannot be read"),
            ("50", "width of 50 mm is not between"),
            ("-1", "is not between"),
        ):
            self.store(width, "", "")
            self.assertIn(told, self.differs)
            self.assertIn(told, self.shown.ringStatusLabel.text)
            self.assertFalse(self.canRun)
            self.shown.bundleRingButton.click()
            letPass(AFTER_AN_EDIT)
            self.assertTrue(self.canRun)
            self.assertEqual(self.drawnMm, 2.0)

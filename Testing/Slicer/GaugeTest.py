"""Self tests of the drawing of a probability: its dot, band and marks, as pixels."""

from ParotidClassifierCore.models.probabilities import ModelResult
from ParotidClassifierLib.Drawing.ProbabilityDrawings import ProbabilityGauge
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

WIDTH = 400
MADE = ModelResult("Combined", 0.8, threshold=0.3, call="malignant", interval=(0.6, 0.95))


class GaugeTest(ScriptedLoadableModuleTest):
    """The user sees at a glance where a probability lies, and how sure it is."""

    def colours(self, model, isCompact=False):
        """Return the colours of the row in the middle of the scale, from 0 to 100 %."""
        gauge = ProbabilityGauge(isCompact=isCompact)
        gauge.setModel(model)
        gauge.resize(WIDTH, gauge.height)
        self.gauge = gauge
        image = gauge.grab().toImage()
        row = image.height() // 2
        scale = image.width() / WIDTH
        return [image.pixelColor(int(x * scale), row).name() for x in range(WIDTH)]

    def at(self, colours, probability):
        return colours[min(round(probability * WIDTH), WIDTH - 1)]

    def test_a_dot_stands_in_a_band_and_nothing_is_filled_up_to_it(self):
        colours = self.colours(MADE)
        dot, band = self.gauge.outcomeColor("malignant"), self.gauge.bandColor("malignant")
        self.assertEqual(self.at(colours, 0.8), dot.name())
        for inside in (0.65, 0.9):
            self.assertEqual(self.at(colours, inside), band.name())
        for outside in (0.05, 0.5, 0.99):
            self.assertNotIn(self.at(colours, outside), (band.name(), dot.name()))
        self.assertEqual(self.at(colours, 0.3), self.gauge.textColor().name())

    def test_without_an_interval_there_is_no_band(self):
        colours = self.colours(ModelResult("Combined", 0.8, threshold=0.3, call="malignant"))
        self.assertNotIn(self.gauge.bandColor("malignant").name(), colours)
        self.assertIn(self.gauge.outcomeColor("malignant").name(), colours)

    def test_at_the_ends_the_dot_is_whole(self):
        for probability in (0.0, 1.0):
            model = ModelResult("Combined", probability, threshold=0.3, call="malignant")
            colours = self.colours(model)
            self.assertGreaterEqual(colours.count(self.gauge.outcomeColor("malignant").name()), 8)

    def test_in_the_foot_of_the_panel_it_is_low_and_shows_the_same(self):
        colours = self.colours(MADE, isCompact=True)
        self.assertEqual(self.gauge.height, 14)
        self.assertEqual(self.at(colours, 0.8), self.gauge.outcomeColor("malignant").name())
        self.assertEqual(self.at(colours, 0.65), self.gauge.bandColor("malignant").name())
        self.assertEqual(self.at(colours, 0.3), self.gauge.textColor().name())
        self.assertIn("threshold 30 %", self.gauge.accessibleDescription)

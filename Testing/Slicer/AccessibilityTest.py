"""Self tests of what those need who use the panel with a screen reader or without a mouse."""

import json
import re
from itertools import pairwise
from types import SimpleNamespace

import qt
from MadeResults import madePrediction, madeStability, withoutRefits
from ParotidClassifierLib.Drawing.ColorBar import ColorBar
from ParotidClassifierLib.Drawing.Drawing import Drawing
from ShownModule import ShownModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import letPass

_SECTIONS = ("ctkCollapsibleButton", "ctkCollapsibleGroupBox")
_EDITOR = "qMRMLSegmentEditorWidget"  # Slicer's own inside, with names and an order of its own
_BY_TAB = (qt.Qt.TabFocus, qt.Qt.StrongFocus, qt.Qt.WheelFocus)
_WORD = re.compile(r"[^\W\d_]{2,}")
_TAG = re.compile(r"<[^>]*>|&\w+;")


class AccessibilityTest(ShownModule, ScriptedLoadableModuleTest):
    """Everything has a name, Tab goes as the eye does, and drawings say their numbers."""

    def setUp(self):
        ShownModule.setUp(self)
        self.top = self.mainPanel.widget

    def openAll(self):
        """Show a case with its result, and what can be asked for asked."""
        self.classified()
        stored = json.loads(self.parameterNode.result)
        stored["stability"] = madeStability(stored["prediction"])
        self.parameterNode.result = json.dumps(stored)
        self.ui["ClinicalPanel"].measureButton.click()

    def eachStep(self):
        """Open one step after the other, with everything that can be opened in it."""
        steps = {step.objectName for step in self.steps}
        for step in self.steps:
            step.collapsed = False
            for section in self.widgets():
                if section.className() in _SECTIONS and section.objectName not in steps:
                    section.collapsed = False
            self.layOut()
            yield step

    @property
    def steps(self):
        names = ("CasePanel", "TumorPanel", "ClinicalPanel", "ResultPanel")
        panels = (self.panels[name].widget for name in names)
        return [panel.findChildren("ctkCollapsibleButton")[0] for panel in panels]

    def layOut(self):
        """Make the panel so high that nothing has to be scrolled."""
        self.widget.parent.show()
        for _settles in range(6):
            inside = self.mainPanel.ui.panelsContainer.sizeHint.height()
            self.widget.parent.resize(500, self.widget.parent.sizeHint.height() + inside)
            letPass(0.05)

    def widgets(self, inside=None):
        """Return all widgets of the panel but those inside the segment editor."""
        found = []
        for child in (inside or self.top).children():
            if child.inherits("QWidget"):
                isTheirs = child.className() == _EDITOR
                found += [child, *([] if isTheirs else self.widgets(child))]
        return found

    # Names

    def nameless(self):
        """Return what can be reached and does not say what it is."""
        reachable = [w for w in self.widgets() if w.isVisibleTo(self.top) and takesTab(w)]
        self.assertGreater(len(reachable), 10)
        buddies = [label.buddy() for label in self.widgets() if label.inherits("QLabel")]
        keepers = [widget.focusProxy() or widget for widget in reachable]
        return [
            f"{w.className()} {w.objectName} in {w.parentWidget().objectName}"
            for w in keepers
            if not saysSomething(w) and not any(w == buddy for buddy in buddies if buddy)
        ]

    def test_everything_that_can_be_reached_has_a_name_before_there_is_a_case(self):
        self.layOut()
        self.assertEqual(self.nameless(), [])

    def test_everything_that_can_be_reached_has_a_name_once_there_is_a_result(self):
        self.openAll()
        for _step in self.eachStep():
            self.assertEqual(self.nameless(), [])

    def test_an_answer_is_read_with_its_question(self):
        buttons = {w.objectName: w.accessibleName for w in self.top.findChildren("QRadioButton")}
        self.assertEqual(buttons["symptomsWithButton"], "Symptoms: Yes")
        self.assertEqual(buttons["marginUnclearButton"], "Tumour margin: Ill defined")
        self.assertEqual(buttons["lymphNodesUnknownButton"], "Enlarged lymph nodes: Unknown")

    def test_what_is_taken_is_read_with_the_button(self):
        self.openAll()
        button = self.panels["ClinicalPanel"].offers.takeButtons["max_diameter_cm"]
        self.assertRegex(button.accessibleName, r"^Take: Maximum diameter: \d\.\d cm$")
        button.click()
        self.assertRegex(button.accessibleName, r"^Taken: Maximum diameter")

    def test_no_label_is_a_mark_alone(self):
        self.openAll()
        for _step in self.eachStep():
            self.assertEqual(self.marks(), [])

    def marks(self):
        labels = [w for w in self.widgets() if w.inherits("QLabel") and w.isVisibleTo(self.top)]
        shown = [(label, _TAG.sub(" ", label.text).strip()) for label in labels]
        return [
            text
            for label, text in shown
            if text and not re.search(r"\w", text) and not label.accessibleName
        ]

    # Tab

    def stops(self):
        """Return where Tab stops in the panel, one after the other; the editor is one stop."""
        editor = self.mainPanel._editor.widget
        found, widget = [], self.top.nextInFocusChain()
        while widget != self.top:
            isInside = self.top.isAncestorOf(widget) and not self.isFolded(widget)
            if isInside and isStop(widget) and widget.isVisibleTo(self.top):
                stop = editor if editor.isAncestorOf(widget) else widget
                if not found or found[-1] != stop:
                    found.append(stop)
            widget = widget.nextInFocusChain()
        self.assertGreater(len(found), 10)
        return found

    def isFolded(self, widget):
        """Whether a step hides it, which the stand-in forgets where code shows it meanwhile."""
        return any(step.collapsed and step.isAncestorOf(widget) for step in self.steps)

    def assertTabGoesAsTheEyeDoes(self):
        stops = self.stops()
        places = [self.place(stop) for stop in stops]
        for before, after in pairwise(places):
            isBelow = after.top >= before.bottom
            isBeside = after.bottom > before.top and after.left >= before.left
            self.assertTrue(isBelow or isBeside, f"{before.name} → {after.name}")

    def place(self, widget):
        corner = widget.mapTo(self.top, qt.QPoint(0, 0))
        isHead = widget.className() in _SECTIONS
        height = 1 if isHead else widget.height
        name = widget.objectName or widget.accessibleName or widget.parentWidget().objectName
        return SimpleNamespace(
            left=corner.x(), top=corner.y(), bottom=corner.y() + height, name=name
        )

    def test_tab_goes_down_the_panel_before_there_is_a_case(self):
        self.layOut()
        self.assertTabGoesAsTheEyeDoes()

    def test_tab_goes_down_the_panel_and_through_what_was_measured(self):
        self.openAll()
        for _step in self.eachStep():
            self.assertTabGoesAsTheEyeDoes()

    def test_tab_follows_the_editor_to_the_ring_and_back(self):
        self.openAll()
        self.mainPanel.steps.choose("Tumour")
        self.ui["RingPanel"].ringCollapsibleButton.collapsed = False
        for _thereAndBack in range(2):
            self.ui["RingPanel"].refineButton.click()
            self.layOut()
            self.assertIn(self.mainPanel._editor.widget, self.stops())
            self.assertTabGoesAsTheEyeDoes()

    def test_links_are_reached_without_a_mouse(self):
        self.assertTrue(isStop(self.ui["CasePanel"].firstStepLabel))
        self.assertTrue(isStop(self.ui["CasePanel"].findingsLabel))

    # Drawings

    def drawings(self):
        panel = self.panels["ResultPanel"]
        drawings = (
            panel.gauge,
            panel.training.drawing,
            panel.stability.dots,
            panel.whyChart,
            panel.textureChart,
            self.panels["ClassifyPanel"].gauge,
        )
        shown = [w for w in self.widgets() if isinstance(w, Drawing) and w.isVisibleTo(self.top)]
        self.assertEqual(shown, list(drawings))
        for drawing in drawings:
            self.assertRegex(drawing.accessibleName, _WORD)
        return [drawing.accessibleDescription for drawing in drawings]

    def test_drawings_say_their_numbers(self):
        self.openAll()
        for _step in self.eachStep():  # the last is that of the result
            pass
        gauge, training, dots, why, texture, small = self.drawings()
        self.assertEqual(small, gauge)
        for text in ("82 %", "95 % interval 70–86 %", "threshold 31 %"):
            self.assertIn(text, gauge)
        for text in ("this case 82 %", "threshold 31 %", "83 malignant", "166 benign", "median"):
            self.assertIn(text, training)
        for text in ("20 ", "your outline 82 %", "threshold 31 %"):
            self.assertIn(text, dots)
        self.assertIn(": +1.20", why)
        self.assertIn("No enlarged lymph nodes: \N{MINUS SIGN}0.31", why)
        self.assertIn("5 smaller ones together: ", texture)

    def test_drawings_that_are_shown_anew_say_the_new_numbers(self):
        self.openAll()
        stored = json.loads(self.parameterNode.result)
        prediction = withoutRefits(madePrediction(probability=0.12))
        self.parameterNode.result = json.dumps({**stored, "prediction": prediction})
        panel = self.panels["ResultPanel"]
        self.assertIn("12 %", panel.gauge.accessibleDescription)
        self.assertNotIn("interval", panel.gauge.accessibleDescription)
        self.assertNotIn("82 %", panel.gauge.accessibleDescription)
        self.assertEqual(panel.whyChart.accessibleDescription.count(";"), 3)

    def test_the_legend_of_the_map_says_what_its_colours_mean(self):
        bar = ColorBar()
        bar.setColors(None, 0.15)
        self.assertIn("15 %", bar.accessibleDescription)
        self.assertRegex(bar.accessibleName, _WORD)


def takesTab(widget):
    return widget.focusPolicy in _BY_TAB


def isStop(widget):
    return takesTab(widget) and widget.focusProxy() is None


def saysSomething(widget):
    """Whether a widget has a name in words, of its own or by what is written on it."""
    isWritten = any(widget.inherits(name) for name in ("QAbstractButton", "QLabel"))
    texts = [widget.accessibleName, widget.text if isWritten else "", widget.property("title")]
    return any(_WORD.search(_TAG.sub(" ", text or "")) for text in texts)

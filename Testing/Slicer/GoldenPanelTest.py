"""Self test: every text of the panel, along one walk through it, is as the golden files say.

Widgets are found by their names and driven as by a user, whatever code is behind them. In the
application it is skipped. With PAROTID_CLASSIFIER_GOLDEN=write the files are written anew.
"""

import difflib
import os
import re
import tempfile
from html import unescape
from pathlib import Path
from unittest.mock import patch

import numpy as np
import qt
import SampleData
import slicer
from ParotidClassifierLib.Background.Additions import Additions
from slicer import i18n
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from vtk.util.numpy_support import vtk_to_numpy
from Waiting import letPass, waitFor

FOLDER = Path(__file__).resolve().parents[1] / "Golden" / "panel"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
REPLACED = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "DATE"),
    (r"(?<=Saved to )\S.*", "PATH"),
)
TAG = re.compile(r"</?[a-z][^<>]*>")
SECTIONS = ("ctkCollapsibleButton", "ctkCollapsibleGroupBox")
STEPS = {
    "Ct": "caseCollapsibleButton",
    "Tumor": "tumorCollapsibleButton",
    "Findings": "clinicalCollapsibleButton",
    "Result": "resultCollapsibleButton",
}
EDITOR = "qMRMLSegmentEditorWidget"
THEIRS = ("qMRML", "ctk", "QComboBox", "QSpinBox", "QDoubleSpinBox")  # what is in them is not ours


class GoldenPanelTest(ScriptedLoadableModuleTest):
    """A sample case goes through all that the panel can show of it."""

    def setUp(self):
        if not hasattr(i18n, "language"):
            self.skipTest("the golden files are the stand-in's")
        # What else is installed here is not told.
        added = patch.object(Additions, "isThere", return_value=False)
        added.start()
        self.addCleanup(added.stop)
        widget = slicer.util.getModuleWidget("ParotidClassifier")
        self.panel = widget.parent
        widget.enter()
        self.addCleanup(widget.exit)

    def test_every_text_is_as_it_was(self):
        seen = {f"{number:02}-{name}": self.lines() for number, name in enumerate(self.walk(), 1)}
        if os.environ.get("PAROTID_CLASSIFIER_GOLDEN") == "write":
            write(seen)
        golden = {p.stem: p.read_text(encoding="utf-8").splitlines() for p in FOLDER.glob("*.txt")}
        self.assertEqual(sorted(seen), sorted(golden))
        found = [difference(name, golden[name], lines) for name, lines in seen.items()]
        self.assertFalse(any(found), "\n".join(filter(None, found)))

    def walk(self):
        """Do what a user does; yield the name of a state when it is to be looked at."""
        from SlicerStandIn.dialogs import dialogs

        yield "opened"
        for kind in SECTIONS:
            for section in self.panel.findChildren(kind):
                section.collapsed = False
        source = SampleData.SampleDataLogic().sourceForSampleName("SimulatedParotidMalignant")
        ct, outline = source.customDownloader(source)
        slicer.util.findChild(self.panel, "ctSelector").setCurrentNode(ct)
        yield "ct"
        slicer.util.findChild(self.panel, "outlineSelector").setCurrentNode(outline)
        self.click("adoptButton")
        yield "tumour"
        self.panel.findChildren("QLabel", "findingsLabel")[0].linkActivated("passed")
        self.click("takeSampleButton")
        self.click("measureButton")
        yield "clinical"
        self.click("runButton")
        yield "classified"
        for name in ("saliency", "secondOpinion"):
            self.click(f"{name}Button")
            yield name
        with tempfile.TemporaryDirectory() as folder:
            scene = str(Path(folder) / "case.mrb")
            self.assertTrue(slicer.util.saveScene(scene))
            slicer.mrmlScene.Clear(0)
            slicer.util.loadScene(scene)
            dialogs.answer(str(Path(folder) / "prediction.json"))
            slicer.util.findChild(self.panel, "predictionAction").trigger()
            letPass(0.3)
        yield "reopened"
        self.eraseHalfOf("Tumor", axis=1)
        slicer.util.findChild(self.panel, "widthSlider").value = 3.0
        yield "edited"
        self.click("bundleRingButton")
        self.click("refineButton")
        self.eraseHalfOf("External2", axis=0)
        yield "refining"
        self.click("refineButton")
        self.click("runButton")
        yield "refined"
        for question in ("symptoms", "margin", "lymphNodes"):
            self.click(f"{question}UnknownButton")
        self.click("runButton")
        yield "unknown"
        self.click("takeSampleButton")
        box = slicer.util.findChild(self.panel, "bundleComboBox")
        box.currentIndex = next(i for i in range(box.count) if "published" in box.itemText(i))
        box.activated(box.currentIndex)
        self.click("runButton")
        yield "published"

    def click(self, name):
        """Press a button, and wait while the panel shows progress, or tries other outlines."""
        button = slicer.util.findChild(self.panel, name)
        self.assertTrue(button.enabled, name)
        button.click()
        waitFor(self.isAtRest, seconds=300, what=name)
        letPass(0.3)

    def isAtRest(self):
        trying = slicer.util.findChild(self.panel, "stabilityStatusLabel")
        busy = [*self.panel.findChildren("QProgressBar"), trying]
        return not any(widget.isVisibleTo(self.panel) for widget in busy)

    def eraseHalfOf(self, name, axis):
        """Erase in one stroke half of the region in which the case is edited."""
        (editor,) = self.panel.findChildren(EDITOR)
        editor.setCurrentSegmentID(name)
        logic = slicer.vtkSlicerSegmentEditorLogic()
        logic.SetSegmentEditorNode(editor.mrmlSegmentEditorNode())
        logic.ResetModifierLabelmapToDefault()
        stroke = logic.GetModifierLabelmap()
        values = vtk_to_numpy(stroke.GetPointData().GetScalars())
        values = values.reshape(stroke.GetDimensions()[::-1]).swapaxes(0, axis)
        values[: len(values) // 2] = 1
        mode = logic.ModificationModeRemove
        logic.ModifySegmentByLabelmap(editor.segmentationNode(), name, stroke, mode, True, False)
        logic.SetSegmentEditorNode(None)
        letPass(0.3)

    def lines(self):
        """Return what is to be read in the panel as it stands, in each step, and in the views."""
        read_ = [*read(self.panel, self.panel, 0)]
        for step, section in STEPS.items():
            slicer.util.findChild(self.panel, f"rail{step}Button").click()
            read_ += read(slicer.util.findChild(self.panel, section), self.panel, 0)
        text = "\n".join(line.rstrip() for line in (*read_, *viewed()))
        for pattern, name in REPLACED:
            text = re.sub(pattern, name, text)
        return text.splitlines()


def read(widget, panel, depth):
    """Yield line by line what a widget says, and what those within it say."""
    kind, states = widget.className(), statesOf(widget)
    lines = [words(widget, name) for name in ("title", "text", "placeholderText")]
    first, *more = "\n".join([*filter(None, lines), *itemsOf(widget)]).split("\n")
    for name in ("toolTip", "accessibleName", "accessibleDescription"):
        more += [f"{name}: {words(widget, name)}"] if widget.property(name) else []
    if first or more or states:
        yield f"{'  ' * depth}{widget.objectName or '-'} {kind}{states}: {first}"
    yield from (f"{'  ' * depth}      {line}" for line in "\n".join(more).split("\n") if more)
    if kind in ("qMRMLWidget", *SECTIONS) or not kind.startswith(THEIRS):
        for child in widget.children():
            if child.inherits("QWidget") and child.isVisibleTo(panel):
                yield from read(child, panel, depth + (kind in SECTIONS))


def words(widget, name):
    """Return a text without its tags: a line for each paragraph and row, a bar between cells."""
    text = widget.property(name) or ""
    isPlain = name == "text" and widget.property("textFormat") == qt.Qt.PlainText
    if isPlain or not TAG.search(text):
        return text
    text = re.sub("</td>(?=<td)", " | ", re.sub(r"</tr>|</p>|</li>|<br\s*/?>", "\n", text))
    return re.sub(r"[ \xa0]+", " ", unescape(TAG.sub("", text))).strip("\n")


def statesOf(widget):
    isButton = widget.inherits("QAbstractButton")  # what else is grey with its section says nothing
    isOn = widget.enabled if isButton else widget.isEnabledTo(widget.parentWidget())
    states = [] if isOn else ["disabled"]
    names = ("value", "minimum", "maximum", "suffix")
    for name in ("checked", *names) if widget.property("checkable") else names:
        value = widget.property(name)
        states += [] if value in (None, "") else [f"{name} {value}"]
    return f" [{', '.join(states)}]" if states else ""


def itemsOf(widget):
    if widget.inherits("QComboBox"):
        items = [widget.itemText(index) for index in range(widget.count)]
        return [f"{'*' if widget.currentIndex == i else '-'} {one}" for i, one in enumerate(items)]
    if widget.className() == "qMRMLNodeComboBox":
        return [f"* {widget.currentNode() and widget.currentNode().GetName()}"]
    if widget.className() == EDITOR:
        return [f"edits {widget.currentSegmentID()}"]
    hasMenu = widget.inherits("QPushButton") or widget.inherits("QToolButton")
    menu = widget.menu() if hasMenu else None
    return [f"- {action.text}" for action in menu.actions()] if menu else []


def viewed():
    for view in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
        ids = view.GetForegroundVolumeID(), view.GetBackgroundVolumeID()
        names = [one and slicer.mrmlScene.GetNodeByID(one).GetName() for one in ids]
        yield f"view {view.GetLayoutName()}: {names[0]} over {names[1]}"
    for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        segments = node.GetSegmentation()
        names = [segments.GetSegment(one).GetName() for one in segments.GetSegmentIDs()]
        yield f"segments {node.GetName()}: {names}{' shown' * node.GetDisplayVisibility()}"


def write(seen):
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, lines in seen.items():
        (FOLDER / f"{name}.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")


def difference(name, golden, lines):
    """Return what differs as a diff; numbers within 1e-6 of the golden ones do not."""
    if len(golden) == len(lines):
        lines = [old if isAlike(old, new) else new for old, new in zip(golden, lines, strict=True)]
    return "\n".join(difflib.unified_diff(golden, lines, name, "now", n=1, lineterm=""))


def isAlike(old, new):
    if NUMBER.sub("0", old) != NUMBER.sub("0", new):
        return False
    numbers = (np.array(NUMBER.findall(line), float) for line in (old, new))
    return np.allclose(*numbers, rtol=1e-6, atol=0.0)

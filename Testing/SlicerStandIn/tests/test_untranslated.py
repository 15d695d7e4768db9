"""Texts that no translation reached are found wherever a panel shows them."""

import pytest
import qt
from SlicerStandIn.slicer_python.i18n import language, marked, tr
from SlicerStandIn.untranslated import untranslated_texts

FORM = """<ui version="4.0"><widget class="QLabel" name="label"><property name="text">
<string>from the form</string></property><property name="toolTip">
<string notr="true">Not for translation</string></property></widget></ui>"""


@pytest.fixture
def panel():
    widget = qt.QWidget()
    qt.QVBoxLayout(widget)
    return widget


@pytest.fixture
def form(tmp_path):
    path = tmp_path / "Panel.ui"
    path.write_text(FORM)
    return path


def label(text):
    widget = qt.QLabel(text)
    widget.objectName = "shown"
    return widget


def test_translated_texts_pass(panel, form):
    with language(marked):
        panel.layout().addWidget(label(tr("Width: {width} mm").format(width=2.5)))
        panel.layout().addWidget(label("from the form"))
        panel.layout().addWidget(label("3.5 from the form"))
        panel.layout().addWidget(label("CT-1 of A. B."))
        assert untranslated_texts(panel, [form], data=["CT-1 of A. B."]) == []


def test_untranslated_texts_are_found(panel, form):
    box = qt.QComboBox()
    box.addItem("Choice")
    box.toolTip = "Not for translation"
    hidden = label("Plain")
    hidden.visible = False
    for widget in (box, hidden):
        panel.layout().addWidget(widget)
    found = untranslated_texts(panel, [form])
    assert "QLabel shown.text: Plain" in found
    assert "QComboBox .itemText(0): Choice" in found
    assert "QComboBox .toolTip: Not for translation" in found


def test_spoken_texts_are_found(panel):
    shown = label(tr("CT"))
    shown.accessibleName, shown.accessibleDescription = "Image", "Not for translation"
    panel.layout().addWidget(shown)
    found = untranslated_texts(panel, [], data=["CT"])
    assert "QLabel shown.accessibleName: Image" in found
    assert "QLabel shown.accessibleDescription: Not for translation" in found


def test_slicer_s_own_texts_pass(panel):
    import slicer

    selector = slicer.qMRMLNodeComboBox()
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    panel.layout().addWidget(selector)
    assert untranslated_texts(panel, []) == []


def test_table_texts_are_found(panel):
    table = qt.QTableWidget(1, 1)
    table.setHorizontalHeaderLabels(["Column"])
    table.setItem(0, 0, qt.QTableWidgetItem("Cell"))
    panel.layout().addWidget(table)
    found = untranslated_texts(panel, [])
    assert any("column 0: Column" in text for text in found)
    assert any("row 0, column 0: Cell" in text for text in found)

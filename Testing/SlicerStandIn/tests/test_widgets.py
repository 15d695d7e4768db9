"""CTK's widgets behave as in Slicer: values, ranges, signals, sections that open and close."""

import ctk
import pytest
import qt
from PySide6 import QtCore
from SlicerStandIn import api
from SlicerStandIn.dialogs import UnexpectedDialogError, dialogs


@pytest.fixture
def heard():
    """Connect signals of a widget and return what they said, in order."""

    def listen(widget, *signatures):
        said = []
        for signature in signatures:
            name = signature.split("(")[0]
            widget.connect(signature, lambda *values, name=name: said.append((name, *values)))
        return said

    return listen


def test_what_is_empty_null_or_not_valid_is_false_as_in_pythonqt():
    widget = qt.QWidget()
    row = qt.QHBoxLayout(widget)
    menu = qt.QMenu()
    assert not row
    assert row is not None
    assert row != None  # noqa: E711 - only what is gone equals None
    assert not menu
    assert not qt.QIcon()
    row.addWidget(qt.QLabel())
    menu.addAction("One")
    assert row
    assert menu
    assert widget


@pytest.mark.parametrize("name", ["ctkSliderWidget", "ctkRangeWidget", "ctkDoubleSpinBox"])
def test_values_after_construction_are_slicers(name):
    widget = getattr(ctk, name)()
    for declared in api.chain(name):
        for prop, value in declared.defaults.items():
            if prop in declared.properties and isinstance(value, (bool, float, str)):
                assert getattr(widget, prop) == value or prop == "cleanText", prop


def test_a_slider_keeps_its_value_in_range_and_says_so_once(heard):
    slider = ctk.ctkSliderWidget()
    said = heard(slider, "valueChanged(double)")
    slider.minimum = 1
    slider.maximum = 20
    slider.value = 5
    slider.value = 5
    slider.value = 99
    assert said == [("valueChanged", 1.0), ("valueChanged", 5.0), ("valueChanged", 20.0)]


def test_a_slider_rounds_to_its_decimals():
    slider = ctk.ctkSliderWidget()
    slider.decimals = 1
    slider.setValue(2.26)
    assert slider.value == 2.3


def test_the_keyboard_goes_to_the_part_of_a_spin_box_that_is_typed_into():
    box = ctk.ctkDoubleSpinBox()
    assert box.focusProxy() is None
    assert box.focusPolicy == qt.Qt.NoFocus
    assert box.findChild("QDoubleSpinBox").focusPolicy == qt.Qt.WheelFocus


def test_blocked_signals_are_not_heard(heard):
    slider = ctk.ctkSliderWidget()
    said = heard(slider, "valueChanged(double)")
    was = slider.blockSignals(True)
    slider.value = 3
    slider.blockSignals(was)
    assert said == []
    assert slider.value == 3


def test_a_range_pushes_its_other_end_and_says_all_of_it(heard):
    widget = ctk.ctkRangeWidget()
    widget.setRange(-1024, 3071)
    widget.setValues(-200, 400)
    said = heard(
        widget,
        "valuesChanged(double,double)",
        "minimumValueChanged(double)",
        "maximumValueChanged(double)",
    )
    widget.minimumValue = -100
    assert (widget.minimumValue, widget.maximumValue) == (-100.0, 400.0)
    assert said == [("minimumValueChanged", -100.0), ("valuesChanged", -100.0, 400.0)]


def test_values_given_the_wrong_way_round_are_turned():
    widget = ctk.ctkDoubleRangeSlider()
    widget.setValues(30, 10)
    assert (widget.minimumValue, widget.maximumValue) == (10.0, 30.0)


def test_a_closed_section_hides_its_children_and_opens_them_again(heard):
    section = ctk.ctkCollapsibleButton()
    layout = qt.QVBoxLayout(section)
    shown, hidden = qt.QLabel("shown"), qt.QLabel("hidden")
    for label in (shown, hidden):
        layout.addWidget(label)
    hidden.hide()
    section.show()
    said = heard(section, "contentsCollapsed(bool)")
    section.collapsed = True
    assert not shown.visible
    assert not section.checked
    section.collapsed = False
    assert shown.visible
    assert not hidden.visible
    assert said == [("contentsCollapsed", True), ("contentsCollapsed", False)]


def test_a_closed_section_is_lower():
    section = ctk.ctkCollapsibleButton()
    layout = qt.QVBoxLayout(section)
    layout.addWidget(qt.QTextEdit())
    opened = section.sizeHint.height()
    section.collapsed = True
    assert section.sizeHint.height() < opened


def test_a_closed_group_box_hides_its_children():
    box = ctk.ctkCollapsibleGroupBox()
    label = qt.QLabel("text")
    qt.QVBoxLayout(box).addWidget(label)
    box.show()
    box.collapsed = True
    assert not label.visible


def test_a_path_remembers_its_history_in_the_settings(tmp_path):
    field = ctk.ctkPathLineEdit()
    field.settingKey = "ParotidClassifier/Folder"
    field.currentPath = str(tmp_path)
    field.addCurrentPathToHistory()
    again = ctk.ctkPathLineEdit()
    again.settingKey = "ParotidClassifier/Folder"
    again.retrieveHistory()
    assert again.currentPath == str(tmp_path)


def test_a_path_is_browsed_for(heard, tmp_path):
    field = ctk.ctkPathLineEdit()
    field.filters = ctk.ctkPathLineEdit.Dirs
    said = heard(field, "currentPathChanged(QString)")
    dialogs.answer(str(tmp_path))
    field.browse()
    assert dialogs.shown[0].kind == "QFileDialog.getExistingDirectory"
    assert said == [("currentPathChanged", str(tmp_path))]


def test_a_text_browser_is_as_high_as_its_text():
    browser = ctk.ctkFittedTextBrowser()
    browser.resize(300, 20)
    browser.setHtml("one line")
    low = browser.height
    browser.setHtml("<br>".join(["line"] * 10))
    assert browser.height > low


def test_a_button_that_is_pressed_runs_what_is_connected():
    button = ctk.ctkMenuButton()
    menu = qt.QMenu(button)
    pressed = []
    menu.addAction("Export").connect("triggered()", lambda: pressed.append("export"))
    button.setMenu(menu)
    menu.actions()[0].trigger()
    assert pressed == ["export"]


def test_a_message_box_nobody_answers_is_an_error():
    with pytest.raises(UnexpectedDialogError):
        qt.QMessageBox.question(None, "Ring", "Draw it anew?")


def test_a_message_box_is_answered_by_its_button():
    box = qt.QMessageBox()
    box.text = "Draw it anew?"
    box.setStandardButtons(qt.QMessageBox.Yes | qt.QMessageBox.No)
    dialogs.answer(qt.QMessageBox.No)
    assert box.exec_() == qt.QMessageBox.No
    assert dialogs.shown[0].text == "Draw it anew?"


def test_a_dialog_is_worked_by_a_function():
    dialog = qt.QDialog()
    field = qt.QLineEdit(dialog)

    def fill_in(shown):
        assert shown is dialog
        field.text = "S1"
        shown.accept()

    dialogs.answer(fill_in)
    assert dialog.exec_() == qt.QDialog.Accepted
    assert field.text == "S1"


def test_an_address_is_only_noted():
    qt.QDesktopServices.openUrl(qt.QUrl("https://example.org/"))
    assert dialogs.opened_urls == ["https://example.org/"]


def test_a_process_runs_and_says_when_it_is_done():
    process = qt.QProcess()
    loop = qt.QEventLoop()
    ended = []
    process.connect("finished(int,QProcess::ExitStatus)", lambda code, _status: ended.append(code))
    process.connect("finished(int,QProcess::ExitStatus)", lambda *_: loop.quit())
    process.start("/bin/sh", ["-c", "echo done; exit 3"])
    qt.QTimer.singleShot(5000, loop.quit)
    loop.exec_()
    assert ended == [3]
    assert process.readAllStandardOutput().data() == b"done\n"


def test_a_table_keeps_its_items():
    table = qt.QTableWidget(1, 2)
    item = qt.QTableWidgetItem("a")
    item.setFlags(item.flags() & ~qt.Qt.ItemIsEditable)
    table.setItem(0, 0, item)
    assert table.item(0, 0).text() == "a"
    assert table.rowCount == 1
    assert isinstance(table._qt, QtCore.QObject)

"""Texts that a panel shows without their having been translated, in code or in a form.

with i18n.language(i18n.marked):
    widget = application.module_widget("ParotidClassifier")
    assert untranslated_texts(widget.parent, forms) == []
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from PySide6 import QtCore, QtGui, QtWidgets

from .api import ApiObject
from .pythonqt import unwrap
from .slicer_python.i18n import is_marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_CONTAINERS = {
    "ctkCollapsibleButton",
    "ctkCollapsibleGroupBox",
    "qMRMLWidget",
    "qSlicerScriptedLoadableModuleWidget",
    "qSlicerWidget",
}
_GETTERS = ("text", "title", "toolTip", "placeholderText", "toPlainText", "specialValueText")
_GETTERS += ("accessibleName", "accessibleDescription")


def untranslated_texts(widget, forms: Iterable[Path], data: Iterable[str] = ()) -> list[str]:
    """Return the texts of a widget and its children that no translation reached.

    Call it while the marker language is spoken and after the widget was made in it.

    Args:
        widget: hidden children count too, for they may be shown later.
        forms: .ui files, whose texts Qt translates, unless they say notr="true".
        data: texts that are no language, such as names of nodes.

    Returns:
        One line for each: where it stands, and the text.
    """
    known = {text for form in forms for text in _texts_of_form(form)} | set(data)
    return [
        f"{type(child).__name__} {child.objectName()}.{where}: {text}"
        for child in _with_children(unwrap(widget))
        for where, text in _texts_of(child)
        if not is_marked(_without(text, known))
    ]


def _texts_of_form(form: Path) -> Iterator[str]:
    for element in ET.parse(form).iter("string"):  # noqa: S314 - a file of the project itself
        if element.text and element.get("notr") != "true":
            yield element.text


def _without(text: str, known: set[str]) -> str:
    """Return a text without the known ones that are in it, such as the unit of a number.

    The code fills in what stands in braces in a text of a form.
    """
    for piece in sorted(filter(str.strip, known), key=len, reverse=True):
        text = re.sub(re.sub(r"\\\{\w+\\\}", ".+?", re.escape(piece.strip())), "", text)
    return text


def _with_children(widget: QtCore.QObject) -> Iterator[QtCore.QObject]:
    """Yield the widget and what it holds; not what Slicer's own widgets are made of.

    Nor what a combo box is made of: its list shows the items once more.
    """
    yield widget
    if isinstance(widget, QtWidgets.QComboBox):
        return
    if isinstance(widget, ApiObject) and widget.api_name not in _CONTAINERS:
        return
    for child in widget.children():
        if isinstance(child, QtWidgets.QWidget | QtGui.QAction):
            yield from _with_children(child)


def _texts_of(child: QtCore.QObject) -> Iterator[tuple[str, str]]:
    for name in _GETTERS:
        getter = getattr(child, name, None)
        if callable(getter):
            try:
                text = getter()
            except TypeError:  # needs arguments: not the getter of a text of its own
                continue
            if isinstance(text, str) and text:
                yield name, text
    if isinstance(child, QtWidgets.QComboBox):
        for index in range(child.count()):
            yield f"itemText({index})", child.itemText(index)
    if isinstance(child, QtWidgets.QAbstractItemView) and child.model() is not None:
        yield from _texts_of_model(child.model())


def _texts_of_model(model: QtCore.QAbstractItemModel) -> Iterator[tuple[str, str]]:
    for column in range(model.columnCount()):
        title = model.headerData(column, QtCore.Qt.Orientation.Horizontal)
        if isinstance(title, str):
            yield f"column {column}", title
        for row in range(model.rowCount()):
            text = model.data(model.index(row, column))
            if isinstance(text, str):
                yield f"row {row}, column {column}", text

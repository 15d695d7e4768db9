"""ctkMessageBox, with which slicer.util asks."""

from __future__ import annotations

from PySide6 import QtWidgets

from ..api import ApiObject


class ctkMessageBox(ApiObject, QtWidgets.QMessageBox):
    """A message box; "don't show again" is not modelled."""

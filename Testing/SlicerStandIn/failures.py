"""Errors nobody sees: those raised in slots, in VTK observers, in destructors, and VTK's own.

Qt and VTK only print such an error and go on, in Slicer as here, so a test would pass over it.
"""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

import vtk
from PySide6 import QtCore

if TYPE_CHECKING:
    from collections.abc import Iterator


class NotModelled(BaseException):
    """Slicer has this, the stand-in does not.

    No `Exception`: a module's `except Exception` must not take it for an answer.
    """


class SlicerCrash(BaseException):
    """Slicer would not survive this.

    No `Exception`: nothing that a module catches goes on after a crash.
    """


class HiddenErrors:
    """Collects what would only have been printed, one text each."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._silenced = 0

    def add(self, text: str) -> None:
        """Keep `text`, unless a test has said that errors are expected just now."""
        if not self._silenced:
            self.texts.append(text.strip())

    def take(self) -> list[str]:
        """Return what was collected, and forget it."""
        texts, self.texts = self.texts, []
        return texts

    @contextmanager
    def expected(self) -> Iterator[list[str]]:
        """Collect the errors of this block apart; they are the test's own to look at."""
        before, self.texts = self.texts, []
        block = self.texts
        try:
            yield block
        finally:
            self.texts = before


hidden_errors = HiddenErrors()


def report_current_error() -> None:
    """Do what Qt does with an error in a slot: hand it to `sys.excepthook` and go on."""
    sys.excepthook(*sys.exc_info())


def install() -> None:
    """Collect uncaught errors, unraisable errors and what VTK and Qt say from here on."""
    print_error, print_unraisable = sys.excepthook, sys.unraisablehook

    def uncaught(kind: type[BaseException], error: BaseException, trace: object) -> None:
        hidden_errors.add("".join(traceback.format_exception(kind, error, trace)))
        print_error(kind, error, trace)

    def unraisable(event: object) -> None:
        lines = traceback.format_exception(event.exc_type, event.exc_value, event.exc_traceback)
        hidden_errors.add(f"{event.err_msg or 'in'} {event.object!r}\n" + "".join(lines))
        print_unraisable(event)

    sys.excepthook, sys.unraisablehook = uncaught, unraisable
    _collect_vtk_errors()
    QtCore.qInstallMessageHandler(_take_qt_message)


# Said by the platform without a screen, whatever a program does.
_NOISE = ("This plugin does not support", "QStandardPaths: XDG_RUNTIME_DIR")


def _take_qt_message(kind: QtCore.QtMsgType, _context: object, text: str) -> None:
    if text.startswith(_NOISE):
        return
    sys.stderr.write(f"{text}\n")
    if kind is not QtCore.QtMsgType.QtDebugMsg and kind is not QtCore.QtMsgType.QtInfoMsg:
        hidden_errors.add(f"Qt: {text}")


def _collect_vtk_errors() -> None:
    window = vtk.vtkOutputWindow()
    window.SetDisplayModeToNever()

    @vtk.calldata_type(vtk.VTK_STRING)
    def failed(_caller: object, _event: str, text: str) -> None:
        hidden_errors.add(text)

    window.AddObserver("ErrorEvent", failed)
    vtk.vtkOutputWindow.SetInstance(window)

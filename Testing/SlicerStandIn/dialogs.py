"""Windows that wait for the user: a test says beforehand what the user will do.

`dialogs.answer(...)` queues an answer for each window to come: a value that the call returns (a
button, a path, a text), or a function that is given the open window and acts in it. A message box
nobody answers is an error; any other window is closed after a while, and that is an error too.
Addresses opened in the browser are only noted.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtWidgets

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_MS = 8000


class UnexpectedDialogError(BaseException):
    """A window asked the user something, and the test had no answer for it."""


@dataclass(frozen=True)
class Shown:
    """What the user saw: the class or function, the title and the text."""

    kind: str
    title: str
    text: str


class Dialogs:
    """The user's side of the windows: `shown` in order, and the answers to come."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.opened_urls: list[str] = []
        self._answers: deque[Any] = deque()

    def answer(self, *answers: Any) -> None:
        """Queue answers for the next windows."""
        self._answers.extend(answers)

    def forget(self) -> None:
        """Drop the answers not used and what was shown."""
        self.shown.clear()
        self.opened_urls.clear()
        self._answers.clear()

    @property
    def unused_answers(self) -> int:
        """How many queued answers no window has asked for."""
        return len(self._answers)

    def next_answer(self, shown: Shown) -> Any:
        """Note a window and return its answer."""
        self.shown.append(shown)
        if not self._answers:
            raise UnexpectedDialogError(f"nobody answers {shown}")
        return self._answers.popleft()

    def has_answer(self) -> bool:
        """Say whether the next window is answered."""
        return bool(self._answers)


dialogs = Dialogs()


def replaced_static(cls: type, name: str) -> Callable[..., Any] | None:
    """Return what stands for a static function that would wait for the user, or None."""
    if cls is QtGui.QDesktopServices and name == "openUrl":
        return _open_url
    for family, names in _ASKING.items():
        if issubclass(cls, family) and name in names:
            return partial(_ask, f"{family.__name__}.{name}", names[name])
    return None


def replaced_method(qt_object: Any, name: str) -> Callable[..., Any] | None:
    """Return what stands for `exec_` of a dialog or a menu, or None."""
    if name not in ("exec_", "exec"):
        return None
    if isinstance(qt_object, QtWidgets.QDialog):
        return lambda: _run(qt_object)
    if isinstance(qt_object, QtWidgets.QMenu):
        return lambda *_: _run_menu(qt_object)
    return qt_object.exec


def _open_url(url: Any) -> bool:
    dialogs.opened_urls.append(url.toString())
    return True


# Functions that ask, and where in their arguments the text stands; the title comes before it.
_ASKING: dict[type, dict[str, int]] = {
    QtWidgets.QMessageBox: dict.fromkeys(
        ("question", "information", "warning", "critical", "about"), 2
    ),
    QtWidgets.QFileDialog: dict.fromkeys(
        ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory"), 2
    ),
    QtWidgets.QInputDialog: dict.fromkeys(("getText", "getItem", "getInt", "getDouble"), 2),
}


def _ask(kind: str, text_at: int, *arguments: Any) -> Any:
    texts = [str(one) for one in arguments[1 : text_at + 1]] + ["", ""]
    return dialogs.next_answer(Shown(kind, texts[0], texts[1]))


def _run(dialog: QtWidgets.QDialog) -> int:
    shown = Shown(_class_name(dialog), dialog.windowTitle(), _text(dialog))
    if isinstance(dialog, QtWidgets.QMessageBox) or dialogs.has_answer():
        answer = dialogs.next_answer(shown)
        QtCore.QTimer.singleShot(0, lambda: _act(dialog, answer))
        return _exec(dialog)
    dialogs.shown.append(shown)
    return _run_unattended(dialog, shown)


class _KeptUntilClosed(QtCore.QObject):
    """Puts off a dialog's deleteLater() until it is closed.

    In Slicer the event loop that runs already does so; a test runs outside of any.
    """

    def __init__(self, dialog: QtWidgets.QDialog) -> None:
        super().__init__()
        self._dialog = dialog
        self._due = False

    def __enter__(self) -> None:
        self._dialog.installEventFilter(self)

    def __exit__(self, *_error: object) -> None:
        self._dialog.removeEventFilter(self)
        if self._due:
            self._dialog.deleteLater()

    def eventFilter(self, _dialog: QtCore.QObject, event: QtCore.QEvent) -> bool:
        deleting = event.type() == QtCore.QEvent.Type.DeferredDelete
        self._due = self._due or deleting
        return deleting


def _exec(dialog: QtWidgets.QDialog) -> int:
    with _KeptUntilClosed(dialog):
        return dialog.exec()


def _run_unattended(dialog: QtWidgets.QDialog, shown: Shown) -> int:
    late = QtCore.QTimer(dialog)
    late.setSingleShot(True)
    late.timeout.connect(dialog.reject)
    late.start(PATIENCE_MS)
    result = _exec(dialog)
    if not late.isActive():
        raise UnexpectedDialogError(f"nobody answered {shown} within {PATIENCE_MS} ms")
    late.stop()
    return result


def _act(dialog: QtWidgets.QDialog, answer: Any) -> None:
    if callable(answer):
        from .pythonqt import wrap

        answer(wrap(dialog))
    elif isinstance(dialog, QtWidgets.QMessageBox):
        button = dialog.button(answer) or _button_by_text(dialog, answer)
        button.click()
    else:
        dialog.done(int(answer))


def _button_by_text(box: QtWidgets.QMessageBox, answer: Any) -> QtWidgets.QAbstractButton:
    return next(one for one in box.buttons() if one.text().replace("&", "") == answer)


def _run_menu(menu: QtWidgets.QMenu) -> Any:
    texts = ", ".join(action.text() for action in menu.actions())
    answer = dialogs.next_answer(Shown("QMenu", menu.title(), texts))
    return next((one for one in menu.actions() if one.text() == answer), None)


def _class_name(dialog: QtWidgets.QDialog) -> str:
    return getattr(type(dialog), "api_name", "") or type(dialog).__name__


def _text(dialog: QtWidgets.QDialog) -> str:
    if isinstance(dialog, QtWidgets.QMessageBox):
        return dialog.text()
    labels = dialog.findChildren(QtWidgets.QLabel)
    return "\n".join(label.text() for label in labels if label.text())

"""Keys that work while the panel is shown, wherever the keyboard is in its window.

They hold Alt or Ctrl: the segment editor's own are digits, letters and Ctrl+Z, Ctrl+Y.
"""

import qt


def addShortcuts(widget, functions: dict) -> None:
    """Let keys call functions while a widget is shown, as in {"Alt+1": function}."""
    for keys, function in functions.items():
        shortcut = qt.QShortcut(widget)
        shortcut.setKey(qt.QKeySequence(keys))
        shortcut.connect("activated()", function)

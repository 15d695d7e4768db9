"""The way of the Tab key through widgets that code puts into the panel.

Tab follows the order in which widgets were made. In a form that is the order in which they stand;
what comes later would be last of all, and what is moved would stay where it was.
"""

import qt


def stopsIn(widget) -> list:
    """Return where Tab stops inside a widget, in its order."""
    stops, inside = [], widget.nextInFocusChain()
    while inside != widget:
        if widget.isAncestorOf(inside) and _isStop(inside):
            stops.append(inside)
        inside = inside.nextInFocusChain()
    return stops


def tabInto(container, stops) -> None:
    """Let Tab come through these widgets where the container that holds them stands."""
    before = container
    while not _isStop(before) or before in stops:
        before = before.previousInFocusChain()
        if before == container:
            return  # there is nothing else to come from
    for stop in stops:
        qt.QWidget.setTabOrder(before, stop)
        before = stop


def _isStop(widget) -> bool:
    return widget.focusPolicy != qt.Qt.NoFocus and widget.focusProxy() is None

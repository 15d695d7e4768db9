"""The steps of the panel: one is open, one that is done is a line, and a rail shows them all."""

from dataclasses import dataclass
from functools import partial

import qt
from slicer.i18n import tr as _

from ..Timers import singleShot

_TEXT = "\N{VARIATION SELECTOR-15}"  # a letter, never a coloured picture
_DONE, _OPEN, _TO_COME = f"\N{CHECK MARK}{_TEXT}", f"\N{BLACK CIRCLE}{_TEXT}", "\N{WHITE CIRCLE}"
_LAYOUT_MS = 50  # until the new heights are known
_LEAST_WIDTH = 420  # pixels, before the panel is shown
_BESIDE_TEXT = 110  # arrow, margins, and the buttons in the head of a step
SUMMARY_SEPARATOR = " \N{MIDDLE DOT} "
_WARNED = f"\N{WARNING SIGN}{_TEXT}"


@dataclass(frozen=True)
class StepState:
    """How far a step is.

    Attributes:
        isDone: whether everything is answered.
        isPassed: whether the way leads on, to the next step.
        summary: the step in a line.
        isWarned: whether there is something to look at.
    """

    isDone: bool
    isPassed: bool
    summary: str = ""
    isWarned: bool = False


class Steps:
    """Opens the step that is next, and folds the one before; the user opens any.

    Args:
        area: the QScrollArea with the steps.

    Attributes:
        onFold: by the name of a step, what is called when it is folded.
    """

    def __init__(self, area):
        self._area = area
        self._steps = {}
        self._states = {}
        self._current = self._chosen = ""
        self._kept = set()
        self._open = None
        self._isArranging = False
        self.onFold = {}
        self._toShow = None
        self._reveal = singleShot(_LAYOUT_MS, self._onReveal)

    def add(self, name: str, section, button) -> None:
        """Add a step: its ctkCollapsibleButton and its button of the rail, with their texts."""
        self._steps[name] = section, section.text, button, button.text
        section.connect("contentsCollapsed(bool)", partial(self._onCollapsed, name))
        button.connect("clicked()", partial(self.choose, name))

    @property
    def shown(self) -> str:
        """The step that is open, the last where there are more."""
        opened = [name for name, (section, *_rest) in self._steps.items() if not section.collapsed]
        return opened[-1] if opened else self._current

    def show(self, states: dict) -> None:
        """Show these StepStates; where the way leads on, open the next step."""
        self._states = states
        *_others, last = states
        current = next((name for name, state in states.items() if not state.isPassed), last)
        if current != self._current:
            self._current, self._chosen = current, ""
            self._arrange()
        self._showTexts()

    def choose(self, name: str) -> None:
        """Open a step that the user wants to see."""
        self._chosen, self._kept = name, set()
        self._open = None
        self._arrange(name)
        self._showTexts()
        self._steps[name][0].setFocus()

    def goOn(self) -> None:
        """Open the step that is next, whatever is open."""
        self._chosen, self._kept = "", set()
        self._open = None
        self._arrange(self._current)
        self._showTexts()

    def keep(self, name: str) -> None:
        """Leave a step open while the user works in it, until it is folded."""
        self._kept.add(name)

    def _arrange(self, name: str = "") -> None:
        wanted = {self._chosen or self._current} | self._kept
        if wanted == self._open:
            return
        self._open = wanted
        self._isArranging = True
        try:
            for step, (section, *_rest) in self._steps.items():
                if section.collapsed != (step not in wanted):
                    section.collapsed = step not in wanted
        finally:
            self._isArranging = False
        self._showSoon(name or self._current)

    def _onCollapsed(self, name: str, isCollapsed: bool) -> None:
        if isCollapsed:
            self._kept.discard(name)
            self.onFold.get(name, _ignored)()
        if not self._isArranging:
            if not isCollapsed:
                self._chosen, self._kept, self._open = name, set(), None
                self._arrange(name)
            self._showTexts()

    def _showTexts(self) -> None:
        for name, state in self._states.items():
            section, title, button, word = self._steps[name]
            isOpen = not section.collapsed
            _setText(section, title if isOpen else self._inALine(title, state.summary))
            sign = _DONE if state.isDone else _OPEN if isOpen else _TO_COME
            sign = _WARNED if state.isWarned else sign
            _setText(button, f"{sign} {word}")
            button.accessibleName = self._spoken(word, state, isOpen)
            font = qt.QFont(button.font)
            if font.bold() != isOpen:
                font.setBold(isOpen)
                button.font = font

    def _inALine(self, title: str, summary: str) -> str:
        """Return what stands in the head of a folded step, as far as there is room."""
        if not summary:
            return title
        room = max(self._area.width, _LEAST_WIDTH) - _BESIDE_TEXT
        metrics = qt.QFontMetrics(self._area.font)
        text = metrics.elidedText(f"{title}   {summary}", qt.Qt.ElideRight, room)
        return text.replace("&", "&&")

    @staticmethod
    def _spoken(word: str, state, isOpen: bool) -> str:
        """Return a button of the rail for those who do not see its signs."""
        how = [_("open")] if isOpen else []
        how += [_("look at it")] if state.isWarned else [_("done")] if state.isDone else []
        return f"{word}: {', '.join(how)}" if how else word

    def _showSoon(self, name: str) -> None:
        self._toShow = name
        self._reveal.start()

    def _onReveal(self) -> None:
        """Scroll so that the step that was opened is seen from its head on.

        While the user works in another one, which stands before it, only so far that this one is
        still seen.
        """
        place, height = self._placeOf(self._toShow)
        bar = self._area.verticalScrollBar()
        if bar.value <= place and place + height <= bar.value + bar.pageStep:
            return
        if self._kept - {self._toShow}:
            first = min(self._placeOf(name)[0] for name in self._kept)
            place = min(first, max(0, place + height - bar.pageStep))
        bar.value = place

    def _placeOf(self, name: str) -> tuple:
        """Return where a step begins in the area, and its height, in pixels."""
        section = self._steps[name][0]
        return section.mapTo(self._area.widget(), qt.QPoint(0, 0)).y(), section.height


def _setText(widget, text: str) -> None:
    if widget.text != text:
        widget.text = text


def _ignored() -> None:
    """Take no notice."""

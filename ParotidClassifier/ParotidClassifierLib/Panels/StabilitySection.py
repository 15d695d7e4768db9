"""The part "With other outlines": would another outline have changed the answer?"""

from html import escape

from ParotidClassifierCore.imaging.perturbation import DISPLACEMENT_MM, OUTLINES, WIDTH_CHANGE_MM
from slicer.i18n import tr as _

from ..Drawing.ProbabilityDrawings import ProbabilityDots
from ..Drawing.ResultContents import rangeWords
from .FindingsText import lineText, noteText


class StabilitySection:
    """Shows how far the probability moves with other outlines, as the logic finds it out.

    Attributes:
        dots: the drawing of the probabilities.
    """

    def __init__(self, logic, ui):
        self._follower = logic.stability
        self._ui = ui
        self._shown = None
        self.dots = ProbabilityDots()
        ui.stabilityHolder.layout().addWidget(self.dots)
        ui.stabilityButton.text = _("Try {count} slightly different outlines").format(
            count=OUTLINES
        )
        ui.stabilityButton.toolTip = _(
            "Classify the case again with the outline moved and its border displaced at random "
            "by up to {border} mm, and the ring up to {width} mm wider or narrower. Takes some "
            "seconds in the background."
        ).format(border=f"{DISPLACEMENT_MM:g}", width=f"{WIDTH_CHANGE_MM:g}")
        ui.stabilityButton.connect("clicked()", self.onButton)

    def onButton(self) -> None:
        """Try other outlines of a result that a scene brought, or where it went wrong before."""
        self._follower.begin(self._shown.view.shows_outside)

    def show(self, shown) -> None:
        """Show what is known of the stability of a ShownResult, and whether it is found out."""
        self._shown = shown
        view = shown.view
        isAvailable = view.first.probability is not None
        self._ui.stabilityGroupBox.visible = isAvailable
        outlines = view.outlines(view.headline)
        isKnown = bool(outlines) and not shown.changed and isAvailable
        self._ui.stabilityHolder.visible = isKnown
        self._ui.stabilityLabel.visible = isKnown
        if isKnown:
            self.dots.setProbabilities(outlines, view.first)
            self._ui.stabilityLabel.text = lineText(view.stability(view.headline))
            self._ui.stabilityLabel.toolTip = self.dots.toolTip = stabilityTable(view)
        status = "" if isKnown or shown.changed else self._status()
        self._ui.stabilityStatusLabel.text = status
        self._ui.stabilityStatusLabel.visible = bool(status)
        self._ui.stabilityButton.visible = not (isKnown or self._follower.isTrying)
        self._ui.stabilityButton.enabled = shown.mayStart

    def _status(self) -> str:
        if self._follower.isTrying:
            return _("Trying other outlines…")
        problem = self._follower.problem
        return noteText("error", problem) if problem else ""


def stabilityTable(view) -> str:
    """Return as rich text how far the probability of every model moved."""
    stability = view.written["stability"]
    changed = _("Calls changed") if view.first.answer is None else _("Answers changed")
    head = "".join(
        f"<td><i>{title}</i></td>" for title in (_("Model"), _("Probabilities"), changed)
    )
    rows = "".join(
        f"<tr><td>{escape(view.named(name))}&nbsp;&nbsp;</td>"
        f"<td>{rangeWords(min(values), max(values))}</td>"
        f"<td>{stability['call_flips'][name]} / {len(values)}</td></tr>"
        for name, values in stability["probabilities"].items()
        if values
    )
    return f'<table cellspacing="0" cellpadding="2"><tr>{head}</tr>{rows}</table>'

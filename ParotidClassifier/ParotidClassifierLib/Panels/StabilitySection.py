"""The section "How stable is it?": would another outline have changed the answer?"""

from html import escape

from ParotidClassifierCore.imaging.perturbation import DISPLACEMENT_MM, OUTLINES, WIDTH_CHANGE_MM
from slicer.i18n import tr as _

from ..Drawing.ProbabilityDrawings import ProbabilityDots
from ..Drawing.ResultContents import rangeWords
from .Section import Section


class StabilitySection(Section):
    """Has the case classified with other outlines, and shows how far the probability moved.

    Attributes:
        dots: the drawing of the probabilities.
    """

    def __init__(self, logic, ui, refresh):
        failed = _("The stability could not be computed.")
        super().__init__(logic, ui, refresh, "stability", failed)
        self._shown = None
        self.dots = ProbabilityDots()
        ui.stabilityHolder.layout().addWidget(self.dots)
        ui.stabilityButton.connect("clicked()", self.onButton)

    def onButton(self) -> None:
        """Try other outlines, or stop trying."""
        self.task.toggle(self._compute)

    def show(self, shown) -> None:
        """Show what is known of the stability of a ShownResult, and what can be done now."""
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
            self._ui.stabilityLabel.text = view.stability(view.headline)
            self._ui.stabilityLabel.toolTip = self.dots.toolTip = stabilityTable(view)
        self._ui.stabilityButton.visible = not isKnown  # they would give the same answer
        self.showButton(
            self._ui.stabilityButton,
            shown.mayStart,
            _("Try {count} slightly different outlines").format(count=OUTLINES),
            _(
                "Classify the case again with the outline moved and its border displaced at random "
                "by up to {border} mm, and the ring up to {width} mm wider or narrower. Takes some "
                "seconds in the background."
            ).format(border=f"{DISPLACEMENT_MM:g}", width=f"{WIDTH_CHANGE_MM:g}"),
            _("Stop trying. Nothing is changed."),
        )
        self.task.show()

    def _compute(self, *callbacks) -> None:
        shown = self._shown
        showsOutside = shown.view.shows_outside
        self._logic.classification.stability(shown.parameterNode, showsOutside, *callbacks)


def stabilityTable(view) -> str:
    """Return as rich text how far the probability of every model moved."""
    stability = view.written["stability"]
    changed = _("Calls changed") if view.first.answer is None else _("Answers changed")
    head = "".join(
        f"<td><i>{title}</i></td>" for title in (_("Model"), _("Probabilities"), changed)
    )
    rows = "".join(
        f"<tr><td>{escape(name)}&nbsp;&nbsp;</td><td>{rangeWords(min(values), max(values))}</td>"
        f"<td>{stability['call_flips'][name]} / {len(values)}</td></tr>"
        for name, values in stability["probabilities"].items()
        if values
    )
    return f'<table cellspacing="0" cellpadding="2"><tr>{head}</tr>{rows}</table>'

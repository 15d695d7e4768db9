"""The section "How stable is it?": would another outline have changed the answer?"""

from html import escape

from slicer.i18n import tr as _

from ..Drawing.ProbabilityDrawings import ProbabilityDots
from ..Drawing.ResultContents import percent, rangeWords
from .SectionTask import SectionTask


class StabilitySection:
    """Has the case classified with other outlines, and shows how far the probability moved.

    Attributes:
        dots: the drawing of the probabilities.
        task: tries other outlines.
    """

    def __init__(self, logic, ui, refresh):
        self._logic = logic
        self._ui = ui
        self._shown = None
        self.dots = ProbabilityDots()
        ui.stabilityHolder.layout().addWidget(self.dots)
        self.task = SectionTask(
            logic,
            ui.stabilityProgressBar,
            ui.stabilityStatusLabel,
            refresh,
            _("The stability could not be computed."),
        )
        ui.stabilityButton.connect("clicked()", self.onButton)

    @property
    def isRunning(self) -> bool:
        """Whether other outlines are being tried."""
        return self.task.isRunning

    def onButton(self) -> None:
        """Try other outlines, or stop trying."""
        self.task.toggle(self._compute)

    def forget(self) -> None:
        """Say no more of what was computed; another scene is shown."""
        self.task.forget()

    def show(self, shown) -> None:
        """Show what is known of the stability of a ShownResult, and what can be done now."""
        self._shown = shown
        model = shown.result["prediction"]["models"][shown.headline]
        self._ui.stabilityGroupBox.visible = "probability" in model
        stability = shown.result.get("stability")
        isKnown = bool(stability) and not shown.changed and "probability" in model
        self._ui.stabilityHolder.visible = isKnown
        self._ui.stabilityLabel.visible = isKnown
        if isKnown:
            self._showKnown(model, stability)
        self._showButton(isKnown)
        self.task.show()

    def _compute(self, *callbacks) -> None:
        self._logic.stability(self._shown.parameterNode, *callbacks)

    def _showKnown(self, model: dict, stability: dict) -> None:
        name = self._shown.headline
        probabilities, flips = stability["probabilities"], stability["call_flips"]
        self.dots.setProbabilities(
            probabilities[name],
            model["probability"],
            _("your outline {probability}").format(probability=percent(model["probability"])),
            model["threshold"],
            _("threshold {threshold}").format(threshold=percent(model["threshold"])),
        )
        self._ui.stabilityLabel.text = stabilityWords(
            probabilities[name], flips[name], stability["unusable"]
        )
        table = stabilityTable(probabilities, flips)
        self._ui.stabilityLabel.toolTip = self.dots.toolTip = table

    def _showButton(self, isKnown: bool) -> None:
        button = self._ui.stabilityButton
        isMine = self.task.isRunning
        button.visible = not isKnown  # the same outlines would give the same answer
        button.enabled = isMine or self._shown.mayStart
        button.text = _("Cancel") if isMine else _("Try 20 slightly different outlines")
        button.toolTip = (
            _("Stop trying. Nothing is changed.")
            if isMine
            else _(
                "Classify the case again with the outline moved and its border displaced at random "
                "by up to 1 mm, and the ring up to 0.5 mm wider or narrower. Takes some seconds in "
                "the background."
            )
        )


def stabilityWords(probabilities, flips: int, unusable: int = 0) -> str:
    """Return how far the probability moved and how often the call changed.

    Args:
        probabilities: of the outlines that could be classified.
        flips: how many of their calls differ.
        unusable: how many outlines could not be classified.
    """
    count = len(probabilities)
    words = [
        _("<b>{range}</b> over {count} outlines;").format(
            range=rangeWords(min(probabilities), max(probabilities)), count=count
        ),
        _("the call changes in {flips} of {count}.").format(flips=flips, count=count)
        if flips
        else _("the call stays the same in all of them."),
    ]
    if unusable:
        words.append(_("Outlines that could not be classified: {count}.").format(count=unusable))
    return " ".join(words)


def stabilityTable(probabilities: dict, flips: dict) -> str:
    """Return as rich text what `stabilityWords` says, for every model."""
    head = "".join(
        f"<td><i>{title}</i></td>" for title in (_("Model"), _("Probabilities"), _("Calls changed"))
    )
    rows = "".join(
        f"<tr><td>{escape(name)}&nbsp;&nbsp;</td><td>{rangeWords(min(values), max(values))}</td>"
        f"<td>{flips[name]} / {len(values)}</td></tr>"
        for name, values in probabilities.items()
        if values
    )
    return f'<table cellspacing="0" cellpadding="2"><tr>{head}</tr>{rows}</table>'

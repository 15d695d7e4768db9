"""The section "Where did the network look?": the map over the CT, on and off."""

import slicer
from slicer.i18n import tr as _

from ..Drawing.ColorBar import ColorBar
from ..Scene.SaliencyLayer import COLORS_ID, WEAKEST_SHOWN, SaliencyLayer
from .Section import Section


class SaliencySection(Section):
    """Has the map computed once for a result, and shows it in the slice views or not.

    Attributes:
        layer: the map in the scene.
    """

    def __init__(self, logic, ui, refresh):
        failed = _("Where the network looked could not be computed.")
        super().__init__(logic, ui, refresh, "saliency", failed)
        self._shown = None
        self.layer = SaliencyLayer()
        self._colorBar = ColorBar()
        ui.saliencyLegendHolder.layout().addWidget(self._colorBar)
        ui.saliencyButton.connect("clicked(bool)", self.onButton)
        ui.cancelSaliencyButton.connect("clicked()", self.task.cancel)

    def onButton(self, isWanted: bool) -> None:
        """Show the map, computed if need be, or hide it."""
        node = self.layer.nodeOf(self._shown.result)
        if not isWanted:
            if node is not None:
                self.layer.hide(node)
            self._refresh()
        elif node is None:
            shown = self._shown
            self.task.start(self._compute, lambda answer: self._keep(answer["out"], shown))
        else:
            self._lay(self._shown)
            self._refresh()

    def show(self, shown) -> None:
        """Show whether the map of a ShownResult is shown, and what can be done now."""
        self._shown = shown
        self.layer.keepOnly(shown.result, shown.changed)
        node = self.layer.nodeOf(shown.result)
        reason = self._whyNot(shown)
        if reason is not None and node is not None:
            self.layer.hide(node)
        isShown = self.layer.isShown(node)
        isMine = self.task.isRunning
        button = self._ui.saliencyButton
        button.checked = isShown or isMine
        button.enabled = reason is None and (node is not None or shown.mayStart)
        self._ui.saliencyLabel.text = (
            _(
                "Shows what raised the network's weight (log-odds) towards malignant: where it "
                "looked, not why. The views go to the strongest place when it is computed."
            )
            if reason is None
            else _("Nothing can be shown: {reason}.").format(reason=reason)
        )
        self._ui.cancelSaliencyButton.visible = isMine
        self._ui.saliencyLegendWidget.visible = isShown
        if isShown:
            colors = slicer.mrmlScene.GetNodeByID(COLORS_ID)
            self._colorBar.setColors(colors, WEAKEST_SHOWN)
        self.task.show()

    def _whyNot(self, shown) -> str | None:
        """Return why the network cannot be asked; None where it can."""
        protocol = self._logic.bundles.protocol(shown.parameterNode)
        models = shown.view.models
        heads = {name: model.head for name, model in protocol.models.items() if name in models}
        reads = [name for name, head in heads.items() if head and head == protocol.first_head]
        if not reads:
            return _("no model reads a network")
        return models[reads[0]].unavailable

    def _compute(self, *callbacks) -> None:
        shown = self._shown
        showsOutside = shown.view.shows_outside
        self._logic.classification.saliency(shown.parameterNode, showsOutside, *callbacks)

    def _keep(self, path: str, shown) -> None:
        self.layer.add(path, shown.result)
        self._lay(shown)

    def _lay(self, shown) -> None:
        case = shown.parameterNode
        self.layer.show(self.layer.nodeOf(shown.result), case.ct, case.segmentation)

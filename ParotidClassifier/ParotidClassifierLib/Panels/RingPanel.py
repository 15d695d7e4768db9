"""The ring in the step "2. Tumour": its settings, what it holds, and refining it by hand."""

from functools import partial

import numpy as np
import slicer
from ParotidClassifierCore.base.errors import EmptyRingError, UsageError
from ParotidClassifierCore.case.grid import require_rings
from ParotidClassifierCore.imaging.findings import ok, other_ring
from ParotidClassifierCore.imaging.lattice import HU_RANGE
from ParotidClassifierCore.protocol import LARGEST_WIDTH_MM, SMALLEST_WIDTH_MM
from slicer.i18n import tr as _

from ..Scene.RingRefinement import unpacked
from .FindingsText import findingsText, noteText
from .Panel import Panel, icon, quiet
from .TabOrder import stopsIn, tabInto


class RingPanel(Panel):
    """Shows the ring and lends it to the SegmentEditor, which the tumour's panel has otherwise."""

    uiFile = "RingPanel.ui"

    def __init__(self, logic, editor):
        self._editor = editor
        self._tumorEditorLayout = None
        super().__init__(logic)

    def setup(self) -> None:
        """Connect the buttons."""
        self.ui.refineButton.icon = icon("RefineRing")
        self.ui.refineButton.connect("toggled(bool)", self.onRefine)
        self.ui.dropButton.connect("clicked(bool)", self.onDrop)
        self.ui.bundleRingButton.connect("clicked(bool)", self.onBundleRing)
        width, *limits = self._settings().values()
        width.minimum, width.maximum = SMALLEST_WIDTH_MM, LARGEST_WIDTH_MM
        for limit in limits:
            limit.minimum, limit.maximum = HU_RANGE
        for name, widget in self._settings().items():
            widget.connect("valueChanged(double)", partial(self.onSetting, name))
        self._editor.onEdit = self._onEdit

    def refresh(self) -> None:
        """Show settings, volume, share and refinement of the ring as it is drawn now."""
        self.widget.visible = bool(self.protocol.rings)
        if not self.protocol.rings:
            return
        self._showSettings()
        follower = self.logic.ringFollower
        drawn = follower.drawn
        self._showTitle(drawn)
        self.ui.ringStatusLabel.text = self._status()
        self.ui.refineButton.enabled = drawn is not None
        if drawn is None and self.ui.refineButton.checked:
            self.ui.refineButton.checked = False
        self.ui.dropButton.enabled = follower.isRefined
        self.ui.refinementLabel.text = self._refinement()
        self.ui.refinementLabel.visible = follower.isRefined
        self.ui.ringEditorContainer.visible = self.ui.refineButton.checked

    def _showTitle(self, drawn) -> None:
        """Tell width and volume of the first ring, also while the section is folded."""
        title = _("Ring")
        if drawn is not None:
            ring = drawn.protocol.rings[0]
            title = _("Ring ({width} mm, {volume} ml)").format(
                width=f"{ring.ring.width_mm:g}",
                volume=_milliliters(np.count_nonzero(drawn.masks[ring.name])),
            )
        if self.ui.ringCollapsibleButton.text != title:
            self.ui.ringCollapsibleButton.text = title

    def onSetting(self, name: str, value: float) -> None:
        """Store what the user set about the ring."""
        if self.parameterNode is not None:
            self.logic.ringChoice.change(self.parameterNode, name, value)

    def onBundleRing(self, _checked=False) -> None:
        """Go back to the ring of the bundle."""
        with slicer.util.NodeModify(self.parameterNode):
            self.logic.ringChoice.forget(self.parameterNode)

    def onRefine(self, refining: bool) -> None:
        """Put the first ring into the editor, here; or the tumour again, there."""
        if refining:
            self._tumorEditorLayout = self._editor.widget.parentWidget().layout()
            self.ui.ringEditorContainer.layout().addWidget(self._editor.widget)
            self._editor.edit(self.protocol.rings[0].name)
            self._editor.paint()
        else:
            self._editor.stopEffect()
            self._tumorEditorLayout.addWidget(self._editor.widget)
            if self.parameterNode is not None and self.parameterNode.segmentation is not None:
                self._editor.edit(self.protocol.outlined.name)
        tabInto(self._editor.widget.parentWidget(), stopsIn(self._editor.widget))
        self.refresh()

    def _onEdit(self, region: str) -> None:
        """Let the editor go when the tumour is put into it: nobody takes it for the ring then."""
        if region == self.protocol.outlined.name and self.ui.refineButton.checked:
            self.ui.refineButton.checked = False

    def onDrop(self) -> None:
        """Forget the refinement, after a yes."""
        if not slicer.util.confirmOkCancelDisplay(
            _("Everything that was changed about the ring by hand will be forgotten."),
            _("Drop the refinement?"),
        ):
            return
        with slicer.util.tryWithErrorDisplay(
            _("The ring could not be drawn anew."), waitCursor=True
        ):
            self.logic.ringFollower.dropRefinement()

    def _settings(self) -> dict:
        """Return the widgets of the settings by their names in the parameter node."""
        return {
            "ringWidthMm": self.ui.widthSlider,
            "ringLowerHu": self.ui.lowerSpinBox,
            "ringUpperHu": self.ui.upperSpinBox,
        }

    def _showSettings(self) -> None:
        choice, node = self.logic.ringChoice, self.parameterNode
        for widget in self._settings().values():
            widget.enabled = node is not None
        self.ui.bundleRingButton.enabled = node is not None and choice.holds(node)
        differs = "" if node is None else self._differs()
        self.ui.otherRingLabel.text = differs
        self.ui.otherRingLabel.visible = bool(differs)
        for name, value in ({} if node is None else choice.values(node)).items():
            widget = self._settings()[name]
            with quiet(widget):  # it may round what is not the user's
                widget.value = min(max(value, widget.minimum), widget.maximum)

    def _differs(self) -> str:
        """Return how the ring differs from that of the bundle, as Core finds it; empty if not."""
        try:
            used = self.logic.ringChoice.settings(self.parameterNode)
        except UsageError as error:
            return noteText("error", str(error))
        found = other_ring(self.logic.ringChoice.trained(self.parameterNode), used)
        return "" if found is None else findingsText([found])

    def _status(self) -> str:
        follower = self.logic.ringFollower
        drawn = follower.drawn
        if drawn is None and follower.hasTumor:
            return noteText("error", str(follower.problem))
        if drawn is None:
            return noteText("info", _("The ring is drawn as soon as there is an outline."))
        try:
            require_rings(drawn)
        except EmptyRingError as error:
            return noteText("error", str(error))
        texts = [_ringText(drawn, ring) for ring in drawn.protocol.rings]
        return findingsText([ok("ring", text) for text in texts])

    def _refinement(self) -> str:
        if not self.logic.ringFollower.isRefined:
            return ""
        if self.logic.ringFollower.drawn is None:
            return _("There is a refinement by hand; it shows when there is an outline.")
        refinement = unpacked(self.parameterNode.ringRefinement)
        return _(
            "By hand: {added} ml added, {removed} ml removed. The HU limits hold for the automatic "
            "ring only."
        ).format(
            added=_milliliters(len(refinement.added)), removed=_milliliters(len(refinement.removed))
        )


def _milliliters(voxels: int) -> str:
    return f"{voxels / 1000:.1f}" if voxels >= 100 or not voxels else f"{voxels / 1000:.3f}"


def _ringText(drawn, ring) -> str:
    text = _("{region}: {volume} ml. The HU limits left out {share} % (bone and air).")
    if ring is not drawn.protocol.rings[0]:  # what can be set is shown where it is set
        text += " " + _(
            "It is {width} mm wide, from {lower} to {upper} HU, as the model learnt it."
        )
    lower, upper = ring.ring.hu_range
    return text.format(
        region=f"{ring.plain[:1].upper()}{ring.plain[1:]}",
        volume=_milliliters(np.count_nonzero(drawn.masks[ring.name])),
        share=f"{100 * drawn.automatic[ring.name].removed_by_hu_fraction:.0f}",
        width=f"{ring.ring.width_mm:g}",
        lower=f"{lower:g}",
        upper=f"{upper:g}",
    )

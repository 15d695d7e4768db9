"""The section "Another model": what another model bundle says of the same case."""

from html import escape

import slicer
from ParotidClassifierCore.base.errors import UsageError
from ParotidClassifierCore.models.domain import DomainStatus
from ParotidClassifierCore.models.probabilities import percent
from ParotidClassifierCore.reporting.case_view import beside
from slicer.i18n import tr as _

from ..Drawing.ResultContents import rangeWords, verdictWords
from .BundleList import BundleList
from .Section import Section

_DASH = "\N{EN DASH}"


class SecondOpinionSection(Section):
    """Has the case classified by another bundle too, and shows both answers side by side."""

    def __init__(self, logic, ui, refresh):
        failed = _("The second opinion could not be given.")
        super().__init__(logic, ui, refresh, "secondOpinion", failed)
        self._shown = None
        self._added = ""
        self.bundleList = BundleList(ui.secondBundleComboBox, self.onBundlePicked)
        ui.secondOpinionButton.connect("clicked()", self.onButton)

    def onButton(self) -> None:
        """Ask the other bundle, or stop asking."""
        self.task.toggle(self._compute)

    def onBundlePicked(self, path: str) -> None:
        """Offer the bundle that was picked, where it is not in the list."""
        if path and path not in [str(bundle.path) for bundle in self.bundleList.bundles]:
            self.useBundle(path)
        self.show(self._shown)

    def useBundle(self, path: str) -> None:
        """Offer the bundle at this path, and choose it; one that cannot be read is told."""
        with slicer.util.tryWithErrorDisplay(_("This model cannot be used.")):
            summary = self._logic.bundles.at(path)
            if summary.bundle_hash == self._shown.result["prediction"]["bundle"]["hash"]:
                raise UsageError(
                    _("This is the model that answered: it would say the same."),
                    _("Choose another one."),
                )
            self._added = str(summary.path)
            self._showBundles()
            self.bundleList.choose(summary)

    def show(self, shown) -> None:
        """Show what another bundle said of a ShownResult, and what can be asked now."""
        self._shown = shown
        if not self.task.isRunning:
            self._showBundles()
        isKnown = shown.view.second is not None and not shown.changed
        self._ui.secondOpinionLabel.visible = isKnown
        if isKnown:
            self._ui.secondOpinionLabel.text = opinionText(shown.view)
            self._ui.secondOpinionLabel.toolTip = opinionTable(shown.view)
        self._ui.secondBundleComboBox.enabled = shown.mayStart
        self.showButton(
            self._ui.secondOpinionButton,
            shown.mayStart and self.bundleList.chosen is not None,
            _("Ask this model too"),
            _(
                "Classify the same case by this model in the background. What it reads of the "
                "images as the first one does is not computed again."
            ),
            _("Stop asking. Nothing is changed."),
        )
        self.task.show()

    def _compute(self, *callbacks) -> None:
        self._logic.classification.secondOpinion(
            self._shown.parameterNode, str(self.bundleList.chosen.path), *callbacks
        )

    def _showBundles(self) -> None:
        """List every bundle but the one that answered, keeping what is chosen."""
        first = self._shown.result["prediction"]["bundle"]["hash"]
        bundles = self._logic.bundles.all(self._shown.parameterNode, self._added)
        others = [bundle for bundle in bundles if bundle.bundle_hash != first]
        chosen = self.bundleList.chosen
        if others != self.bundleList.bundles or chosen is None:
            first = others[0] if others else None
            self.bundleList.show(others, chosen if chosen in others else first)


def opinionText(view) -> str:
    """Return as rich text both headlines side by side and whether they agree."""
    second = view.second
    titles = (_("Model"), _("Answer"), _("Probability<br>(95 % interval)"))
    head = "".join(f"<td><i>{title}</i></td>" for title in titles)
    rows = "".join(map(_headlineRow, (view, second)))
    told = second.why_outside if second.is_withheld else second.domain_warning
    return (
        f'<table width="100%" cellspacing="0" cellpadding="4"><tr>{head}</tr>{rows}</table>'
        f"<b>{escape(second.written['agreement'])}</b><br>{told and escape(told) + '<br>'}"
        f"<small>{escape(second.bundle_line)}</small>"
    )


def opinionTable(view) -> str:
    """Return as rich text what both bundles say by every model that one of them has."""
    titles = (_("Model"), view.bundle["name"], view.second.bundle["name"])
    head = "".join(f"<td><i>{escape(title)}</i>&nbsp;&nbsp;</td>" for title in titles)
    rows = "".join(
        f"<tr><td>{escape(view.named(first.name))}&nbsp;&nbsp;</td>{_briefCell(first)}"
        f"{_briefCell(second)}</tr>"
        for first, second in beside(view.models, view.second.models)
    )
    return f'<table cellspacing="0" cellpadding="2"><tr>{head}</tr>{rows}</table>'


def _headlineRow(view) -> str:
    model, answer, probability = view.first, _DASH, _DASH
    isOutside = view.domain.status is DomainStatus.OUTSIDE
    if model.probability is not None:
        certain = f"({rangeWords(*model.interval)})" if model.interval else ""
        below = _("not reliable here") if isOutside else certain
        answer = f"<b>{escape(verdictWords(model))}</b>"
        probability = _withSmall(escape(percent(model.probability)), escape(below))
    if isOutside:
        answer = _withSmall(f"<b>{_('none')}</b>", _("unlike its training cases"))
    name = _withSmall(escape(view.bundle["name"]), escape(view.named(view.headline)))
    cells = (f'<td style="white-space:nowrap">{cell}</td>' for cell in (answer, probability))
    return f"<tr><td>{name}</td>{''.join(cells)}</tr>"


def _withSmall(richText: str, below: str) -> str:
    return f"{richText}<br><small>{below}</small>" if below else richText


def _briefCell(model) -> str:
    if model.probability is None:
        return f"<td>{_DASH}</td>"
    words = f"{percent(model.probability)}, {verdictWords(model)}"
    return f"<td>{escape(words)}&nbsp;&nbsp;</td>"

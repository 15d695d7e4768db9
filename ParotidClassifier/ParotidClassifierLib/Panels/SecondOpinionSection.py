"""The section "Second opinion": what another model bundle says of the same case."""

from html import escape

import slicer
from ParotidClassifierCore.base.errors import UsageError
from slicer.i18n import tr as _

from ..Drawing.ResultContents import callWord, intervalWords, percent
from .BundleFiles import askForBundleFile, askForBundleFolder
from .SectionTask import SectionTask

_DASH = "\N{EN DASH}"


class SecondOpinionSection:
    """Has the case classified by another bundle too, and shows both answers side by side.

    Attributes:
        task: asks the other bundle.
    """

    def __init__(self, logic, ui, refresh):
        self._logic = logic
        self._ui = ui
        self._shown = None
        self._others = []
        self._added = ""
        self.task = SectionTask(
            logic,
            ui.secondOpinionProgressBar,
            ui.secondOpinionStatusLabel,
            refresh,
            _("The second opinion could not be given."),
        )
        ui.secondBundleComboBox.connect("activated(int)", self.onBundleActivated)
        ui.secondOpinionButton.connect("clicked()", self.onButton)

    @property
    def isRunning(self) -> bool:
        """Whether the other bundle is being asked."""
        return self.task.isRunning

    def onButton(self) -> None:
        """Ask the other bundle, or stop asking."""
        self.task.toggle(self._compute)

    def onBundleActivated(self, index: int) -> None:
        """Take the bundle that was picked from the list, or ask for another."""
        if index >= len(self._others):
            isFolder = index == self._ui.secondBundleComboBox.count - 2
            path = askForBundleFolder() if isFolder else askForBundleFile()
            if path:
                self.useBundle(path)
        self.show(self._shown)

    def useBundle(self, path: str) -> None:
        """Offer the bundle at this path, and choose it; one that cannot be read is told."""
        with slicer.util.tryWithErrorDisplay(_("This model bundle cannot be used.")):
            summary = self._logic.bundles.at(path)
            if summary.hash == self._shown.result["prediction"]["bundle"]["hash"]:
                raise UsageError(
                    _("This is the bundle that answered: it would say the same."),
                    _("Choose another one."),
                )
            self._added = str(summary.path)
            self._showBundles()
            self._ui.secondBundleComboBox.currentIndex = self._others.index(summary)

    def forget(self) -> None:
        """Say no more of what was computed; another scene is shown."""
        self.task.forget()

    def show(self, shown) -> None:
        """Show what another bundle said of a ShownResult, and what can be asked now."""
        self._shown = shown
        if not self.task.isRunning:
            self._showBundles()
        opinion = shown.result.get("secondOpinion")
        isKnown = bool(opinion) and not shown.changed
        self._ui.secondOpinionLabel.visible = isKnown
        if isKnown:
            self._ui.secondOpinionLabel.text = opinionText(shown.result["prediction"], opinion)
            self._ui.secondOpinionLabel.toolTip = opinionTable(shown.result["prediction"], opinion)
        self._showButton()
        self.task.show()

    @property
    def _chosen(self):
        """Core's summary of the bundle that would be asked; None where there is none."""
        index = self._ui.secondBundleComboBox.currentIndex
        return self._others[index] if 0 <= index < len(self._others) else None

    def _compute(self, *callbacks) -> None:
        self._logic.secondOpinion(self._shown.parameterNode, str(self._chosen.path), *callbacks)

    def _showBundles(self) -> None:
        """List every bundle but the one that answered, keeping what is chosen."""
        first = self._shown.result["prediction"]["bundle"]["hash"]
        bundles = self._logic.bundles.all(self._shown.parameterNode, self._added)
        chosen = self._chosen
        others = [bundle for bundle in bundles if bundle.hash != first]
        if others == self._others and chosen is not None:
            return
        self._others = others
        box = self._ui.secondBundleComboBox
        wasBlocked = box.blockSignals(True)
        box.clear()
        for bundle in others:
            box.addItem(f"{bundle.name} ({bundle.kind})", str(bundle.path))
        box.insertSeparator(box.count)
        box.addItem(_("Other bundle, a folder…"))
        box.addItem(_("Other bundle, a .zip file…"))
        box.currentIndex = others.index(chosen) if chosen in others else 0 if others else -1
        box.blockSignals(wasBlocked)

    def _showButton(self) -> None:
        button, isMine = self._ui.secondOpinionButton, self.task.isRunning
        self._ui.secondBundleComboBox.enabled = self._shown.mayStart
        button.enabled = isMine or (self._shown.mayStart and self._chosen is not None)
        button.text = _("Cancel") if isMine else _("Ask this bundle too")
        button.toolTip = (
            _("Stop asking. Nothing is changed.")
            if isMine
            else _(
                "Classify the same case by this bundle in the background. What it reads of the "
                "images as the first one does is not computed again."
            )
        )


def opinionText(first: dict, opinion: dict) -> str:
    """Return as rich text both headlines side by side and whether they agree.

    Args:
        first: the prediction by the first bundle.
        opinion: Core's answer to "second_opinion".
    """
    from ParotidClassifierCore.models.words import bundle_line

    titles = ("", _("Model"), _("Probability"), _("Threshold"), _("Call"))
    head = "".join(f"<td><i>{title}</i></td>" for title in titles)
    bundles = (first["bundle"], opinion["bundle"])
    rows = "".join(
        _headlineRow(bundle["name"], *headline)
        for bundle, headline in zip(bundles, _headlines(first, opinion), strict=True)
    )
    return (
        f'<table width="100%" cellspacing="0" cellpadding="2"><tr>{head}</tr>{rows}</table>'
        f"<b>{escape(opinion['agreement'])}</b><br>"
        f"<small>{escape(bundle_line(opinion['bundle']))}</small>"
    )


def opinionTable(first: dict, opinion: dict) -> str:
    """Return as rich text what both bundles say by every model that one of them has."""
    titles = (_("Model"), first["bundle"]["name"], opinion["bundle"]["name"])
    head = "".join(f"<td><i>{escape(title)}</i>&nbsp;&nbsp;</td>" for title in titles)
    models = first["models"].items()
    pairs = [(name, (model, opinion["models"][name])) for name, model in models]
    rows = "".join(
        f"<tr><td>{escape(name)}&nbsp;&nbsp;</td>{''.join(map(_briefCell, both))}</tr>"
        for name, both in pairs
        if any("probability" in model for model in both)
    )
    return f'<table cellspacing="0" cellpadding="2"><tr>{head}</tr>{rows}</table>'


def _headlines(first: dict, opinion: dict) -> list:
    """Return name and entry of the model that stands first, of both bundles."""
    models = (first["models"], opinion["models"])
    return [(n, of_bundle[n]) for n, of_bundle in zip(opinion["headline"], models, strict=True)]


def _headlineRow(bundle: str, name: str, model: dict) -> str:
    if "probability" not in model:
        cells = (bundle, name, _DASH, _DASH, _DASH)
        return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    interval = intervalWords(model)
    certain = f"<br><small>{escape(interval)}</small>" if interval else ""
    return (
        f"<tr><td>{escape(bundle)}</td><td>{escape(name)}</td>"
        f"<td><b>{escape(percent(model['probability']))}</b>{certain}</td>"
        f"<td>{escape(percent(model['threshold']))}</td><td>{escape(callWord(model))}</td></tr>"
    )


def _briefCell(model: dict) -> str:
    if "probability" not in model:
        return f"<td>{_DASH}</td>"
    text = f"{percent(model['probability'])}, {callWord(model)}"
    return f"<td>{escape(text)}&nbsp;&nbsp;</td>"

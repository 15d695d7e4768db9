"""What is known about a model bundle, in a window of its own."""

import re
from html import escape

import qt
import slicer
from slicer.i18n import tr as _

_WEB = ("http", "https")


def bundleDialog(summary):
    """Return a window with what Core's BundleSummary says of a bundle; to be shown and kept."""
    dialog = qt.QDialog(slicer.util.mainWindow())
    dialog.windowTitle = _("About the model bundle {name}").format(name=summary.name)
    dialog.resize(680, 720)
    layout = qt.QVBoxLayout(dialog)
    layout.addWidget(_facts(summary))
    layout.addWidget(_modelCard(summary))
    buttons = qt.QDialogButtonBox()
    buttons.setStandardButtons(qt.QDialogButtonBox.Close)
    buttons.connect("rejected()", dialog.reject)
    layout.addWidget(buttons)
    return dialog


def _facts(summary):
    rows = (
        (_("Bundle"), summary.banner),
        (_("Training cohort"), summary.cohort.line),
        (_("Intended use"), summary.intended_use),
        (_("Hash (SHA-256)"), summary.bundle_hash),
        (_("Place"), str(summary.path)),
    )
    label = qt.QLabel()
    label.objectName = "bundleFactsLabel"
    label.textFormat = qt.Qt.RichText
    label.wordWrap = True
    label.textInteractionFlags = qt.Qt.TextSelectableByMouse
    label.text = "<table cellpadding='2'>{rows}</table>".format(
        rows="".join(
            f"<tr><td><b>{escape(name)}</b>&nbsp;&nbsp;</td><td>{escape(value)}</td></tr>"
            for name, value in rows
        )
    )
    return label


def _modelCard(summary):
    browser = qt.QTextBrowser()
    browser.objectName = "modelCardBrowser"
    browser.openLinks = False  # it would show any file that a link names
    browser.connect("anchorClicked(QUrl)", openWebPage)
    browser.markdown = withoutResources(summary.card)
    return browser


def withoutResources(markdown: str) -> str:
    """Return Markdown that loads nothing when it is shown: its HTML is text, its images are links.

    Even to look for an image may tell where this computer is: for a file on another computer,
    Windows sends the user's login there.
    """
    return re.sub(r"!+(?=\[)", "", markdown.replace("<", "&lt;"))


def openWebPage(url) -> None:
    """Open a link in the web browser; one that leads elsewhere than to the web stays closed."""
    if url.scheme() in _WEB:
        qt.QDesktopServices.openUrl(url)

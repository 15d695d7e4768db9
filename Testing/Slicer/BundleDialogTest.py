"""Self tests of the window about a model bundle, whose texts may be a stranger's."""

import dataclasses
from types import SimpleNamespace
from unittest.mock import patch

import qt
import slicer
from ParotidClassifierCore.bundle.shipped import default_bundle
from ParotidClassifierCore.bundle.store import summarize_bundle
from ParotidClassifierLib.Panels import BundleDialog
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

ELSEWHERE = "//host/share/seen.png"
# Ways to have a file looked for, each as it may stand in a model card.
LOADING = (
    f"![seen]({ELSEWHERE})",
    f"!![seen]({ELSEWHERE})",
    f"\\!![seen]({ELSEWHERE})",
    f"![seen][1]\n\n[1]: file:{ELSEWHERE}",
    f'[![seen](file:{ELSEWHERE})](https://example.org "web")',
    f'<img src="{ELSEWHERE}">',
    f'\\<img src="{ELSEWHERE}">',
    f'text <b><img src="file:{ELSEWHERE}"></b>',
    f'<link rel="stylesheet" href="{ELSEWHERE}">',
    f'<table background="{ELSEWHERE}"><tr><td style="background-image:url({ELSEWHERE})">x</table>',
)


class BundleDialogTest(ScriptedLoadableModuleTest):
    """The user reads what a bundle says of itself."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.opened = []

    def shown(self, **texts):
        """Return the widgets of the window about the shipped bundle with other texts."""
        summary = dataclasses.replace(summarize_bundle(default_bundle()), **texts)
        self.dialog = BundleDialog.bundleDialog(summary)
        return slicer.util.childWidgetVariables(self.dialog)

    def tearDown(self):
        self.dialog.close()

    def click(self, link):
        services = SimpleNamespace(openUrl=lambda url: self.opened.append(url.toString()))
        pretended = SimpleNamespace(QDesktopServices=services)
        with patch.object(BundleDialog, "qt", pretended):
            BundleDialog.openWebPage(qt.QUrl(link))

    def test_a_card_loads_nothing(self):
        for card in LOADING:
            browser = self.shown(model_card=f"# Card\n\n{card}\n\nEnd").modelCardBrowser
            self.assertIn("End", browser.plainText)
            self.assertNotIn("<img", browser.html, card)
            if "<" in card:  # then it is read as text
                self.assertIn(ELSEWHERE, browser.plainText, card)

    def test_its_text_stays_readable(self):
        card = (
            "## Limits\n\nOf 5 < 10 cases **all** were read.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
        )
        browser = self.shown(model_card=card).modelCardBrowser
        self.assertIn("Of 5 < 10 cases all were read.", browser.plainText)
        self.assertIn("<table", browser.html)

    def test_before_the_card_of_an_earlier_version_stands_what_it_lacks(self):
        for version, first in ((3, "Made by an earlier version. Whether a case"), (4, "Card")):
            browser = self.shown(model_card="# Card", schema_version=version).modelCardBrowser
            self.assertTrue(browser.plainText.startswith(first), browser.plainText)

    def test_only_links_to_the_web_open(self):
        browser = self.shown(model_card="[web](https://example.org/a)").modelCardBrowser
        self.assertFalse(browser.openLinks)
        for link in (
            "https://example.org/a",
            "http://example.org/",
            "file:///etc/passwd",
            ELSEWHERE,
        ):
            self.click(link)
        self.assertEqual(self.opened, ["https://example.org/a", "http://example.org/"])

    def test_other_texts_are_shown_as_they_are(self):
        label = self.shown(intended_use=f'<img src="{ELSEWHERE}">').bundleFactsLabel
        self.assertIn("&lt;img", label.text)
        self.assertEqual(label.textFormat, qt.Qt.RichText)

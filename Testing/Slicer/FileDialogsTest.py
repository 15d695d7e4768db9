"""Self tests of where file dialogs begin."""

from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import qt
import slicer
from ParotidClassifierLib.Panels import FileDialogs
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import folderFor

SETTING = "ParotidClassifier/LastFolder"


class FileDialogsTest(ScriptedLoadableModuleTest):
    """The user is asked for a folder or file."""

    def setUp(self):
        self.folder = Path(folderFor(self))
        self.begun = []
        before = qt.QSettings().value(SETTING)
        self.addCleanup(qt.QSettings().setValue, SETTING, before)
        qt.QSettings().remove(SETTING)

    def choosing(self, path):
        """Let the user choose this path in any dialog, and note where the dialog began."""

        def choose(_parent, _title, begin, *_kinds):
            self.begun.append(begin)
            return str(path)

        names = ("getExistingDirectory", "getOpenFileName", "getSaveFileName")
        pretended = SimpleNamespace(**dict.fromkeys(names, choose))
        return patch.object(FileDialogs.qt, "QFileDialog", pretended)

    def test_the_first_one_begins_in_the_documents(self):
        with self.choosing(""):
            self.assertEqual(FileDialogs.askForFolder("Which?"), "")
        documents = qt.QStandardPaths.writableLocation(qt.QStandardPaths.DocumentsLocation)
        self.assertEqual(self.begun, [documents])
        self.assertNotIn(documents, ("", "/"))

    def test_the_next_one_begins_where_the_last_one_ended(self):
        with self.choosing(self.folder):
            FileDialogs.askForFolder("Which?")
        with self.choosing(self.folder / "in" / "bundle.zip"):
            FileDialogs.askForFile("Which?", "*.zip")
        (self.folder / "in").mkdir()
        with self.choosing(self.folder / "result.json"):
            saved = FileDialogs.askWhereToSave("Where?", "prediction.json", "*.json")
        self.assertEqual(saved, str(self.folder / "result.json"))
        proposed = self.folder / "in" / "prediction.json"
        self.assertEqual(self.begun[1:], [str(self.folder), str(proposed)])
        self.assertEqual(FileDialogs.firstFolder(), str(self.folder))

    def test_a_dialog_that_is_cancelled_changes_nothing(self):
        with self.choosing(self.folder):
            FileDialogs.askForFolder("Which?")
        with self.choosing(""):
            self.assertEqual(FileDialogs.askForFile("Which?", "*.zip"), "")
            self.assertEqual(FileDialogs.askWhereToSave("Where?", "a.csv", "*.csv"), "")
        self.assertEqual(FileDialogs.firstFolder(), str(self.folder))

    def test_a_folder_that_is_gone_is_not_begun_in(self):
        with self.choosing(self.folder / "gone"):
            FileDialogs.askForFolder("Which?")
        self.assertNotIn("gone", FileDialogs.firstFolder())

    def test_a_name_without_its_kind_gets_it_and_replaces_none_unasked(self):
        with self.choosing(self.folder / "mine"):
            asked = ("Where?", "prediction.json", "*.json")
            self.assertEqual(FileDialogs.askWhereToSave(*asked), str(self.folder / "mine.json"))
            (self.folder / "mine.json").write_text("older", encoding="utf-8")
            with patch.object(slicer.util, "confirmOkCancelDisplay", return_value=False):
                self.assertEqual(FileDialogs.askWhereToSave(*asked), "")

"""Self tests of what a prediction needs and how it is installed; nothing is really installed."""

import importlib.machinery
import sys
import tempfile
import types
from pathlib import Path
from subprocess import CalledProcessError
from unittest.mock import patch

import slicer
from ParotidClassifierLib.Background.Dependencies import (
    Dependencies,
    DependenciesDeclinedError,
    DependencyError,
    Way,
)
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

ABSENT_PACKAGE = "parotid-classifier-no-such-package"


class ExtensionsModel:
    """Stands for Slicer's model of extensions, whose server a test cannot count on.

    Args:
        installed: extensions that are there.
        reachable: whether the server answers.
        delivers: whether what was downloaded is installed in the end.
    """

    def __init__(self, installed=(), reachable=True, delivers=True, enabled=True):
        self.interactive = True
        self.installed = set(installed)
        self.requests = []
        self._reachable = reachable
        self._delivers = delivers
        self._enabled = enabled

    def isExtensionInstalled(self, name):
        return name in self.installed

    def isExtensionEnabled(self, name):
        return self._enabled

    def installExtensionFromServer(self, name, restart=True, update=False):
        self.requests.append((name, restart, self.interactive))
        if self._reachable and self._delivers:
            self.installed.add(name)
        return self._reachable


class User:
    """Answers every question the same way and remembers what was asked."""

    def __init__(self, answer):
        self.questions = []
        self._answer = answer

    def __call__(self, text, detailedText):
        self.questions.append(f"{text}\n{detailedText}")
        return self._answer


class DependenciesTestCase(ScriptedLoadableModuleTest):
    """Makes modules appear to be there or not, and requirements of the test's own."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.user = User(answer=True)
        self.model = ExtensionsModel()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.requirements = Path(folder.name) / "requirements.txt"
        self.requirements.write_text("numpy\n", encoding="utf-8")
        self.have("radiomics", "torch", "PyTorchUtils")

    def have(self, *names):
        self._appear({name: _module(name) for name in names})

    def lack(self, *names):
        self._appear(dict.fromkeys(names))

    def require(self, *lines):
        self.requirements.write_text("\n".join(lines), encoding="utf-8")

    def dependencies(self, installTorch=None):
        return Dependencies(self.model, self.user, installTorch, self.requirements)

    def missing(self):
        return [(item.name, item.way) for item in self.dependencies().missing()]

    def _appear(self, modules):
        appearance = patch.dict(sys.modules, modules)
        appearance.start()
        self.addCleanup(appearance.stop)


class MissingTest(DependenciesTestCase):
    """What is not there is named; nothing is loaded to find out."""

    def test_nothing_is_missing_where_everything_is_installed(self):
        self.assertEqual(self.missing(), [])
        self.assertEqual(self.dependencies().describe(), "")

    def test_without_radiomics_its_extension_is_named(self):
        self.lack("radiomics")
        self.assertEqual(self.missing(), [("SlicerRadiomics", Way.EXTENSION)])

    def test_without_torch_only_torch_is_named_where_its_extension_is_there(self):
        self.lack("torch")
        self.assertEqual(self.missing(), [("torch", Way.TORCH)])

    def test_without_the_extension_of_torch_both_are_named_extension_first(self):
        self.lack("torch", "PyTorchUtils")
        self.assertEqual(self.missing(), [("PyTorch", Way.EXTENSION), ("torch", Way.TORCH)])

    def test_a_package_that_is_not_there_is_named_with_its_version(self):
        self.require("# needed", f"{ABSENT_PACKAGE}>=2", "numpy")
        self.assertEqual(self.missing(), [(f"{ABSENT_PACKAGE}>=2", Way.PIP)])

    def test_packages_that_slicer_brings_are_never_replaced(self):
        self.require("numpy>=999", "scipy>=999", "SimpleITK>=999")
        self.assertEqual(self.missing(), [])

    def test_one_sentence_names_everything(self):
        self.lack("torch", "PyTorchUtils", "radiomics")
        self.require(ABSENT_PACKAGE)
        self.assertEqual(
            self.dependencies().describe(),
            "Not installed yet: SlicerRadiomics extension, PyTorch extension, torch, "
            f"{ABSENT_PACKAGE}.",
        )

    def test_the_requirements_of_the_module_can_be_read(self):
        names = [item.name for item in Dependencies().missing() if item.way is Way.PIP]
        self.assertFalse([name for name in names if name.startswith(("numpy", "scipy"))])


class InstallTest(DependenciesTestCase):
    """One yes installs what is missing; a no, and every failure, says so and breaks nothing."""

    def test_where_nothing_is_missing_nothing_is_asked(self):
        self.assertFalse(self.dependencies().install())
        self.assertEqual(self.user.questions, [])

    def test_the_question_lists_what_would_be_installed(self):
        self.lack("radiomics", "torch", "PyTorchUtils")
        self.dependencies().install()
        self.assertEqual(len(self.user.questions), 1)
        for name in ("SlicerRadiomics extension", "PyTorch extension", "torch: the deep network"):
            self.assertIn(name, self.user.questions[0])

    def test_a_no_installs_nothing(self):
        self.lack("radiomics")
        self.user = User(answer=False)
        with self.assertRaises(DependenciesDeclinedError) as caught:
            self.dependencies().install()
        self.assertIn("Nothing was installed.", str(caught.exception))
        self.assertEqual(self.model.requests, [])

    def test_extensions_are_installed_without_a_second_question_or_a_restart(self):
        self.lack("radiomics", "torch", "PyTorchUtils")
        self.assertTrue(self.dependencies().install(), "a restart is needed afterwards")
        self.assertEqual(
            self.model.requests, [("SlicerRadiomics", False, False), ("PyTorch", False, False)]
        )
        self.assertTrue(self.model.interactive, "left as it was found")

    def test_torch_waits_for_the_restart_if_its_extension_is_new(self):
        self.lack("torch", "PyTorchUtils")
        asked = []
        self.assertTrue(self.dependencies(lambda: asked.append("torch")).install())
        self.assertEqual(asked, [])

    def test_an_extension_that_waits_for_a_restart_is_not_downloaded_again(self):
        self.lack("radiomics")
        self.model = ExtensionsModel(installed=["SlicerRadiomics"])
        self.assertTrue(self.dependencies().install())
        self.assertEqual(self.model.requests, [])

    def test_an_extension_that_is_switched_off_is_named(self):
        self.lack("radiomics")
        self.model = ExtensionsModel(installed=["SlicerRadiomics"], enabled=False)
        self.assertFails("The extension SlicerRadiomics is installed but switched off. Switch it")

    def test_offline_says_what_to_do_and_leaves_the_model_as_it_was(self):
        self.lack("radiomics")
        self.model = ExtensionsModel(reachable=False)
        self.assertFails("The extension SlicerRadiomics could not be installed. Check the")
        self.assertTrue(self.model.interactive)

    def test_a_download_that_never_arrives_is_noticed(self):
        self.lack("radiomics")
        self.model = ExtensionsModel(delivers=False)
        self.assertFails("The extension SlicerRadiomics could not be installed.")

    def test_torch_is_installed_by_its_extension(self):
        self.lack("torch")

        def installTorch():
            self.have("torch")
            return sys.modules["torch"]

        self.assertFalse(self.dependencies(installTorch).install(), "no restart is needed")

    def test_a_no_to_torch_says_what_is_lost(self):
        self.lack("torch")
        with self.assertRaises(DependenciesDeclinedError) as caught:
            self.dependencies(lambda: None).install()
        self.assertIn("The deep network cannot be used without it.", str(caught.exception))

    def test_a_download_of_torch_that_fails_says_what_to_do(self):
        self.lack("torch")

        def installTorch():
            raise CalledProcessError(1, ["pip", "install", "torch"])

        self.assertFails("PyTorch could not be installed. Check the connection", installTorch)

    def test_while_slicer_runs_tests_torch_is_not_installed(self):
        self.lack("torch")
        self.assertFails("PyTorch could not be installed.")

    def test_while_slicer_runs_tests_packages_are_not_installed_and_still_named(self):
        self.require(ABSENT_PACKAGE)
        self.assertFails(f"Not installed yet: {ABSENT_PACKAGE}.")

    def test_a_yes_to_the_restart_does_not_restart_while_slicer_runs_tests(self):
        self.dependencies().offerRestart()
        self.assertIn("Work that is not saved is lost", self.user.questions[0])

    def assertFails(self, beginning, installTorch=None):
        with self.assertRaises(DependencyError) as caught:
            self.dependencies(installTorch).install()
        self.assertNotIsInstance(caught.exception, DependenciesDeclinedError)
        self.assertTrue(str(caught.exception).startswith(beginning), str(caught.exception))


def _module(name):
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, loader=None)
    return module

"""Self tests of what can be added, PyTorch and SlicerRadiomics; nothing is really installed."""

import sys
from subprocess import CalledProcessError
from unittest.mock import patch

import slicer
from MadeModules import madeModule
from ParotidClassifierLib.Background.Additions import Addition, Additions
from ParotidClassifierLib.Background.Dependencies import Need
from ParotidClassifierLib.Background.DependencyError import (
    DependenciesDeclinedError,
    DependencyError,
)
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest


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


class AskedDependencies:
    """Remembers what it was asked to install."""

    def __init__(self):
        self.asked = []

    def install(self, need):
        self.asked.append(need)


class AdditionsTest(ScriptedLoadableModuleTest):
    """Each says what it adds and how large it is, and is installed by its extension after a yes."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.questions = []
        self.answer = True
        self.model = ExtensionsModel()
        self.dependencies = AskedDependencies()
        absent = ("radiomics", "trimesh", "torch")
        self.appear(dict.fromkeys(absent) | {"PyTorchUtils": madeModule("PyTorchUtils")})

    def appear(self, modules):
        appearance = patch.dict(sys.modules, modules)
        appearance.start()
        self.addCleanup(appearance.stop)

    def additions(self, installTorch=None):
        def confirm(text, detailedText):
            self.questions.append(text)
            return self.answer

        return Additions(self.dependencies, self.model, confirm, installTorch)

    def assertFails(self, addition, beginning, installTorch=None):
        with self.assertRaises(DependencyError) as caught:
            self.additions(installTorch).install(addition)
        self.assertNotIsInstance(caught.exception, DependenciesDeclinedError)
        self.assertTrue(str(caught.exception).startswith(beginning), str(caught.exception))

    def test_what_is_there_is_not_loaded_to_find_out(self):
        self.assertFalse(self.additions().isThere(Addition.TORCH))
        self.appear({"torch": madeModule("torch")})
        self.assertTrue(self.additions().isThere(Addition.TORCH))

    def test_each_says_how_large_it_is_and_that_nothing_depends_on_it(self):
        for addition, size in ((Addition.TORCH, "GB"), (Addition.RADIOMICS, "MB")):
            text = self.additions().describe(addition)
            self.assertIn(size, text)
            self.assertIn("same without it", text)

    def test_radiomics_comes_with_its_extension_and_needs_a_restart(self):
        self.assertTrue(self.additions().install(Addition.RADIOMICS))
        self.assertEqual(self.model.requests, [("SlicerRadiomics", False, False)])
        self.assertTrue(self.model.interactive, "left as it was found")
        self.assertEqual(len(self.questions), 1)

    def test_what_its_extension_does_not_bring_is_installed_after_the_restart(self):
        self.appear({"radiomics": madeModule("radiomics")})
        self.assertFalse(self.additions().isThere(Addition.RADIOMICS))
        self.assertFalse(self.additions().install(Addition.RADIOMICS), "no restart is needed")
        self.assertEqual((self.dependencies.asked, self.model.requests), ([Need.PYRADIOMICS], []))
        self.appear({"trimesh": madeModule("trimesh")})
        self.assertTrue(self.additions().isThere(Addition.RADIOMICS))

    def test_torch_waits_for_the_restart_if_its_extension_is_new(self):
        self.appear({"PyTorchUtils": None})
        asked = []
        self.assertTrue(self.additions(lambda: asked.append(1)).install(Addition.TORCH))
        self.assertEqual((asked, self.model.requests), ([], [("PyTorch", False, False)]))

    def test_torch_is_installed_by_its_extension(self):
        done = self.additions(lambda: madeModule("torch")).install(Addition.TORCH)
        self.assertFalse(done, "no restart is needed")
        self.assertEqual(self.model.requests, [])

    def test_a_no_installs_nothing(self):
        self.answer = False
        with self.assertRaises(DependenciesDeclinedError):
            self.additions().install(Addition.RADIOMICS)
        self.assertEqual(self.model.requests, [])

    def test_a_no_to_the_build_of_torch_is_no_mistake(self):
        with self.assertRaises(DependenciesDeclinedError):
            self.additions(lambda: None).install(Addition.TORCH)

    def test_an_extension_that_waits_for_a_restart_is_not_downloaded_again(self):
        self.model = ExtensionsModel(installed=["SlicerRadiomics"])
        self.assertTrue(self.additions().install(Addition.RADIOMICS))
        self.assertEqual(self.model.requests, [])

    def test_an_extension_that_is_switched_off_is_named(self):
        self.model = ExtensionsModel(installed=["SlicerRadiomics"], enabled=False)
        told = "The extension SlicerRadiomics is installed but switched off. Switch it"
        self.assertFails(Addition.RADIOMICS, told)

    def test_offline_says_what_to_do_and_leaves_the_model_as_it_was(self):
        self.model = ExtensionsModel(reachable=False)
        told = "The extension SlicerRadiomics could not be installed. Check the"
        self.assertFails(Addition.RADIOMICS, told)
        self.assertTrue(self.model.interactive)

    def test_a_download_that_never_arrives_is_noticed(self):
        self.model = ExtensionsModel(delivers=False)
        self.assertFails(Addition.RADIOMICS, "The extension SlicerRadiomics could not be")

    def test_a_download_of_torch_that_fails_says_what_to_do(self):
        def installTorch():
            raise CalledProcessError(1, ["pip", "install", "torch"])

        told = "PyTorch could not be installed. Check the connection"
        self.assertFails(Addition.TORCH, told, installTorch)

    def test_while_slicer_runs_tests_torch_is_not_installed(self):
        self.assertFails(Addition.TORCH, "PyTorch could not be installed.")

    def test_a_yes_to_the_restart_does_not_restart_while_slicer_runs_tests(self):
        self.additions().offerRestart()
        self.assertIn("Work that is not saved is lost", self.questions[0])

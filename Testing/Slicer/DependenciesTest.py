"""Self tests of the Python packages that are needed and how they are installed; none really is."""

import platform
import tempfile
import zipfile
from pathlib import Path

import qt
import slicer
from packaging.tags import sys_tags
from ParotidClassifierLib.Background.Dependencies import Dependencies, Need
from ParotidClassifierLib.Background.DependencyError import (
    DependenciesDeclinedError,
    DependencyError,
)
from ParotidClassifierLib.Background.WheelFolder import setWheelFolder, wheelFolder
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

ABSENT = "parotid-classifier-no-such-package"
NO_ANSWER = """WARNING: Retrying after connection broken by 'NewConnectionError: [Errno 101] ...'
ERROR: Could not find a version that satisfies the requirement {0} (from versions: none)
ERROR: No matching distribution found for {0}"""


class User:
    """Answers every question the same way and remembers what was asked."""

    def __init__(self, answer):
        self.questions = []
        self._answer = answer

    def __call__(self, text, detailedText):
        self.questions.append(f"{text}\n{detailedText}")
        return self._answer


class Pip:
    """Stands for pip, which installs nothing here; remembers what it was asked."""

    def __init__(self, code=0, said=""):
        self.asked = []
        self._ended = code, said

    def __call__(self, words):
        self.asked.append(words)
        return self._ended


class DependenciesTestCase(ScriptedLoadableModuleTest):
    """Requirements of the test's own, and no wheel folder but the test's."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        self.user = User(answer=True)
        self.pip = Pip()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for need in Need:
            (self.folder / need.value).write_text("numpy\n", encoding="utf-8")
        self.addCleanup(setWheelFolder, wheelFolder())
        setWheelFolder("")

    def require(self, *lines, need=Need.CLASSIFICATION):
        (self.folder / need.value).write_text("\n".join(lines), encoding="utf-8")

    def dependencies(self):
        return Dependencies(self.user, self.pip, self.folder)

    def missing(self):
        return [str(each) for each in self.dependencies().missing()]

    def wheel(self, name=ABSENT, version="2.0", tag=None):
        """Lay a wheel, which is nothing but its name, into the wheel folder."""
        wheels = self.folder / "wheels"
        wheels.mkdir(exist_ok=True)
        tag = tag or str(next(iter(sys_tags())))
        path = wheels / f"{name.replace('-', '_')}-{version}-{tag}.whl"
        zipfile.ZipFile(path, "w").close()
        setWheelFolder(str(wheels))
        return wheels

    def assertFails(self, beginning, need=Need.CLASSIFICATION):
        with self.assertRaises(DependencyError) as caught:
            self.dependencies().install(need)
        self.assertNotIsInstance(caught.exception, DependenciesDeclinedError)
        told = str(caught.exception)
        self.assertTrue(told.startswith(beginning), told)
        return told


class MissingTest(DependenciesTestCase):
    """What is not there is named; nothing is loaded to find out."""

    def test_nothing_is_missing_where_everything_is_installed(self):
        self.assertEqual(self.missing(), [])
        self.assertEqual(self.dependencies().describe(), "")

    def test_a_package_that_is_not_there_is_named_with_its_version(self):
        self.require("# needed", f"{ABSENT}>=2", "numpy")
        self.assertEqual(self.missing(), [f"{ABSENT}>=2"])
        self.assertEqual(self.dependencies().describe(), f"Not installed yet: {ABSENT}>=2.")

    def test_packages_that_slicer_brings_are_never_replaced(self):
        self.require("numpy>=999", "scipy>=999", "SimpleITK>=999", "pydicom>=999")
        self.assertEqual(self.missing(), [])

    def test_a_classification_misses_nothing_that_only_reports_need(self):
        self.require(ABSENT, need=Need.REPORT)
        dependencies = self.dependencies()
        self.assertEqual(dependencies.missing(), [])
        self.assertIn(ABSENT, dependencies.describe(Need.REPORT))

    def test_the_requirements_of_the_module_can_be_read(self):
        for need in Need:
            names = [each.name.lower() for each in Dependencies().missing(need)]
            self.assertFalse({"numpy", "scipy", "torch", "pyradiomics"} & set(names))


class InstallTest(DependenciesTestCase):
    """One yes installs what is missing; a no, and every failure, says so and breaks nothing."""

    def test_where_nothing_is_missing_nothing_is_asked(self):
        self.dependencies().install()
        self.assertEqual((self.user.questions, self.pip.asked), ([], []))

    def test_the_question_lists_what_would_be_installed_and_how_large_it_is(self):
        self.require(f"{ABSENT}>=2")
        self.assertFails("Not installed yet")
        (question,) = self.user.questions
        self.assertIn("about 5 MB", question)
        self.assertIn(f"{ABSENT}>=2", question)

    def test_each_need_is_asked_for_by_its_own_question(self):
        for need, word in ((Need.REPORT, "Reports need"), (Need.DICOM, "DICOM")):
            self.require(ABSENT, need=need)
            self.assertFails("Not installed yet", need)
            self.assertIn(word, self.user.questions[-1])

    def test_a_no_installs_nothing(self):
        self.require(ABSENT)
        self.user = User(answer=False)
        with self.assertRaises(DependenciesDeclinedError) as caught:
            self.dependencies().install()
        self.assertIn("Nothing was installed.", str(caught.exception))
        self.assertEqual(self.pip.asked, [])

    def test_wheels_alone_are_installed_and_slicers_packages_kept(self):
        self.require(f"{ABSENT}>=2")
        self.assertFails("Not installed yet")
        (words,) = self.pip.asked
        self.assertEqual(words[:3], [f"{ABSENT}>=2", "--only-binary", ":all:"])
        self.assertIn("--constraint", words)
        self.assertNotIn("--no-index", words)

    def test_without_internet_the_offline_way_is_named(self):
        self.require(ABSENT)
        self.pip = Pip(1, NO_ANSWER.format(ABSENT))
        told = self.assertFails("The Python packages could not be downloaded: the internet")
        self.assertIn("wheel folder", told)

    def test_another_failure_says_what_to_do(self):
        self.require(ABSENT)
        self.pip = Pip(1, "ERROR: [Errno 28] No space left on device")
        self.assertFails("The Python packages could not be installed. Check the free disk space")

    def test_while_slicer_runs_tests_nothing_is_installed_and_all_still_named(self):
        self.require(ABSENT)
        with self.assertRaises(DependencyError) as caught:
            Dependencies(self.user, folder=self.folder).install()
        self.assertIn(f"Not installed yet: {ABSENT}.", str(caught.exception))


class WheelFolderTest(DependenciesTestCase):
    """Packages come from a folder where one is set, and what is wrong with it is told."""

    def setUp(self):
        super().setUp()
        self.require(f"{ABSENT}>=2")

    def test_pip_looks_into_the_folder_and_nowhere_else(self):
        wheels = self.wheel()
        self.assertFails("Not installed yet")
        (words,) = self.pip.asked
        place = words.index("--no-index")
        self.assertEqual(words[place : place + 3], ["--no-index", "--find-links", str(wheels)])
        self.assertIn("--isolated", words)

    def test_a_folder_that_is_not_there(self):
        for name in ("gone", Need.REPORT.value):  # the other is a file
            folder = self.folder / name
            setWheelFolder(str(folder))
            self.assertFails(f"The wheel folder {folder} cannot be read: ")
        self.assertEqual(self.pip.asked, [])

    def test_a_folder_without_the_package(self):
        wheels = self.wheel("another")
        self.assertFails(f"The wheel folder {wheels} lacks the package {ABSENT}>=2.")

    def test_a_version_that_is_too_old_is_as_good_as_none(self):
        self.wheel(version="1.0")
        self.assertFails("The wheel folder")
        self.assertEqual(self.pip.asked, [])

    def test_a_damaged_wheel_is_named(self):
        self.require(ABSENT)
        (path,) = self.wheel().iterdir()
        path.write_bytes(b"PK")
        self.assertFails(f"The wheel {path} is damaged.")
        self.assertEqual(self.pip.asked, [])

    def test_wheels_for_another_python(self):
        self.wheel(tag="cp27-cp27m-win32")
        told = self.assertFails(f"The wheel of {ABSENT} in")
        self.assertIn("cp27-cp27m-win32", told)
        self.assertIn(f"this Slicer has Python {platform.python_version()}", told)

    def test_what_a_package_itself_needs_is_named_by_pip(self):
        wheels = self.wheel()
        self.pip = Pip(1, "ERROR: No matching distribution found for what-it-needs>=3")
        self.assertFails(f"The wheel folder {wheels} lacks the package what-it-needs>=3.")

    def test_the_folder_is_kept_for_the_next_start(self):
        setWheelFolder(" /some/wheels ")
        self.assertEqual(wheelFolder(), "/some/wheels")
        self.assertEqual(qt.QSettings().value("ParotidClassifier/WheelFolder"), "/some/wheels")

"""What Slicer's start pays for the module, and what the panel does where little is installed.

Each in a process of its own, where nothing has been imported before.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
MODULE = REPOSITORY / "ParotidClassifier" / "ParotidClassifier.py"
FOLDERS = [REPOSITORY / name for name in ("ParotidClassifier", "Testing", "Testing/Slicer")]

NOT_AT_START = ("ParotidClassifierCore", "SimpleITK", "scipy", "torch", "sklearn", "pandas")
NOT_AT_START += ("radiomics", "matplotlib", "skimage", "pydicom", "yaml", "nrrd", "slicerio")

DISCOVERY = """
import json, sys
from SlicerStandIn import application
application.start()
before = set(sys.modules)
application.load_module(sys.argv[1])
loaded = set(sys.modules) - before
application.finish_startup()
started = set(sys.modules) - before
print(json.dumps([sorted(before), sorted(loaded), sorted(started)]))
"""

# Imports, and what pip knows, as in a Slicer into which nothing was installed.
FRESH_SLICER = """
import importlib.metadata, json, sys
MODULES = set(json.loads(sys.argv[2]))
PACKAGES = set(json.loads(sys.argv[3]))

class Without:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, *args):
        if name.partition(".")[0] in MODULES:
            return None
        return self.finder.find_spec(name, *args)
    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
known = importlib.metadata.Distribution.from_name.__func__

def from_name(cls, name):
    if name.lower() in PACKAGES:
        raise importlib.metadata.PackageNotFoundError(name)
    return known(cls, name)

importlib.metadata.Distribution.from_name = classmethod(from_name)

from SlicerStandIn import application
application.start()
application.load_module(sys.argv[1])
application.finish_startup()
import slicer
from ParotidClassifierLib.Scene.SampleCases import SAMPLE_CASES
widget = application.enter("ParotidClassifier")
panels = widget.mainPanel.panels
for sample in SAMPLE_CASES:
    widget.mainPanel.samples.load(sample.name)
ui = {name: panel.ui for name, panel in panels.items()}
node = widget.logic.getParameterNode()
widget.logic.measurements(node)
node.ringWidthMm = "3.0"
ui["TumorPanel"].startButton.click()
ui["RingPanel"].refineButton.click()
ui["AdvancedPanel"].aboutBundleButton.click()
import tempfile
with tempfile.TemporaryDirectory() as folder:
    widget.logic.classification.saveCase(node, folder + "/case")
from SlicerStandIn.failures import hidden_errors
print(json.dumps({
    "ring": bool(widget.logic.ringFollower.drawn.masks['External2'].any()),
    "findings": ui["CasePanel"].findingsLabel.text,
    "missing": ui["ClassifyPanel"].missingLabel.text,
    "canRun": ui["ClassifyPanel"].runButton.enabled,
    "canInstall": not ui["ClassifyPanel"].installButton.isHidden(),
    "errors": hidden_errors.take(),
    "loaded": sorted(MODULES & {name.partition(".")[0] for name in sys.modules}),
}))
"""


def run(program, *arguments):
    """Run a program on the stand-in; return what its last line says."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, FOLDERS))}
    done = subprocess.run(
        [sys.executable, "-c", program, str(MODULE), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def roots(names):
    return {name.partition(".")[0] for name in names}


def test_loading_imports_little():
    before, loaded, started = run(DISCOVERY)
    assert not roots(before) & set(NOT_AT_START)
    assert "ParotidClassifier" in loaded
    assert not roots(loaded) & {*NOT_AT_START, "ParotidClassifierLib"}
    # the sample cases are registered by Core's names
    assert not roots(started) & set(NOT_AT_START) - {"ParotidClassifierCore"}


def test_bare_slicer_suffices():
    modules = ("torch", "radiomics", "yaml", "nrrd", "slicerio", "sklearn", "pandas", "joblib")
    modules += ("tqdm", "trimesh", "pydicom", "skimage", "matplotlib", "safetensors")
    modules += ("threadpoolctl",)
    packages = ("pyyaml", "scikit-learn", "joblib", "tqdm", "trimesh")
    packages += ("pydicom", "matplotlib", "safetensors", "threadpoolctl")
    shown = run(FRESH_SLICER, json.dumps(modules), json.dumps(packages))
    assert shown["errors"] == []
    assert shown["loaded"] == []
    assert shown["ring"]
    assert "checks passed" in shown["findings"]
    assert "\N{BALLOT X}" not in shown["findings"]
    assert not shown["canRun"]
    assert shown["canInstall"]
    needed = ("PyYAML", "threadpoolctl", "tqdm")
    assert all(package in shown["missing"] for package in needed)
    for later in {*packages} - {package.lower() for package in needed} - {"pydicom"}:
        assert later not in shown["missing"].lower()

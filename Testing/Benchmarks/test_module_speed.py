"""How long Slicer waits for the module: at start-up and at each edit.

Wanted: less than 0.3 s for finding the module, at most 0.2 s for the ring of a 23 mm tumour on a CT
of 512 × 512 × 60.
"""

import os
import statistics
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MODULE = REPOSITORY / "ParotidClassifier" / "ParotidClassifier.py"
TUMOR_RADIUS = 11  # a ball 23 voxels across
LESION = (125, 125, 90)

DISCOVERY = """
import sys, time
from SlicerStandIn import application
application.start()
start = time.perf_counter()
application.load_module(sys.argv[1])
print(time.perf_counter() - start)
"""


def discover() -> float:
    """Return how long loading the module took in a fresh process, in seconds."""
    folders = [REPOSITORY / "ParotidClassifier", REPOSITORY / "Testing"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    command = [sys.executable, "-c", DISCOVERY, str(MODULE)]
    return float(subprocess.check_output(command, env=environment, text=True))


def test_finding_the_module_in_a_fresh_process(benchmark, table):
    seconds: list[float] = []
    benchmark.pedantic(lambda: seconds.append(discover()), rounds=5)
    table.at_most("Module import in a fresh process", statistics.median(seconds), 0.3)
    assert all(seconds)


@pytest.fixture(scope="module")
def the_module():
    """The module's panel, shown on the stand-in."""
    from SlicerStandIn import application

    application.start()
    application.load_module(MODULE)
    application.finish_startup()
    return application.enter("ParotidClassifier")


@pytest.fixture
def a_large_case(the_module):
    """The panel with a 23 mm tumour outlined on a CT of 512 × 512 × 60."""
    import slicer
    from ParotidClassifierCore.imaging.lattice import Box
    from ParotidClassifierLib.Scene import Images

    slicer.mrmlScene.Clear(0)
    values = np.random.default_rng(0).normal(50, 10, (60, 512, 512))
    values[:, :40] = -1000
    ijk_to_ras = np.diag([-0.49, -0.49, 3.0, 1.0])
    logic = the_module.logic
    node = logic.getParameterNode()
    node.ct = slicer.util.addVolumeFromArray(values.astype(np.int16), ijkToRAS=ijk_to_ras)
    logic.startOutline(node)
    half = TUMOR_RADIUS + 4
    box = Box(tuple(c - half for c in LESION), tuple(c + half for c in LESION))
    distance = np.linalg.norm(np.indices(box.size) - half, axis=0)
    tumors = [distance <= TUMOR_RADIUS, np.roll(distance, 1, axis=2) <= TUMOR_RADIUS]
    lattice = logic.sceneCase.lattice(node)

    def edit(tumor: np.ndarray) -> None:
        Images.setSegment(node.segmentation, "Tumor", tumor, lattice, box)

    edit(tumors[0])
    logic.ringFollower.flush()
    yield the_module, edit, cycle(tumors)
    slicer.mrmlScene.Clear(0)


def test_the_ring_follows_an_edit(benchmark, table, a_large_case):
    """With all that the panel shows of it: this is how long an edit stops the application."""
    widget, edit, tumors = a_large_case
    follower = widget.logic.ringFollower

    def change() -> None:
        edit(next(tumors))

    benchmark.pedantic(follower.flush, setup=change, rounds=20)
    assert follower.drawn.masks["External2"].any()
    name = "Panel: ring and findings after an edit of the tumour"
    table.at_most(name, benchmark.stats.stats.median, 0.2)

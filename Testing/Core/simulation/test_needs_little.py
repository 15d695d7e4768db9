"""The sample cases inside 3D Slicer must work before anything has been installed there."""

import subprocess
import sys
from pathlib import Path

import ParotidClassifierCore

CORE = Path(ParotidClassifierCore.__file__).parent
NOT_SHIPPED_WITH_SLICER = (
    "torch", "radiomics", "sklearn", "pandas", "matplotlib", "yaml", "nrrd", "slicerio", "pydicom",
    "joblib", "safetensors", "threadpoolctl", "tqdm", "trimesh",
)  # fmt: skip

SIMULATION = f"""
import sys
sys.modules.update(dict.fromkeys({NOT_SHIPPED_WITH_SLICER!r}))  # None: importing it fails
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.simulation.case import simulate_case
assert simulate_case(13, malignant=False).tumor.GetSize()
"""


def test_needs_what_slicer_ships():
    process = subprocess.run(
        [sys.executable, "-c", SIMULATION],
        cwd=CORE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr

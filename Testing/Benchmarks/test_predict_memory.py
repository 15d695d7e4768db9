"""How much memory `predict` takes on a real CT; less than 2 GB is wanted."""

import subprocess
import sys

from fixtures.real_data import REAL_DATA, needs_real_data
from ParotidClassifierCore.bundle.shipped import default_bundle

_KIB_PER_UNIT = 1 / 1024 if sys.platform == "darwin" else 1  # macOS counts bytes
# In a process of its own, as the largest child that ever was is what the system tells.
_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@needs_real_data
def test_memory_of_predict_on_a_real_ct(benchmark, table, tmp_path):
    case = REAL_DATA / "real_ct" / "STS_019"
    command = [
        sys.executable, "-m", "ParotidClassifierCore", "predict",
        "--ct", str(case / "CT_image.nii.gz"), "--tumor", str(case / "CT_mask.nii.gz"),
        "--bundle", str(default_bundle()), "--out", str(tmp_path),
    ]  # fmt: skip
    measured = [sys.executable, "-c", _PEAK, *command]
    peaks = []
    benchmark.pedantic(
        lambda: peaks.append(int(subprocess.check_output(measured, text=True))), rounds=2
    )
    peak = max(peaks) * _KIB_PER_UNIT / 1024
    table.at_most(
        "Peak memory of the command line on a real CT, its larger process", peak, 2048, "MiB"
    )
    assert (tmp_path / "prediction.json").exists()

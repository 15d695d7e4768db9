"""How much memory `predict` takes on a real CT; less than 2 GB is wanted."""

from __future__ import annotations

import resource
import subprocess
import sys

from ParotidClassifierCore.models.shipped import default_bundle
from real_data import REAL_DATA, needs_real_data

_KIB_PER_UNIT = 1 / 1024 if sys.platform == "darwin" else 1  # macOS counts bytes


@needs_real_data
def test_memory_of_predict_on_a_real_ct(benchmark, table, tmp_path):
    case = REAL_DATA / "real_ct" / "STS_019"
    command = [
        sys.executable, "-m", "ParotidClassifierCore", "predict",
        "--ct", str(case / "CT_image.nii.gz"), "--tumor", str(case / "CT_mask.nii.gz"),
        "--bundle", str(default_bundle()), "--out", str(tmp_path),
    ]  # fmt: skip
    benchmark.pedantic(subprocess.run, [command], {"check": True}, rounds=3)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _KIB_PER_UNIT / 1024
    table.at_most("Peak memory of the command line on a real CT", peak, 2048, "MiB")
    assert (tmp_path / "prediction.json").exists()

"""The Makefile where it runs: with GNU make 3.81 too, which is what macOS has."""

import shutil
import subprocess

import pytest
from documents import ROOT

# What .FEATURES holds there.
OF_3_81 = "target-specific order-only second-expansion else-if archives jobserver check-symlink"


def shown(*arguments):
    done = subprocess.run(
        [shutil.which("make"), "--dry-run", "--old-file=.venv/.ready", "test", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not there")
def test_older_make_is_understood():
    assert "--output-sync=target" in shown(f".FEATURES={OF_3_81} output-sync")
    old = shown(f".FEATURES={OF_3_81}")
    assert "test-module" in old
    assert "--output-sync" not in old

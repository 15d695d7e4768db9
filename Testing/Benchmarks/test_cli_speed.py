"""How long the command line takes where there is nothing to compute. Wanted: at most 0.15 s."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[2] / "ParotidClassifier"
CALLS = {"The help of the command line": ("--help",), "A usage error": ("predict", "--jobs", "x")}


@pytest.mark.parametrize("what", CALLS)
def test_the_first_word_in_a_fresh_process(what, benchmark, table):
    command = [sys.executable, "-m", "ParotidClassifierCore", *CALLS[what]]
    environment = {**os.environ, "PYTHONPATH": str(CORE)}

    def call() -> int:
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    codes = benchmark.pedantic(call, rounds=11, warmup_rounds=1)
    assert codes in (0, 2)
    table.at_most(what, statistics.median(benchmark.stats.stats.data), 0.15)

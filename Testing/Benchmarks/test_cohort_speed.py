"""What a second core gives the extraction of a cohort, and what a larger cohort takes in memory.

Wanted: two cores at least 1.8 times faster than one; memory that does not grow with the cohort.
"""

from __future__ import annotations

import subprocess
import sys
from time import perf_counter

import pytest
from made_cohorts import write_cohort
from ParotidClassifierCore.cohort.cache import CohortCache
from ParotidClassifierCore.cohort.extraction import extract_cohort
from ParotidClassifierCore.cohort.manifest import read_manifest
from ParotidClassifierCore.parallel import Machines
from ParotidClassifierCore.ring import RingSettings

CASES = 90

_PEAK = """
import resource, sys
from pathlib import Path
from ParotidClassifierCore.cohort.cache import CohortCache
from ParotidClassifierCore.cohort.extraction import extract_cohort
from ParotidClassifierCore.cohort.manifest import read_manifest
from ParotidClassifierCore.parallel import Machines
from ParotidClassifierCore.ring import RingSettings
table, cache, count = sys.argv[1:]
cases = read_manifest(Path(table))[: int(count)]
extract_cohort(cases, RingSettings(), CohortCache(Path(cache)), Machines(2))
both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
print(sum(resource.getrusage(who).ru_maxrss for who in both))
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return write_cohort(tmp_path_factory.mktemp("cohort"), CASES, CASES)


def seconds(table, cache, jobs):
    start = perf_counter()
    extract_cohort(read_manifest(table), RingSettings(), CohortCache(cache), Machines(jobs))
    return perf_counter() - start


def test_two_cores_against_one(benchmark, table, tmp_path, capsys):
    one = seconds(table, tmp_path / "one", 1)
    two = benchmark.pedantic(seconds, (table, tmp_path / "two", 2), rounds=1)
    benchmark.extra_info["ratio"] = one / two
    with capsys.disabled():
        print(
            f"\n{CASES} cases: {one / CASES:.2f} s a case on one core; two cores, their start "
            f"included, are {one / two:.2f} times faster"
        )


def test_memory_of_a_cohort_three_times_as_large(benchmark, table, tmp_path, capsys):
    def peak(count):
        command = [sys.executable, "-c", _PEAK, str(table), str(tmp_path / str(count)), str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout) / 1024

    few = peak(CASES // 3)
    many = benchmark.pedantic(peak, (CASES,), rounds=1)
    with capsys.disabled():
        print(
            f"\nparent and largest worker: {few:.0f} MiB for {CASES // 3} cases, "
            f"{many:.0f} MiB for {CASES}: {many / few:.2f} times"
        )

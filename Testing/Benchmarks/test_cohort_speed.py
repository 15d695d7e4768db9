"""What a second core gives the extraction of a cohort, and what a larger cohort takes in memory.

Wanted: 20000 cases an hour on two cores, at least 1.8 times as many as on one; memory that does not
grow with the cohort.
"""

import subprocess
import sys

import pytest
from benchmark_table import seconds
from fixtures.cohorts import write_cohort
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.parallel import Machines
from ParotidClassifierCore.study.cache import CohortCache
from ParotidClassifierCore.study.extraction import extract_cohort
from ParotidClassifierCore.study.manifest import read_manifest

CASES = 90

# A process's peak counts that of the one that started it: a small one must.
_BETWEEN = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"
_PEAK = """
import resource, sys
from pathlib import Path
from ParotidClassifierCore.study.cache import CohortCache
from ParotidClassifierCore.study.extraction import extract_cohort
from ParotidClassifierCore.study.manifest import read_manifest
from ParotidClassifierCore.base.parallel import Machines
from ParotidClassifierCore.protocol import shen2026
table, cache, count = sys.argv[1:]
cases = read_manifest(Path(table))[: int(count)]
extract_cohort(cases, shen2026(), CohortCache(Path(cache), Machines(2)))
both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
print(sum(resource.getrusage(who).ru_maxrss for who in both))
"""


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return write_cohort(tmp_path_factory.mktemp("cohort"), CASES, CASES)


def extraction_seconds(cohort, cache, jobs):
    cases = read_manifest(cohort)
    return seconds(lambda: extract_cohort(cases, PROTOCOL, CohortCache(cache, Machines(jobs))))


def test_two_cores_against_one(benchmark, table, cohort, tmp_path):
    one = extraction_seconds(cohort, tmp_path / "one", 1)
    two = benchmark.pedantic(extraction_seconds, (cohort, tmp_path / "two", 2), rounds=1)
    name = "Cohort: all features and network input, {}, cases an hour"
    table.told(name.format("one core"), f"{_rate(one):.0f}")
    table.at_least(name.format("two cores"), _rate(two), 20000, "")
    table.at_least(f"Cohort of {CASES}: one core against two, their start included", one / two, 1.8)


def _rate(of_all):
    return 3600 * CASES / of_all


def test_memory_of_a_cohort_three_times_as_large(benchmark, table, cohort, tmp_path):
    def peak(count):
        command = [sys.executable, "-c", _BETWEEN, sys.executable, "-c", _PEAK]
        command += [str(cohort), str(tmp_path / str(count)), str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout) / 1024

    few = peak(CASES // 3)
    many = benchmark.pedantic(peak, (CASES,), rounds=1)
    table.told("Cohort: memory of parent and largest worker", f"{many:.0f} MiB")
    table.at_most("Cohort: the same against a third of the cases", many / few, 1.1, "times")

"""Without PyTorch and PyRadiomics their tests are skipped, and no others."""

from packaging_lists import ROOT

pytest_plugins = ["pytester"]

ABSENT = """
import importlib.util, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, Absent())
usual = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == "torch" else usual(name)
from optional_packages import pytest_make_collect_report, pytest_runtest_makereport
"""
TESTS = """
def test_a():
    import torch

def test_b():
    try:
        import torch
    except ImportError as error:
        raise ValueError("needs it") from error

def test_c():
    import no_such_module

def test_d():
    assert False

def test_e():
    pass
"""


def test_what_needs_it_is_skipped_and_another_failure_is_none(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "Testing"))
    pytester.makeconftest(ABSENT)
    pytester.makepyfile(test_file="import torch\ndef test_a(): pass\n", test_single=TESTS)
    run = pytester.runpytest_subprocess("-rs")
    run.assert_outcomes(skipped=3, failed=2, passed=1)
    run.stdout.fnmatch_lines(["*test_file.py*torch is not installed*"])

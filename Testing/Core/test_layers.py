"""What may import what."""

import ast
import subprocess
import sys
from pathlib import Path

import ParotidClassifierCore
import pytest

CORE = Path(ParotidClassifierCore.__file__).parent
HEAVY = {"torch", "radiomics", "sklearn", "pandas", "matplotlib"}


def imported_by(*modules):
    code = f"import sys, {', '.join(modules)}; print(*sorted(sys.modules))"
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CORE.parent
    )
    return {name.split(".")[0] for name in process.stdout.split()}


def test_importing_core_imports_no_heavy_library():
    modules = ("", ".cli", ".commands", ".predict", ".case.grid", ".train")
    assert not imported_by(*(f"ParotidClassifierCore{module}" for module in modules)) & HEAVY


# What the panel imports inside 3D Slicer before the user has installed anything.
WITHOUT_INSTALLING = (
    "case.checks", "case.findings", "case.grid", "case.lattice", "case.loading", "case.masks",
    "case.measurements", "case.saving", "case.volumes", "case.working_grid", "clinical", "disk",
    "errors", "files", "lifeline", "models.bundle_summary", "models.eleven", "models.names",
    "models.shipped", "models.words", "ring", "simulation.case", "temporary", "words",
)  # fmt: skip
ALONE = """
import importlib, sys

class OnlyWhatSlicerShips:
    allowed = {"numpy", "scipy", "SimpleITK", "ParotidClassifierCore", *sys.stdlib_module_names}

    def find_spec(self, name, path=None, target=None):
        own = name.startswith("_")  # parts of what is allowed, such as _sysconfigdata
        if path is None and not own and name not in self.allowed:
            raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, OnlyWhatSlicerShips())
"""


def run_alone(program, *arguments):
    return subprocess.run(
        [sys.executable, "-c", ALONE + program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=CORE.parent,
    )


def test_the_panel_imports_core_before_anything_is_installed():
    done = run_alone(
        """
failed = {}
for module in sys.argv[1:]:
    try:
        importlib.import_module(f"ParotidClassifierCore.{module}")
    except ImportError as error:
        failed[module] = str(error)
sys.exit(str(failed) if failed else 0)
""",
        *WITHOUT_INSTALLING,
    )
    assert done.returncode == 0, done.stderr


def test_a_case_is_made_checked_measured_and_saved_before_anything_is_installed(tmp_path):
    done = run_alone(
        """
from pathlib import Path
from ParotidClassifierCore.case.checks import check_ct, check_outline, check_plain_ct
from ParotidClassifierCore.case.grid import draw_ring
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.measurements import measurements
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.models.bundle_summary import summarize_bundle
from ParotidClassifierCore.models.shipped import default_bundle
from ParotidClassifierCore.simulation.case import simulate_case
made = simulate_case(3)
case = Case(made.ct, made.tumor, record=made.record)
assert check_ct(case.ct) and check_outline(case, draw_ring(case))
assert check_plain_ct(case.ct, case.ct) and measurements(case, case.ct)
save_case_folder(Path(sys.argv[1]), case)
print(summarize_bundle(default_bundle()).name)
""",
        str(tmp_path / "case"),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "simulated-demo"
    assert (tmp_path / "case" / "ct.nrrd").is_file()


def test_what_is_not_there_is_missed():
    assert "yaml is not there" in run_alone("import yaml").stderr


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda p: p.name)
def test_core_imports_nothing_of_slicer_and_no_pickle(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.split(".")[0])
    assert not names & {"slicer", "qt", "ctk", "vtk", "pickle", "shelve", "marshal", "dill"}

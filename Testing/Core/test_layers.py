"""What may import what."""

import ast
import subprocess
import sys
from pathlib import Path

import ParotidClassifierCore
import pytest

CORE = Path(ParotidClassifierCore.__file__).parent
HEAVY = {"torch", "radiomics", "sklearn", "pandas", "matplotlib"}


def imported_by(module):
    code = f"import sys, {module}; print(*sorted(sys.modules))"
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CORE.parent
    )
    return {name.split(".")[0] for name in process.stdout.split()}


@pytest.mark.parametrize("module", ["", ".cli", ".commands", ".predict", ".case.grid", ".train"])
def test_importing_core_imports_no_heavy_library(module):
    assert not imported_by(f"ParotidClassifierCore{module}") & HEAVY


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda p: p.name)
def test_core_imports_nothing_of_slicer_and_no_pickle(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.split(".")[0])
    assert not names & {"slicer", "qt", "ctk", "vtk", "pickle", "shelve", "marshal", "dill"}

"""What may import what: layers, no circle of files, a public face for each package."""

import ast
import graphlib
import importlib
import subprocess
import sys
from pathlib import Path

import ParotidClassifierCore
import pytest
from ParotidClassifierCore.protocol import shen2026
from requirement_files import modules_of, packages_of

CORE = Path(ParotidClassifierCore.__file__).parent
# From bottom to top: a package imports those before it only.
LAYERS = (
    "base", "protocol", "imaging", "dicom", "case", "radiomics", "network", "statistics", "models",
    "bundle", "prediction", "reporting", "study", "simulation", "app",
)  # fmt: skip
HEAVY = {"torch", "radiomics", "sklearn", "pandas", "matplotlib"}


def module_name(path, root):
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_by_module(root):
    """Return, by module below `root`, those that it imports, wherever in the file."""
    files = {module_name(path, root): path for path in root.rglob("*.py")}
    return {name: imports_in(path, name, files) for name, path in files.items()}


def imports_in(path, name, files):
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            source = ".".join([*filter(None, above), *filter(None, [node.module])])
            for alias in node.names:
                below = f"{source}.{alias.name}".strip(".")
                found.add(below if below in files else source)
    return found - {""}  # the version, of the root, imports nothing


def upward(imports):
    """Return the imports of a package by one that is not above it, as texts."""
    rank = {package: place for place, package in enumerate(LAYERS)}
    pairs = [(a, b) for a, below in imports.items() for b in below if a not in ("", "__main__")]
    return [f"{a} imports {b}" for a, b in pairs if rank[first(a)] < rank[first(b)]]


def first(module):
    return module.partition(".")[0]


def circle(imports):
    """Return a circle of files, each imported by the one before it; None where there is none."""
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return None


def public_modules(root, package):
    """Return what a package's __init__ names in __all__: modules, or names that it imports."""
    for node in ast.parse((root / package / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def past_the_face(root, imports):
    """Return the imports from another package of modules that it does not name, as texts."""
    public = {package: public_modules(root, package) for package in LAYERS}
    pairs = [(a, b) for a, below in imports.items() for b in below if first(a) != first(b)]
    return [
        f"{a} imports {b}" for a, b in pairs if b.partition(".")[2] not in {"", *public[first(b)]}
    ]


IMPORTS = imports_by_module(CORE)


def test_every_package_has_a_layer():
    assert {first(name) for name in IMPORTS} - {"", "__main__"} == set(LAYERS)


def test_imports_point_down():
    assert not upward(IMPORTS)


def test_no_circle_of_files():
    assert circle(IMPORTS) is None


def test_packages_are_entered_by_their_face():
    assert not past_the_face(CORE, IMPORTS)


def test_the_slicer_side_enters_by_the_faces():
    modules = [name.split(".")[1:] for name in imported_by_the_slicer_side()]
    assert modules
    assert not [(a, b) for a, *b in modules if b and b[0] not in public_modules(CORE, a)]


def test_the_face_names_only_what_is_there():
    for package in LAYERS:
        face = importlib.import_module(f"{CORE.name}.{package}")
        names = [name for name in face.__all__ if f"{package}.{name}" not in IMPORTS]
        assert not [name for name in names if not hasattr(face, name)]


def planted(tmp_path, **files):
    for package in LAYERS:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text('__all__ = ["a"]\n')
        (tmp_path / package / "a.py").write_text("")
    for name, text in files.items():
        (tmp_path / name.replace("__", "/")).with_suffix(".py").write_text(text)
    return imports_by_module(tmp_path)


def test_an_upward_import_is_found(tmp_path):
    late = "def f():\n    from ..app.a import x\n"
    assert upward(planted(tmp_path, base__b=late)) == ["base.b imports app.a"]


def test_a_circle_is_found(tmp_path):
    imports = planted(tmp_path, base__b="from .c import x\n", base__c="from .b import y\n")
    assert set(circle(imports)) == {"base.b", "base.c"}


def test_a_way_past_the_face_is_found(tmp_path):
    imports = planted(tmp_path, app__b="from ..base.c import x\n", base__c="")
    assert past_the_face(tmp_path, imports) == ["app.b imports base.c"]


def imported_by(*modules):
    code = f"import sys, {', '.join(modules)}; print(*sorted(sys.modules))"
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CORE.parent
    )
    return {name.split(".")[0] for name in process.stdout.split()}


def test_importing_core_imports_no_heavy_library():
    modules = ("app.cli", "app.commands", "prediction.session", "case.grid", "study.train")
    assert not imported_by(*(f"ParotidClassifierCore.{module}" for module in modules)) & HEAVY


def imported_by_the_slicer_side():
    """Return the modules of Core that the Slicer side imports, as far as at the top of a file."""
    files = [*CORE.parent.glob("*.py"), *(CORE.parent / "ParotidClassifierLib").rglob("*.py")]
    nodes = [node for path in files for node in ast.parse(path.read_text(encoding="utf-8")).body]
    found = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return sorted(name for name in found if name.startswith(f"{CORE.name}."))


ALONE = """
import importlib, sys

class OnlyWhatSlicerShips:
    allowed = {"ParotidClassifierCore", *sys.stdlib_module_names, *@ALLOWED@}

    def find_spec(self, name, path=None, target=None):
        own = name.startswith("_")  # parts of what is allowed, such as _sysconfigdata
        if path is None and not own and name not in self.allowed:
            raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, OnlyWhatSlicerShips())
"""


def run_alone(program, *arguments, allowed=("numpy", "scipy", "SimpleITK")):
    alone = ALONE.replace("@ALLOWED@", repr(sorted(allowed)))
    return subprocess.run(
        [sys.executable, "-c", alone + program, *arguments],
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
        importlib.import_module(module)
    except ImportError as error:
        failed[module] = str(error)
sys.exit(str(failed) if failed else 0)
""",
        *imported_by_the_slicer_side(),
    )
    assert done.returncode == 0, done.stderr


def test_a_case_is_made_checked_measured_and_saved_before_anything_is_installed(tmp_path):
    done = run_alone(
        """
from pathlib import Path
from ParotidClassifierCore.case.checks import check_ct, check_outline, check_plain_ct
from ParotidClassifierCore.case.grid import draw_regions
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.measurements import measurements
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.bundle.store import summarize_bundle
from ParotidClassifierCore.bundle.shipped import default_bundle
from ParotidClassifierCore.protocol import shen2026
from ParotidClassifierCore.simulation.case import simulate_case
made = simulate_case(3)
case = Case(made.ct, made.tumor, record=made.record)
assert check_ct(case.ct) and check_outline(case, draw_regions(case, shen2026()))
assert check_plain_ct(case.ct, case.ct) and measurements(case, case.ct)
save_case_folder(Path(sys.argv[1]), case)
print(summarize_bundle(default_bundle()).name)
""",
        str(tmp_path / "case"),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "simulated-demo"
    assert (tmp_path / "case" / "ct.nrrd").is_file()


def test_a_case_is_classified_with_what_a_classification_needs(tmp_path):
    done = run_alone(
        """
from pathlib import Path
from ParotidClassifierCore.app.worker_commands import Desk
from ParotidClassifierCore.bundle.shipped import default_bundle
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.simulation.case import simulate_case
made = simulate_case(3)
save_case_folder(Path(sys.argv[1]), Case(made.ct, made.tumor, record=made.record))
asked = {"bundle": str(default_bundle()), "case": sys.argv[1]}
desk, quiet = Desk(), lambda fraction, step: None
models = desk.predict(asked, quiet)["prediction"]["models"]
assert all(model["probability"] is not None for model in models.values()), models
desk.saliency({**asked, "out": sys.argv[2]}, quiet)
print(*models)
""",
        str(tmp_path / "case"),
        str(tmp_path / "map.nrrd"),
        allowed=modules_of(packages_of("requirements.txt")),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == list(shen2026().models)


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


def test_types_for_the_checker_alone_are_few():
    """Imports under TYPE_CHECKING are for heavy libraries: among ourselves they hide a circle."""
    files = [
        path for path in CORE.parent.rglob("*.py") if "TYPE_CHECKING" in path.read_text("utf-8")
    ]
    assert len(files) <= 15

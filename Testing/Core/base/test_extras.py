"""A package that only some commands need is told by the extra that brings it."""

import importlib
import sys

import pytest
from packaging_lists import MODULE
from ParotidClassifierCore.app import study_commands
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.base.errors import MissingPackageError
from ParotidClassifierCore.base.extras import ALWAYS, EXTRAS, extras_named, require_package
from requirement_files import modules_of, packages_of

# Modules that such packages bring and nothing of ours imports.
BESIDE = {"functorch", "mpl_toolkits", "pylab", "torchgen"}


def test_every_extra_is_a_file_of_requirements():
    files = {path.name for path in (MODULE / "Resources").glob("requirements-*.txt")}
    assert files == {f"requirements-{extra}.txt" for extra in EXTRAS}


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_package_of_an_extra_is_known_by_its_modules(extra):
    assert modules_of(packages_of(f"requirements-{extra}.txt")) <= {*EXTRAS[extra], *BESIDE}


def test_what_a_classification_needs_is_no_extra():
    needed = packages_of("requirements.txt")
    assert modules_of(needed) <= {*ALWAYS, *BESIDE}
    assert not [extra for extra in EXTRAS if needed & packages_of(f"requirements-{extra}.txt")]


def test_a_package_that_is_missing_is_told_with_its_extra(monkeypatch):
    for module in ("highdicom", "highdicom.seg"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingPackageError, match="highdicom") as told, extras_named():
        importlib.import_module("highdicom.seg")
    assert 'pip install ".[dicom]"' in told.value.remedy


def test_what_every_command_needs_is_told_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "pywt", None)
    with pytest.raises(MissingPackageError, match="pywt") as told, extras_named():
        importlib.import_module("pywt")
    assert "pip install ." in told.value.remedy


def test_the_command_line_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "joblib", None)
    monkeypatch.setattr(study_commands, "simulate", lambda _: importlib.import_module("joblib"))
    code = main(["simulate", "--out", "x"])
    assert (code, 'pip install ".[study]"' in capsys.readouterr().err) == (2, True)


def test_a_package_that_cannot_be_loaded_is_told_too(monkeypatch):
    def broken(_):
        raise OSError("libcudart.so: cannot open shared object file")

    require_package("json")
    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(MissingPackageError, match=r"torch, which cannot .*libcudart") as told:
        require_package("torch")
    assert 'pip install ".[study]"' in told.value.remedy


def test_another_package_that_is_missing_is_our_fault():
    with pytest.raises(ModuleNotFoundError), extras_named():
        importlib.import_module("no_such_package")

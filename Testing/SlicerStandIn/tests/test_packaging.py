"""slicer.packaging checks what is installed, and never installs."""

import pytest
import slicer
from packaging.requirements import Requirement
from slicer.packaging import load_requirements, pip_check, pip_ensure, pip_install
from SlicerStandIn.application import set_testing
from SlicerStandIn.failures import NotModelled

ABSENT = Requirement("not-a-package-at-all")


def test_requirements_are_read_without_comments_and_options(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text(
        "# why\n\nnumpy>=1.20\n-r other.txt\n--index-url x\npandas[excel]>=2; extra=='a'\n"
    )
    assert [requirement.name for requirement in load_requirements(path)] == ["numpy", "pandas"]


def test_what_is_there_meets_a_requirement():
    assert pip_check(Requirement("numpy>=1.20"))
    assert pip_check(Requirement("not-a-package-at-all; python_version < '3'"))
    assert not pip_check(Requirement("numpy<1"))
    assert not pip_check(ABSENT)


def test_an_extra_needs_what_it_brings(monkeypatch):
    brought = {"whole": ['half>=2; extra == "more"'], "half": []}
    monkeypatch.setattr("importlib.metadata.requires", brought.get)
    monkeypatch.setattr("importlib.metadata.version", {"whole": "1.0", "half": "1.0"}.get)
    assert pip_check(Requirement("whole"))
    assert not pip_check(Requirement("whole[more]"))


def test_nothing_is_installed():
    pip_ensure([ABSENT], requester="Module")  # in testing mode
    set_testing(False)
    pip_ensure([Requirement("numpy")])
    with pytest.raises(NotModelled, match="not-a-package"):
        pip_ensure([ABSENT], requester="Module")
    with pytest.raises(NotModelled, match="not-a-package"):
        pip_install([str(ABSENT)], blocking=False)
    with pytest.raises(NotModelled, match="pip_uninstall"):
        slicer.util.pip_uninstall("numpy")

"""slicer.packaging checks what is installed, and never installs."""

import subprocess

import pytest
import slicer
from SlicerStandIn.application import set_testing, start
from SlicerStandIn.failures import NotModelled

start()

from slicer.packaging import load_requirements, pip_check, pip_ensure, pip_install  # noqa: E402


@pytest.fixture(autouse=True)
def installs(monkeypatch):
    """Let every started process fail the test; give what was asked to be installed."""
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **kwargs: pytest.fail("started"))
    monkeypatch.setattr(slicer.packaging, "installs", [])
    return slicer.packaging.installs


@pytest.fixture
def user(monkeypatch):
    """Leave testing mode, and let the user answer what the test says."""

    class User:
        answer, asked = True, None

        def confirm(self, text, windowTitle=None, **kwargs):
            self.asked = (text, windowTitle, kwargs["detailedText"])
            return self.answer

    user = User()
    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", user.confirm)
    set_testing(False)
    yield user
    set_testing(True)


def test_requirements_are_read_without_comments_and_options(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text(
        "# why\n\nnumpy>=1.20\n-r other.txt\n--index-url x\npandas[excel]>=2; extra=='a'\n"
    )
    assert [requirement.name for requirement in load_requirements(path)] == ["numpy", "pandas"]


@pytest.mark.parametrize(
    "met",
    [
        "numpy>=1.20",
        "numpy>=1.20 scipy",
        ["numpy", "scipy"],
        "not-a-package-at-all; python_version < '3'",
    ],
)
def test_requirements_that_are_met(met):
    assert pip_check(met)


@pytest.mark.parametrize("unmet", ["numpy<1", "not-a-package-at-all", ["numpy", "scipy>=1000"]])
def test_requirements_that_are_not_met(unmet):
    assert not pip_check(unmet)


def test_an_extra_needs_what_it_brings(monkeypatch):
    brought = {"whole": ['half>=2; extra == "more"'], "half": []}
    monkeypatch.setattr("importlib.metadata.requires", brought.get)
    monkeypatch.setattr("importlib.metadata.version", {"whole": "1.0", "half": "1.0"}.get)
    assert pip_check("whole")
    assert not pip_check("whole[more]")
    assert pip_check("whole[other]")


def test_something_else_than_requirements_is_refused():
    with pytest.raises(TypeError):
        pip_check(3)


def test_nothing_is_asked_for_in_testing_mode(installs):
    assert slicer.app.testingEnabled()
    pip_ensure("not-a-package-at-all", requester="Module")
    assert installs == []


def test_nothing_is_asked_for_when_all_is_there(installs, user):
    pip_ensure(["numpy"], requester="Module")
    assert user.asked is None
    assert installs == []


def test_only_missing_is_installed(installs, user):
    pip_ensure(["numpy", "not-a-package-at-all>=2"], requester="Module")
    assert "Module" in user.asked[1]
    assert user.asked[2] == "- not-a-package-at-all>=2"
    [install] = installs
    assert install.requirements == ("not-a-package-at-all>=2",)
    assert install.requester == "Module"


def test_a_user_who_declines_stops_the_work(installs, user):
    user.answer = False
    with pytest.raises(RuntimeError, match="declined"):
        pip_ensure("not-a-package-at-all")
    assert installs == []


def test_pip_install_is_written_down(installs):
    pip_install("first second>=2", constraints="limits.txt")
    slicer.util.pip_install(["third"])
    assert [install.requirements for install in installs] == [("first", "second>=2"), ("third",)]
    assert installs[0].constraints == "limits.txt"


def test_taking_packages_away_is_refused():
    with pytest.raises(NotModelled):
        slicer.util.pip_uninstall("numpy")

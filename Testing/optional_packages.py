"""Skip tests of packages that the program can do without, and say so, where they are missing.

`make setup` installs them all; where PyRadiomics cannot be built, or PyTorch has no wheel, the
other tests still run. A conftest.py imports both hooks.
"""

import importlib.util
import re

import pytest

OPTIONAL = ("radiomics", "torch", "trimesh")
_NOT_FOUND = re.compile(r"No module named '(\w+)")


def _absent(error: BaseException | None) -> str | None:
    """Return the optional package that an error, or what it came from, says is not installed."""
    while error is not None:
        name = (getattr(error, "name", None) or "").partition(".")[0]
        if isinstance(error, ModuleNotFoundError) and _is_absent(name):
            return name
        error = error.__cause__ or error.__context__
    return None


def _is_absent(name: str) -> bool:
    return name in OPTIONAL and importlib.util.find_spec(name) is None


def _skip(report, path, line: int, name: str) -> None:
    report.outcome = "skipped"
    report.longrepr = (str(path), line, f"Skipped: {name} is not installed")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Skip a file that imports such a package."""
    report = yield
    if report.failed:
        found = _NOT_FOUND.search(str(report.longrepr))
        if found and _is_absent(found[1]):
            _skip(report, collector.path, 0, found[1])
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Skip a test that ends where such a package is imported."""
    report = yield
    name = _absent(call.excinfo.value) if call.excinfo else None
    if name and report.failed:
        _skip(report, item.path, item.location[1] or 0, name)
    return report

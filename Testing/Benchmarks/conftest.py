"""The benchmarks fill one table, which is written to a file where one is named."""

from pathlib import Path

import pytest
from benchmark_table import Table

_TABLE = pytest.StashKey[Table]()


def pytest_addoption(parser):
    parser.addoption("--table", type=Path, help="write the table of the benchmarks to this file")


def pytest_configure(config):
    config.stash[_TABLE] = Table()


@pytest.fixture(scope="session")
def table(request) -> Table:
    return request.config.stash[_TABLE]


def pytest_sessionfinish(session):
    path = session.config.getoption("--table")
    if path is not None:
        path.write_text(session.config.stash[_TABLE].text(), encoding="utf-8")

"""The stand-in's own tests run on it."""

import pytest
from SlicerStandIn import application, fixtures

application.start()


@pytest.fixture(autouse=True, scope="module")
def libraries_are_there():
    """All that the tests of a file import is not gone through after each of them."""
    with fixtures.only_new_garbage():
        yield


@pytest.fixture(autouse=True)
def on_an_empty_scene():
    """Every test: an empty scene, and no error that Qt or VTK only printed."""
    with fixtures.one_test():
        yield

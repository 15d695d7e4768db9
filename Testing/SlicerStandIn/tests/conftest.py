"""The stand-in's own tests run on it."""

import pytest
from SlicerStandIn import application, fixtures

application.start()


@pytest.fixture(autouse=True)
def on_an_empty_scene():
    """Every test: an empty scene, and no error that Qt or VTK only printed."""
    with fixtures.one_test():
        yield

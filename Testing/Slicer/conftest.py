"""The self tests outside of Slicer: on the stand-in, which has to be there before they import."""

from pathlib import Path

import pytest
from SlicerStandIn import application, fixtures

MODULE = Path(__file__).resolve().parents[2] / "ParotidClassifier" / "ParotidClassifier.py"

application.start()


@pytest.fixture(scope="session")
def parotid_classifier():
    """The module, loaded as Slicer loads it."""
    module = application.load_module(MODULE)
    application.finish_startup()
    return module


@pytest.fixture(autouse=True)
def on_an_empty_scene(parotid_classifier):
    """Every test: an empty scene, and no error that Qt or VTK only printed."""
    with fixtures.one_test():
        yield

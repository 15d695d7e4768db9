"""The self tests outside of Slicer: on the stand-in, which has to be there before they import."""

from pathlib import Path

import pytest
from SlicerStandIn import application, fixtures

MODULE = Path(__file__).resolve().parents[2] / "ParotidClassifier" / "ParotidClassifier.py"

application.start()


@pytest.fixture(scope="module")
def parotid_classifier():
    """The module as Slicer loads it, anew for every file: there each has a process of its own."""
    module = application.load_module(MODULE)
    application.finish_startup()
    with fixtures.only_new_garbage():
        yield module
        application.unload_module(MODULE.stem)


@pytest.fixture(autouse=True)
def on_an_empty_scene(parotid_classifier):
    """Every test: an empty scene, and no error that Qt or VTK only printed."""
    with fixtures.one_test():
        yield

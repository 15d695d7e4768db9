"""A prediction needs none of the libraries that train or report."""

from fixtures.programs import printed_by

PROGRAM = """
import sys
from ParotidClassifierCore.bundle.shipped import default_bundle
from ParotidClassifierCore.bundle.store import load_bundle
from ParotidClassifierCore.case.loading import Case
from ParotidClassifierCore.prediction.session import Session
from ParotidClassifierCore.simulation.case import simulate_case

made = simulate_case(3)
session = Session(Case(made.ct, made.tumor, record=made.record), load_bundle(default_bundle()))
found = session.predict()
assert all(result.probability is not None for result in found.models.values()), found.models
assert "torch" not in found.software
session.saliency()
heavy = {"torch", "safetensors", "sklearn", "pandas", "matplotlib", "joblib", "dask"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""


def test_a_prediction_and_its_map_import_no_heavy_library():
    printed_by(PROGRAM)

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.bundles import made_bundle
from fixtures.cases import ball_case
from ParotidClassifierCore.bundle.store import save_bundle
from ParotidClassifierCore.models.domain import fit_domain


@pytest.fixture(scope="session")
def a_bundle(tmp_path_factory):
    """Folder of a saved bundle with all eleven models."""
    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(made_bundle(), folder / "made")
    return folder / "made"


@pytest.fixture(scope="session")
def a_case(tmp_path_factory):
    """Folder with ct.nrrd and tumor.nrrd of one made case."""
    folder = tmp_path_factory.mktemp("case")
    case = ball_case(8.0)
    sitk.WriteImage(case.ct, str(folder / "ct.nrrd"))
    sitk.WriteImage(case.tumor, str(folder / "tumor.nrrd"))
    return folder


@pytest.fixture(scope="session")
def narrow(tmp_path_factory):
    """A bundle whose training cases had other tumours than the made case."""
    made, rng = made_bundle("narrow"), np.random.default_rng(0)
    columns = ("Tumor_original_shape_Sphericity", "External2_original_firstorder_Mean")
    features = {column: rng.normal(900.0, 1.0, 60) for column in columns}
    domain = fit_domain(features, np.tile([1.0, 1.0, 3.0], (60, 1)), np.arange(60) % 5)
    folder = tmp_path_factory.mktemp("narrow") / "bundle"
    lengths = {"pixel": (1.0,) * 9, "slice": (3.0,) * 9}
    reference = replace(made.reference, domain=domain, voxel_mm=lengths)
    save_bundle(replace(made, reference=reference), folder)
    return folder

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.bundles import bundle_with_domain, made_bundle
from fixtures.cases import ball_case
from optional_packages import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401
from ParotidClassifierCore.bundle.store import save_bundle


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
    folder = tmp_path_factory.mktemp("narrow") / "bundle"
    return bundle_with_domain(folder, (900.0, 1.0), np.tile([1.0, 1.0, 3.0], (60, 1)))

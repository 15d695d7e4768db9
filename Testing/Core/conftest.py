import pytest
import SimpleITK as sitk
from fixtures.bundles import made_bundle
from fixtures.cases import ball_case
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

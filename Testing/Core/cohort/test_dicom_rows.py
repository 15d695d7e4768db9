"""A row of a cohort whose CT is a DICOM folder brings what its headers say."""

import pytest
import SimpleITK as sitk
from made_cases import ball_mask, tissue_ct
from made_series import write_series
from ParotidClassifierCore.case.source import Acquisition
from ParotidClassifierCore.cohort.cache import CohortCache
from ParotidClassifierCore.cohort.reading import CaseFeatures, Reading, content_hash


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Return the readings of one CT as a DICOM folder and as NRRD."""
    folder = tmp_path_factory.mktemp("rows")
    ct = tissue_ct(size=(48, 48, 16))
    series = write_series(folder / "series", ct, KVP="120", ConvolutionKernel="I30f")
    sitk.WriteImage(ct, str(folder / "ct.nrrd"))
    sitk.WriteImage(ball_mask(ct, 7.0), str(folder / "tumor.nrrd"))
    return [Reading(path, folder / "tumor.nrrd") for path in (series, folder / "ct.nrrd")]


def test_it_is_kept_in_the_cache_and_changes_no_number(rows, tmp_path):
    cache = CohortCache(tmp_path)
    dicom, nrrd = (cache.load(cache.store(reading)) for reading in rows)
    assert dicom.acquisition == Acquisition(
        kvp=120.0, slice_thickness_mm=3.0, kernel="I30f",
    )  # fmt: skip
    assert nrrd.acquisition is None
    assert dicom.radiomics == nrrd.radiomics
    assert dicom.fingerprint == nrrd.fingerprint


def test_a_dicomdir_counts_with_the_files_that_it_lists(tmp_path):
    for name in ("DICOMDIR", "slice.dcm"):
        (tmp_path / name).write_bytes(b"before")
    before = content_hash(tmp_path / "DICOMDIR")
    assert content_hash(tmp_path / "DICOMDIR") == before
    (tmp_path / "slice.dcm").write_bytes(b"after")
    assert content_hash(tmp_path / "DICOMDIR") != before


def test_what_was_kept_before_headers_were_read_is_still_of_use(tmp_path):
    class Kept:
        key = "before"

        def features(self):
            return CaseFeatures({"a": 1.0}, [0.0], "f", (1.0, 1.0, 3.0), (1.0, 2.0), ("code",))

    cache = CohortCache(tmp_path)
    assert cache.load(cache.store(Kept())).acquisition is None


def test_what_macos_leaves_in_a_folder_makes_no_other_case_of_it(tmp_path):
    (tmp_path / "slice.dcm").write_bytes(b"slice")
    before = content_hash(tmp_path)
    (tmp_path / ".DS_Store").write_bytes(b"looked at")
    (tmp_path / "._slice.dcm").write_bytes(b"AppleDouble")
    assert content_hash(tmp_path) == before

"""What is read of a row, and what it is known by: DICOM folders, headers with voxels beside."""

from dataclasses import replace

import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask, tissue_ct
from fixtures.dicom_series import write_series
from fixtures.regions import PROTOCOL
from ParotidClassifierCore.base.errors import AmbiguousMaskError, SeveralSeriesError
from ParotidClassifierCore.bundle.shipped import default_bundle
from ParotidClassifierCore.bundle.store import load_bundle
from ParotidClassifierCore.dicom.source import Acquisition
from ParotidClassifierCore.protocol import ClinicalRecord
from ParotidClassifierCore.radiomics.engines import Engine
from ParotidClassifierCore.reporting.answering import Asked
from ParotidClassifierCore.study.cache import CohortCache
from ParotidClassifierCore.study.manifest import CohortCase, read_manifest
from ParotidClassifierCore.study.one_case import CaseWork, NamedBundle
from ParotidClassifierCore.study.reading import CaseFeatures, Reading, content_hash


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Return the readings of one CT as a DICOM folder and as NRRD."""
    folder = tmp_path_factory.mktemp("rows")
    ct = tissue_ct(size=(48, 48, 16))
    series = write_series(folder / "series", ct, KVP="120", ConvolutionKernel="I30f")
    sitk.WriteImage(ct, str(folder / "ct.nrrd"))
    sitk.WriteImage(ball_mask(ct, 7.0), str(folder / "tumor.nrrd"))
    cts, tumor = (series, folder / "ct.nrrd"), folder / "tumor.nrrd"
    rows = [CohortCase("a", ct, tumor, False, "train", ClinicalRecord()) for ct in cts]
    return [Reading(PROTOCOL, row) for row in rows]


def test_it_is_kept_in_the_cache_and_changes_no_number(rows, tmp_path):
    cache = CohortCache(tmp_path)
    dicom, nrrd = (cache.load(cache.store(reading)) for reading in rows)
    assert dicom.acquisition == Acquisition(kvp=120.0, slice_thickness_mm=3.0, kernel="I30f")
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


@pytest.fixture
def a_row(tmp_path):
    """Return a row whose CT is a folder of two series, and its outlines of two labels."""
    ct = tissue_ct(size=(48, 48, 16))
    write_series(tmp_path / "ct", ct, uid="1.2.3")
    write_series(tmp_path / "ct", tissue_ct(size=(48, 48, 16), seed=5), uid="1.2.4")
    outlines = ball_mask(ct, 9.0) + ball_mask(ct, 7.0)
    sitk.WriteImage(outlines, str(tmp_path / "tumor.nrrd"))
    (tmp_path / "table.csv").write_text(
        "case_id,ct,tumor,second_reader,series,tumor_label,second_reader_label\n"
        "a,ct,tumor.nrrd,tumor.nrrd,1.2.4,2,1\n"
    )
    (row,) = read_manifest(tmp_path / "table.csv", outcomes_needed=False)
    return row


def voxels(image):
    return int(sitk.GetArrayViewFromImage(image).sum())


def test_a_row_chooses_its_series_and_the_label_of_each_outline(a_row):
    case = Reading(PROTOCOL, a_row).load()
    assert case.source.series_uid == "1.2.4"
    reader = Reading(PROTOCOL, a_row, "second_reader")
    second = reader.outline(case.ct, case.source)
    assert 0 < voxels(case.tumor) < voxels(second)
    assert voxels(reader.load().tumor) == voxels(second)


def test_what_a_row_chooses_is_part_of_the_key(a_row):
    plain = replace(a_row, ct_choice={}, choices={})
    rows = [plain, replace(plain, ct_choice=a_row.ct_choice), replace(plain, choices=a_row.choices)]
    keys = [Reading(PROTOCOL, row).key for row in rows]
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    ("column", "left_out", "said"),
    [
        ("tumor", "ct_choice", "Name one with the column series"),
        ("tumor", "choices", "the column tumor_label"),
        ("second_reader", "choices", "the column second_reader_label"),
    ],
)
def test_what_a_row_does_not_choose_is_asked_for_by_its_column(a_row, column, left_out, said):
    row = replace(a_row, **{left_out: {}})
    with pytest.raises((SeveralSeriesError, AmbiguousMaskError)) as refusal:
        Reading(PROTOCOL, row, column=column).load()
    assert said in refusal.value.remedy
    assert "--" not in refusal.value.remedy


@pytest.mark.parametrize("suffix", [".mhd", ".nhdr"])
def test_the_voxels_beside_a_header_are_part_of_what_a_case_is_known_by(tmp_path, suffix):
    ct = tissue_ct(size=(24, 22, 12))
    sitk.WriteImage(ct, str(tmp_path / f"ct{suffix}"))
    sitk.WriteImage(ball_mask(ct, 5.0), str(tmp_path / f"tumor{suffix}"))
    paths = [tmp_path / f"{name}{suffix}" for name in ("ct", "tumor")]

    def known_by():
        case = CohortCase("a", *paths, False, "test", ClinicalRecord())
        bundle = NamedBundle.of(load_bundle(default_bundle()))
        work = CaseWork(case, tmp_path / "out", bundle, None, Asked())
        return content_hash(paths[0]), Reading(PROTOCOL, case).key, work.key()

    keys = [known_by()]
    assert known_by() == keys[0]
    for name in ("ct.raw", "tumor.raw"):
        voxels = bytearray((tmp_path / name).read_bytes())
        voxels[40] ^= 1
        (tmp_path / name).write_bytes(voxels)
        keys.append(known_by())
    assert len({reading for _, reading, _ in keys}) == 3
    assert len({work for *_, work in keys}) == 3
    assert keys[0][0] != keys[1][0]


def test_the_engine_is_part_of_the_key(a_row):
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    reading = Reading(PROTOCOL, a_row)
    assert reading.key != replace(reading, engine=Engine.PYRADIOMICS).key

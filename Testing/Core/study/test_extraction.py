"""Features of a cohort: kept by content, whole at any moment, the same wherever they are made."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask
from fixtures.cohorts import write_cohort
from fixtures.protocols import changed_protocol
from fixtures.regions import PROTOCOL, with_ring
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.base.errors import CohortError, OutputError
from ParotidClassifierCore.base.files import UNFINISHED, clear_unfinished, write_parquet
from ParotidClassifierCore.base.parallel import Machines
from ParotidClassifierCore.base.temporary import let_go, make_held, remove_held
from ParotidClassifierCore.case.ct import load_ct
from ParotidClassifierCore.protocol import ClinicalRecord
from ParotidClassifierCore.study import cache as cache_module
from ParotidClassifierCore.study.cache import CohortCache, default_cache
from ParotidClassifierCore.study.extraction import extract_cohort
from ParotidClassifierCore.study.manifest import read_manifest
from ParotidClassifierCore.study.reading import Reading, image_fingerprint


@pytest.fixture(scope="module")
def a_cohort(tmp_path_factory):
    """Path of the table of six made cases, four to train on."""
    return write_cohort(tmp_path_factory.mktemp("six"), 6, 4)


@pytest.fixture(scope="module")
def cases(a_cohort):
    return read_manifest(a_cohort)


@pytest.fixture(scope="module")
def a_cache(tmp_path_factory):
    return CohortCache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def features(cases, a_cache):
    return extract_cohort(cases, PROTOCOL, a_cache)


def test_all_features_of_all_cases_are_there(features, cases):
    assert features.cases == tuple(cases)
    assert features.radiomics.shape == (6, 3748)
    assert features.network_inputs.shape == (6, 2, 16, 96, 96)
    assert features.training.tolist() == [True] * 4 + [False] * 2
    assert features.malignant.tolist() == [False, True] * 3
    assert len(set(features.fingerprints)) == 6
    assert (features.volumes > 0).all()
    assert features.failures == {}


def test_what_is_kept_is_not_computed_again(features, cases, a_cache, monkeypatch):
    def computed(_reading):
        pytest.fail("a feature was computed again")

    monkeypatch.setattr(Reading, "features", computed)
    again = extract_cohort(cases, PROTOCOL, a_cache)
    assert np.array_equal(again.radiomics, features.radiomics)
    assert np.array_equal(again.network_inputs, features.network_inputs)


def test_the_key_follows_the_content_and_not_the_name(cases, tmp_path):
    reading = Reading(PROTOCOL, cases[0])
    shutil.copy(cases[0].ct, tmp_path / "other-name.nrrd")
    row = cases[0]
    renamed = replace(row, ct=tmp_path / "other-name.nrrd")
    assert replace(reading, row=renamed).key == reading.key
    others = [
        replace(reading, row=replace(row, ct=cases[1].ct)),
        replace(reading, row=replace(row, tumor=cases[1].tumor)),
        replace(reading, row=replace(row, ring=cases[1].tumor)),
        replace(reading, protocol=with_ring(3.0)),
        replace(reading, radiomics=replace(reading.radiomics, bin_width=20)),
        replace(reading, perturbation=1),
    ]
    assert len({reading.key, *(other.key for other in others)}) == 7


def test_the_key_of_a_folder_follows_its_files(tmp_path, cases):
    folder = tmp_path / "dicom"
    folder.mkdir()
    (folder / "1.dcm").write_bytes(b"one")
    row = replace(cases[0], ct=folder)
    keys = [Reading(PROTOCOL, row).key]
    for content in (b"two", b"2wo"):
        (folder / "2.dcm").write_bytes(content)
        keys.append(Reading(PROTOCOL, row).key)
    assert len(set(keys)) == 3


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 and no more", "cut", "flipped"])
def test_a_damaged_file_in_the_cache_is_made_again(damage, cases, a_cache, features):
    reading = Reading(PROTOCOL, cases[0])
    path = a_cache.folder / f"{reading.key}.npz"
    whole = path.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes(byte ^ 255 for byte in whole[middle : middle + 9])
    damaged = {"cut": whole[:middle], "flipped": flipped + whole[middle + 9 :]}
    path.write_bytes(damaged.get(damage, damage))
    assert a_cache.store(reading) == reading.key
    assert path.read_bytes() == whole


def test_a_ring_drawn_by_hand_takes_the_place_of_the_computed_one(cases, features, tmp_path):
    ct = load_ct(cases[0].ct)
    sitk.WriteImage(ball_mask(ct, 12.0) - ball_mask(ct, 6.0), str(tmp_path / "ring.nrrd"))
    drawn = replace(cases[0], ring=tmp_path / "ring.nrrd")
    again = extract_cohort([drawn], PROTOCOL, CohortCache(tmp_path / "cache"))
    assert again.volumes[0, 0] == features.volumes[0, 0]
    assert again.volumes[0, 1] > 2 * features.volumes[0, 1]


def test_the_fingerprint_is_of_the_voxels_and_not_of_the_file(cases, tmp_path):
    ct = load_ct(cases[0].ct)
    sitk.WriteImage(sitk.Cast(ct, sitk.sitkFloat32), str(tmp_path / "copy.nii.gz"))
    assert image_fingerprint(load_ct(tmp_path / "copy.nii.gz")) == image_fingerprint(ct)
    assert image_fingerprint(load_ct(cases[1].ct)) != image_fingerprint(ct)


def test_the_same_scan_in_training_and_test_is_refused_in_any_format(cases, a_cache, tmp_path):
    sitk.WriteImage(load_ct(cases[0].ct), str(tmp_path / "copy.nii.gz"))
    copy = replace(cases[4], ct=tmp_path / "copy.nii.gz")
    with pytest.raises(CohortError, match=r"rows 2 and 6 \(case0, case4\)"):
        extract_cohort([*cases[:4], copy], PROTOCOL, a_cache)


def test_a_cohort_without_any_usable_case_is_refused(cases, tmp_path):
    sitk.WriteImage(ball_mask(sitk.ReadImage(str(cases[0].ct))) * 0, str(tmp_path / "empty.nrrd"))
    broken = [replace(case, tumor=tmp_path / "empty.nrrd") for case in cases[:2]]
    with pytest.raises(CohortError, match=r"No case .* could be used(.|\n)*case1: .* is empty"):
        extract_cohort(broken, PROTOCOL, CohortCache(tmp_path / "cache"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_stops_the_run_and_leaves_whole_files(jobs, cases, tmp_path, monkeypatch):
    if jobs == 2:
        (tmp_path / "cache").touch()  # a worker's write fails as it does on a full disk
        with pytest.raises(OutputError, match="cache"):
            extract_cohort(cases[:2], PROTOCOL, CohortCache(tmp_path / "cache", Machines(2)))
        return
    written = []

    def fill(file, **arrays):
        if written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(file.name)
        usual(file, **arrays)

    usual = np.savez_compressed
    monkeypatch.setattr(cache_module.np, "savez_compressed", fill)
    with pytest.raises(OutputError, match="No space left on device"):
        extract_cohort(cases[:3], PROTOCOL, CohortCache(tmp_path))
    (kept,) = tmp_path.iterdir()
    assert CohortCache(tmp_path).load(kept.stem).radiomics


def begin_features(table, cache, out):
    code = (
        "import sys; from ParotidClassifierCore.app.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, "cohort", "features", "--cohort", table, "--cache", cache,
         "--jobs", "2", "--out", out],
        stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def test_killing_a_run_and_starting_again_gives_the_same_table(a_cohort, features, tmp_path):
    cache = tmp_path / "cache"
    process = begin_features(a_cohort, cache, tmp_path / "never.parquet")
    while not list(cache.glob("[!.]*.npz")) and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in cache.glob("[!.]*.npz")}
    assert 0 < len(kept) < 6
    assert not (tmp_path / "never.parquet").exists()

    out = tmp_path / "again.parquet"
    features_again = ["cohort", "features", "--cohort", a_cohort, "--cache", cache, "--out", out]
    assert main([str(word) for word in (*features_again, "--jobs", 1)]) == 0
    assert all(path.stat().st_mtime_ns == at for path, at in kept.items())
    write_parquet(tmp_path / "whole.parquet", features.table())
    whole, again = (pd.read_parquet(tmp_path / f"{n}.parquet") for n in ("whole", "again"))
    pd.testing.assert_frame_equal(whole, again, check_exact=True)


def test_what_a_killed_run_left_half_written_is_cleared_away(cases, a_cache, features):
    left, alive = (make_held(a_cache.folder, UNFINISHED) for _ in range(2))
    let_go(left)  # as at the end of a process
    clear_unfinished.cache_clear()  # as at a start
    extract_cohort(cases, PROTOCOL, a_cache)
    assert not left.exists()
    assert alive.exists()  # another run may be writing it
    remove_held(alive)


def test_the_table_says_who_each_row_is_and_holds_every_feature(features):
    table = features.table().set_index("case_id")
    assert list(table.index) == [f"case{i}" for i in range(6)]
    assert table.loc["case1", "outcome"] == "malignant"
    assert table.loc["case5", "split"] == "test"
    assert table.loc["case3", "age_years"] == 43.0
    assert table.loc["case0", "spacing_z_mm"] == pytest.approx(3.0)
    assert table.columns[-3748:].tolist() == list(features.columns)
    assert table[features.columns[17]].tolist() == features.radiomics[:, 17].tolist()


def test_the_clinical_columns_are_those_of_the_protocol(features):
    record = {"skin_infiltration": "with", "margin": "clear"}
    first = replace(features.cases[0], record=ClinicalRecord(record))
    protocol = changed_protocol("skin-infiltration")
    of_another = replace(features, cases=(first, *features.cases[1:]), protocol=protocol)
    assert of_another.clinical.shape == (6, 4)
    assert of_another.clinical[0].tolist() == pytest.approx([np.nan, 0, np.nan, 1], nan_ok=True)
    assert of_another.table()["skin_infiltration"].tolist() == ["with", *["unknown"] * 5]


def test_the_cache_lies_beside_the_table_unless_it_is_told_otherwise(tmp_path):
    assert default_cache(tmp_path / "cohort.csv") == tmp_path / "cohort.cache"


@pytest.mark.parametrize("damage", [b"", b"no array", "cut"])
def test_damaged_network_inputs_are_made_again(damage, cases, a_cache, features):
    (path,) = a_cache.folder.glob("network-inputs-*.npy")
    expected, whole = features.network_inputs.copy(), path.read_bytes()
    path.unlink()  # the mapped file stays as it is
    path.write_bytes(whole[: len(whole) // 2] if damage == "cut" else damage)
    again = extract_cohort(cases, PROTOCOL, a_cache)
    np.testing.assert_array_equal(again.network_inputs, expected)


def test_a_full_disk_before_the_network_inputs_is_named(cases, features, a_cache, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    for path in a_cache.folder.glob("network-inputs-*.npy"):
        path.unlink()
    monkeypatch.setattr(np.lib.format, "write_array_header_1_0", full)
    with pytest.raises(OutputError, match="No space left"):
        extract_cohort(cases, PROTOCOL, a_cache)
    assert not list(a_cache.folder.glob("*network-inputs*"))

"""Simulated cohorts: planned, repeatable case by case, and written as the other stages read."""

import csv
import json

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.protocols import SKIN, changed_protocol
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.base.errors import CohortError, UsageError
from ParotidClassifierCore.case.loading import load_case_folder
from ParotidClassifierCore.protocol import ClinicalRecord
from ParotidClassifierCore.simulation import cohort
from ParotidClassifierCore.simulation.cohort import cohort_plan, write_case, write_cohort
from ParotidClassifierCore.study.manifest import read_manifest


@pytest.fixture(scope="module")
def told():
    """The shares that writing `a_table` told of."""
    return []


@pytest.fixture(scope="module")
def a_table(tmp_path_factory, told):
    """Table of a cohort of two, written in this process."""
    folder = tmp_path_factory.mktemp("cohort")
    return write_cohort(2, 5, folder, 1, lambda share, _: told.append(share))


@pytest.fixture(scope="module")
def alone():
    """The second case of that cohort, simulated by itself."""
    return cohort_plan(2, seed=5)[1].simulate()


def voxels(image):
    return sitk.GetArrayFromImage(image)


def test_plan_has_published_shares():
    plan = cohort_plan(357, seed=1)
    malignant = [case for case in plan if case.malignant]
    assert len(malignant) == 89
    assert sum(case.split == "train" for case in plan) == 249
    assert sum(case.split == "train" for case in malignant) == 62
    assert len({case.case_id for case in plan}) == len({case.seed for case in plan}) == 357


def test_plan_mixes_the_classes():
    plan = cohort_plan(100, seed=1)
    classes = np.array([case.malignant for case in plan])
    assert cohort_plan(100, seed=1) == plan
    assert cohort_plan(100, seed=2) != plan
    assert np.abs(np.diff(classes.astype(int))).sum() > 20


def test_case_alone_is_the_same(a_table, alone):
    written = load_case_folder(a_table.parent / alone.case_id)
    assert np.array_equal(voxels(alone.ct), voxels(written.ct))
    assert np.array_equal(voxels(alone.tumor) > 0, voxels(written.tumor) > 0)
    assert alone.record == written.record
    assert read_manifest(a_table)[1].malignant == alone.malignant


def test_empty_cohort_is_refused():
    with pytest.raises(UsageError, match="A cohort of 0 cases"):
        cohort_plan(0, seed=0)


def test_written_case_is_read_back(alone, tmp_path):
    case = alone
    write_case(case, tmp_path / "case")
    loaded = load_case_folder(tmp_path / "case")
    truth = json.loads((tmp_path / "case" / "truth.json").read_text())
    assert np.array_equal(voxels(loaded.ct), voxels(case.ct))
    assert np.array_equal(voxels(loaded.tumor) > 0, voxels(case.tumor) > 0)
    assert loaded.record == case.record
    assert truth["simulated"] is True
    assert truth["outcome"] == ("malignant" if case.malignant else "benign")
    assert truth["seed"] == case.seed


def test_jobs_do_not_change_a_cohort(a_table, told, tmp_path):
    told_by_two = []
    second = write_cohort(2, 5, tmp_path, 2, lambda share, _: told_by_two.append(share))
    cases = read_manifest(a_table)
    assert a_table.read_text() == second.read_text()
    assert [case.case_id for case in cases] == [case.case_id for case in cohort_plan(2, 5)]
    assert told == told_by_two == [0.5, 1.0]
    for a, b in zip(cases, read_manifest(second), strict=True):
        assert np.array_equal(voxels(sitk.ReadImage(a.ct)), voxels(sitk.ReadImage(b.ct)))


def test_failed_case_leaves_the_others(tmp_path, monkeypatch):
    def written(planned, *_):
        if planned.case_id == "sim-002":
            raise IndexError(3)
        return ClinicalRecord()

    monkeypatch.setattr(cohort, "_write_planned", written)
    with pytest.raises(CohortError, match=r"sim-002 could not .* the other 2 cases") as refused:
        write_cohort(3, 5, tmp_path)
    assert "IndexError(3)" in refused.value.remedy
    with (tmp_path / "cohort.csv").open(encoding="utf-8-sig") as table:
        assert [row["case_id"] for row in csv.DictReader(table)] == ["sim-001", "sim-003"]


def test_another_protocol_changes_no_case_and_its_variables_are_columns(a_table, alone, tmp_path):
    command = ["simulate", "--cohort", "2", "--seed", "5", "--protocol", str(SKIN)]
    assert main([*command, "--out", str(tmp_path)]) == 0
    protocol = changed_protocol("skin-infiltration")
    other = read_manifest(tmp_path / "cohort.csv", protocol)[1]
    assert other.record["skin_infiltration"] in ("with", "without")
    assert other.record.items() > alone.record.items()
    assert np.array_equal(voxels(sitk.ReadImage(other.ct)), voxels(alone.ct))
    assert load_case_folder(tmp_path / "sim-002", protocol=protocol).record == other.record
    assert read_manifest(tmp_path / "cohort.csv")[1].record == alone.record

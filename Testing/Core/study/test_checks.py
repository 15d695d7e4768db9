"""A cohort examined before any work is put into it."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from fixtures.cases import ball_mask
from fixtures.cohorts import write_cohort
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.base.errors import CohortError
from ParotidClassifierCore.protocol import ClinicalRecord, shen2026
from ParotidClassifierCore.study.checks import check_cohort
from ParotidClassifierCore.study.manifest import read_manifest


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return write_cohort(tmp_path_factory.mktemp("six"), 6, 4)


@pytest.fixture
def cases(table):
    return read_manifest(table)


def checked(cases):
    return check_cohort(cases, shen2026())


def test_one_case_of_an_outcome_is_counted_as_one(cases):
    one = [case for case in cases if not case.malignant or case.split == "test"]
    assert "test: 1 malignant case, fewer than 10" in checked(one).warnings


def test_a_sound_cohort_is_counted(cases):
    check = checked(cases)
    check.require_sound()
    assert check.counts == {
        "test benign": 1, "test malignant": 1, "train benign": 2, "train malignant": 2,
    }  # fmt: skip
    assert "2 train malignant" in check.text
    assert "train: 2 malignant cases, fewer than 10" in check.warnings
    assert any(line.startswith("not recorded at all: max_diameter_cm") for line in check.warnings)


def test_every_image_and_outline_is_read_and_all_problems_are_told_at_once(cases, tmp_path):
    (tmp_path / "text.nrrd").write_text("no image")
    sitk.WriteImage(ball_mask(sitk.ReadImage(str(cases[2].ct))) * 0, str(tmp_path / "empty.nrrd"))
    cases[1] = replace(cases[1], ct=tmp_path / "text.nrrd")
    cases[2] = replace(cases[2], second_reader=tmp_path / "empty.nrrd")
    cases[3] = replace(cases[3], tumor=tmp_path / "empty.nrrd")
    with pytest.raises(CohortError) as refusal:
        checked(cases).require_sound()
    message = str(refusal.value)
    assert "3 in all" in message
    for row, column in ((3, "tumor"), (4, "second_reader"), (5, "tumor")):
        assert f"row {row}, columns ct and {column}: " in message


def test_the_same_scan_in_training_and_test_is_a_problem_and_twice_in_one_a_warning(cases):
    leaking = checked([*cases[:4], replace(cases[4], ct=cases[0].ct)])
    assert any("rows 2 and 6" in problem for problem in leaking.problems)
    twice = checked([*cases[:3], replace(cases[3], ct=cases[0].ct)])
    assert twice.problems == ()
    said = "rows 2 and 5, column ct: the same CT twice; in training they share a fold"
    assert said in twice.warnings


def with_noise(ct):
    noise = np.random.default_rng(0).normal(0, 20, sitk.GetArrayViewFromImage(ct).shape)
    added = sitk.GetImageFromArray(np.rint(noise).astype(np.int16))
    added.CopyInformation(ct)
    return ct + added


def with_another_voxel(ct):
    ct[3, 3, 3] += 1
    return ct


CHANGES = {
    "noise": with_noise,
    "voxel": with_another_voxel,
    "crop": lambda ct: ct[4:-3, 1:-2, 1:-2],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_patient_in_training_and_test_is_known_again_by_a_changed_image(cases, tmp_path, change):
    ct = CHANGES[change](sitk.ReadImage(str(cases[0].ct)))
    sitk.WriteImage(ct, str(tmp_path / "changed.nrrd"))
    changed = replace(cases[4], ct=tmp_path / "changed.nrrd", tumor=cases[0].tumor)
    check = checked([*cases[:4], changed, cases[5]])
    assert check.problems == ()
    told = [line for line in check.warnings if "nearly the same image" in line]
    assert len(told) == 1
    assert told[0].startswith("rows 2 (train) and 6 (test), column ct: nearly the same image")


def test_no_two_patients_are_taken_for_one(cases):
    assert not any("nearly the same image" in line for line in checked(cases).warnings)


def test_of_very_many_images_that_are_alike_some_are_named(cases, tmp_path):
    ct = sitk.ReadImage(str(cases[0].ct))
    copies = []
    for number in range(8):
        ct[3, 3, 3] = number
        sitk.WriteImage(ct, str(tmp_path / f"{number}.nrrd"))
        name = f"copy{number}"
        copies.append(replace(cases[0], ct=tmp_path / f"{number}.nrrd", case_id=name, row=number))
    told = [line for line in checked(copies).warnings if "nearly the same" in line]
    assert len(told) == 21
    assert told[-1].endswith("in 8 more pairs of rows")


def test_what_differs_between_training_and_test_is_told(cases):
    scanners = ("Force", "Force", "Flash", "", "CT750", "Force")
    odd = [replace(case, scanner=name) for case, name in zip(cases, scanners, strict=True)]
    odd[0] = replace(odd[0], record=ClinicalRecord())
    odd[1] = replace(odd[1], record=ClinicalRecord({"age_years": 61.0}))
    warnings = checked(odd).warnings
    assert "train: 2 of 4 cases have all three findings" in warnings
    assert "scanners that only train has: Flash" in warnings
    assert "scanners that only test has: CT750" in warnings
    assert "column symptoms: unknown for 2 of 6 cases" in warnings


def test_the_command_tells_and_refuses(table, capsys):
    assert main(["cohort", "check", "--cohort", str(table), "--jobs", "2"]) == 0
    assert "The cohort is sound" in capsys.readouterr().out
    copy = table.with_name("copy.csv")
    copy.write_text(table.read_text().replace("ct4.nrrd", "ct0.nrrd"))
    assert main(["cohort", "check", "--cohort", str(copy), "--jobs", "2"]) == 3
    assert "in training and in test, column ct" in capsys.readouterr().err


def test_remedies_are_those_of_a_table_and_not_of_the_command_line(cases, tmp_path):
    ct = sitk.ReadImage(str(cases[0].ct))
    two = ball_mask(ct, 12.0) + ball_mask(ct, 6.0)
    sitk.WriteImage(two, str(tmp_path / "two.nrrd"))
    (problem,) = checked([replace(cases[0], tumor=tmp_path / "two.nrrd")]).problems
    assert "several labels (1 and 2)" in problem
    assert "with the column tumor_label" in problem
    assert "--" not in problem


def test_the_command_reads_a_table_in_the_encoding_that_is_named(tmp_path, capsys):
    table = tmp_path / "cohort.csv"
    table.write_bytes("case_id,ct,tumor,outcome\na,张三.nrrd,t.nrrd,benign\n".encode("gb18030"))
    assert main(["cohort", "check", "--cohort", str(table)]) == 3
    assert "its encoding cannot be told" in capsys.readouterr().err
    assert main(["cohort", "check", "--cohort", str(table), "--encoding", "gb18030"]) == 3
    assert "张三.nrrd does not exist" in capsys.readouterr().err

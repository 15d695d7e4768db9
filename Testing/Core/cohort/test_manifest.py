import pytest
from ParotidClassifierCore.clinical import Finding, Margin
from ParotidClassifierCore.cohort.manifest import read_manifest
from ParotidClassifierCore.errors import CohortError, UnreadableFileError

HEADER = "case_id,ct,tumor,outcome,split,symptoms,margin,age_years"


def table(tmp_path, *rows, header=HEADER):
    for name in ("ct.nrrd", "tumor.nrrd"):
        (tmp_path / name).touch()
    path = tmp_path / "cohort.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
    return path


def test_every_row_becomes_a_case_with_paths_beside_the_table(tmp_path):
    path = table(
        tmp_path,
        "a,ct.nrrd,tumor.nrrd,malignant,test,with,unclear,61",
        "b,ct.nrrd,tumor.nrrd,benign,,,,",
    )
    first, second = read_manifest(path)
    assert first.ct == tmp_path / "ct.nrrd"
    assert first.malignant
    assert first.split == "test"
    assert (first.record.symptoms, first.record.margin) == (Finding.WITH, Margin.UNCLEAR)
    assert first.record.age_years == 61.0
    assert second.split == "train"
    assert second.record.symptoms is Finding.UNKNOWN


def test_all_problems_are_listed_at_once_with_their_rows(tmp_path):
    path = table(
        tmp_path,
        "a,ct.nrrd,tumor.nrrd,benign,train,with,clear,50",
        "a,gone.nrrd,tumor.nrrd,maybe,later,with,clear,50",
        ",ct.nrrd,,benign,train,often,clear,old",
    )
    with pytest.raises(CohortError) as refusal:
        read_manifest(path)
    message = str(refusal.value)
    for part in (
        "row 3: case_id 'a' occurs twice",
        "row 3: ct: gone.nrrd does not exist",
        "row 3: outcome is 'maybe'",
        "row 3: split is 'later'",
        "row 4: case_id is empty",
        "row 4: tumor: nothing does not exist",
        "row 4: Clinical variable 'symptoms' has the value 'often'",
    ):
        assert part in message


def test_missing_columns_and_empty_tables_are_refused(tmp_path):
    with pytest.raises(CohortError, match="no column tumor, outcome"):
        read_manifest(table(tmp_path, header="case_id,ct"))
    with pytest.raises(CohortError, match="lists no cases"):
        read_manifest(table(tmp_path))


def test_a_slip_in_a_columns_name_is_noticed_and_other_columns_are_not(tmp_path):
    with pytest.raises(CohortError, match=r"column 'Margin'.*'margin'"):
        read_manifest(table(tmp_path, header=HEADER.replace("margin", "Margin")))
    row = "a,ct.nrrd,tumor.nrrd,benign,train,with,clear,50,Siemens"
    assert len(read_manifest(table(tmp_path, row, header=f"{HEADER},manufacturer"))) == 1


def test_a_table_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"gone\.csv"):
        read_manifest(tmp_path / "gone.csv")

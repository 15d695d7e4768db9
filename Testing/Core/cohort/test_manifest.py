import os
from dataclasses import replace

import openpyxl
import pytest
from ParotidClassifierCore.clinical import Finding, Margin
from ParotidClassifierCore.cohort.manifest import TEST, read_manifest, with_random_split
from ParotidClassifierCore.errors import CohortError, UnreadableFileError

HEADER = "case_id,ct,tumor,outcome,split,symptoms,margin,age_years"
ROWS = (
    "a,a.nrrd,ta.nrrd,malignant,test,with,unclear,61",
    "b,b.nrrd,tb.nrrd,benign,,,,",
)


def table(tmp_path, *rows, header=HEADER):
    for name in ("a.nrrd", "b.nrrd", "ta.nrrd", "tb.nrrd", "ring.nrrd", "second.nrrd"):
        (tmp_path / name).touch()
    path = tmp_path / "cohort.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
    return path


def test_every_row_becomes_a_case_with_paths_beside_the_table(tmp_path):
    first, second = read_manifest(table(tmp_path, *ROWS))
    assert first.ct == tmp_path / "a.nrrd"
    assert first.malignant
    assert first.split == "test"
    assert (first.record.symptoms, first.record.margin) == (Finding.WITH, Margin.UNCLEAR)
    assert first.record.age_years == 61.0
    assert (second.split, second.row) == ("train", 3)
    assert second.record.symptoms is Finding.UNKNOWN
    assert (second.ring, second.second_reader, second.repeat, second.scanner) == (None,) * 3 + ("",)


def test_a_row_without_a_split_falls_to_the_default(tmp_path):
    cases = read_manifest(table(tmp_path, *ROWS), default_split=TEST)
    assert [case.split for case in cases] == ["test", "test"]


def test_outlines_of_readers_and_the_scanner_are_read_where_they_are_given(tmp_path):
    header = f"{HEADER},ring,second_reader,repeat,scanner"
    rows = (f"{ROWS[0]},ring.nrrd,second.nrrd,,Force", f"{ROWS[1]},,,,")
    first, second = read_manifest(table(tmp_path, *rows, header=header))
    assert first.ring == tmp_path / "ring.nrrd"
    assert first.second_reader == tmp_path / "second.nrrd"
    assert first.repeat is None
    assert first.scanner == "Force"
    assert second.second_reader is None


def test_excel_and_semicolons_give_the_same_cases(tmp_path):
    comma = read_manifest(table(tmp_path, *ROWS))
    semicolons = tmp_path / "semicolons.csv"
    semicolons.write_text("\n".join([HEADER, *ROWS]).replace(",", ";"))
    book = openpyxl.Workbook()
    for line in (HEADER, *ROWS):
        cells = [int(cell) if cell.isdigit() else cell or None for cell in line.split(",")]
        book.active.append(cells)
    book.active.append([None, "  "])
    book.save(tmp_path / "cohort.xlsx")
    assert read_manifest(semicolons) == comma
    assert read_manifest(tmp_path / "cohort.xlsx") == comma


def test_all_problems_are_listed_at_once_with_row_and_column(tmp_path):
    path = table(
        tmp_path,
        "a,a.nrrd,ta.nrrd,benign,train,with,clear,50",
        "a,gone.nrrd,ta.nrrd,maybe,later,with,clear,50",
        ",a.nrrd,,benign,train,often,clear,old",
    )
    with pytest.raises(CohortError) as refusal:
        read_manifest(path)
    message = str(refusal.value)
    assert "9 in all" in message
    for part in (
        "row 3, column case_id: 'a' occurs in row 2 already",
        "row 3, column tumor: 'ta.nrrd' is the outline of row 2 already",
        "row 3, column ct: gone.nrrd does not exist",
        "row 3, column outcome: 'maybe' is not one of benign, malignant",
        "row 3, column split: 'later'",
        "row 4, column case_id: it is empty",
        "row 4, column tumor: it is empty",
        "row 4, column symptoms: Clinical variable 'symptoms' has the value 'often'",
        "row 4, column age_years",
    ):
        assert part in message


def test_missing_columns_and_empty_tables_are_refused(tmp_path):
    with pytest.raises(CohortError, match="no column tumor, outcome"):
        read_manifest(table(tmp_path, header="case_id,ct"))
    with pytest.raises(CohortError, match="'split' twice"):
        read_manifest(table(tmp_path, header=f"{HEADER},split"))
    with pytest.raises(CohortError, match="lists no cases"):
        read_manifest(table(tmp_path))


def test_a_slip_in_a_columns_name_is_noticed_and_other_columns_are_not(tmp_path):
    with pytest.raises(CohortError, match=r"column 'Margin'.*'margin'"):
        read_manifest(table(tmp_path, header=HEADER.replace("margin", "Margin")))
    with pytest.raises(CohortError, match=r"'second reader'.*'second_reader'"):
        read_manifest(table(tmp_path, header=f"{HEADER},second reader"))
    header = f"{HEADER},manufacturer"
    assert len(read_manifest(table(tmp_path, f"{ROWS[0]},Siemens", header=header))) == 1


@pytest.mark.parametrize("name", ["gone.csv", "gone.xlsx", "text.xlsx", "bytes.csv"])
def test_a_table_that_cannot_be_read_is_named(name, tmp_path):
    (tmp_path / "text.xlsx").write_text(HEADER)
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableFileError, match=name):
        read_manifest(tmp_path / name)


def many_cases(tmp_path, count, split=""):
    for name in range(count):
        (tmp_path / f"t{name}").touch()
    rows = [
        f"{i},a.nrrd,t{i},{'malignant' if i % 4 == 0 else 'benign'},{split},,,"
        for i in range(count)
    ]
    return read_manifest(table(tmp_path, *rows))


def test_a_random_split_keeps_the_share_of_each_outcome(tmp_path):
    cases = with_random_split(many_cases(tmp_path, 80), 0.3, seed=4)
    tested = [case for case in cases if case.split == "test"]
    assert len(tested) == 24
    assert sum(case.malignant for case in tested) == 6
    assert cases == with_random_split(many_cases(tmp_path, 80), 0.3, seed=4)
    assert cases != with_random_split(many_cases(tmp_path, 80), 0.3, seed=5)


def test_a_random_split_does_not_overrule_the_table(tmp_path):
    with pytest.raises(CohortError, match="names its test cases"):
        with_random_split(many_cases(tmp_path, 8, "test"), 0.3, seed=4)


def test_what_spreadsheets_and_people_write_otherwise_is_understood(tmp_path):
    expected = read_manifest(table(tmp_path, ROWS[0].replace("61", "61.5"), ROWS[1]))
    rows = (
        "a;a.nrrd;.\\ta.nrrd;Malignant;TEST;With;Unclear;61,5",
        ";;;;;;;",
        "b;b.nrrd;tb.nrrd;benign;;n/a;NA;-",
    )
    path = tmp_path / "excel.csv"
    path.write_text("\n".join([HEADER.replace(",", ";"), *rows]), encoding="cp1252")
    first, second = read_manifest(path)
    assert first == expected[0]
    assert second == replace(expected[1], row=4)


def test_a_table_in_western_european_letters_is_read(tmp_path):
    path = table(tmp_path, *ROWS, header=f"{HEADER},note")
    path.write_bytes(path.read_text("utf-8-sig").replace("61", "61,schön").encode("cp1252"))
    assert read_manifest(path)[0].record.age_years == 61.0


@pytest.mark.parametrize("column", ["second_reader", "repeat"])
def test_the_same_outline_is_no_second_reading(tmp_path, column):
    path = table(tmp_path, f"{ROWS[0]},./ta.nrrd", header=f"{HEADER},{column}")
    with pytest.raises(CohortError, match=f"row 2, column {column}: ./ta.nrrd is the outline"):
        read_manifest(path)


def test_two_rows_cannot_share_an_outline_under_two_names(tmp_path):
    said = r"row 3, column tumor: '\./ta\.nrrd' is the outline of row 2"
    with pytest.raises(CohortError, match=said):
        read_manifest(table(tmp_path, ROWS[0], "b,b.nrrd,./ta.nrrd,benign,,,,"))


def test_patients_and_simulated_cases_do_not_share_a_table(tmp_path):
    path = table(tmp_path, f"{ROWS[0]},yes", f"{ROWS[1]},", header=f"{HEADER},simulated")
    with pytest.raises(CohortError, match="1 simulated case and 1 patient stand in one table"):
        read_manifest(path)


def test_a_long_list_of_problems_is_cut_and_counted(tmp_path):
    rows = [f"c{i},a.nrrd,ta{i}.nrrd,benign,,,," for i in range(60)]
    with pytest.raises(CohortError, match=r"60 in all(.|\n)*and 20 more"):
        read_manifest(table(tmp_path, *rows))


def test_one_outline_under_two_names_that_differ_in_capitals_is_noticed(tmp_path):
    """Ta.nrrd is ta.nrrd to macOS and Windows; a second name of the file stands for it."""
    path = table(
        tmp_path,
        "a,a.nrrd,ta.nrrd,benign,train,with,clear,50",
        "b,b.nrrd,Ta.nrrd,benign,train,with,clear,50",
    )
    if not (tmp_path / "Ta.nrrd").exists():
        os.link(tmp_path / "ta.nrrd", tmp_path / "Ta.nrrd")
    with pytest.raises(CohortError, match=r"'Ta.nrrd' is the outline of row 2 already"):
        read_manifest(path)

import os
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from fixtures.protocols import changed_protocol
from ParotidClassifierCore.base.errors import (
    CohortError,
    UnreadableFileError,
    UsageError,
)
from ParotidClassifierCore.imaging.choosing import Choice
from ParotidClassifierCore.protocol import protocol_from, shen2026
from ParotidClassifierCore.protocol.columns import TABLE_COLUMNS
from ParotidClassifierCore.study.manifest import (
    OWN_COLUMNS,
    TEST,
    read_manifest,
    with_random_split,
)
from ParotidClassifierCore.study.tables import MOST_COLUMNS, MOST_MB, MOST_ROWS

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
    assert first.record == {"symptoms": "with", "margin": "unclear", "age_years": 61.0}
    assert (second.split, second.row) == ("train", 3)
    assert second.record == {}
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


@pytest.mark.parametrize(
    ("more", "rows", "said"),
    [
        ("", (), "lists no cases"),
        (",split", (), "'split' twice"),
        (",SPLIT", (), "'split' twice"),
        (
            "",
            (ROWS[0], "b,b.nrrd,./ta.nrrd,benign,,,,"),
            r"row 3, column tumor: '\./ta\.nrrd' is the",
        ),
        (",repeat", (f"{ROWS[0]},./ta.nrrd",), r"row 2, column repeat: \./ta\.nrrd is the outline"),
        (",simulated", (f"{ROWS[0]},yes", f"{ROWS[1]},"), "1 simulated case and 1 patient stand"),
        (",sex", (f"{ROWS[0]},x",), "row 2, column sex"),
        ("", (ROWS[0].replace("unclear", "yes"),), "row 2, column margin"),
        ("", (ROWS[0].replace("malignant", "TRUE"),), "row 2, column outcome"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path, more, rows, said):
    with pytest.raises(CohortError, match=said):
        read_manifest(table(tmp_path, *rows, header=f"{HEADER}{more}"))


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(CohortError, match="no column tumor, outcome"):
        read_manifest(table(tmp_path, header="case_id,ct"))


def test_a_slip_in_a_columns_name_is_noticed_and_other_columns_are_not(tmp_path):
    with pytest.raises(CohortError, match=r"column 'Margins'.*'margin'"):
        read_manifest(table(tmp_path, header=HEADER.replace("margin", "Margins")))
    with pytest.raises(CohortError, match=r"'second reader'.*'second_reader'"):
        read_manifest(table(tmp_path, header=f"{HEADER},second reader"))
    header = f"{HEADER},manufacturer,series_no"
    assert len(read_manifest(table(tmp_path, f"{ROWS[0]},Siemens,3", header=header))) == 1


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
    assert read_manifest(path)[0].record["age_years"] == 61.0


def test_a_long_list_of_problems_is_cut_and_counted(tmp_path):
    rows = [f"c{i},a.nrrd,ta{i}.nrrd,benign,,,," for i in range(60)]
    with pytest.raises(CohortError, match=r"60 in all(.|\n)*\n  20 more"):
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


def names(path, **more):
    return [case.case_id for case in read_manifest(path, **more)]


def rewritten(path, encoding, text=None):
    path.write_bytes((text or path.read_text("utf-8-sig")).encode(encoding))
    return path


CHINESE = ["张三,a.nrrd,ta.nrrd,malignant,,,,", "朱镕基,b.nrrd,tb.nrrd,benign,,,,"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_names_in_any_letters_are_read_where_the_file_tells_its_encoding(tmp_path, encoding):
    assert names(rewritten(table(tmp_path, *CHINESE), encoding)) == ["张三", "朱镕基"]


@pytest.mark.parametrize(
    ("encoding", "name"), [("gb18030", "张三"), ("cp1252", "Jürgen"), ("cp1251", "Иван")]
)
def test_no_name_is_guessed(tmp_path, encoding, name):
    text = f"{HEADER}\n{ROWS[0].replace('a,', f'{name},', 1)}\n"
    path = rewritten(table(tmp_path), encoding, text)
    with pytest.raises(UnreadableFileError, match="row 2, column case_id would be") as refusal:
        read_manifest(path)
    assert "CSV UTF-8" in refusal.value.remedy
    assert (repr(name) in refusal.value.message) is (encoding != "cp1251")
    assert names(path, encoding=encoding) == [name]
    assert names(rewritten(path, "utf-8-sig", text), encoding="utf-8") == [name]


def test_an_encoding_that_is_none_is_refused_and_so_is_one_of_an_excel_file(tmp_path):
    path = table(tmp_path, *ROWS)
    with pytest.raises(UsageError, match="no encoding of texts 'hex'"):
        read_manifest(path, encoding="hex")
    with pytest.raises(UsageError, match=r"cohort\.xlsx is a file of Excel"):
        read_manifest(excel(tmp_path, "a", "General"), encoding="utf-8")


def excel(tmp_path, name, form, header=HEADER):
    """Write a table of one case, whose name is a cell of this format."""
    table(tmp_path)
    book = openpyxl.Workbook()
    book.active.append(header.split(","))
    book.active.append([name, *ROWS[0].split(",")[1:]])
    book.active["A2"].number_format = form
    book.save(tmp_path / "cohort.xlsx")
    return tmp_path / "cohort.xlsx"


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (7, "General", "7"), (7.0, "General", "7"), (1.5, "General", "1.5"), ("007", "@", "007"),
        (7, "000", "007"), (1234, "000", "1234"), (7, '"P-"00', "P-07"), (7, r"\P00", "P07"),
        (12345678, "000-000", "12345-678"), (7, "000-000", "000-007"), (7, "#00", "07"),
        (7, "0;-0", "7"), (True, "General", "TRUE"), ("=1", "General", "=1"),
    ],
)  # fmt: skip
def test_a_name_is_what_excel_shows(tmp_path, value, form, shown):
    if value == "=1":  # a formula has no value before Excel has computed it
        value = "'=1"
    assert names(excel(tmp_path, value, form)) == [shown]


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (45000, "yyyy-mm-dd"), (1234, "#,##0"), (0.5, "0%"), (2.5, "0"), (-7, "000"), (7, "0.00"),
        (1234567890123456, "General"), (7, "[Red]000"), ("7", '"P"@'), ("#N/A", "General"),
    ],
)  # fmt: skip
def test_a_name_that_excel_shows_otherwise_is_refused(tmp_path, value, form):
    with pytest.raises(CohortError, match="row 2, column case_id: what Excel shows"):
        read_manifest(excel(tmp_path, value, form))


def test_of_a_quantity_and_of_other_columns_the_value_counts_whatever_excel_shows(tmp_path):
    path = excel(tmp_path, "a", "General", f"{HEADER},seen on")
    book = openpyxl.load_workbook(path)
    book.active["H2"], book.active["H2"].number_format = 61.25, "0"
    book.active["I2"], book.active["I2"].number_format = 45000, "yyyy-mm-dd"
    book.save(path)
    assert read_manifest(path)[0].record["age_years"] == 61.25


@pytest.mark.parametrize("first", ["", "sep=,\r\n", "SEP=;\n", "sep=\t\n"])
def test_tabs_and_a_line_that_names_the_separator_are_understood(tmp_path, first):
    expected = read_manifest(table(tmp_path, *ROWS))
    separator = first[4:5] or "\t"
    text = first + "\n".join([HEADER, *ROWS]).replace(",", separator)
    assert read_manifest(rewritten(tmp_path / "cohort.csv", "utf-8", text)) == expected


def test_columns_in_other_capitals_are_ours_and_others_may_be_doubled(tmp_path):
    expected = read_manifest(table(tmp_path, *ROWS))
    header = "Case_ID,CT,Tumor,OUTCOME,Split,symptoms,Margin,age_years,note,note"
    path = table(tmp_path, f"{ROWS[0]},x,y", f"{ROWS[1]},,", header=header)
    assert read_manifest(path) == expected


@pytest.mark.parametrize("words", ["yes,M,yes,no", "TRUE,m,True,FALSE", "with,Male,yes,No"])
def test_other_words_for_a_level_are_understood(tmp_path, words):
    header = "case_id,ct,tumor,outcome,symptoms,sex,smoking,simulated"
    (case,) = read_manifest(table(tmp_path, f"a,a.nrrd,ta.nrrd,benign,{words}", header=header))
    assert case.record == {"symptoms": "with", "sex": "male", "smoking": "yes"}
    assert not case.simulated


def test_outcomes_in_figures_are_refused_with_the_words_to_write(tmp_path):
    with pytest.raises(CohortError, match="'1' is not one of benign, malignant") as refusal:
        read_manifest(table(tmp_path, ROWS[0].replace("malignant", "1")))
    assert 'Where 0 is benign and 1 malignant, the formula =IF(D2=1,"' in refusal.value.remedy


def test_an_old_workbook_of_excel_is_called_so(tmp_path):
    (tmp_path / "cohort.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    with pytest.raises(
        UnreadableFileError, match=r"Excel 97 to 2003 \(\.xls\), or one with a pass"
    ):
        read_manifest(tmp_path / "cohort.xls")
    excel(tmp_path, "a", "General").replace(tmp_path / "renamed.xls")
    assert names(tmp_path / "renamed.xls") == ["a"]


def test_a_row_says_which_series_acquisition_label_segment_and_roi_are_meant(tmp_path):
    chosen = (
        "series,acquisition,tumor_label,tumor_segment,ring_roi,second_reader_label,ring,"
        "second_reader,tumor_any_series,ring_any_series"
    )
    rows = (
        f"{ROWS[0]},1.2.3,4,2,,GTV,3,ring.nrrd,ta.nrrd,Yes,no",
        "b,b.nrrd,ta.nrrd,benign,,,,,,,,Läsion,,,,,,",
    )
    first, second = read_manifest(table(tmp_path, *rows, header=f"{HEADER},{chosen}"))
    assert first.ct_choice == {"series_uid": "1.2.3", "acquisition": "4"}
    assert first.choices == {
        "tumor": Choice(label=2, any_series=True), "ring": Choice(roi="GTV"),
        "second_reader": Choice(label=3),
    }  # fmt: skip
    assert (second.ct_choice, second.choices) == ({}, {"tumor": Choice(segment="Läsion")})


@pytest.mark.parametrize("label", ["two", "9" * 5000])
def test_what_is_chosen_must_be_there_to_choose_from(tmp_path, label):
    path = table(tmp_path, f"{ROWS[0]},{label},GTV", header=f"{HEADER},tumor_label,ring_roi")
    with pytest.raises(CohortError, match=f"column tumor_label: '{label[:99]}") as refusal:
        read_manifest(path)
    assert "column ring: it is empty, and a part of it is named" in refusal.value.message


def test_a_table_beyond_what_is_read_is_refused_before_the_work(tmp_path):
    path = table(tmp_path, *ROWS * (MOST_ROWS // 2), ROWS[0])
    with pytest.raises(UnreadableFileError, match=f"too large.*below row {MOST_ROWS + 1}"):
        read_manifest(path)
    with pytest.raises(UnreadableFileError, match=f"more than {MOST_COLUMNS}"):
        read_manifest(table(tmp_path, *ROWS, header=f"{HEADER}{',' * MOST_COLUMNS}"))
    path.write_bytes(b"a" * (MOST_MB * 2**20 + 1))
    with pytest.raises(UnreadableFileError, match=f"more than {MOST_MB} MB"):
        read_manifest(path)


def test_a_small_workbook_that_is_large_inside_is_refused_before_the_work(tmp_path):
    far = openpyxl.load_workbook(excel(tmp_path, "a", "General"))
    far.active.cell(1_000_000, 1, "b")
    far.save(tmp_path / "far.xlsx")
    with pytest.raises(UnreadableFileError, match=f"too large.*below row {MOST_ROWS + 1}"):
        read_manifest(tmp_path / "far.xlsx")
    for part, said in (("worksheets/sheet2.xml", "what is in it"), ("styles.xml", "its formats")):
        with zipfile.ZipFile(tmp_path / "large.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                f"xl/{part}", bytes((MOST_MB if "sheet2" in part else 2) * 2**20 + 2**19)
            )
        with pytest.raises(UnreadableFileError, match=f"too large.*unpacked, {said} takes"):
            read_manifest(tmp_path / "large.xlsx")


def test_the_variables_of_the_protocol_are_columns(tmp_path):
    content = shen2026().as_json()
    content["clinical"] |= {
        "size_mm": {"label": "Size", "unit": "mm", "maximum": 200},
        "grade": {"label": "Grade", "levels": {"Low": "Low", "NA": "Not assessable"}},
    }
    header = f"{HEADER},Size_mm,grade"
    path = table(tmp_path, f'{ROWS[0]},"31,5",low', f"{ROWS[1]},-,na", header=header)
    first, second = read_manifest(path, protocol_from(content))
    assert first.record.items() > {"size_mm": 31.5, "grade": "Low", "symptoms": "with"}.items()
    assert second.record == {"grade": "NA"}
    path = table(tmp_path, f"{ROWS[0]},x,high", header=header)
    with pytest.raises(CohortError, match=r"size_mm: .*'x'(.|\n)*grade: .*'Low', 'NA', 'unknown'"):
        read_manifest(path, protocol_from(content))


def test_a_table_gives_the_first_ring_alone(tmp_path):
    path = table(tmp_path, f"{ROWS[0]},ring.nrrd", ROWS[1], header=f"{HEADER},ring")
    two = changed_protocol("third-region")
    assert [case.ring for case in read_manifest(path, two)] == [tmp_path / "ring.nrrd", None]
    other = table(tmp_path, header=f"{HEADER},External5")
    with pytest.raises(CohortError, match=r"'External5': .* the first ring .*, External2, in"):
        read_manifest(other, two)
    assert read_manifest(table(tmp_path, *ROWS, header=f"{HEADER},External5"))
    none = replace(two, regions={"Tumor": two.regions["Tumor"]})
    path = table(tmp_path, f"{ROWS[0]},ring.nrrd", ROWS[1], header=f"{HEADER},ring")
    with pytest.raises(CohortError, match=r"row 2, column ring: the protocol .* has no ring"):
        read_manifest(path, none)


def test_no_variable_may_be_named_like_a_column():
    assert OWN_COLUMNS <= TABLE_COLUMNS

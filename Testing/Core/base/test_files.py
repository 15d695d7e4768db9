import codecs
import csv
import errno
import json
import os
import time
from pathlib import Path

import pytest
from fixtures.rights import without_privileges
from ParotidClassifierCore.base.errors import OutputError
from ParotidClassifierCore.base.files import (
    LARGEST_JSON,
    clear_unfinished,
    folder_written_whole,
    read_json,
    require_file,
    require_folder,
    write_csv,
    write_json,
    written_together,
    written_whole,
)
from ParotidClassifierCore.study.tables import Columns, read_table


def held(path, number=32):
    """Return what Windows says of a file that another program has open."""
    error = PermissionError(13, "The process cannot access the file", str(path))
    error.winerror = number
    return error


def write(folder, text, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def content_of(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


@pytest.fixture
def renames(monkeypatch):
    """Have renames refused: a list of rules, each of which may raise for source and target."""
    rules, usual = [], Path.replace

    def replace(source, target):
        for rule in rules:
            rule(source, Path(target))
        return usual(source, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(Path, "rename", replace)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    return rules


def refuse(renames, is_refused, error):
    def rule(source, target):
        if is_refused(source, target):
            raise error

    renames.append(rule)


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "deep" / "result.json"
    with pytest.raises(RuntimeError, match="halfway"), written_whole(path) as beside:
        beside.write_text("half")
        raise RuntimeError("halfway")
    assert list(path.parent.iterdir()) == []
    write_json(path, {"a": 1})
    assert [p.name for p in path.parent.iterdir()] == ["result.json"]


def test_files_of_a_result_appear_together_or_not_at_all(tmp_path):
    write(tmp_path, "old", "one.txt")
    with pytest.raises(RuntimeError, match="halfway"), written_together(tmp_path) as folder:
        write(folder, "new", "one.txt")
        raise RuntimeError("halfway")
    assert content_of(tmp_path) == {"one.txt": "old"}
    with written_together(tmp_path) as folder:
        write(folder, "new", "one.txt", "two.txt")
    assert content_of(tmp_path) == {"one.txt": "new", "two.txt": "new"}


def test_files_of_an_earlier_result_go_with_it_and_come_back_if_the_new_one_fails(
    tmp_path, renames
):
    write(tmp_path, "old", "picture.png", "report.pdf", "mine.txt")
    with written_together(tmp_path, instead_of=("picture.png", "report.pdf")) as folder:
        write(folder, "new", "picture.png")
    assert content_of(tmp_path) == {"mine.txt": "old", "picture.png": "new"}
    refuse(renames, lambda source, _: source == tmp_path / "mine.txt", OSError(errno.EIO, "no"))
    together = written_together(tmp_path, instead_of=("picture.png", "mine.txt"))
    with pytest.raises(OutputError), together as folder:
        write(folder, "new", "report.pdf")
    assert content_of(tmp_path) == {"mine.txt": "old", "picture.png": "new"}


def test_a_folder_in_the_way_is_never_moved(tmp_path):
    write(tmp_path, "kept", "one.txt/precious")
    with pytest.raises(OutputError, match="is a folder"), written_together(tmp_path) as folder:
        write(folder, "new", "one.txt")
    assert content_of(tmp_path) == {"one.txt/precious": "kept"}


def test_a_folder_that_was_made_for_nothing_is_taken_away(tmp_path):
    with pytest.raises(RuntimeError), written_together(tmp_path / "out"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_are_none_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "result.json", {"a": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_folders_of_a_result_are_merged_with_those_that_are_there(tmp_path):
    write(tmp_path, "old", "tables/mine.csv", "tables/one.csv")
    with written_together(tmp_path) as folder:
        write(folder, "new", "tables/one.csv", "figures/deep/two.png")
    assert content_of(tmp_path) == {
        "tables/mine.csv": "old", "tables/one.csv": "new", "figures/deep/two.png": "new",
    }  # fmt: skip


def test_a_folder_that_cannot_be_made_leaves_everything_as_it_was(tmp_path):
    write(tmp_path, "old", "tables", "one.txt")  # a file is in the way
    with pytest.raises(OutputError), written_together(tmp_path) as folder:
        write(folder, "new", "figures/a.png", "one.txt", "tables/b.csv")
    assert content_of(tmp_path) == {"tables": "old", "one.txt": "old"}
    assert len(list(tmp_path.iterdir())) == 2


def test_what_cannot_be_put_back_at_once_is_lost_by_no_means(tmp_path, renames):
    """On any system: one file fails on its way in, another on its way back."""
    write(tmp_path, "old", "a.json", "report.pdf", "z.png")

    def two_fail(source, target):
        new = target.exists() and target.read_text() == "old"
        if target == tmp_path / "z.png" and not new and source.read_text() == "new":
            raise OSError(errno.EIO, "no")
        if target == tmp_path / "a.json" and source.read_text() == "old":
            raise OSError(errno.EIO, "not now")

    renames.append(two_fail)
    with (
        pytest.raises(OutputError, match=r"a\.json of the earlier result could not be put") as told,
        written_together(tmp_path) as folder,
    ):
        write(folder, "new", "a.json", "report.pdf", "z.png")
    assert (tmp_path / "report.pdf").read_text() == "old"
    assert (tmp_path / "z.png").read_text() == "old"
    (kept,) = tmp_path.glob(".unfinished-*/earlier/a.json")
    assert kept.read_text() == "old"
    assert str(kept.parent) in told.value.message


@pytest.mark.parametrize("interrupted", [KeyboardInterrupt, SystemExit])
def test_a_result_is_whole_after_an_interrupt_between_two_files(tmp_path, renames, interrupted):
    write(tmp_path, "old", "a.json", "report.pdf")
    report = tmp_path / "report.pdf"
    refuse(renames, lambda s, target: target == report and s.read_text() == "new", interrupted)
    with pytest.raises(interrupted), written_together(tmp_path) as folder:
        write(folder, "new", "a.json", "report.pdf")
    assert content_of(tmp_path) == {"a.json": "old", "report.pdf": "old"}


@pytest.mark.parametrize(
    ("name", "program"), [("t.csv", "Excel"), ("t.xlsx", "Excel"), ("r.pdf", "Acrobat"),
                          ("o.png", "the program that shows it")],
)  # fmt: skip
@pytest.mark.parametrize("together", [True, False])
def test_a_file_that_is_open_in_another_program_is_named_with_the_program(
    tmp_path, renames, name, program, together
):
    write(tmp_path, "old", name)
    path = tmp_path / name
    refuse(renames, lambda *both: path in both, held(path))
    written = written_together(tmp_path) if together else written_whole(path)
    with pytest.raises(OutputError, match="open in another program") as told, written as beside:
        (beside / name if together else beside).write_text("new")
    assert str(tmp_path / name) in told.value.message
    assert f"Close it in {program}" in told.value.remedy
    assert content_of(tmp_path) == {name: "old"}


def test_a_folder_with_an_open_file_stays_as_it_was(tmp_path, renames):
    place = tmp_path / "case"
    write(place, "old", "ct.nrrd")
    refuse(renames, lambda source, _: source == place, held(place))
    whole = folder_written_whole(place)
    with pytest.raises(OutputError, match="a file in it is open"), whole as new:
        write(new, "new", "ct.nrrd")
    assert content_of(tmp_path) == {"case/ct.nrrd": "old"}


def test_where_a_folder_lies_that_cannot_be_put_back_is_told(tmp_path, renames):
    place = tmp_path / "case"
    write(place, "old", "ct.nrrd")
    refuse(renames, lambda _, target: target == place, held(place))
    not_back, whole = r"case/ct\.nrrd of the earlier result", folder_written_whole(place)
    with pytest.raises(OutputError, match=not_back) as told, whole as new:
        write(new, "new", "ct.nrrd")
    (kept,) = tmp_path.glob(".unfinished-*/earlier/case")
    assert (kept / "ct.nrrd").read_text() == "old"
    assert str(kept.parent) in told.value.message
    renames.clear()
    clear_unfinished.cache_clear()
    clear_unfinished(tmp_path)  # as the next write does
    assert content_of(tmp_path) == {"case/ct.nrrd": "old"}


def test_a_file_that_a_scanner_has_open_for_a_moment_is_waited_for(tmp_path, renames):
    left = [1, 2, 3]

    def scan(source, _target):
        if left:
            left.pop()
            raise held(source)

    renames.append(scan)
    write_json(tmp_path / "a.json", {})
    assert not left
    left = [1]
    with folder_written_whole(tmp_path / "folder"):
        pass
    assert not left


def test_rights_that_are_missing_are_told_at_once(tmp_path, renames):
    tried, denied = [], PermissionError(13, "Permission denied")
    refuse(renames, lambda *both: tried.append(both) is None, denied)
    with pytest.raises(OutputError, match="Permission denied"):
        write_json(tmp_path / "a.json", {})
    assert len(tried) == 1


def test_a_drive_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(Path, "exists", lambda _path: False)
    with pytest.raises(OutputError, match="there is no /") as told:
        require_folder(Path("/somewhere/out"))
    assert "Connect the drive" in told.value.remedy


def test_a_folder_is_tried_and_not_asked_for_its_rights(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_asked: True)  # as Windows has it
    tmp_path.chmod(0o555)
    with without_privileges(), pytest.raises(OutputError, match="nothing can be made in"):
        require_folder(tmp_path / "out")
    tmp_path.chmod(0o755)
    require_folder(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", [False, True])
def test_what_may_not_be_written_to_is_not_said_to_be_open(tmp_path, renames, monkeypatch, folder):
    """Windows denies access to both: to open the file tells one from the other."""
    place = tmp_path / "out"
    file = place / "a.txt" if folder else place
    file.parent.mkdir(exist_ok=True)
    file.write_text("old")
    usual = Path.open

    def denied(path, mode="r", **others):
        if path == file and "+" in mode:
            raise held(path, 5)
        return usual(path, mode, **others)

    refuse(renames, lambda *both: place in both, held(place, 5))
    monkeypatch.setattr(Path, "open", denied)
    whole = folder_written_whole(place) if folder else written_whole(place)
    with pytest.raises(OutputError, match="cannot access") as told, whole as beside:
        (beside / "a.txt" if folder else beside).write_text("new")
    assert "open in another program" not in told.value.message
    monkeypatch.setattr(Path, "open", usual)
    whole = folder_written_whole(place) if folder else written_whole(place)
    with pytest.raises(OutputError, match="open in another program"), whole as beside:
        (beside / "a.txt" if folder else beside).write_text("new")
    assert file.read_text() == "old"


def test_a_folder_is_no_place_for_a_file(tmp_path):
    with pytest.raises(OutputError, match="is a folder") as told:
        write_json(tmp_path, {})
    assert "room" not in told.value.remedy
    with pytest.raises(OutputError, match="is a folder"):
        require_file(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a file"):
        require_folder(tmp_path / "file" / "new")
    with pytest.raises(OutputError, match="cannot be written"):
        write_json(tmp_path / "file" / "result.json", {})
    require_file(tmp_path / "new" / "a.csv")


def test_a_path_that_is_not_utf_8_can_be_written_about(tmp_path):
    path = os.fsdecode(b"/data/\xe4.nrrd")
    write_json(tmp_path / "a.json", {"path": path})
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == {"path": path}
    write_csv(tmp_path / "t.csv", ["path"], [[path]])
    assert r"/data/\udce4.nrrd" in (tmp_path / "t.csv").read_text("utf-8")


@pytest.mark.parametrize("kind", ["folder", "pipe", "endless", "deep"])
def test_a_file_of_json_that_is_none_is_neither_waited_for_nor_kept(tmp_path, kind):
    path = tmp_path / "clinical.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("this system knows no pipes with names")
        os.mkfifo(path)
    else:
        path.write_text("[" * 100_000)
        if kind == "endless":
            os.truncate(path, LARGEST_JSON + 1)
    with pytest.raises((OSError, ValueError), match=r"plain file|bytes|nested"):
        read_json(path)


def test_a_path_that_is_too_long_is_told_with_its_length(tmp_path):
    path = tmp_path / ("n" * 251 + ".json")
    with pytest.raises(OutputError, match=rf"too long \({len(str(path))} characters\)"):
        write_json(path, {})


def test_a_table_opens_in_excel_with_its_letters_right(tmp_path):
    write_csv(tmp_path / "t.csv", ["case_id"], [["Jürgen 张伟"]])
    assert (tmp_path / "t.csv").read_bytes().startswith(codecs.BOM_UTF8)
    table = read_table(tmp_path / "t.csv", Columns(["case_id"], []))
    assert (table.header, table.rows) == (["case_id"], {2: {"case_id": "Jürgen 张伟"}})


HARMLESS = ["-0.3", "+1e-5", ".5", "-0.02 (-0.20, 0.15)", "-200, 400", "a=b", "–", "'quoted'", ""]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 7071", "-Name", "@S(A1)", "\t=1", "\r=1", "＝1", "-inf", "-1,=1", "'=1", "''-x"],
)
def test_a_text_is_no_formula_and_comes_back_unchanged(tmp_path, text):
    write_csv(
        tmp_path / "t.csv", ["case_id", "number"], [[text, -0.3], *([h, 1] for h in HARMLESS)]
    )
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        written = [row["case_id"] for row in csv.DictReader(file)]
    assert written == [f"'{text}", *HARMLESS]
    rows = read_table(tmp_path / "t.csv", Columns(["case_id", "number"], [])).rows
    assert [row["case_id"] for row in rows.values()] == [text, *HARMLESS]
    assert rows[2]["number"] == "-0.3"


def test_an_earlier_file_of_another_capital_is_not_taken_away_after_the_new_one(tmp_path):
    """Report.pdf is report.pdf to macOS and Windows; a second name of the file stands for it."""
    with written_together(tmp_path, instead_of=("Report.pdf",)) as folder:
        (folder / "report.pdf").write_text("new")
        os.link(folder / "report.pdf", tmp_path / "Report.pdf")
    assert (tmp_path / "Report.pdf").exists()

import errno
from pathlib import Path

import pytest
from ParotidClassifierCore.errors import OutputError
from ParotidClassifierCore.files import require_folder, write_json, written_together, written_whole


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "deep" / "result.json"
    with pytest.raises(RuntimeError, match="halfway"), written_whole(path) as beside:
        beside.write_text("half")
        raise RuntimeError("halfway")
    assert list(path.parent.iterdir()) == []
    write_json(path, {"a": 1})
    assert [p.name for p in path.parent.iterdir()] == ["result.json"]


def test_files_of_a_result_appear_together_or_not_at_all(tmp_path):
    (tmp_path / "one.txt").write_text("old")
    with pytest.raises(RuntimeError, match="halfway"), written_together(tmp_path) as folder:
        (folder / "one.txt").write_text("new")
        raise RuntimeError("halfway")
    assert (tmp_path / "one.txt").read_text() == "old"
    with written_together(tmp_path) as folder:
        (folder / "one.txt").write_text("new")
        (folder / "two.txt").write_text("new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.txt", "two.txt"]
    assert (tmp_path / "one.txt").read_text() == "new"


def test_what_was_there_comes_back_when_one_file_cannot_be_moved(tmp_path, monkeypatch):
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text("old")
    replace = Path.replace

    def fails_once_on_two(path, target):
        if path.name == "two.txt" and path.read_text() == "new":
            raise PermissionError(13, "Permission denied")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fails_once_on_two)
    with (
        pytest.raises(OutputError, match="Permission denied"),
        written_together(tmp_path) as folder,
    ):
        for name in ("one.txt", "three.txt", "two.txt"):
            (folder / name).write_text("new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.txt", "two.txt"]
    assert {p.read_text() for p in tmp_path.iterdir()} == {"old"}


def test_files_of_an_earlier_result_go_with_it_and_come_back_if_the_new_one_fails(
    tmp_path, monkeypatch
):
    for name in ("picture.png", "report.pdf", "mine.txt"):
        (tmp_path / name).write_text("old")
    with written_together(tmp_path, instead_of=("picture.png", "report.pdf")) as folder:
        (folder / "picture.png").write_text("new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", "picture.png"]
    assert (tmp_path / "picture.png").read_text() == "new"

    usual = Path.replace

    def failing(path, target):
        if path == tmp_path / "mine.txt":
            raise OSError(errno.EIO, "no")
        return usual(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    with (
        pytest.raises(OutputError),
        written_together(tmp_path, instead_of=("picture.png", "mine.txt")) as folder,
    ):
        (folder / "report.pdf").write_text("new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt", "picture.png"]


def test_a_folder_in_the_way_is_never_moved(tmp_path):
    (tmp_path / "one.txt").mkdir()
    (tmp_path / "one.txt" / "precious").write_text("kept")
    with pytest.raises(OutputError, match="is a folder"), written_together(tmp_path) as folder:
        (folder / "one.txt").write_text("new")
    assert (tmp_path / "one.txt" / "precious").read_text() == "kept"


def test_a_folder_that_was_made_for_nothing_is_taken_away(tmp_path):
    with pytest.raises(RuntimeError), written_together(tmp_path / "out"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named_before_the_work(tmp_path):
    (tmp_path / "file").write_text("in the way")
    require_folder(tmp_path / "new" / "newer")
    with pytest.raises(OutputError, match="is a file"):
        require_folder(tmp_path / "file" / "new")


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        write_json(tmp_path / "file" / "result.json", {})


def test_numbers_that_are_none_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "result.json", {"a": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_folders_of_a_result_are_merged_with_those_that_are_there(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "mine.csv").write_text("kept")
    (tmp_path / "tables" / "one.csv").write_text("old")
    with written_together(tmp_path) as folder:
        for name in ("tables/one.csv", "figures/deep/two.png"):
            (folder / name).parent.mkdir(parents=True)
            (folder / name).write_text("new")
    written = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert written == {"tables/mine.csv", "tables/one.csv", "figures/deep/two.png"}
    assert (tmp_path / "tables" / "one.csv").read_text() == "new"


def test_a_folder_that_cannot_be_made_leaves_everything_as_it_was(tmp_path):
    (tmp_path / "tables").write_text("a file in the way")
    (tmp_path / "one.txt").write_text("old")
    with pytest.raises(OutputError), written_together(tmp_path) as folder:
        for name in ("figures/a.png", "one.txt", "tables/b.csv"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.txt", "tables"]
    assert (tmp_path / "one.txt").read_text() == "old"

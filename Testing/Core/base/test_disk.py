"""Names of files as every system sees them, and removing what somebody has open."""

import os
import shutil
import time
from pathlib import Path

import pytest
from fixtures.windows_rules import PREFIX
from ParotidClassifierCore.base import disk
from ParotidClassifierCore.base.disk import (
    extended,
    files_below,
    is_left_by_a_system,
    place_of,
    prefixed,
    remove_tree,
    room_for_names,
)


@pytest.fixture
def windows(monkeypatch):
    """Paths are limited as on Windows."""
    monkeypatch.setattr(disk, "limits_paths", lambda: True)
    monkeypatch.setattr(disk, "prefixed", lambda full: f"{PREFIX}{full}")


@pytest.mark.parametrize(
    ("path", "long"),
    [
        ("C:\\a", "\\\\?\\C:\\a"),
        ("\\\\server\\share\\a", "\\\\?\\UNC\\server\\share\\a"),
        ("\\\\?\\C:\\a", "\\\\?\\C:\\a"),
    ],
)
def test_a_long_path_gets_the_prefix_of_windows(path, long):
    assert prefixed(path) == long


def test_only_a_path_that_is_too_long_gets_it(windows):
    assert extended(Path("/a")) == Path("/a")
    assert extended(Path("/a" * 130)) == Path(PREFIX + "/a" * 130)
    assert extended(Path("/a"), below=260) == Path(f"{PREFIX}/a")


def test_other_systems_have_no_such_limit():
    assert extended(Path("/a" * 2000)) == Path("/a" * 2000)
    assert room_for_names(Path("/a" * 200), 80) == 80


def test_names_are_shortened_to_what_is_left_of_the_path(windows):
    assert room_for_names(Path("/a"), 80) == 80
    assert 16 < room_for_names(Path("/" + "a" * 160), 80) < 80
    assert room_for_names(Path("/" + "a" * 250), 80) == 16


def test_what_macos_and_windows_leave_in_folders_is_known():
    for name in ("._ct.nrrd", ".DS_Store", "__MACOSX", "Thumbs.db", "desktop.ini"):
        assert is_left_by_a_system(name)
    for name in ("ct.nrrd", ".hidden", "IM0001", "_._"):
        assert not is_left_by_a_system(name)


def test_files_of_systems_are_left_aside_wherever_they_lie(tmp_path):
    for name in ("a", "b/c", "._a", "b/.DS_Store", "__MACOSX/a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = {path.as_posix() for path in files_below(tmp_path)}
    assert found == {"a", "b/c"}


def test_files_below_a_folder_are_looked_for_by_paths_of_any_length(tmp_path, windows, monkeypatch):
    """Whatever lies at a path that is too long is not there for a program of Windows."""
    folder, below = tmp_path / "folder", Path("d" * 130, "e" * 130, "slice.dcm")
    (folder / below).parent.mkdir(parents=True)
    (folder / below).touch()
    prefix, usual = tmp_path / "prefix", os.scandir
    prefix.symlink_to("/")

    def scandir(path):
        assert len(str(path)) < 260 or prefix in Path(path).parents
        return usual(path)

    monkeypatch.setattr(disk, "prefixed", lambda full: f"{prefix}{full}")
    monkeypatch.setattr(os, "scandir", scandir)
    assert list(files_below(folder)) == [below]


def test_two_names_of_one_file_are_one_place(tmp_path):
    """As Case.nrrd and case.nrrd are on macOS and Windows."""
    (tmp_path / "case.nrrd").touch()
    if not (tmp_path / "Case.nrrd").exists():
        os.link(tmp_path / "case.nrrd", tmp_path / "Case.nrrd")
    (tmp_path / "other.nrrd").touch()
    assert place_of(tmp_path / "case.nrrd") == place_of(tmp_path / "Case.nrrd")
    assert place_of(tmp_path / "case.nrrd") != place_of(tmp_path / "other.nrrd")


def test_what_is_not_made_yet_is_compared_by_the_letters_of_its_name(tmp_path):
    assert place_of(tmp_path / "Out" / "a") == place_of(tmp_path / "out" / "x" / ".." / "A")
    assert place_of(tmp_path / "é") == place_of(tmp_path / "e\u0301")
    assert place_of(tmp_path / "out") != place_of(tmp_path / "in")


def test_a_drive_that_numbers_no_file_makes_no_two_files_one(tmp_path, monkeypatch):
    for name in "ab":
        (tmp_path / name).touch()
    usual = Path.stat

    def numberless(path, **asked):
        status = usual(path, **asked)
        return os.stat_result((status.st_mode, 0, *status[2:]))

    monkeypatch.setattr(Path, "stat", numberless)
    assert place_of(tmp_path / "a") != place_of(tmp_path / "b")


@pytest.fixture
def open_elsewhere(monkeypatch):
    """Another process has files of every folder open: so many tries fail."""
    fails, usual = [], shutil.rmtree

    def rmtree(folder, ignore_errors=False):
        if fails:
            fails.pop()
            if ignore_errors:
                return
            error = PermissionError(13, "in use", str(folder))
            error.winerror = 32
            raise error
        usual(folder, ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    return fails


def test_a_folder_that_is_open_elsewhere_for_a_moment_is_removed_all_the_same(
    tmp_path, open_elsewhere
):
    (tmp_path / "a").mkdir()
    open_elsewhere += [1, 2, 3]
    remove_tree(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("another", [False, True])
def test_a_folder_that_stays_open_is_removed_when_the_process_ends(
    tmp_path, open_elsewhere, another
):
    """Another folder, which has its name by then, is kept."""
    (tmp_path / "a").mkdir()
    open_elsewhere += range(100)
    remove_tree(tmp_path / "a")
    assert (tmp_path / "a").exists()
    open_elsewhere.clear()
    if another:
        (tmp_path / "a").rename(tmp_path / "before")
        (tmp_path / "a").mkdir()
    disk._remove_the_rest()
    assert (tmp_path / "a").exists() == another
    disk._not_yet_removed.clear()


def test_what_is_not_open_is_removed_at_once(tmp_path, monkeypatch):
    """Also where the system says no more than that it may not be done."""
    for name in "abc":
        (tmp_path / "folder" / name).mkdir(parents=True)
    usual = os.rmdir

    def rmdir(path, **others):
        if Path(path).name == "b":
            raise PermissionError(13, "no", str(path))
        usual(path, **others)

    monkeypatch.setattr(os, "rmdir", rmdir)
    remove_tree(tmp_path / "folder")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["b"]
    disk._not_yet_removed.clear()

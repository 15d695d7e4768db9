"""Folders of a process go when it has ended, killed or not, and what it was moving is whole."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from ParotidClassifierCore.base import files, temporary
from ParotidClassifierCore.base.errors import OutputError
from ParotidClassifierCore.base.files import clear_unfinished, write_text
from ParotidClassifierCore.base.temporary import (
    make_temporary,
    remove_left_behind,
    temporary_folder,
)


def test_a_temporary_folder_goes_when_it_is_done_with(tmp_path):
    with pytest.raises(KeyboardInterrupt), temporary_folder(tmp_path) as folder:
        (folder / "ct.nrrd").touch()
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def left_by_a_killed_process(code, *arguments):
    """Run a program that ends by no means that it could hear of."""
    program = f"import os, signal, sys; from pathlib import Path; {code}; os.kill(os.getpid(), 9)"
    core = Path(temporary.__file__).parents[1]
    subprocess.run([sys.executable, "-c", program, *arguments], check=False, cwd=core)


def test_what_a_killed_process_has_left_goes_at_the_next_start_and_nothing_else(tmp_path):
    left_by_a_killed_process(
        "from ParotidClassifierCore.base.temporary import make_temporary;"
        "(make_temporary(Path(sys.argv[1])) / 'ct.nrrd').touch()",
        tmp_path,
    )
    (left,) = tmp_path.iterdir()
    another_machine = left.name.replace(temporary._MACHINE, "0123ab")
    others = ("ParotidClassifier-settings", "other", left.name.upper(), another_machine)
    for name in others:
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (0, 0))
    alive = make_temporary(tmp_path)
    assert not left.exists()
    assert alive.exists()
    remove_left_behind.cache_clear()
    remove_left_behind(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*others, alive.parent.name}
    assert list(alive.iterdir()) == []


@pytest.mark.parametrize("removals", range(4))
def test_no_ct_stays_where_a_process_is_killed_while_it_removes_its_folder(tmp_path, removals):
    left_by_a_killed_process(
        "from ParotidClassifierCore.base.temporary import make_temporary, remove_temporary;"
        "folder = make_temporary(Path(sys.argv[1])); (folder / 'ct.nrrd').touch();"
        f"steps = iter(range({removals}));"
        "sys.addaudithook(lambda event, _: event in ('os.remove', 'os.rmdir')"
        " and next(steps, None) is None and os.kill(os.getpid(), 9));"
        "remove_temporary(folder)",
        tmp_path,
    )
    (left,) = tmp_path.iterdir()
    remove_left_behind.cache_clear()
    remove_left_behind(tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    if left.exists():
        os.utime(left, (0, 0))  # a day later
    remove_left_behind.cache_clear()
    remove_left_behind(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_living_process_holds_stays_though_its_number_is_not_known(tmp_path):
    code = (
        "import sys; from pathlib import Path;"
        "from ParotidClassifierCore.base.temporary import make_temporary;"
        "print(make_temporary(Path(sys.argv[1])), flush=True); input()"
    )
    core = Path(temporary.__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], cwd=core, stdin=-1, stdout=-1, text=True
    )
    with process:
        folder = Path(process.stdout.readline().strip())
        remove_left_behind(tmp_path)
        assert folder.exists()
        process.kill()
    remove_left_behind.cache_clear()
    remove_left_behind(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_where_no_temporary_file_can_be_made_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(OutputError, match="gone: No such file") as told:
        make_temporary()
    assert "TMPDIR" in told.value.remedy

    usual = os.open

    def full(path, *arguments, **options):
        if str(path).endswith("held"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return usual(path, *arguments, **options)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OutputError, match="No space left"):
        make_temporary(tmp_path)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("is_ours", "stays"), [(False, True), (None, False)])
def test_on_a_disk_without_locks_age_decides_alone(tmp_path, monkeypatch, is_ours, stays):
    monkeypatch.setattr(temporary, "_locked", lambda _descriptor: is_ours)
    young, old = (
        tmp_path / f".unfinished-{temporary._MACHINE}-{name}" for name in ("youngyou", "oldoldol")
    )
    for folder in (young, old):
        folder.mkdir()
        (folder / "held").touch()
    os.utime(old, (0, 0))
    clear_unfinished.cache_clear()
    clear_unfinished(tmp_path)
    assert young.exists()
    assert old.exists() == stays


WRITES = {
    "one file": "with written_whole(out / 'a') as f: f.write_text('new'); at_work(f)",
    "files": """
with written_together(out, instead_of=('c',)) as folder:
    for name in ('a', 'b', 'deep/d'):
        write_text(folder / name, 'new')
    at_work(folder)
""",
    "a folder": """
with folder_written_whole(out) as folder:
    for name in ('a', 'b', 'deep/d'):
        write_text(folder / name, 'new')
    at_work(folder)
""",
}
NEW_AND_MORE = {
    "one file": {"a": "new", "b": "old", "c": "old", "mine": "mine"},
    "files": {"a": "new", "b": "new", "deep/d": "new", "mine": "mine"},
    "a folder": {"a": "new", "b": "new", "deep/d": "new"},
}
OLD = {"a": "old", "b": "old", "c": "old", "mine": "mine"}


def killed_at(rename, what, out):
    """Write to `out` in a process that is killed instead of its nth rename; return whether it was.

    Args:
        rename: number of it, counted from 1; 0 while it writes.
        what: of WRITES.
        out: the folder.
    """
    program = f"""
import os, sys
from pathlib import Path
from ParotidClassifierCore.base.files import *
from ParotidClassifierCore.base.files import folder_written_whole, write_text, written_together
out, left, usual = Path(sys.argv[1]), [{rename}], Path.replace
def at_work(_place):
    if not left[0]:
        os.kill(os.getpid(), 9)
def replace(source, target):
    left[0] -= 1
    at_work(source)
    return usual(source, target)
Path.replace = replace
{WRITES[what]}
"""
    core = Path(temporary.__file__).parents[1]
    ended = subprocess.run([sys.executable, "-c", program, out], check=False, cwd=core)
    assert ended.returncode in (0, -signal.SIGKILL)
    return ended.returncode != 0


def content_of(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize("what", WRITES)
def test_a_process_may_be_killed_at_any_moment(what, tmp_path):
    for rename in range(20):
        out = tmp_path / str(rename)
        out.mkdir()
        for name, text in OLD.items():
            (out / name).write_text(text)
        was_killed = killed_at(rename, what, out)
        clear_unfinished(out)
        clear_unfinished(tmp_path)
        clear_unfinished.cache_clear()
        assert content_of(out) in (
            [OLD, NEW_AND_MORE[what]] if was_killed else [NEW_AND_MORE[what]]
        )
        assert not [*tmp_path.rglob(".*")]
        if not was_killed:
            break
    assert not was_killed
    assert rename > 1


def test_the_next_write_clears_what_a_killed_one_has_left(tmp_path):
    assert killed_at(0, "files", tmp_path)
    assert [*tmp_path.glob(".unfinished-*")]
    write_text(tmp_path / "other", "text")
    assert content_of(tmp_path) == {"other": "text"}


def test_a_strangers_folder_takes_no_file_away(tmp_path):
    planted = tmp_path / f".unfinished-{temporary._MACHINE}-12345678"
    for name in ("held", "replaced/x", "new/thesis", "earlier/thesis"):
        (planted / name).parent.mkdir(parents=True, exist_ok=True)
        (planted / name).write_text("planted")
    (tmp_path / "thesis").write_text("mine")
    clear_unfinished(tmp_path)
    assert (tmp_path / "thesis").read_text() == "mine"


def interrupted_at(line, what, out):
    """Write into a folder, with Ctrl-C at a line of what writes; return whether it came to that.

    Args:
        line: its number among all those that are run.
        what: of WRITES.
        out: the folder.
    """
    left = line

    def trace(frame, event, _argument):
        nonlocal left
        if frame.f_code.co_filename not in (files.__file__, temporary.__file__):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                sys.settrace(None)
                signal.raise_signal(signal.SIGINT)
        return trace

    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        exec(WRITES[what], {**vars(files), "out": out, "at_work": lambda _place: None})  # noqa: S102
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
        signal.signal(signal.SIGINT, usual)
        temporary.remove_all_held()
    return left < 0


@pytest.mark.parametrize("what", WRITES)
def test_ctrl_c_may_come_at_any_moment(what, tmp_path):
    for line in range(0, 2000, 3):
        out = tmp_path / str(line) / "out"
        out.mkdir(parents=True)
        for name, text in OLD.items():
            (out / name).write_text(text)
        was_interrupted = interrupted_at(line, what, out)
        assert content_of(out) in [OLD, NEW_AND_MORE[what]], line
        assert not [*tmp_path.rglob(".*")], line
        if not was_interrupted:
            break
    assert not was_interrupted
    assert line > 50

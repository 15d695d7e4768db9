"""Whatever waits, waits in short slices: on Windows Ctrl-C does not end a longer one."""

import ast
import threading
from pathlib import Path

import ParotidClassifierCore
import pytest
from ParotidClassifierCore.base.waiting import SLICE_SECONDS, do_and_wait, wait_until

CORE = Path(ParotidClassifierCore.__file__).parent
WAITS = {"acquire", "communicate", "get", "join", "result", "shutdown", "wait", "as_completed"}
# In a thread of its own, in a process that leaves Ctrl-C to others, or of what is done already.
HARMLESS = {
    ("app/inbox.py", "get"),
    ("base/parallel.py", "result"),
    ("network/cross_fitting.py", "result"),
}


def test_it_waits_in_slices_until_there_is_something():
    asked = []

    def look(seconds):
        asked.append(seconds)
        return len(asked) // 3

    assert wait_until(look) == 1
    assert asked == [SLICE_SECONDS] * 3
    assert SLICE_SECONDS < 0.5


def test_when_time_is_over_it_returns_what_it_found_last():
    asked = []
    assert wait_until(asked.append, 0.0) is None
    assert asked == [0.0]


def test_work_that_does_not_end_is_waited_for_in_slices(monkeypatch):
    ended, usual, slices = threading.Event(), threading.Thread.join, []

    def join(thread, timeout=None):
        slices.append(timeout)
        if len(slices) == 3:
            raise KeyboardInterrupt
        usual(thread, 0.0)

    monkeypatch.setattr(threading.Thread, "join", join)
    with pytest.raises(KeyboardInterrupt):
        do_and_wait(ended.wait)
    ended.set()
    assert slices == [SLICE_SECONDS] * 3


def calls_without_limit(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and not node.args and not node.keywords:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in WAITS:
                yield path.relative_to(CORE).as_posix(), name


def test_nothing_in_core_waits_without_a_limit():
    found = {call for path in CORE.rglob("*.py") for call in calls_without_limit(path)}
    assert found == HARMLESS

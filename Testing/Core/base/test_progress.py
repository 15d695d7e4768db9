import io
import sys
import time

import pytest
from ParotidClassifierCore.base.progress import bar_on_terminal, part
from ParotidClassifierCore.base.standard_streams import harmless_output


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_part_of_the_work_spans_its_share_of_the_whole():
    told = []
    inner = part(lambda fraction, step: told.append((fraction, step)), 0.2, 0.7)
    for fraction in (0.0, 0.5, 1.0):
        inner(fraction, "x")
    assert [fraction for fraction, _ in told] == pytest.approx([0.2, 0.45, 0.7])
    assert {step for _, step in told} == {"x"}


def test_a_terminal_sees_step_share_and_time_left(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with bar_on_terminal("predict") as progress:
        progress(0.5, "radiomics")
        progress(1.0, "network")
    shown = terminal.getvalue()
    assert "predict: network" in shown
    assert "100%" in shown
    assert "<" in shown  # elapsed < remaining


def test_only_the_bar_itself_drives_the_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with harmless_output(), bar_on_terminal("predict") as progress:
        progress(0.5, "\x1b[2J case")
    shown = terminal.getvalue()
    assert r"predict: \u001b[2J case" in shown
    assert "\x1b[2J" not in shown
    assert "\r" in shown  # the bar is drawn in one place
    assert r"\u000d" not in shown


def test_a_file_sees_a_line_now_and_then(monkeypatch):
    log, now = io.StringIO(), [100.0]
    monkeypatch.setattr(sys, "stderr", log)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with bar_on_terminal("train") as progress:
        for seconds, *told in ((5, 0.0, "a"), (60, 0.1, "b"), (62, 0.2, "c"), (600, 0.9, "d")):
            now[0] = 100.0 + seconds
            progress(*told)
    assert log.getvalue() == "train: b, 10% done, 9 min left\ntrain: d, 90% done, 67 s left\n"

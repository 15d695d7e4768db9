"""A second process measures a share of the features, and is gone when nobody needs it."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from fixtures.cases import ball_grid
from ParotidClassifierCore.base.errors import CancelledError, FeatureExtractionError
from ParotidClassifierCore.base.progress import silent
from ParotidClassifierCore.prediction import companion as module
from ParotidClassifierCore.prediction.companion import (
    Companion,
    companion_if_worthwhile,
    is_worthwhile,
)
from ParotidClassifierCore.prediction.measuring import Measurer
from ParotidClassifierCore.radiomics.names import columns_of
from ParotidClassifierCore.radiomics.settings import default_settings

COLUMNS = columns_of()[::29]


@pytest.fixture
def companion():
    companion = Companion()
    yield companion
    companion.close()


@pytest.fixture
def grid():
    return ball_grid(radius=6, margin=10)


@pytest.fixture(scope="module")
def alone():
    """What one process measures on the grid."""
    return measured(Measurer(), ball_grid(radius=6, margin=10))


def measured(measurer, grid, columns=COLUMNS, progress=silent):
    return measurer.measure(grid, columns, default_settings(), progress)


def gone(process_id, within=5.0):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not psutil.pid_exists(process_id):
            return True
        if psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_a_grid_arrives_as_it_was_sent(grid):
    arrived = module.grid_from_words(module.grid_as_words(grid))
    assert (arrived.ct == grid.ct).all()
    assert arrived.ct.dtype == grid.ct.dtype
    assert (arrived.tumor == grid.tumor).all()
    assert (arrived.ring == grid.ring).all()
    assert arrived.geometry == grid.geometry


def test_two_processes_give_the_numbers_of_one_to_the_last_bit(companion, grid):
    together = measured(Measurer(companion), grid)
    alone = measured(Measurer(), grid)
    assert together == alone
    assert list(together) == list(COLUMNS)


def test_a_companion_that_is_killed_at_any_time_costs_nothing_but_time(companion, grid):
    measurer = Measurer(companion)
    alone = measured(Measurer(), grid)
    finish = measurer.begin(grid, COLUMNS, default_settings(), COLUMNS)
    os.kill(companion.process_id, signal.SIGKILL)
    assert finish(silent) == alone
    assert measured(measurer, grid) == alone


READY = "import json, sys, time; print(json.dumps({'event': 'ready'}), flush=True); "
READS = READY + "sys.stdin.readline(); "
HANGS = "import time; time.sleep(600)"


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(HANGS, id="never says that it is ready"),
        pytest.param(READY + "time.sleep(600)", id="does not read"),
        pytest.param(
            READS + "print(json.dumps({'event': 'progress', 'id': 1}), flush=True); "
            "time.sleep(600)",
            id="stops in the middle",
        ),
        pytest.param(
            READS + "[print(json.dumps({'event': 'progress', 'id': 1})) for _ in iter(int, 1)]",
            id="tells of progress for ever",
        ),
    ],
)
def test_one_that_hangs_is_killed_and_its_share_done_here(program, grid, alone, monkeypatch):
    monkeypatch.setattr(module, "_PROGRAM", ("-c", program))
    monkeypatch.setattr(module, "_START_SECONDS", 15.0 if READY in program else 0.0)
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.1 if READY in program else 1e6)
    monkeypatch.setattr(module, "_PATIENCE_TIMES", 0.0)
    check_helpless(grid, alone)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("sys.exit(1)", id="dies"),
        pytest.param("print('rubbish', flush=True); time.sleep(600)", id="no JSON"),
        pytest.param("print('[1]', flush=True); time.sleep(600)", id="no event"),
        pytest.param("os.write(1, bytes(range(256))); time.sleep(600)", id="bytes"),
        pytest.param("answer([1.0])", id="no values by column"),
        pytest.param("answer({'what': 1.0})", id="other columns"),
    ],
)
def test_one_that_dies_or_talks_nonsense_is_not_waited_for(told, grid, alone, monkeypatch):
    program = f"""
import os
def answer(values):
    print(json.dumps({{"event": "result", "id": 1, "values": values}}), flush=True)
    time.sleep(600)
{READS}
{told}
"""
    monkeypatch.setattr(module, "_PROGRAM", ("-c", program))
    for limit in ("_START_SECONDS", "_PATIENCE_SECONDS"):
        monkeypatch.setattr(module, limit, 1e6)
    check_helpless(grid, alone)


def check_helpless(grid, alone):
    """One that is no help costs no number, and is not asked again."""
    companion = Companion()
    measurer = Measurer(companion)
    left = iter(range(3000))

    def impatient(fraction, step):
        assert next(left, None) is not None, "it is waited for without end"

    assert measured(measurer, grid, progress=impatient) == alone
    companion.close()
    assert gone(companion.process_id)
    assert measured(measurer, grid, progress=impatient) == alone


def test_work_that_is_given_up_does_not_reach_the_next(companion, grid):
    measurer = Measurer(companion)

    def enough(fraction, step):
        raise CancelledError("Enough.")

    with pytest.raises(CancelledError):
        measured(measurer, grid, progress=enough)
    other = ball_grid(radius=7, margin=10, seed=1)
    assert measured(measurer, other) == measured(Measurer(), other)


def test_what_cannot_be_measured_is_said_as_without_a_companion(companion, grid):
    grid.ring[:] = False
    with pytest.raises(FeatureExtractionError, match="'External2' has 0 voxels"):
        measured(Measurer(companion), grid)


def test_it_ends_with_its_context_and_there_is_none_on_a_small_machine(monkeypatch):
    monkeypatch.setattr(module, "cores", lambda: 2)
    monkeypatch.setattr(module, "memory_bytes", lambda: 8 * 2**30)
    with companion_if_worthwhile() as companion:
        assert psutil.pid_exists(companion.process_id)
    assert gone(companion.process_id)
    monkeypatch.setattr(module, "memory_bytes", lambda: 4 * 2**30)
    assert not is_worthwhile()
    monkeypatch.setattr(module, "memory_bytes", lambda: 8 * 2**30)
    monkeypatch.setattr(module, "cores", lambda: 1)
    with companion_if_worthwhile() as companion:
        assert companion is None


def test_it_ends_when_its_parent_is_killed():
    code = """
from ParotidClassifierCore.prediction.companion import Companion
print(Companion().process_id, flush=True)
input()
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        process_id = int(parent.stdout.readline())
        assert psutil.pid_exists(process_id)
        parent.kill()
    assert gone(process_id)

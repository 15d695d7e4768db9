"""How long a radiologist waits for the answer, and what the process that gives it takes.

A 23 mm tumour on a CT of 512 × 512 × 60, the demonstration bundle, the worker that the module uses.
"""

import os
import subprocess
import sys
from itertools import count
from statistics import median

import psutil
import pytest
from benchmark_table import seconds
from fixtures.cases import ball_mask, tissue_ct
from fixtures.regions import PROTOCOL
from fixtures.worker_caller import Caller
from ParotidClassifierCore.bundle.shipped import DEFAULT_BUNDLE
from ParotidClassifierCore.case.grid import draw_regions
from ParotidClassifierCore.case.loading import CT_FILE, SEGMENTATION_FILE, Case
from ParotidClassifierCore.case.saving import save_case_folder
from ParotidClassifierCore.imaging.masks import save_segmentation
from ParotidClassifierCore.imaging.volumes import write_volume

CT = {"size": (512, 512, 60), "spacing": (0.49, 0.49, 3.0)}
RADIUS_MM, LARGE_RADIUS_MM, SMALL_RADIUS_MM = 11.5, 30.0, 6.0
KNOWN = {"symptoms": "without", "margin": "clear", "lymph_nodes": "without"}
PREDICTIONS = 200


def case_of(radius_mm):
    """Return a case with a tumour of this radius."""
    ct = tissue_ct(**CT)
    return Case(ct, ball_mask(ct, radius_mm))


def write(folder, radius_mm):
    """Write a case folder as the module does, and return the case."""
    case = case_of(radius_mm)
    folder.mkdir(exist_ok=True)
    write_volume(folder / CT_FILE, case.ct, compress=False)
    drawn = draw_regions(case, PROTOCOL)
    save_outlines(folder, drawn, {"Tumor": drawn.masks["Tumor"]})
    return case


def edit_ring(folder, case, number):
    """Take one more voxel out of the ring than before; the CT's file stays as it is."""
    drawn = draw_regions(case, PROTOCOL)
    ring = drawn.masks["External2"].copy()
    for axis in zip(*(along[1000 : 1001 + number] for along in ring.nonzero()), strict=True):
        ring[axis] = False
    save_outlines(folder, drawn, {"Tumor": drawn.masks["Tumor"], "External2": ring})


def save_outlines(folder, drawn, masks):
    """Write masks over the box of regions as they were drawn."""
    geometry = drawn.lattice.geometry(drawn.box)
    save_segmentation(folder / SEGMENTATION_FILE, masks, geometry, PROTOCOL.regions)


@pytest.fixture(scope="module")
def worker():
    caller = Caller()
    with caller.process:
        caller.answer({"id": 0, "command": "warm", "bundle": DEFAULT_BUNDLE})
        yield caller
        caller.process.kill()


def predict(caller, folder, **more):
    """Return the prediction of the case in a folder."""
    request = {"id": 1, "command": "predict", "case": str(folder), "bundle": DEFAULT_BUNDLE}
    _, result = caller.answer(request | {"clinical": KNOWN} | more)
    assert result["event"] == "result", result
    return result


def click(caller, folder, **more):
    """Return how long `predict` takes."""
    return seconds(lambda: predict(caller, folder, **more))


def processor_seconds(caller):
    """Return the processor time that the worker has taken so far."""
    times = psutil.Process(caller.process.pid).cpu_times()
    return times.user + times.system


def processor_seconds_of(caller, work):
    """Return the processor time that the worker takes for some work."""
    before = processor_seconds(caller)
    work()
    return processor_seconds(caller) - before


def ring_of(number):
    """Return a ring that no request has asked for yet."""
    return {"width_mm": 2.0, "hu_range": [-200.0 + number, 90.0]}


def test_from_the_start_of_the_command_line_to_the_answer(benchmark, table, tmp_path):
    save_case_folder(tmp_path, case_of(RADIUS_MM))
    command = [sys.executable, "-m", "ParotidClassifierCore", "predict", "--case", str(tmp_path)]
    command += ["--out", str(tmp_path / "out")]
    # An installed package has its bytecode beside it.
    compiled = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    spent = []

    def start():
        before = psutil.Process().cpu_times()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=compiled)
        after = psutil.Process().cpu_times()
        spent.append(_of_children(after) - _of_children(before))

    benchmark.pedantic(start, rounds=3, warmup_rounds=1)
    table.at_most("Answer of the command line, cold, all files written", _median(benchmark), 2.0)
    _tell_processor_time(table, spent)


def test_the_worker_is_ready_before_it_is_needed(benchmark, table):
    spent = []

    def start():
        caller = Caller()
        with caller.process:
            caller.answer({"id": 0, "command": "warm", "bundle": DEFAULT_BUNDLE})
            spent.append(processor_seconds(caller))
            caller.process.kill()

    benchmark.pedantic(start, rounds=3, warmup_rounds=1)
    table.at_most("Worker from its start until it is warm", _median(benchmark), 5.0)
    _tell_processor_time(table, spent)


def test_from_the_first_click_to_the_answer(benchmark, table, worker, tmp_path):
    """Each round a CT that was never seen."""
    folders = [tmp_path / str(number) for number in range(4)]
    for number, folder in enumerate(folders):
        write(folder, RADIUS_MM + 0.25 * number)
    left, spent = iter(folders), []
    benchmark.pedantic(
        lambda: spent.append(processor_seconds_of(worker, lambda: predict(worker, next(left)))),
        rounds=len(folders),
    )
    table.at_most("Answer of the warm worker to the first click", _median(benchmark), 0.2)
    _tell_processor_time(table, spent)


def test_after_an_edit_of_the_ring(benchmark, table, worker, tmp_path):
    case = write(tmp_path, RADIUS_MM)
    predict(worker, tmp_path)
    edits, spent = count(1), []
    benchmark.pedantic(
        lambda: spent.append(processor_seconds_of(worker, lambda: predict(worker, tmp_path))),
        setup=lambda: edit_ring(tmp_path, case, next(edits)),
        rounds=8,
    )
    table.at_most("Answer after an edit of the ring inside its box", _median(benchmark), 0.08)
    _tell_processor_time(table, spent)
    write(tmp_path, RADIUS_MM)
    predict(worker, tmp_path)
    wider = [click(worker, tmp_path, ring=ring_of(0) | {"width_mm": w}) for w in (2.5, 3, 3.5, 4)]
    table.at_most("Answer after a change of the ring's width: all is new", median(wider), 0.2)


def test_after_a_clinical_answer(benchmark, table, worker, tmp_path):
    write(tmp_path, RADIUS_MM)
    predict(worker, tmp_path)
    words = iter(["unclear", "clear"] * 100)
    benchmark.pedantic(
        lambda: predict(worker, tmp_path, clinical=KNOWN | {"margin": next(words)}), rounds=20
    )
    table.at_most("Answer after a clinical finding", _median(benchmark), 0.05)


def test_other_outlines(benchmark, table, worker, tmp_path):
    write(tmp_path, RADIUS_MM)
    predict(worker, tmp_path)
    request = {"id": 1, "command": "stability", "case": str(tmp_path), "bundle": DEFAULT_BUNDLE}
    request["show_outside"] = True
    spent = []

    def ask():
        _, told = worker.answer(request)
        assert told["event"] == "result", told

    benchmark.pedantic(lambda: spent.append(processor_seconds_of(worker, ask)), rounds=2)
    table.at_most("Stability: 20 other outlines", _median(benchmark), 2.0)
    _tell_processor_time(table, spent)


def test_a_large_tumour_against_a_usual_one(benchmark, table, worker, tmp_path):
    write(tmp_path / "usual", RADIUS_MM)
    write(tmp_path / "large", LARGE_RADIUS_MM)
    pairs = []
    for number in range(5):  # the first reads the files
        ring = ring_of(1 + number)
        pairs.append([click(worker, tmp_path / name, ring=ring) for name in ("large", "usual")])
    ratio = median(large / usual for large, usual in pairs[1:])
    benchmark.pedantic(lambda: predict(worker, tmp_path / "large", ring=ring_of(20)), rounds=1)
    table.at_most("Answer for a tumour of 60 mm against 23 mm", ratio, 4.0, "times")


def test_the_memory_of_the_worker_does_not_grow(benchmark, table, tmp_path):
    write(tmp_path, SMALL_RADIUS_MM)
    caller = Caller()
    with caller.process:
        caller.answer({"id": 0, "command": "warm", "bundle": DEFAULT_BUNDLE})
        process = psutil.Process(caller.process.pid)
        assert not process.children()
        # Pages of the libraries' files are the system's to take back, and other processes' too.
        idle = process.memory_full_info()
        own = "Memory of the idle worker, of its own"
        table.at_most(own, idle.uss / 2**20, 150, "MiB")
        table.told("– with the pages of the libraries' files", _mebibytes(idle.rss))
        numbers = count()

        def some(many):
            for _ in range(many):
                predict(caller, tmp_path, ring=ring_of(0.25 * next(numbers)))
            return process.memory_info().rss

        early = some(PREDICTIONS // 4)
        late = benchmark.pedantic(some, [PREDICTIONS - PREDICTIONS // 4], rounds=1)
        table.told(f"The same after {PREDICTIONS} predictions of a small tumour", _mebibytes(late))
        name = f"Memory after {PREDICTIONS} predictions against after {PREDICTIONS // 4}"
        table.at_most(name, late / early, 1.05, "times")
        caller.process.kill()


def _tell_processor_time(table, spent):
    """Tell it of the benchmark in the row above."""
    row = [*table.rows][-1]
    table.told(f"– processor time of this: {row}", f"{median(spent):.2f} s")


def _of_children(times):
    return times.children_user + times.children_system


def _mebibytes(size):
    return f"{size / 2**20:.0f} MiB"


def _median(benchmark):
    return benchmark.stats.stats.median

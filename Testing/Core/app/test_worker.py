"""The process that answers requests, as a caller meets it: lines in, lines out."""

import itertools
import json
import shutil
import signal
import time

import psutil
import pytest
from fixtures.simulated_cases import simulated
from fixtures.worker_caller import Caller
from ParotidClassifierCore.app.cli import main
from ParotidClassifierCore.bundle.shipped import SHIPPED
from ParotidClassifierCore.simulation.cohort import write_case

BUNDLE = "simulated-demo"
WIDTHS_MM = itertools.count(21)  # tenths


def started():
    caller = Caller()
    with caller.process:
        yield caller
        caller.process.kill()


@pytest.fixture(scope="module")
def caller():
    """A process that many tests ask, as one panel does: to load its libraries takes seconds."""
    yield from started()


@pytest.fixture
def new_caller():
    """A process that has loaded nothing yet, for one test, which may end it."""
    yield from started()


@pytest.fixture(scope="module")
def a_case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    write_case(simulated(3), folder)
    return folder


def another_ring():
    """A ring that nobody has asked for yet, so that there is work to do."""
    return {"width_mm": next(WIDTHS_MM) / 10, "hu_range": [-200.0, 400.0]}


def test_a_case_gets_the_probabilities_of_the_command_line(caller, a_case, tmp_path, capsys):
    request = {"id": 7, "command": "predict", "case": str(a_case), "bundle": BUNDLE}
    progress, result = caller.answer(request)
    assert main(["predict", "--case", str(a_case), "--out", str(tmp_path), "--json"]) == 0
    expected = json.loads(capsys.readouterr().out)["models"]
    assert result["event"] == "result"
    assert result["prediction"]["models"] == expected
    assert {event["id"] for event in (*progress, result)} == {7}
    shares = [event["fraction"] for event in progress]
    assert shares == sorted(shares)
    assert all(event["step"] for event in progress)
    reads = {c for m in expected.values() for c in m.get("contributions", {})}
    assert reads <= set(result["features"])


def test_a_mistake_is_answered_and_the_process_lives_on(caller, a_case):
    for request, message in (
        ("no json", "not JSON"),
        ("[1]", "not an object"),
        ({"id": 1, "command": "sing"}, "There is no command 'sing'"),
        ({"id": 2, "command": "predict", "bundle": BUNDLE}, "names no case"),
        ({"id": 3, "command": "predict", "case": "gone", "bundle": BUNDLE}, "gone"),
        ({"id": 4, "command": "predict", "case": str(a_case), "bundle": "gone"}, "gone"),
        *(
            (
                {
                    "id": 5,
                    "command": "predict",
                    "case": str(a_case),
                    "bundle": BUNDLE,
                    "ring": ring,
                },
                "ring",
            )
            for ring in (
                2,
                {"width_mm": 2, "hu_range": "19"},
                {"width_mm": True, "hu_range": [0, 1]},
                {"width_mm": 2, "hu_range": [0, 10**400]},
            )
        ),
        *(
            (
                {"id": 8, "command": "saliency", "case": str(a_case), "bundle": BUNDLE, "out": out},
                "names no out",
            )
            for out in ("a\0.nrrd", "\ud800.nrrd")
        ),
        (
            {"id": 6, "command": "predict", "case": str(a_case), "bundle": BUNDLE, "device": "tpu"},
            "'tpu'",
        ),
        *(
            (
                {"id": 7, "command": command, "case": str(a_case), "bundle": BUNDLE, "out": "o.csv"}
                | {"radiomics_engine": "gpu"},
                "no radiomics engine 'gpu'",
            )
            for command in ("predict", "stability", "features", "report")
        ),
    ):
        _, event = caller.answer(request)
        assert event["event"] == "error"
        assert message in event["message"]
        assert event["kind"]
        assert event["remedy"]
        assert event["id"] == (request.get("id") if isinstance(request, dict) else None)


def test_a_library_that_is_missing_is_named():
    hidden = "import sys; sys.modules['SimpleITK'] = None"
    program = f"{hidden}; from ParotidClassifierCore.app import worker; worker.main()"
    caller = Caller("-c", program)
    with caller.process:
        for number in range(2):
            _, event = caller.answer({"id": number, "command": "predict"})
            assert (event["id"], event["kind"]) == (number, "MissingPackageError")
            assert "SimpleITK" in event["message"]
            assert "pip install ." in event["remedy"]
        caller.process.kill()


def test_the_features_are_those_of_the_command_line(caller, a_case, tmp_path):
    request = {"id": 1, "command": "features", "case": str(a_case), "out": str(tmp_path / "a.csv")}
    progress, result = caller.answer(request)
    assert result == {"id": 1, "event": "result", "out": str(tmp_path / "a.csv")}
    assert progress
    assert main(["features", "--case", str(a_case), "--out", str(tmp_path / "b.csv")]) == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    for wrong in (tmp_path / "a.csv" / "c.csv", tmp_path):
        progress, refused = caller.answer(request | {"out": str(wrong)})
        assert refused["kind"] == "OutputError"
        assert progress == []


def test_it_ends_when_its_caller_goes_in_the_middle_of_work(new_caller, a_case):
    caller = new_caller
    caller.send({"id": 1, "command": "predict", "case": str(a_case), "bundle": BUNDLE})
    assert caller.event()["event"] == "progress"
    caller.process.stdin.close()
    deadline = time.monotonic() + 10
    while caller.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert caller.process.returncode == 0


def test_ctrl_c_is_left_to_whoever_it_works_for(new_caller):
    new_caller.process.send_signal(signal.SIGINT)
    _, answer = new_caller.answer({"id": 1, "command": "sing"})
    assert answer["event"] == "error"


def test_letters_of_any_kind_arrive_and_what_is_no_letter_costs_one_answer(caller):
    caller.process.stdin.buffer.write(b'{"id": 1, "command": "\xff"}\n')
    assert caller.answer({"id": 2, "command": "张伟"})[1]["id"] == 1
    assert "'张伟'" in caller.event()["message"]


@pytest.mark.parametrize("identity", ["NaN", "1e999", "[" * 400 + "]" * 400, "{}"])
def test_an_id_that_cannot_be_repeated_costs_one_answer(caller, identity):
    _, event = caller.answer(f'{{"id": {identity}, "command": "sing"}}')
    assert (event["id"], event["kind"]) == (None, "UsageError")
    assert caller.answer({"id": 1.5, "command": "sing"})[1]["id"] == 1.5


def test_one_that_hears_nothing_any_more_ends():
    code = """
from ParotidClassifierCore.app import inbox, worker
def put(inbox, line):
    raise MemoryError
inbox.Inbox.put = put
worker.main()
"""
    caller = Caller("-c", code)
    with caller.process:
        caller.send({"id": 1, "command": "sing"})
        assert caller.process.wait(60) == 0


def in_front_of(caller, *requests):
    """Send requests at once and return the last events of all of them, by id."""
    for request in requests:
        caller.send(request)
    last = {}
    while len(last) < len(requests):
        event = caller.event()
        if event["event"] != "progress":
            last[event["id"]] = event
    return last


def test_it_warms_up_and_the_first_prediction_finds_everything_loaded(new_caller, a_case):
    def libraries():
        maps = psutil.Process(new_caller.process.pid).memory_maps()
        return {each.path for each in maps if ".so" in each.path}

    progress, result = new_caller.answer({"id": 1, "command": "warm", "bundle": BUNDLE})
    assert progress
    assert result["event"] == "result"
    assert result["bundle"]["name"] == BUNDLE
    loaded = libraries()
    request = {"id": 2, "command": "predict", "case": str(a_case), "bundle": BUNDLE}
    _, first = new_caller.answer(request)
    assert first["event"] == "result"
    assert libraries() == loaded


def test_the_newest_request_is_answered_and_the_older_ones_are_superseded(caller, a_case):
    request = {"command": "predict", "case": str(a_case), "bundle": BUNDLE}
    last = in_front_of(
        caller, *({**request, "id": number, "ring": another_ring()} for number in range(4))
    )
    kinds = [last[number].get("kind") for number in range(4)]
    assert kinds == ["SupersededError"] * 3 + [None]
    assert last[3]["event"] == "result"


def test_a_request_is_cancelled_in_the_middle_and_the_next_one_is_answered(
    caller, a_case, tmp_path
):
    features = {"id": 1, "command": "features", "case": str(a_case), "out": str(tmp_path / "a")}
    caller.send(features)
    event = caller.event()  # the first step: all of the work is still to come
    caller.send({"command": "cancel", "id": 1})
    while event["event"] == "progress":
        event = caller.event()
    assert event["kind"] == "CancelledError"
    assert not (tmp_path / "a").exists()
    # the same id again is a request of its own
    request = {"id": 1, "command": "predict", "case": str(a_case), "bundle": BUNDLE}
    _, result = caller.answer(request | {"ring": another_ring()})
    assert result["event"] == "result"


def test_warming_up_is_finished_while_what_waits_is_cancelled_or_answered(new_caller, a_case):
    caller = new_caller
    request = {"command": "predict", "case": str(a_case), "bundle": BUNDLE}
    caller.send({"command": "cancel", "id": 9})  # there is none: nothing happens
    caller.send({"id": 1, "command": "warm", "bundle": BUNDLE})
    caller.send(request | {"id": 2})
    caller.send({"command": "cancel", "id": 2})
    last = in_front_of(caller, request | {"id": 3})
    while len(last) < 3:
        event = caller.event()
        last |= {event["id"]: event} if event["event"] != "progress" else {}
    assert [last[1]["event"], last[2]["event"], last[3]["event"]] == ["result", "error", "result"]
    assert last[2]["kind"] in ("CancelledError", "SupersededError")


def test_clinical_words_of_the_request_take_the_place_of_those_in_the_folder(caller, a_case):
    request = {"id": 1, "command": "predict", "case": str(a_case), "bundle": BUNDLE}
    words = {"symptoms": "with", "margin": "unclear", "lymph_nodes": "with"}
    _, known = caller.answer(request | {"clinical": words})
    _, unknown = caller.answer(request | {"clinical": {}})
    assert known["prediction"]["inputs"]["margin"] == "unclear"
    assert known["prediction"]["models"]["Clinical"]["call"] == "malignant"
    assert "unavailable" in unknown["prediction"]["models"]["Clinical"]
    image_models = ("Tumor_RAD", "Tumor+External2_RAD+DL")
    for name in image_models:
        assert known["prediction"]["models"][name] == unknown["prediction"]["models"][name]
    for wrong in ("clear", {"margin": "blue"}, {"colour": "blue"}):
        _, refused = caller.answer(request | {"clinical": wrong})
        assert refused["kind"] == "ClinicalValueError"


def test_other_outlines_are_classified_and_given_up_for_a_newer_request(caller, a_case):
    request = {"id": 1, "command": "stability", "case": str(a_case), "bundle": BUNDLE, "count": 2}
    progress, found = caller.answer(request)
    assert found["event"] == "result"
    assert len(found["probabilities"]["Tumor_RAD"]) == 2
    assert found["call_flips"]["Tumor_RAD"] in (0, 1, 2)
    assert {"outline 1 of 2", "outline 2 of 2"} <= {event["step"] for event in progress}
    for wrong in ({"count": 0}, {"count": 1.5}, {"count": 10**6}, {"seed": -1}, {"seed": "x"}):
        _, refused = caller.answer(request | wrong)
        assert refused["kind"] == "UsageError"
    caller.send(request | {"count": 50})
    while not (event := caller.event())["step"].startswith("outline"):
        pass
    caller.send(request | {"id": 2, "command": "predict", "ring": another_ring()})
    while event["event"] == "progress" or event["id"] == 1:
        assert event["event"] == "progress" or event["kind"] == "SupersededError"
        event = caller.event()
    assert (event["event"], event["id"]) == ("result", 2)


def test_a_bundle_that_is_swapped_under_it_is_read_again(caller, a_case, tmp_path):
    bundle = shutil.copytree(SHIPPED / BUNDLE, tmp_path / "bundle")
    request = {"id": 1, "command": "predict", "case": str(a_case), "bundle": str(bundle)}
    _, before = caller.answer(request)
    assert before["prediction"]["bundle"]["name"] == BUNDLE
    shutil.rmtree(bundle)
    shutil.copytree(SHIPPED / "published-clinical", bundle)
    _, after = caller.answer(request)
    assert after["prediction"]["bundle"]["name"] == "published-clinical"
    (bundle / "models.json").write_bytes((bundle / "models.json").read_bytes() + b" ")
    _, damaged = caller.answer(request)
    assert damaged["kind"] == "BundleError"
    shutil.rmtree(bundle)
    _, gone = caller.answer(request)
    assert gone["kind"] == "BundleError"


def test_what_a_library_prints_does_not_reach_the_events():
    code = """
import os, sys
from ParotidClassifierCore.app import worker, worker_commands
def noisy(request, progress):
    print("printed", flush=True)
    os.write(1, b"written below Python\\n")
    return {"value": 1}
class Noisy:
    commands = {"noisy": noisy}
worker_commands.Desk = Noisy
worker.main()
"""
    caller = Caller("-c", code)
    assert caller.answer({"id": 1, "command": "noisy"})[1] == {
        "id": 1, "event": "result", "value": 1,
    }  # fmt: skip
    _, errors = caller.process.communicate()
    assert "printed" in errors
    assert "written below Python" in errors
    assert "Traceback" not in errors

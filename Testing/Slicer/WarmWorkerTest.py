"""Self tests of the warm process's life: begun before it is needed, replaced, never left behind."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from AskedWorker import BUNDLE, AskedWorker, Caller, simulatedCase
from ParotidClassifierCore.bundle.shipped import find_bundle
from ParotidClassifierLib.Background.Worker import Worker
from ParotidClassifierLib.Background.WorkerProcess import (
    MODULE_FOLDER,
    pythonExecutable,
    workerArguments,
)
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import descendants, isAlive, letPass, waitFor

AT_ONCE = "tell(event='result', id=identity)"
HANGS = "tell(event='progress', id=identity, fraction=0.5, step='a loop'); time.sleep(60)"
WARMS_ONLY = f"{AT_ONCE} if request['command'] == 'warm' else time.sleep(60)"
BEGINS_TO_PREDICT = (
    "busy = request['command'] == 'predict'; "
    "tell(event='progress' if busy else 'result', id=identity, fraction=0.5, step='a loop'); "
    "time.sleep(60 * busy)"
)

# An application in small: it starts the worker as Slicer does and passes on what that tells.
APPLICATION = """
import json, os, subprocess, sys
requests, *program = sys.argv[1:]
worker = subprocess.Popen(
    [*program, str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
print(os.getpid(), worker.pid, flush=True)
for request in json.loads(requests):
    worker.stdin.write(json.dumps(request) + "\\n")
    worker.stdin.flush()
for line in worker.stdout:
    print(line, end="", flush=True)
"""
WARM = {"id": 1, "command": "warm", "bundle": BUNDLE}


def kill(pid):
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


class WarmWorkerTest(AskedWorker, ScriptedLoadableModuleTest):
    """The process is there before it is needed, and is replaced when it dies."""

    _shared = None

    @classmethod
    def tearDownClass(cls):
        if cls._shared is not None:
            cls._shared.stop()
            cls._shared = None

    def warmed(self):
        """Return a caller of the one warm process of all tests that leave it as it is."""
        if self._shared is None:
            type(self)._shared = Worker()
            self._shared.warmUp(BUNDLE)
        caller = Caller(self._shared)
        self.waitUntilWarm(caller)
        return caller

    def warm(self, *arguments):
        caller = self.caller(*arguments)
        caller.worker.warmUp(BUNDLE)
        return caller

    def warmOf(self, *answer):
        caller = self.callerOf(*answer)
        caller.worker.warmUp(BUNDLE)
        return caller

    def waitForAnother(self, caller, pid):
        waitFor(lambda: caller.worker.processId not in (0, pid), what="another process")

    def waitUntilWarm(self, caller):
        waitFor(lambda: caller.worker.isWarm, 120, "the end of the warming")

    # Warming up

    def test_warming_up_is_not_counted_as_busy_and_done_once(self):
        caller = self.warmOf(AT_ONCE)
        self.assertFalse(caller.worker.isBusy)
        self.assertFalse(caller.worker.isWarm)
        self.waitUntilWarm(caller)
        pid = caller.worker.processId
        caller.worker.warmUp(BUNDLE)
        self.assertEqual(caller.worker.processId, pid)
        self.assertEqual(caller.answers, 0)

    def test_a_warm_process_has_its_libraries_loaded(self):
        caller = self.warmed()
        maps = Path(f"/proc/{caller.worker.processId}/maps")
        if maps.exists():
            loaded = maps.read_text()
            self.assertIn("SimpleITK", loaded)
            self.assertNotIn("libtorch", loaded)
        caller.answer(command="predict", case=simulatedCase(), bundle=BUNDLE)
        self.assertEqual(caller.errors, [])

    def test_a_request_in_the_middle_of_the_warming_is_answered(self):
        caller = self.warm()
        caller.answer(command="predict", case=simulatedCase(), bundle=BUNDLE)
        self.assertEqual(caller.errors, [])
        self.assertTrue(caller.worker.isWarm)

    def test_a_bundle_that_cannot_be_warmed_up_is_told_by_the_request_alone(self):
        caller = self.caller()
        caller.worker.warmUp("/no/such/bundle")
        caller.answer(command="predict", case=simulatedCase(), bundle="/no/such/bundle")
        self.assertEqual([error[0] for error in caller.errors], ["BundleError"])
        self.assertFalse(caller.worker.isWarm)

    # A process that dies

    def test_killed_while_it_starts_or_warms_it_is_replaced(self):
        for hasStarted in (False, True):
            caller = self.warm()
            if hasStarted:
                waitFor(lambda: caller.worker._process._workingPid)  # noqa: B023
            pid = caller.worker.processId
            kill(pid)
            self.waitForAnother(caller, pid)
            caller.answer(command="sing")
            self.assertIn("no command", caller.errors[0][1])

    def test_killed_while_idle_and_in_the_middle_of_a_request_it_is_replaced(self):
        caller = self.warmOf(BEGINS_TO_PREDICT)
        for isAsked in (False, True):
            self.waitUntilWarm(caller)
            if isAsked:
                caller.send(command="predict")
                waitFor(lambda: caller.progress)
            pid = caller.worker.processId
            kill(pid)
            self.waitForAnother(caller, pid)
            self.assertEqual([error[0] for error in caller.errors], ["WorkerEndedError"] * isAsked)
            caller.answer(command="sing")  # it has shown that it works
            caller.errors.clear()
        self.waitUntilWarm(caller)
        caller.answer(command="sing")
        self.assertEqual(caller.errors, [])

    def test_one_that_dies_again_and_again_is_replaced_once(self):
        with tempfile.TemporaryDirectory() as folder:
            starts = Path(folder) / "starts"
            program = f"open({str(starts)!r}, 'a').write('x'); raise SystemExit(1)"
            caller = self.warm("-c", program)
            waitFor(lambda: starts.exists() and len(starts.read_text()) == 2, what="two starts")
            letPass(0.5)
            self.assertEqual(starts.read_text(), "xx")
        self.assertEqual(caller.worker.processId, 0)
        self.assertEqual(caller.answers, 0)

    def test_after_stop_nothing_is_started_again(self):
        caller = self.warmOf(AT_ONCE)
        self.waitUntilWarm(caller)
        caller.worker.stop()
        letPass(0.2)
        self.assertEqual(caller.worker.processId, 0)
        self.assertFalse(caller.worker.isWarm)

    def test_it_ends_when_the_application_is_killed(self):
        predict = {"id": 2, "command": "predict", "case": simulatedCase(), "bundle": BUNDLE}
        self.checkKilledApplication([], lambda event: event["event"] == "ready")
        self.checkKilledApplication([WARM], lambda event: event["event"] == "progress")
        self.checkKilledApplication(
            [WARM, predict], lambda event: event.get("id") == 2 and event["fraction"] > 0
        )

    def checkKilledApplication(self, requests, isTime):
        python, *arguments = [pythonExecutable(), *workerArguments()[:-1]]
        launcher = subprocess.Popen(
            [python, "-c", APPLICATION, json.dumps(requests), python, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=MODULE_FOLDER,
        )
        # Python runs below a launcher, which takes nobody with it: here as in the application.
        application, worker = map(int, launcher.stdout.readline().split())
        self.assertTrue(isAlive(worker))
        for line in launcher.stdout:
            if isTime(json.loads(line)):
                break
        processes = [worker, *descendants(worker)]
        kill(application)
        launcher.communicate()
        self.assertGone(*processes)

    # Cancelling

    def test_a_cancel_between_any_two_steps_keeps_the_process(self):
        caller = self.warmed()
        patience = caller.worker._patience
        self.addCleanup(patience.setInterval, patience.interval)
        patience.setInterval(30_000)  # the machine of a test may be slow
        pid = caller.worker.processId
        step = 0
        while not caller.results:
            step += 1
            caller.progress.clear()
            ring = {"width_mm": 2.0 + step / 10, "hu_range": [-200.0, 400.0]}  # not known yet
            caller.send(command="predict", case=simulatedCase(), bundle=BUNDLE, ring=ring)
            waitFor(lambda: caller.results or len(caller.progress) >= step)  # noqa: B023
            caller.worker.cancel()
            self.assertFalse(caller.worker.isBusy)
        self.assertGreater(step, 3)
        self.assertEqual(caller.errors, [])
        caller.answer(command="sing")
        self.assertEqual(caller.worker.processId, pid)

    def test_a_process_that_hangs_is_killed_by_a_cancel_and_another_warmed_up(self):
        caller = self.warmOf(WARMS_ONLY)
        self.waitUntilWarm(caller)
        pid = caller.worker.processId
        caller.send(command="predict")
        letPass(0.1)
        caller.worker.cancel()
        self.assertGone(pid)
        self.waitForAnother(caller, pid)
        self.waitUntilWarm(caller)
        self.assertEqual(caller.answers, 0)

    def test_what_is_asked_while_a_cancelled_process_hangs_is_asked_of_the_next_one(self):
        caller = self.callerOf(f"{HANGS} if request['command'] == 'hang' else {AT_ONCE}")
        caller.send(command="hang")
        waitFor(lambda: caller.progress)
        pid = caller.worker.processId
        caller.worker.cancel()
        caller.answer(command="predict")
        self.assertEqual((caller.results, caller.errors), ([{}], []))
        self.assertNotEqual(caller.worker.processId, pid)
        self.assertGone(pid)

    # What comes from outside

    def test_a_bundle_swapped_on_disk_is_read_again_or_refused(self):
        caller = self.caller()
        hashes = []
        with tempfile.TemporaryDirectory() as folder:
            own = Path(folder) / "own"
            request = {"command": "predict", "case": simulatedCase(), "bundle": str(own)}
            for name in (BUNDLE, "published-clinical", BUNDLE):
                shutil.rmtree(own, ignore_errors=True)
                shutil.copytree(find_bundle(name), own)
                caller.answer(**request)
                hashes.append(caller.results[-1]["prediction"]["bundle"]["hash"])
            (own / "bundle.json").write_text("{", encoding="utf-8")
            caller.answer(**request)
        self.assertEqual(hashes[0], hashes[2])
        self.assertNotEqual(hashes[0], hashes[1])
        self.assertEqual([error[0] for error in caller.errors], ["BundleError"])

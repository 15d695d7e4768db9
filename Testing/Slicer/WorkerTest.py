"""Self tests of the background process, with the real one wherever it is not the one to fail."""

import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path

from AskedWorker import BUNDLE, AskedWorker, Caller, simulatedCase
from ParotidClassifierLib.Background.Worker import Worker
from ParotidClassifierLib.Background.WorkerProcess import MODULE_FOLDER, pythonExecutable
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest
from Waiting import descendants, isAlive, letPass, waitFor

DEAF = "import time; time.sleep(60)"
# It has another below it, as the worker has, and tells its number as the worker does.
FAMILY = """
import json, os, subprocess, sys
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
)
print(json.dumps({"event": "ready", "pid": os.getpid()}), flush=True)
child.wait()
"""


class WorkerTest(AskedWorker, ScriptedLoadableModuleTest):
    """Requests are answered in a process of their own, which never outlives its purpose."""

    def test_the_result_is_that_of_the_command_line(self):
        caller = self.caller()
        caller.answer(command="predict", case=simulatedCase(), bundle=BUNDLE)
        self.assertEqual(caller.errors, [])
        with tempfile.TemporaryDirectory() as out:
            command = ["-m", "ParotidClassifierCore", "predict", "--case", simulatedCase()]
            subprocess.run(
                [pythonExecutable(), *command, "--bundle", BUNDLE, "--out", out],
                check=True,
                capture_output=True,
                cwd=MODULE_FOLDER,
            )
            expected = json.loads((Path(out) / "prediction.json").read_text(encoding="utf-8"))
        self.assertEqual(caller.results[0]["prediction"]["models"], expected["models"])
        self.assertTrue(caller.results[0]["features"])
        shares = [fraction for fraction, step in caller.progress]
        self.assertEqual(shares, sorted(shares))
        self.assertTrue(all(step for fraction, step in caller.progress))

    def test_a_mistake_is_told_with_its_remedy_and_the_process_goes_on(self):
        caller = self.caller()
        caller.answer(command="predict", case="/no/such/case", bundle=BUNDLE)
        first = caller.worker.processId
        caller.answer(command="sing")
        self.assertEqual(caller.worker.processId, first)
        self.assertEqual(caller.results, [])
        for kind, message, remedy in caller.errors:
            self.assertTrue(kind and message and remedy)
        self.assertIn("/no/such/case", caller.errors[0][1])

    def test_after_a_cancel_nothing_is_called_back(self):
        caller = self.caller()
        caller.classify()
        waitFor(lambda: caller.progress)
        caller.worker.cancel()
        self.assertFalse(caller.worker.isBusy)
        progress = list(caller.progress)
        letPass(1.0)
        self.assertEqual((caller.progress, caller.answers), (progress, 0))

    def test_cancel_without_a_request_keeps_the_process(self):
        caller = self.caller()
        caller.answer(command="sing")
        pid = caller.worker.processId
        caller.worker.cancel()
        letPass(0.1)
        self.assertTrue(isAlive(pid))

    def test_of_two_requests_the_newest_is_answered(self):
        caller = self.callerOf("tell(event='result', id=identity, value=request['command'])")
        caller.send(command="one")
        caller.send(command="two")
        self.assertEqual([error[0] for error in caller.errors], ["SupersededError"])
        waitFor(lambda: caller.results)
        letPass(0.1)
        self.assertEqual(caller.results, [{"value": "two"}])
        self.assertEqual(len(caller.errors), 1)
        self.assertFalse(caller.worker.isBusy)

    def test_a_killed_process_is_reported_and_the_next_request_gets_a_new_one(self):
        caller = self.caller()
        caller.classify()
        waitFor(lambda: caller.progress)
        pid = caller.worker.processId
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        waitFor(lambda: caller.answers)
        kind, message, remedy = caller.errors[0]
        self.assertEqual(kind, "WorkerEndedError")
        self.assertIn("ended unexpectedly", message)
        self.assertIn("Try again", remedy)
        self.assertFalse(caller.worker.isBusy)
        caller.answer(command="sing")
        self.assertNotEqual(caller.worker.processId, pid)
        self.assertEqual(len(caller.errors), 2)

    def test_the_last_words_of_a_process_are_told(self):
        caller = self.caller("-c", "import sys; sys.exit('There is no such library.')")
        caller.answer(command="predict")
        message = caller.errors[0][1]
        self.assertIn("exit code 1", message)
        self.assertIn("There is no such library.", message)

    def test_what_is_no_event_is_left_out(self):
        caller = self.callerOf(
            "print('garbage {'); print('[1, 2]'); print('{}'); print(); "
            "sys.stdout.buffer.write(bytes([0xff, 10])); "
            "tell(event='result', id=0, value='of another request'); "
            "tell(event='result', id=identity, value='grün')"
        )
        with self.assertLogs("ParotidClassifierLib.Background.WorkerProcess", "WARNING") as log:
            caller.answer(command="predict")
        self.assertEqual(caller.results, [{"value": "grün"}])
        self.assertIn("garbage {", "".join(log.output))

    def test_a_long_result_arrives_whole(self):
        caller = self.callerOf("tell(event='result', id=identity, value='x' * 3_000_000)")
        caller.answer(command="predict")
        self.assertEqual(len(caller.results[0]["value"]), 3_000_000)

    def test_a_program_that_is_not_there_is_reported(self):
        worker = Worker("/no/such/python")
        self.workers.append(worker)
        caller = Caller(worker)
        for _attempt in range(2):
            caller.answer(command="predict")
        self.assertEqual(len(caller.errors), 2)
        self.assertTrue(all("could not be started" in error[1] for error in caller.errors))
        self.assertFalse(worker.isBusy)
        self.assertEqual(worker.processId, 0)

    def test_stop_returns_when_the_process_is_gone(self):
        caller = self.caller()
        caller.classify()
        waitFor(lambda: caller.progress)
        pid = caller.worker.processId
        caller.worker.stop()
        self.assertFalse(isAlive(pid))
        self.assertEqual(caller.answers, 0)

    def test_a_process_that_does_not_end_by_itself_is_killed(self):
        for end in (Worker.cancel, Worker.stop):
            caller, launcher = self.started(DEAF)
            if Path("/proc/self/task").exists():
                waitFor(lambda: descendants(launcher))  # noqa: B023 - the Python below it
            self.assertEnds(end, caller, launcher)

    def test_what_runs_below_a_process_that_is_killed_is_ended_too(self):
        for end in (Worker.cancel, Worker.stop):
            caller, launcher = self.started(FAMILY)
            waitFor(lambda: caller.worker.processId != launcher)  # noqa: B023
            self.assertEnds(end, caller, launcher)

    def started(self, program):
        """Return the caller of a program in the worker's place, and the number of its launcher."""
        caller = self.caller("-c", program)
        caller.send(command="predict")
        waitFor(lambda: caller.worker.processId)
        return caller, caller.worker.processId

    def assertEnds(self, end, caller, launcher):
        processes = [launcher, caller.worker.processId, *descendants(launcher)]
        end(caller.worker)
        self.assertGone(*processes)

"""A caller of the background process for its self tests, and a simulated case to ask about."""

import functools
import tempfile
from pathlib import Path

from MadeResults import workerOf
from ParotidClassifierCore.simulation.case import simulate_case
from ParotidClassifierCore.simulation.cohort import write_case
from ParotidClassifierLib.Background.Worker import Worker
from ParotidClassifierLib.Background.WorkerProcess import pythonExecutable
from Waiting import isAlive, waitFor

BUNDLE = "simulated-demo"
SIMULATED = tempfile.TemporaryDirectory(prefix="ParotidClassifier-WorkerTest-")


@functools.cache
def simulatedCase():
    write_case(simulate_case(3), Path(SIMULATED.name))
    return SIMULATED.name


class Caller:
    """Sends requests and remembers what is called back."""

    def __init__(self, worker):
        self.worker = worker
        self.progress = []
        self.results = []
        self.errors = []

    def send(self, **request):
        self.worker.request(
            request,
            lambda fraction, step: self.progress.append((fraction, step)),
            self.results.append,
            lambda *error: self.errors.append(error),
        )

    def classify(self):
        self.send(command="predict", case=simulatedCase(), bundle=BUNDLE)

    @property
    def answers(self):
        return len(self.results) + len(self.errors)

    def answer(self, **request):
        before = self.answers
        self.send(**request)
        waitFor(lambda: self.answers > before)


class AskedWorker:
    """Mixed into a ScriptedLoadableModuleTest that asks workers of its own."""

    def setUp(self):
        self.workers = []

    def tearDown(self):
        for worker in self.workers:
            worker.stop()

    def caller(self, *arguments):
        return self._callerOf(
            Worker(pythonExecutable(), list(arguments)) if arguments else Worker()
        )

    def callerOf(self, *answer):
        return self._callerOf(workerOf(*answer))

    def _callerOf(self, worker):
        self.workers.append(worker)
        return Caller(worker)

    def assertGone(self, *pids):
        """Fail unless the processes are gone in a moment."""
        waitFor(lambda: not any(map(isAlive, pids)), 1.5, "the end of the process")

"""One background process: started, written to, listened to line by line, and surely ended."""

import collections
import json
import logging
import os
import shutil
import sys
from pathlib import Path

import qt
import slicer
from ParotidClassifierCore.base.controls import harmless
from ParotidClassifierCore.base.lifeline import end_tree
from slicer.i18n import tr as _

from ..Timers import singleShot

MODULE_FOLDER = Path(__file__).resolve().parents[2]

# How long a process may take to end by itself, before it is killed.
GRACE_MS = 300
# How long a killed process may take to be gone.
KILL_MS = 500
_KEPT_LOG_LINES = 40

logger = logging.getLogger(__name__)


class WorkerProcess:
    """A process that reads requests from standard input and writes events to standard output.

    It ends by itself when its standard input is closed, also when Slicer dies, whose number it is
    told. It is given little time for that and then killed with all that it has started.
    PythonSlicer is only a launcher: the process that works is below it and has a number of its
    own, which it tells in its "ready" event.

    Args:
        onEvent: called with each event, a dict.
        onEnded: called with what happened, once, when the process ended without being asked to.
        program: executable; None for Slicer's Python.
        arguments: None for the worker of ParotidClassifierCore.
    """

    def __init__(self, onEvent, onEnded, program=None, arguments=None):
        self._onEvent = onEvent
        self._onEnded = onEnded
        self._output = b""
        self._log = collections.deque(maxlen=_KEPT_LOG_LINES)
        self._workingPid = 0
        self._killTimer = singleShot(GRACE_MS, self._kill)
        self._process = qt.QProcess()
        self._process.setProcessEnvironment(_environment())
        # python -m looks for modules in the working folder first: no stranger's folder
        self._process.setWorkingDirectory(str(MODULE_FOLDER))
        self._process.connect("readyReadStandardOutput()", self._readOutput)
        self._process.connect("readyReadStandardError()", self._readLog)
        self._process.connect("finished(int,QProcess::ExitStatus)", self._onFinished)
        self._process.connect("errorOccurred(QProcess::ProcessError)", self._onError)
        slicer.app.connect("aboutToQuit()", self.endNow)
        self._process.start(
            program or pythonExecutable(), workerArguments() if arguments is None else arguments
        )

    @property
    def isRunning(self) -> bool:
        """Whether the process is there, or about to be."""
        return self._process.state() != qt.QProcess.NotRunning

    @property
    def processId(self) -> int:
        """Number of the process that works; 0 if there is none."""
        if not self.isRunning:
            return 0
        return self._workingPid or int(self._process.processId())

    @property
    def log(self) -> str:
        """The last lines that the process wrote to standard error."""
        return "\n".join(self._log)

    def send(self, request: dict) -> None:
        """Write a request; it is read as soon as the process is ready."""
        self._process.write((json.dumps(request) + "\n").encode())

    def end(self) -> None:
        """Let the process end; returns at once, and nothing is called back any more."""
        self._onEvent = self._onEnded = None
        if self.isRunning and not self._killTimer.active:
            self._process.closeWriteChannel()
            self._killTimer.start()

    def endNow(self) -> None:
        """End the process and return when it is gone, within a second."""
        self.end()
        if self.isRunning and not self._process.waitForFinished(GRACE_MS):
            self._kill()
            self._process.waitForFinished(KILL_MS)

    def kill(self) -> None:
        """End a process that hangs; returns at once, and nothing is called back any more."""
        self.end()
        self._kill()

    def _kill(self) -> None:
        if self.isRunning:
            end_tree(int(self._process.processId()), self._workingPid)
            self._process.kill()

    def _readOutput(self) -> None:
        self._output += self._process.readAllStandardOutput().data()
        *lines, self._output = self._output.split(b"\n")
        for line in lines:
            self._handle(line.decode("utf-8", errors="replace").strip())

    def _handle(self, line: str) -> None:
        if not line:
            return
        event = _event(line)
        if event is None:
            logger.warning("The background process wrote: %s", harmless(line))
        elif event["event"] == "ready":
            self._workingPid = int(event.get("pid") or 0)
        elif self._onEvent is not None:
            self._onEvent(event)

    def _readLog(self) -> None:
        text = self._process.readAllStandardError().data().decode("utf-8", errors="replace")
        for line in map(harmless, text.splitlines()):
            self._log.append(line)
            logger.debug("Background process: %s", line)

    def _onFinished(self, exitCode, exitStatus) -> None:
        self._readOutput()
        self._readLog()
        if exitStatus == qt.QProcess.CrashExit:
            self._ended(_("The background process ended unexpectedly: it crashed or was killed."))
        else:
            message = _("The background process ended unexpectedly, with exit code {code}.")
            self._ended(message.format(code=int(exitCode)))

    def _onError(self, error) -> None:
        # all other errors are followed by finished()
        if error == qt.QProcess.FailedToStart:
            message = _("The background process could not be started ({reason}).")
            self._ended(message.format(reason=self._process.errorString()))

    def _ended(self, message: str) -> None:
        self._killTimer.stop()
        slicer.app.disconnect("aboutToQuit()", self.endNow)
        onEnded, self._onEvent, self._onEnded = self._onEnded, None, None
        if onEnded is not None:
            logger.error("%s\n%s", message, self.log)
            onEnded(message)


def pythonExecutable() -> str:
    """Return the Python that has what the worker needs: Slicer's own."""
    return shutil.which("PythonSlicer") or sys.executable


def workerArguments() -> list[str]:
    """Return Python's arguments for the worker of ParotidClassifierCore, which ends with Slicer."""
    return ["-m", "ParotidClassifierCore.app.worker", str(os.getpid())]


def _environment():
    """Return this process's environment with Core's folder in Python's path."""
    environment = qt.QProcessEnvironment.systemEnvironment()
    others = environment.value("PYTHONPATH", "")
    environment.insert(
        "PYTHONPATH", os.pathsep.join(filter(None, [str(MODULE_FOLDER), str(others)]))
    )
    environment.insert("PYTHONUTF8", "1")
    return environment


def _event(line: str) -> dict | None:
    """Return the event in a line; None if the line is something else."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None

"""The background process that computes, as the module sees it: a request, and what comes back."""

from dataclasses import dataclass

from slicer.i18n import tr as _

from ..Timers import singleShot
from .WorkerProcess import WorkerProcess

SUPERSEDED = "SupersededError"
PROCESS_ENDED = "WorkerEndedError"

# How long a process may take to give up a request before it is killed: a step of the work is
# shorter, unless a library hangs.
_PATIENCE_MS = 700


@dataclass(frozen=True)
class _Asked:
    """A request that waits for its answer."""

    identity: int
    request: dict
    onProgress: object
    onResult: object
    onError: object


class Worker:
    """Answers the newest request in a process of its own, so that Slicer never freezes.

    The process is kept for the next request, which then finds its libraries loaded. If it dies,
    the request gets an error, and the next one, or the one that was warmed up, a new process.

    Args: see WorkerProcess.

    Attributes:
        isWarm: whether the process has its libraries and models loaded, as far as is known.
    """

    def __init__(self, program=None, arguments=None):
        self.isWarm = False
        self._program = program
        self._arguments = arguments
        self._process = None
        self._leaving = []
        self._identity = 0
        self._asked = None
        self._bundle = None
        self._warming = 0
        self._cancelled = 0
        self._mayRestart = False
        self._patience = singleShot(_PATIENCE_MS, self._replace)

    @property
    def isBusy(self) -> bool:
        """Whether a request is being answered; warming up is none."""
        return self._asked is not None

    @property
    def processId(self) -> int:
        """Number of the process that works, for tests and logs; 0 if there is none."""
        return 0 if self._process is None else self._process.processId

    def warmUp(self, bundle: str) -> None:
        """Start the process if there is none, and let it load this bundle before it is needed.

        From now on a process that dies is replaced: once, and once more after every answer or
        call of this, so that one that dies again and again is left alone. Nothing is said of
        mistakes; a request will tell them.
        """
        self._mayRestart = True
        if self._process is None or bundle != self._bundle:
            self._bundle = bundle
            self._warm()

    def request(self, request: dict, onProgress, onResult, onError) -> None:
        """Send a request to the worker; it takes the place of one that is still being answered.

        Args:
            request: JSON values; its "command" and what that needs, paths absolute.
            onProgress: called with the fraction done and the step at hand, any number of times.
            onResult: called once with the result, or
            onError: with kind, message and remedy; SUPERSEDED where its place was taken.
        """
        older = self._asked
        self._identity += 1
        self._asked = _Asked(self._identity, request, onProgress, onResult, onError)
        if older is not None:
            self._process.send({"command": "cancel", "id": older.identity})
        self._sendAsked()
        if older is not None:
            older.onError(SUPERSEDED, _("A newer request took the place of this one."), "")

    def cancel(self) -> None:
        """Give up the request, if any: nothing is called back any more.

        The process stays; if it does not give up in a moment, it is killed and replaced.
        """
        if self._asked is None:
            return
        self._cancelled = self._asked.identity
        self._asked = None
        self._process.send({"command": "cancel", "id": self._cancelled})
        self._patience.start()

    def stop(self) -> None:
        """Give up everything, and return when every process is gone, within a second."""
        self._bundle = self._asked = None
        self._letGo(WorkerProcess.end)
        for process in self._leaving:
            process.endNow()
        self._leaving = []

    def _warm(self) -> None:
        if self._process is None:
            self._start()
        if self._process is not None:
            self._identity += 1
            self._warming = self._identity
            self._process.send({"command": "warm", "bundle": self._bundle, "id": self._warming})

    def _sendAsked(self) -> None:
        if self._process is None:
            self._start()
        if self._process is not None:
            self._process.send({**self._asked.request, "id": self._asked.identity})

    def _start(self) -> None:
        process = WorkerProcess(self._onEvent, self._onProcessEnded, self._program, self._arguments)
        # what could not be started may have said so already
        if process.isRunning:
            self._process = process

    def _letGo(self, how) -> None:
        process, self._process = self._process, None
        self._forgetProcess()
        self._leaving = [other for other in self._leaving if other.isRunning]
        if process is not None:
            how(process)
            self._leaving.append(process)

    def _forgetProcess(self) -> None:
        self.isWarm = False
        self._cancelled = self._warming = 0
        self._patience.stop()

    def _replace(self) -> None:
        """Kill the process, which hangs, and begin anew what it was to do."""
        self._letGo(WorkerProcess.kill)
        if self._asked is not None:
            self._sendAsked()
        elif self._bundle is not None:
            self._warm()

    def _onEvent(self, event: dict) -> None:
        identity, kind = event.get("id"), event["event"]
        if kind == "progress":
            if self._asked is not None and identity == self._asked.identity:
                self._asked.onProgress(float(event["fraction"]), event["step"])
            return
        if identity == self._warming:
            self.isWarm = self.isWarm or kind == "result"
        elif identity == self._cancelled:
            self._patience.stop()
        elif self._asked is not None and identity == self._asked.identity:
            self._onAnswer(event)

    def _onAnswer(self, event: dict) -> None:
        asked, self._asked = self._asked, None
        self._mayRestart = True
        if event["event"] == "result":
            self.isWarm = True
            asked.onResult({key: event[key] for key in event if key not in ("id", "event")})
        else:
            asked.onError(event.get("kind", ""), event.get("message", ""), event.get("remedy", ""))

    def _onProcessEnded(self, message: str) -> None:
        process, self._process = self._process, None
        asked, self._asked = self._asked, None
        self._forgetProcess()
        lastLine = ""
        if process is not None:
            # it is in the middle of telling that it has ended: not to be deleted yet
            self._leaving.append(process)
            lastLine = process.log.rpartition("\n")[2]
        if asked is not None:
            if lastLine:
                message += " " + _('Its last words: "{line}".').format(line=lastLine)
            remedy = _("Try again. If it happens again, the application's log tells more.")
            asked.onError(PROCESS_ENDED, message, remedy)
        if self._process is None and self._bundle is not None and self._mayRestart:
            self._mayRestart = False
            self._warm()

"""The background process that computes, as the module sees it: a request, and what comes back."""

from slicer.i18n import tr as _

from .WorkerProcess import WorkerProcess


class Worker:
    """Answers one request at a time in a process of its own, so that Slicer never freezes.

    The process is kept for the next request, which then finds its libraries loaded. If it dies,
    the request gets an error and the next one a new process.

    Args:
        program: executable; None for Slicer's Python.
        arguments: None for the worker of ParotidClassifierCore.
    """

    def __init__(self, program=None, arguments=None):
        self._program = program
        self._arguments = arguments
        self._process = None
        self._leaving = []
        self._identity = 0
        self._callbacks = None

    @property
    def isBusy(self) -> bool:
        """Whether a request is being answered."""
        return self._callbacks is not None

    @property
    def processId(self) -> int:
        """Number of the process that works, for tests and logs; 0 if there is none."""
        return 0 if self._process is None else self._process.processId

    def request(self, request: dict, onProgress, onResult, onError) -> None:
        """Send a request to the worker.

        Args:
            request: JSON values; its "command" and what that needs, paths absolute.
            onProgress: called with the fraction done and the step at hand, any number of times.
            onResult: called once with the result, or
            onError: called once with kind, message and remedy.

        Raises:
            RuntimeError: another request is still being answered.
        """
        if self.isBusy:
            raise RuntimeError(_("Another computation is still running. Cancel it first."))
        self._identity += 1
        self._callbacks = (onProgress, onResult, onError)
        if self._process is None:
            self._start()
        if self._process is not None:
            self._process.send({**request, "id": self._identity})

    def cancel(self) -> None:
        """Give up the request, if any: its process ends, and nothing is called back any more."""
        if self.isBusy:
            self._dismiss()

    def stop(self) -> None:
        """Cancel, and return when every process is gone, within a second."""
        self._dismiss()
        for process in self._leaving:
            process.endNow()
        self._leaving = []

    def _start(self) -> None:
        process = WorkerProcess(self._onEvent, self._onProcessEnded, self._program, self._arguments)
        # what could not be started may have said so already
        if self.isBusy:
            self._process = process

    def _dismiss(self) -> None:
        process, self._process, self._callbacks = self._process, None, None
        self._leaving = [other for other in self._leaving if other.isRunning]
        if process is not None:
            process.end()
            self._leaving.append(process)

    def _onEvent(self, event: dict) -> None:
        if event.get("id") != self._identity or self._callbacks is None:
            return
        onProgress, onResult, onError = self._callbacks
        if event["event"] == "progress":
            onProgress(float(event["fraction"]), event["step"])
            return
        self._callbacks = None
        if event["event"] == "result":
            onResult({name: value for name, value in event.items() if name not in ("id", "event")})
        else:
            onError(event.get("kind", ""), event.get("message", ""), event.get("remedy", ""))

    def _onProcessEnded(self, message: str) -> None:
        process, self._process = self._process, None
        callbacks, self._callbacks = self._callbacks, None
        lastLine = ""
        if process is not None:
            # it is in the middle of telling that it has ended: not to be deleted yet
            self._leaving.append(process)
            lastLine = process.log.rpartition("\n")[2]
        if callbacks is None:
            return
        if lastLine:
            message += " " + _('Its last words: "{line}".').format(line=lastLine)
        remedy = _("Try again. If it happens again, the application's log tells more.")
        callbacks[2]("WorkerEndedError", message, remedy)

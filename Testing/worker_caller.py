"""The worker as a caller meets it: lines in, lines out."""

from __future__ import annotations

import json
import subprocess
import sys


class Caller:
    """Starts the process, sends requests and reads events."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, *(arguments or ("-m", "ParotidClassifierCore.worker"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.event() == {"event": "ready", "pid": self.process.pid}

    def event(self):
        return json.loads(self.process.stdout.readline())

    def send(self, request):
        line = request if isinstance(request, str) else json.dumps(request)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self, request):
        """Return the progress events and the last event of a request."""
        self.send(request)
        events = [self.event()]
        while events[-1]["event"] == "progress":
            events.append(self.event())
        return events[:-1], events[-1]

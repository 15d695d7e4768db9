"""How long a piece of work still takes, from how much of it was done in how long."""

import time

# Before that, a share done says little about the rest.
_SECONDS_BEFORE_SAYING = 2.0
_SHARE_BEFORE_SAYING = 0.05


class RemainingTime:
    """Foretells the end of work that tells the share of it that is done.

    Args:
        clock: returns seconds; another one for tests.
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self.start()

    def start(self) -> None:
        """Begin anew."""
        self._begin = self._clock()
        self._end = None

    def update(self, fraction: float) -> None:
        """Take note that `fraction`, 0 to 1, of the work is done."""
        if fraction >= _SHARE_BEFORE_SAYING and self.elapsed >= _SECONDS_BEFORE_SAYING:
            self._end = self._begin + self.elapsed / fraction

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._begin

    @property
    def remaining(self) -> float | None:
        """Seconds to the foretold end, at least 0; None while there is nothing to tell."""
        return None if self._end is None else max(0.0, self._end - self._clock())

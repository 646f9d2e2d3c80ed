"""What keeps khop from overrunning a system: a rate limit and a circuit breaker.

::

    closed --(N failures in a row)--> open --(cool-down over)--> one probe
       ^                               ^                          |   |
       |                               +--------- it failed ------+   |
       +------------------------- it succeeded -----------------------+
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class TokenBucket:
    """Lets ``rate`` calls a second through, with bursts of a tenth of a second's worth.

    Safe for threads. A caller takes its place at once and then sleeps until its turn, so
    nobody is overtaken.
    """

    def __init__(
        self, rate: float, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._rate = rate
        self._burst = max(1.0, rate / 10)
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._tokens = self._burst
        self._counted_at = clock()

    def acquire(self) -> None:
        """Wait for this call's turn."""
        with self._lock:
            now = self._clock()
            gained = max(0.0, now - self._counted_at) * self._rate
            self._tokens = min(self._burst, self._tokens + gained) - 1
            self._counted_at = now
            wait = -self._tokens / self._rate
        if wait > 0:
            self._sleep(wait)


class CircuitOpen(Exception):
    """No call is let through now. ``seconds``: until the next probe may go."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"circuit open for another {seconds:.0f} s")
        self.seconds = seconds


class CircuitBreaker:
    """Opens after ``failures`` calls in a row failed for good, their retries included.

    A call that fails once in ten after six tries fails for good once in a million, and ten
    such in a row do not happen; a dead host does it with its first ten calls. Safe for threads.
    """

    def __init__(
        self, *, clock: Callable[[], float], failures: int = 10, cool_down: float = 30.0
    ) -> None:
        self._clock = clock
        self._limit = failures
        self._cool_down = cool_down
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    def admit(self) -> bool:
        """Let a call through; True when it is the probe. Raises CircuitOpen."""
        with self._lock:
            if self._opened_at is None:
                return False
            left = self._opened_at + self._cool_down - self._clock()
            if self._probing or left > 0:
                raise CircuitOpen(max(left, 0.0))
            self._probing = True
            return True

    def report(self, *, ok: bool, probe: bool) -> None:
        """Say how an admitted call ended; ``ok`` when the system answered something usable."""
        with self._lock:
            if ok:
                self._failures, self._opened_at, self._probing = 0, None, False
                return
            self._failures += 1
            if probe:
                self._probing = False
            if probe or (self._opened_at is None and self._failures >= self._limit):
                self._opened_at = self._clock()

"""Protect a system from too many calls: a rate limit and a circuit breaker.

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
    """Admits ``rate`` calls a second, with bursts of a tenth of a second's calls.

    Safe for threads. A caller takes its place at once and then sleeps until its turn, so
    callers keep their order.
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
    """No call is admitted now. ``seconds``: until the next probe is admitted."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"circuit open for another {seconds:.0f} s")
        self.seconds = seconds


class CircuitBreaker:
    """Opens after ``failures`` calls in a row failed although they were retried.

    Where one try in ten fails, a call of six tries fails once in a million, so ten failures in a
    row mean that the host is down. Safe for threads.
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
        """Admit a call; True when it is the probe. Raises CircuitOpen."""
        with self._lock:
            if self._opened_at is None:
                return False
            left = self._opened_at + self._cool_down - self._clock()
            if self._probing or left > 0:
                raise CircuitOpen(max(left, 0.0))
            self._probing = True
            return True

    def report(self, *, ok: bool, probe: bool) -> None:
        """Record how an admitted call ended; ``ok`` when the system gave a usable answer."""
        with self._lock:
            if ok:
                self._failures, self._opened_at, self._probing = 0, None, False
                return
            self._failures += 1
            if probe:
                self._probing = False
            if probe or (self._opened_at is None and self._failures >= self._limit):
                self._opened_at = self._clock()

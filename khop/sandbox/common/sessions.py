"""Sessions that end after a time or a number of calls, and callers that log in too often."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_MINUTE = 60.0


@dataclass(slots=True)
class _Session:
    ends: float
    calls: int = 0


class Sessions:
    """Open sessions by token. Not thread-safe.

    A session ends ``seconds`` after it was opened, or after ``calls`` calls (None: no limit).
    ``clock``: seconds of a monotonic clock.
    """

    def __init__(self, clock: Callable[[], float], seconds: float, calls: int | None) -> None:
        self._clock = clock
        self._seconds = seconds
        self._calls = calls
        self._sessions: dict[str, _Session] = {}

    def open(self, token: str) -> None:
        self._sessions[token] = _Session(self._clock() + self._seconds)

    def use(self, token: str) -> bool:
        """Count a call of the session; False if it is unknown or has ended."""
        session = self._sessions.get(token)
        if session is None or self._ended(session):
            return False
        session.calls += 1
        return True

    def any_open(self) -> bool:
        return not all(map(self._ended, self._sessions.values()))

    def end_all(self) -> None:
        self._sessions.clear()

    def _ended(self, session: _Session) -> bool:
        spent = self._calls is not None and session.calls >= self._calls
        return spent or self._clock() >= session.ends


class StormDetector:
    """Notices more than ``per_minute`` needless requests within a minute. Not thread-safe."""

    def __init__(self, clock: Callable[[], float], per_minute: int) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._times: deque[float] = deque()

    def note(self) -> bool:
        """Note a needless request; whether this makes a storm. A storm is reported once."""
        now = self._clock()
        self._times.append(now)
        while self._times[0] <= now - _MINUTE:
            self._times.popleft()
        if len(self._times) <= self._per_minute:
            return False
        self._times.clear()
        return True

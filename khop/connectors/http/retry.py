"""The retry policy of all connectors: which errors are retried, how long to wait, when to stop.

==============  ====  =====
error           read  write
==============  ====  =====
Unreachable     yes   yes: nothing was sent
RateLimited     yes   yes: it took no effect
Unreadable      yes   never arises
OutcomeUnknown        no: look up first
others          no    no
==============  ====  =====
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from khop.errors import ConnectorError, RateLimited, Unreachable, Unreadable

READ_AGAIN: tuple[type[ConnectorError], ...] = (Unreachable, RateLimited, Unreadable)
WRITE_AGAIN: tuple[type[ConnectorError], ...] = (Unreachable, RateLimited)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``attempts``: number of tries. ``seconds``: time for all of them. ``first`` and ``longest``:
    the longest wait after the first try, and after any try, in seconds."""

    attempts: int
    seconds: float
    first: float = 0.5
    longest: float = 20.0

    def wait(self, attempt: int, asked: float | None, random: Callable[[], float]) -> float:
        """Seconds to wait after try number ``attempt``: exponential with full jitter, and at
        least what the system asked for."""
        if asked is not None:
            return asked + random() * self.first
        return random() * min(self.longest, self.first * 2.0 ** min(attempt - 1, 30))


def retrying(
    policy: RetryPolicy,
    *,
    write: bool,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    random: Callable[[], float],
) -> Retrying:
    """The retry loop of one call; its time starts now. Raises the last error unchanged."""
    started = clock()

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, RateLimited) else None
        return policy.wait(state.attempt_number, asked, random)

    def stop(state: RetryCallState) -> bool:
        spent = clock() - started + state.upcoming_sleep
        return state.attempt_number >= policy.attempts or spent > policy.seconds

    return Retrying(
        retry=retry_if_exception_type(WRITE_AGAIN if write else READ_AGAIN),
        wait=wait,
        stop=stop,
        sleep=sleep,
        reraise=True,
    )

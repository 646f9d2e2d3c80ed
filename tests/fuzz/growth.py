"""How the work of a function grows with its input, whatever the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Four times the input may cost this many times the work: linear is 4, quadratic 16.
MOST = 9.0
_ROUNDS = 6
#: Seconds; work that is shorter cannot be measured, and need not be.
_SHORTEST = 0.004
#: Seconds; work that long is told apart at the first try.
_LONG_ENOUGH = 0.1


def growth(work: Callable[[int], object], size: int) -> float:
    """Cost of ``4 * size`` over cost of ``size``. A ratio that is too high is measured again:
    another process that took the core must not count."""
    ratio = 0.0
    shorts, longs = [], []
    for _ in range(_ROUNDS):
        longs.append(_cost(work, 4 * size))
        if min(longs) < _SHORTEST:
            return 0.0
        shorts.append(_cost(work, size))
        ratio = min(longs) / min(shorts)
        if ratio < MOST or min(shorts) > _LONG_ENOUGH:
            break
    return ratio


def _cost(work: Callable[[int], object], size: int) -> float:
    # The time of this thread: what others do meanwhile is not in it.
    started = time.thread_time()
    work(size)
    return time.thread_time() - started

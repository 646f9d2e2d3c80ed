"""Measures how the cost of a function grows with its input, independent of the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

#: The allowed cost of four times the input, as a multiple: linear is 4, quadratic is 16.
MOST = 9.0
_ROUNDS = 6
#: Seconds; shorter work cannot be measured and is accepted.
_SHORTEST = 0.004
#: Seconds; work of this length is measured reliably at the first try.
_LONG_ENOUGH = 0.1


def growth(work: Callable[[int], object], size: int) -> float:
    """The cost of ``4 * size`` divided by the cost of ``size``.

    A ratio that is too high is measured again, because another process may have used the core.
    """
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
    # The CPU time of this thread, without other threads and processes.
    started = time.thread_time()
    work(size)
    return time.thread_time() - started

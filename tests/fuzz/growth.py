"""How the work of a function grows with its input, whatever the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Four times the input may cost this many times the work: linear is 4, quadratic 16.
MOST = 9.0
_ROUNDS = 5
_SHORTEST = 0.002


def growth(work: Callable[[int], object], size: int) -> float:
    """Cost of ``4 * size`` over cost of ``size``; the best of several rounds of each, so that
    another process taking the core does not count. Work too short to measure counts as linear."""
    long = _cost(work, 4 * size)
    return 4.0 if long < _SHORTEST else long / max(_cost(work, size), _SHORTEST / 16)


def _cost(work: Callable[[int], object], size: int) -> float:
    return min(_once(work, size) for _ in range(_ROUNDS))


def _once(work: Callable[[int], object], size: int) -> float:
    # The time of this thread: what others do meanwhile is not in it.
    started = time.thread_time()
    work(size)
    return time.thread_time() - started

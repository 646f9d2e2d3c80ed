"""Fault injection: which requests go wrong, and how.

No fault changes the true findings. The rows that move, that have an unknown state, or that come
twice are rows without a finding. A write that is cut off took effect completely or not at all.
``truncated_json`` also cuts XML.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Purpose = Literal["login", "page", "read", "write"]

_EVERYWHERE = frozenset({"login", "page", "read", "write"})
_DATA = frozenset({"page", "read", "write"})

#: Kind -> the purposes of the requests that it can affect.
KINDS: dict[str, frozenset[str]] = {
    "latency": _EVERYWHERE,
    "reset_before": _EVERYWHERE,
    "reset_mid_body": _EVERYWHERE,
    "truncated_json": _EVERYWHERE,
    "html_200": _EVERYWHERE,
    "html_502": _EVERYWHERE,
    "retry_after": _EVERYWHERE,
    "too_many": _EVERYWHERE,
    "server_errors": _EVERYWHERE,
    "expired": _DATA,
    "short_page": frozenset({"page"}),
    "repeated_page": frozenset({"page"}),
    "rows_move": frozenset({"page"}),
    "unknown_status": frozenset({"page"}),
    "duplicate_ids": frozenset({"page"}),
    "commit_then_reset": frozenset({"write"}),
}
ALL = frozenset(KINDS)


@dataclass(frozen=True, slots=True)
class Faults:
    """``rate``: the part of the requests with a fault, 0 to 1. ``kinds``: those that may occur."""

    rate: float = 0.1
    kinds: frozenset[str] = ALL
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ValueError(f"the rate must be from 0 to 1, and is {self.rate}")
        if unknown := self.kinds - ALL:
            raise ValueError(f"unknown kinds of fault: {', '.join(sorted(unknown))}")


NONE = Faults(rate=0.0)


class Dice:
    """Draws the fault of each request of one server, from the number of the request. Not
    thread-safe."""

    def __init__(self, server: str, faults: Faults) -> None:
        self._server = server
        self.faults = faults
        self.count = 0
        self._burst = 0

    def roll(self, purpose: Purpose) -> tuple[str | None, Random]:
        """The fault of the next request, or None, and the random numbers to use with it."""
        self.count += 1
        rng = Random(f"{self.faults.seed}/{self._server}/{self.count}")
        if self._burst and "server_errors" in self.faults.kinds:
            self._burst -= 1
            return "server_errors", rng
        if rng.random() >= self.faults.rate:
            return None, rng
        fitting = sorted(kind for kind in self.faults.kinds if purpose in KINDS[kind])
        if not fitting:
            return None, rng
        kind = rng.choice(fitting)
        if kind == "server_errors":
            self._burst = rng.randrange(1, 3)
        return kind, rng

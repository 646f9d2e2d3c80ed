"""Misbehaviour on order: which request goes wrong, and how.

None of the kinds makes the truth another one: a row that moves, that shows a state no table
knows, or that comes a second time as it was before, is one nothing is wrong with; and a write
that is cut off either took effect whole or not at all. ``truncated_json`` cuts XML where a
system answers in XML.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

Purpose = Literal["login", "page", "read", "write"]

_EVERYWHERE = frozenset({"login", "page", "read", "write"})
_DATA = frozenset({"page", "read", "write"})

#: Each kind and the purposes of requests it can hit.
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
    """``rate``: the part of requests that go wrong, 0 to 1; ``kinds``: in which ways."""

    rate: float = 0.1
    kinds: frozenset[str] = ALL
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ValueError(f"a rate is from 0 to 1, not {self.rate}")
        if unknown := self.kinds - ALL:
            raise ValueError(f"unknown kinds of fault: {', '.join(sorted(unknown))}")


NONE = Faults(rate=0.0)


class Dice:
    """Decides for each request of one server, by its number alone. Not thread-safe."""

    def __init__(self, server: str, faults: Faults) -> None:
        self._server = server
        self.faults = faults
        self.count = 0
        self._burst = 0

    def roll(self, purpose: Purpose) -> tuple[str | None, Random]:
        """The fault of the next request, or None, and the randomness to use with it."""
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

"""What looking after the installation answers: bad records, and the systems' health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """One bad record. ``state``: ``open`` or ``released`` (its source is good again)."""

    id: int
    source: str
    native_id: str | None
    code: str | None
    field: str
    reason: str
    first_seen: str
    last_seen: str
    state: str
    has_payload: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "source": self.source,
            "native_id": self.native_id,
            "code": self.code,
            "field": self.field,
            "reason": self.reason,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "state": self.state,
            "has_payload": self.has_payload,
        }


@dataclass(frozen=True, slots=True)
class RetrySummary:
    """One ``khop quarantine retry``."""

    tried: int
    released: int
    still_bad: int
    unreachable: int

    def as_json(self) -> dict[str, Any]:
        return {
            "tried": self.tried,
            "released": self.released,
            "still_bad": self.still_bad,
            "unreachable": self.unreachable,
        }


@dataclass(frozen=True, slots=True)
class SystemCheck:
    """``khop check`` of one source. ``unmapped``: labels of its records no table knows, with
    how many dossiers carry each."""

    source: str
    role: str
    ok: bool
    steps: tuple[Mapping[str, Any], ...]
    clock_skew: float | None = None
    unmapped: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "role": self.role,
            "ok": self.ok,
            "steps": [dict(s) for s in self.steps],
            "clock_skew": self.clock_skew,
            "unmapped": dict(self.unmapped),
        }

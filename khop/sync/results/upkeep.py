"""Results of upkeep: bad records, copies of the ledger, and checks of the systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from khop.sync.results.plain_json import Result


@dataclass(frozen=True, slots=True)
class QuarantineRow(Result):
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


@dataclass(slots=True)
class RetrySummary(Result):
    """One ``khop quarantine retry``. ``unreachable``: records whose source did not answer, or is
    not configured any more."""

    tried: int = 0
    released: int = 0
    still_bad: int = 0
    unreachable: int = 0


@dataclass(frozen=True, slots=True)
class BackupSummary(Result):
    """One ``khop ledger backup``. ``size``: of the file, in bytes. ``head``, ``entries``: of the
    audit log in it. ``removed``: names of older copies that were taken away. ``key_beside``: the
    folder holds the key too."""

    file: str
    size: int
    head: str
    entries: int
    removed: tuple[str, ...] = ()
    key_beside: bool = False


@dataclass(frozen=True, slots=True)
class RestoreSummary(Result):
    """One ``khop ledger restore``. ``as_of``: the last time that is written in the copy. ``head``,
    ``entries``: of the audit log in it. ``replaced``: where the ledger before is now. ``newer``:
    entries of its log that the copy does not have; None when it was damaged or another ledger.
    ``held``: pushes that were under way in the copy, and are left to people."""

    file: str
    as_of: str
    head: str
    entries: int
    replaced: str | None
    newer: int | None
    held: int


@dataclass(frozen=True, slots=True)
class MoveSummary(Result):
    """One ``khop ledger move``. ``old``, ``new``: where the ledger was and is, for people; ``url``:
    for khop.toml. ``rows``: of all its tables."""

    old: str
    new: str
    url: str
    tables: int
    rows: int


@dataclass(frozen=True, slots=True)
class SystemCheck(Result):
    """``khop check`` of one source. ``unmapped``: labels of its records no table knows, with
    how many dossiers carry each. ``unusable``: of files, the rows that cannot be used, as
    ``native_id`` (file, sheet and row), ``field`` and ``reason``."""

    source: str
    role: str
    ok: bool
    steps: tuple[Mapping[str, Any], ...]
    clock_skew: float | None = None
    unmapped: Mapping[str, int] = field(default_factory=dict)
    unusable: tuple[Mapping[str, str], ...] = ()

"""The check of one system: its health, and the states of its records that no table knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa

from khop.adapters.ports import Adapter, CheckStep, Health, Role
from khop.errors import KhopError
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import presence, source_record
from khop.sync.reading.adapter_bugs import bug_of, is_bug
from khop.sync.results import SystemCheck

#: How far a system's clock may differ from this machine's, in seconds.
LONGEST_SKEW = 60.0


def system_checks(ledger: Ledger, adapters: Iterable[Adapter]) -> list[SystemCheck]:
    """The check of each system, in order."""
    ledger.require_open()
    return [system_check(ledger, each.name, each.role, _health(each)) for each in adapters]


def _health(adapter: Adapter) -> Health:
    try:
        return adapter.check()
    except BaseException as error:
        bug = is_bug(error)
        if not bug and not isinstance(error, KhopError):
            raise
        detail = str(bug_of(adapter.name, error) if bug else error)
        return Health((CheckStep("reach", False, detail),))


def system_check(ledger: Ledger, name: str, role: Role, health: Health) -> SystemCheck:
    """A system's health, with the states of its records that no table knows.

    A clock that differs by more than ``LONGEST_SKEW`` seconds is a step that failed.
    """
    steps = [*health.steps, *_clock_step(health.clock_skew)]
    return SystemCheck(
        source=name,
        role=role.value,
        ok=all(step.ok for step in steps),
        steps=tuple({"name": step.name, "ok": step.ok, "detail": step.detail} for step in steps),
        clock_skew=health.clock_skew,
        unmapped=unmapped(ledger, name),
        unusable=tuple(map(asdict, health.unusable)),
    )


def _clock_step(skew: float | None) -> list[CheckStep]:
    if skew is None or abs(skew) <= LONGEST_SKEW:
        return []
    than = "ahead of" if skew > 0 else "behind"
    detail = (
        f"its clock is {abs(skew):.0f} s {than} this machine's; "
        "keep this machine's clock right with a time service (NTP)"
    )
    return [CheckStep("clock", False, detail)]


def unmapped(ledger: Ledger, source: str) -> dict[str, int]:
    """State labels of a source that no table knows, with the number of dossiers of each."""
    found: dict[str, int] = {}
    with ledger.read() as connection:
        for table in (source_record, presence):
            query = (
                sa.select(table.c.status_raw, sa.func.count())
                .where(
                    table.c.source == source,
                    table.c.status.is_(None),
                    table.c.status_raw.is_not(None),
                )
                .group_by(table.c.status_raw)
                .order_by(table.c.status_raw)
            )
            found.update((label, count) for label, count in connection.execute(query))
    return found

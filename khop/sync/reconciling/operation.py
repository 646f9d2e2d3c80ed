"""A reconcile as an operation of the engine: its lease, its row in the table of runs, its summary.

What the rules are written with takes a while to import, so the engine imports this module when it
is first asked to reconcile.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from khop.sync.ledger import acquire
from khop.sync.operations import Operations
from khop.sync.reconciling.reconcile import Scope, reconcile
from khop.sync.reconciling.rules import Clock
from khop.sync.reconciling.summary import reconcile_summary
from khop.sync.results import NoProgress, Progress, ReconcileSummary
from khop.sync.run_context import LeasedProgress

#: Seconds.
_LONGEST_RECONCILE = 4 * 3600.0


def reconcile_ledger(
    operations: Operations, now: datetime, *, whole: bool, progress: Progress | None
) -> ReconcileSummary:
    """Run the rules at ``now`` over the ledger."""
    ledger = operations.ledger
    # It tells of progress seldom: one query may take most of its time.
    held = acquire(ledger, "reconcile", operations.clock, patience=_LONGEST_RECONCILE)
    with held as lease, operations.run("reconcile", now) as run:
        done = reconcile(
            ledger,
            _clock(operations, now),
            _scope(operations),
            whole=whole,
            memory_mb=operations.config.reconcile.memory_mb,
            progress=LeasedProgress(lease, progress or NoProgress()),
            on_write=lambda connection, found: run.finish(
                connection, reconcile_summary(run.id, now, found).as_json()
            ),
        )
    return reconcile_summary(run.id, now, done)


def reconcile_copy(
    operations: Operations, now: datetime, progress: Progress | None
) -> ReconcileSummary:
    """Run the rules at ``now`` over a copy of the ledger, which is dropped."""
    with operations.ledger.copy() as copied:
        done = reconcile(
            copied,
            _clock(operations, now),
            _scope(operations),
            whole=True,
            memory_mb=operations.config.reconcile.memory_mb,
            progress=progress,
        )
    return replace(reconcile_summary(0, now, done), on_copy=True)


def _clock(operations: Operations, now: datetime) -> Clock:
    return Clock(now, operations.tables, operations.config.rules)


def _scope(operations: Operations) -> Scope:
    return Scope(operations.source_names(), operations.systems.one_stops())

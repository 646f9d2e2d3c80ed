"""The summary of a reconcile, as people read it."""

from __future__ import annotations

from datetime import datetime

from khop.mappings.records import Instant
from khop.sync.reconciling.reconcile import Reconciled
from khop.sync.results import ReconcileSummary
from khop.text.local_time import local_text


def reconcile_summary(run_id: int, now: datetime, done: Reconciled) -> ReconcileSummary:
    return ReconcileSummary(
        run=run_id,
        now=local_text(Instant.of(now).us),
        cases=done.cases,
        unmapped=done.unmapped,
        counts=done.counts,
        whole=done.subjects is None,
        examined=done.cases if done.subjects is None else done.subjects,
        excused=done.excused,
    )

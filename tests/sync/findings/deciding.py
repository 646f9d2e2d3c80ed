"""What tests of decisions ask of an engine with two findings (``conftest.found``)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import audit_log, discrepancy, exclusion
from khop.sync.results import Finding, FindingState, RuleCount
from tests.sync.fakes import FakeClock, record

OFFICER = "canbo.mau"
ONE = record(1).code
TWO = record(2).code
#: The local day of the tests' clock.
TODAY = date(2026, 11, 20)


def a7(engine: Engine, code: str = ONE) -> Finding:
    """The finding A7 of a dossier, in any state."""
    (finding,) = (
        f for f in engine.findings(states=[s.value for s in FindingState]) if f.code == code
    )
    assert finding.rule == "A7"
    return finding


def count(engine: Engine) -> RuleCount:
    """What a run says of A7."""
    summary = engine.reconcile()
    return next(count for count in summary.counts if count.rule == "A7")


def events(engine: Engine, code: str = ONE) -> list[tuple[str, str]]:
    """(action, by) of what happened to the findings of a dossier."""
    return [(event.action, event.by) for event in engine.decisions.history_of(code)]


def rows_of(ledger: Ledger) -> list[Any]:
    """Every row that a decision may write."""
    with ledger.read() as connection:
        return [
            connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
            for table in (discrepancy, exclusion, audit_log)
        ]


def local(clock: FakeClock) -> str:
    """The clock's moment in local time, as findings show it."""
    return (clock.now + timedelta(hours=7)).replace(tzinfo=None).isoformat() + "+07:00"

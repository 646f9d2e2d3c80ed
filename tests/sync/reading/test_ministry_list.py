"""A ministry's system that lists its dossiers: it is read like a one-stop, and is none."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.mappings.records import Status
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import presence, record_alias, record_change, source_record
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record
from tests.sync.installation import Build
from tests.sync.reading.paper_ledger import table_rows
from tests.sync.reading.pulled import listed

LEDGERS = BOTH


@pytest.fixture
def ministry(one_stop: FakeOneStop) -> FakeOneStop:
    """It has one dossier of the one-stop in another state, and one that the one-stop lacks."""
    one_stop.put(record(1), record(2))
    system = FakeOneStop(name="ministry", role=Role.MINISTRY)
    system.put(
        record(1, source="ministry", status=Status.FINISHED),
        record(7, source="ministry", aliases=("H99.12-261110-0777",)),
    )
    return system


def test_its_dossiers_are_kept_beside_and_are_no_cases(
    build_engine: Build,
    one_stop: FakeOneStop,
    ministry: FakeOneStop,
    ledger: Ledger,
    clock: FakeClock,
) -> None:
    engine = build_engine(one_stop, ministry, FakePortal())
    engine.pull()
    assert {(row["source"], row["role"]) for row in table_rows(ledger, source_record)} == {
        ("igate", "one_stop"),
        ("ministry", "ministry"),
    }
    assert engine.reconcile(now=clock.now).cases == 2
    asked = {row["code"] for row in table_rows(ledger, presence)}
    assert asked == {record(1).code, record(2).code}
    assert table_rows(ledger, record_alias) == []
    shown = engine.show(record(1).code)
    assert shown is not None
    assert {row["source"]: row["status"] for row in shown.records} == {
        "igate": record(1).status,
        "ministry": Status.FINISHED,
    }


def test_what_it_said_before_is_kept_when_it_changes(
    build_engine: Build,
    one_stop: FakeOneStop,
    ministry: FakeOneStop,
    ledger: Ledger,
    clock: FakeClock,
) -> None:
    engine = build_engine(one_stop, ministry)
    engine.pull()
    assert listed(engine.pull(["ministry"], full=True)).stored == 0
    later = at(20)
    ministry.put(record(1, source="ministry", status=Status.RETURNED, changed_at=later))
    clock.advance(days=1)
    engine.pull()
    with ledger.read() as connection:
        query = sa.select(record_change.c.source, record_change.c.field, record_change.c.new)
        assert ("ministry", "status", "10") in {tuple(row) for row in connection.execute(query)}

"""Quarantine: bad records are kept, shown with a reason, and read again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from khop.errors import KhopError, Unauthorised
from khop.mappings.records import Reject
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import audit_log, quarantine
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, record
from tests.sync.reading.pulled import codes, listed

LEDGERS = BOTH


def test_half_a_surrogate_pair_goes_to_quarantine_like_other_bad_text(
    engine: Engine, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1))
    one_stop.rejects = [
        Reject(
            "code", "is not text", native_id="x\ud800", code="H99\ud800", payload={"a": "\ud800"}
        )
    ]
    summary = listed(engine.pull())
    assert (summary.stored, summary.quarantined) == (1, 1)
    assert engine.quarantine()[0].native_id == "x?"


def test_bad_records_go_to_quarantine_with_their_reason_and_good_ones_are_stored(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 4)))
    one_stop.rejects = [
        Reject("code", "is missing", native_id="a" * 24, payload={"id": "a" * 24}),
        Reject("item", "is not an object", payload=["x"]),
        Reject("item", "is not an object", payload=["y"]),
    ]
    one_stop.tells_total = False
    summary = listed(engine.pull())
    assert (summary.fetched, summary.stored, summary.quarantined) == (6, 3, 3)
    assert summary.adds_up
    rows = engine.quarantine()
    assert [(row.field, row.native_id) for row in rows] == [
        ("code", "a" * 24),
        ("item", None),
        ("item", None),
    ]
    assert engine.quarantine_payload(rows[1].id, reason="a test") == ["x"]
    with ledger.read() as connection:
        stored = b"".join(connection.scalars(sa.select(quarantine.c.payload)))
    assert b"object" not in stored


def test_a_record_that_can_be_read_again_leaves_quarantine(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    mended = record(1)
    one_stop.rejects = [Reject("code", "is missing", native_id=mended.native_id)]
    engine.pull()
    assert len(engine.quarantine()) == 1
    one_stop.rejects = []
    one_stop.put(mended)
    clock.advance(minutes=1)
    engine.pull()
    assert engine.quarantine() == []


def test_retrying_quarantine_reads_the_record_from_its_source(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    mended = record(1)
    one_stop.rejects = [Reject("code", "is missing", native_id=mended.native_id)]
    engine.pull()
    one_stop.put(mended)
    retried = engine.quarantine_retry()
    assert (retried.tried, retried.released) == (1, 1)
    assert codes(ledger) == {mended.code}


def test_a_record_without_an_id_is_retried_from_its_payload(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.tells_total = False
    one_stop.rejects = [
        Reject("code", "of a shape that a newer program reads", payload={"number": 7}),
        Reject("id", "is missing", payload={"nothing": True}),
        Reject("item", "was too large to keep"),
    ]
    engine.pull()
    retried = engine.quarantine_retry()
    assert (retried.tried, retried.released, retried.still_bad) == (3, 1, 2)
    assert codes(ledger) == {record(7).code}
    assert {row.reason for row in engine.quarantine()} == {"is missing", "was too large to keep"}


def test_a_refused_login_ends_the_retry_of_quarantine(
    engine: Engine, one_stop: FakeOneStop
) -> None:
    one_stop.rejects = [Reject("code", "is missing", native_id=f"{i:024x}") for i in range(5)]
    engine.pull()
    tried: list[str] = []

    def refuse(native_id: str) -> None:
        tried.append(native_id)
        raise Unauthorised("igate", "login")

    one_stop.on_detail = refuse
    with pytest.raises(Unauthorised):
        engine.quarantine_retry()
    assert len(tried) == 1


def test_a_released_record_leaves_no_payload_behind(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.rejects = [Reject("code", "is missing", record(1).native_id, payload={"a": 1})]
    engine.pull()
    one_stop.put(record(1))
    engine.quarantine_retry()
    with ledger.read() as connection:
        assert connection.execute(sa.select(quarantine.c.state, quarantine.c.payload)).all() == [
            ("released", None)
        ]


def test_reading_a_payload_needs_a_reason_which_is_stored(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.rejects = [Reject("code", "is missing", payload={"a": 1})]
    engine.pull()
    (row,) = engine.quarantine()
    with pytest.raises(KhopError, match="reason"):
        engine.quarantine_payload(row.id, reason=" ")
    given = engine.quarantine_payload(row.id, reason="đơn thư 12 của 099000000001", actor="a")
    assert given == {"a": 1}
    with ledger.read() as connection:
        query = sa.select(audit_log).where(audit_log.c.action == "quarantine.read")
        (kept,) = connection.execute(query)
    assert (kept.actor, kept.source) == ("a", "igate")
    assert "đơn thư 12" in kept.detail
    assert "099000000001" not in kept.detail

"""Events of the post and steps of histories: several orders of a dossier, times known by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.ports import PaperFile, Role
from khop.config.domain_tables import Tables
from khop.mappings.records import (
    DossierReading,
    DossierRecord,
    Instant,
    Precision,
    Status,
    StatusKind,
    StatusRecord,
)
from khop.sync.ledger import Ledger, records
from khop.sync.ledger import paper_rows as paper
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import discrepancy
from khop.sync.privacy import Privacy
from khop.sync.reconciling.reconcile import Scope, reconcile
from khop.sync.reconciling.rules import Clock
from tests.postgres import BOTH
from tests.sync.fakes import at, history, record
from tests.sync.papers import logbook_row, register_row

LEDGERS = BOTH
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SCOPE = Scope(("igate", "so-van-thu", "vnpost"), ("igate",))
CODE = record(1).code
SCAN, DELIVERED = StatusKind.POSTAL_EVENT, StatusKind.DELIVERED
S = Status


def day(number: int) -> Instant:
    return Instant(at(number, 0).us, Precision.DAY)


def event(
    kind: StatusKind, when: Instant, order: str = CODE, item: str | None = "W1"
) -> StatusRecord:
    return StatusRecord(
        "vnpost", order, f"{kind}{when.us}{order}{item}", CODE, kind, when, item=item
    )


def findings(
    ledger: Ledger,
    ours: DossierRecord,
    steps: tuple[StatusRecord, ...] = (),
    events: tuple[StatusRecord, ...] = (),
) -> dict[str, Any]:
    """Rule -> values, of one dossier."""
    with ledger.write() as connection:
        arrival = Arrival(DossierReading(ours, steps), record_hash(ours))
        records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)
        records.store_events(connection, events)
    reconcile(ledger, Clock(NOW, Tables()), SCOPE, whole=True)
    with ledger.read() as connection:
        query = sa.select(discrepancy.c.rule, discrepancy.c.values_json)
        return {row.rule: row.values_json for row in connection.execute(query)}


FINISHED = record(1, status=S.FINISHED, finished_at=at(16))


@pytest.mark.parametrize(
    ("events", "fires"),
    [
        # papers came in under one number, the result goes out under the other
        ((event(SCAN, at(9), item=None), event(DELIVERED, at(17), f"{CODE}-2", None)), True),
        ((event(SCAN, at(9), item=None), event(DELIVERED, at(17), item=None)), False),
        ((event(SCAN, at(9)), event(DELIVERED, at(17), f"{CODE}-2")), True),
        # on the day of the reception: it may lie after it
        ((event(SCAN, day(10)), event(DELIVERED, at(17))), True),
        ((event(SCAN, day(9)), event(DELIVERED, at(17))), False),
        ((event(DELIVERED, day(18)),), True),
        ((event(DELIVERED, day(19)),), False),
    ],
)
def test_events_of_one_order_and_waybill_belong_together(
    events: tuple[StatusRecord, ...], fires: bool, ledger: Ledger
) -> None:
    assert ("H1" in findings(ledger, FINISHED, events=events)) is fires


def test_a_delivery_known_by_its_day_is_shown_as_a_day(ledger: Ledger) -> None:
    found = findings(ledger, FINISHED, events=(event(DELIVERED, day(18)),))
    assert '"ps_delivered": "2026-11-18"' in found["H1"]


@pytest.mark.parametrize(
    ("delivered", "fires"), [(day(17), False), (at(17, 8), True), (day(16), True)]
)
def test_a_delivery_on_the_day_of_the_signing_is_not_before_it(
    delivered: Instant, fires: bool, ledger: Ledger, privacy: Privacy
) -> None:
    signed = replace(register_row(1), code=CODE, signed_at=at(17, 9))
    with ledger.write() as connection:
        read = paper.FileRead(PaperFile("so.xlsx", "1"), [signed], ())
        paper.store_file(connection, "so-van-thu", read, privacy, 1)
    found = findings(ledger, FINISHED, events=(event(DELIVERED, delivered),))
    assert ("C7" in found) is fires


def test_a_return_in_the_logbook_counts_before_a_delivery(ledger: Ledger, privacy: Privacy) -> None:
    signed = replace(register_row(1), code=CODE, signed_at=day(17))
    returned = replace(logbook_row(2), code=CODE, returned_at=at(18))
    with ledger.write() as connection:
        for name, row in (("1.xlsx", signed), ("2.xlsx", returned)):
            read = paper.FileRead(PaperFile(name, "1"), [row], ())
            paper.store_file(connection, "so-van-thu", read, privacy, 1)
    assert "C7" not in findings(ledger, FINISHED, events=(event(DELIVERED, at(16)),))


@pytest.mark.parametrize(
    ("received", "fires"), [(day(11), False), (day(10), True), (at(11, 8), True)]
)
def test_papers_asked_for_on_the_day_of_reception_do_not_count_as_asked_after_it(
    received: Instant, fires: bool, ledger: Ledger
) -> None:
    ours = record(1, received_at=received)
    steps = history(ours, (S.SUPPLEMENT, at(11)), (S.PROCESSING, at(12)), (S.SUPPLEMENT, at(13)))
    assert ("F2" in findings(ledger, ours, steps=steps)) is fires

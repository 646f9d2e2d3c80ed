"""What is stored of a history with its record, also in a ledger of an older version."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.mappings.records import DossierReading, Instant, Status, StatusKind, StatusRecord
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.records import Arrival, record_hash, store_arrivals
from khop.sync.ledger.schema import record_change, source_record, status_record
from khop.sync.ledger.store import database_of
from tests.ledgers import keyed, make_older
from tests.postgres import BOTH
from tests.sync.fakes import at, record

LEDGERS = BOTH
FACTS = (
    *("supplement_after_us", "refused_us", "withdrawn_us", "stopped_us"),
    *("entered_by", "closed_by", "closed_entered_us"),
)


def put(ledger: Ledger, *readings: DossierReading) -> None:
    arrivals = [Arrival(each, record_hash(each.record)) for each in readings]
    with ledger.write() as connection:
        store_arrivals(connection, Role.ONE_STOP, arrivals, 1)


def rows(ledger: Ledger, *columns: str) -> list[tuple[Any, ...]]:
    query = sa.select(*(source_record.c[name] for name in ("native_id", *columns)))
    with ledger.read() as connection:
        found = connection.execute(query.order_by(source_record.c.native_id))
        return [tuple(row) for row in found]


def drawn(random: Random, number: int) -> DossierReading:
    """A dossier with any history: states and times that are equal, unknown states."""
    states = (*Status, Status.RECEIVED, Status.SUPPLEMENT, Status.SUPPLEMENT, None)
    ours = record(number, status=random.choice(list(Status)))
    return DossierReading(
        replace(ours, received_at=random.choice((None, Instant(random.randint(1, 6))))),
        tuple(
            StatusRecord(
                "igate",
                ours.native_id,
                f"{place}",
                ours.code,
                StatusKind.STATUS,
                Instant(random.randint(1, 6)),
                random.choice(states),
                actor_key=random.choice(("a", "b", None)),
                held=True,
            )
            for place in range(random.randint(0, 6))
        ),
    )


@pytest.fixture
def old_url(request: pytest.FixtureRequest, ledger_url: str, tmp_path: Path) -> str:
    """A ledger of the version before, of the kind that ``ledger`` is."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if not ledger_url.startswith("sqlite"):
        url = str(request.getfixturevalue("empty_url"))
    make_older(url, "0013")
    return url


def test_an_older_ledger_gets_the_facts_of_the_histories_it_has(
    ledger: Ledger, old_url: str, tmp_path: Path
) -> None:
    random = Random(7)
    put(ledger, *(drawn(random, number) for number in range(1, 200)))
    new = {*FACTS, "actor_key", "actor_default"}
    old = [column for column in source_record.c if column.name not in new]
    with ledger.read() as connection:
        stored = connection.execute(sa.select(*old)).mappings().all()
        steps = connection.execute(sa.select(status_record)).mappings().all()
    engine = database_of(old_url).engine()
    with engine.begin() as connection:
        connection.execute(sa.insert(source_record), [dict(row) for row in stored])
        connection.execute(sa.insert(status_record), [dict(row) for row in steps])
    engine.dispose()
    create_ledger(old_url)
    with closing(keyed(old_url, tmp_path)) as migrated:
        assert rows(migrated, *FACTS) == rows(ledger, *FACTS)
        # who has the dossier was not stored: it is read again where that matters
        assert {row[1:] for row in rows(migrated, "actor_key", "actor_default")} == {(None, None)}
        due = {status for _, status, due in rows(migrated, "status", "history_due") if due}
        assert due == {Status.RECEIVED, Status.PROCESSING}


def test_a_reception_that_moves_while_the_history_is_not_read_leaves_the_request_unknown(
    ledger: Ledger,
) -> None:
    ours = record(1, received_at=at(10))
    asked = StatusRecord(
        "igate", ours.native_id, "1", ours.code, StatusKind.STATUS, at(12), Status.SUPPLEMENT
    )
    put(ledger, DossierReading(ours, (asked,)))
    put(ledger, DossierReading(replace(ours, due_at=at(20))))
    assert [row[1] for row in rows(ledger, "supplement_after_us")] == [at(12).us]
    put(ledger, DossierReading(replace(ours, received_at=at(13))))
    assert [row[1:] for row in rows(ledger, "supplement_after_us", "supplement_us")] == [
        (None, at(12).us)
    ]


def test_facts_that_are_counted_anew_are_no_change_of_the_system(ledger: Ledger) -> None:
    ours = record(1)
    step = StatusRecord(
        "igate", ours.native_id, "1", ours.code, StatusKind.STATUS, at(12), Status.RECEIVED
    )
    put(ledger, DossierReading(ours, (step,)))
    put(ledger, DossierReading(ours, (replace(step, held=False, current=True),)))
    assert [row[1:] for row in rows(ledger, "actor_default")] == [(True,)]
    with ledger.read() as connection:
        assert connection.execute(sa.select(record_change)).all() == []

"""A ledger of an earlier version keeps what it knows when it is migrated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import khop.sync.ledger as ledger_package
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.schema import discrepancy, source_record
from tests.postgres import BOTH, Server

CODE = "H99.12-261110-0001"
HISTORY = [(2, 1_000, False), (5, 3_000, False), (4, 2_000, False), (5, 9_000, False)]


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'khop.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as name:
        yield server.url(name)


def make_old(url: str) -> None:
    """A ledger of version 0002 with one dossier, its history and a finding."""
    config = Config()
    folder = Path(ledger_package.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(
            sa.text(
                "INSERT INTO source_record (source, native_id, role, code, status, no_due, "
                "fields_lost, listed_hash, history_due, first_seen_us, stored_us) VALUES "
                "('igate', 'a', 'one_stop', :code, 5, false, '[]', '', false, 1, 1), "
                "('igate', 'b', 'one_stop', 'X', 4, false, '[]', '', false, 1, 1)"
            ),
            {"code": CODE},
        )
        for number, (status, event_us, by_day) in enumerate(HISTORY):
            connection.execute(
                sa.text(
                    "INSERT INTO status_record (source, native_id, entry_id, code, kind, "
                    "event_us, event_day, status) VALUES "
                    "('igate', 'a', :entry, :code, 'status', :at, :day, :status)"
                ),
                {
                    "entry": str(number),
                    "code": CODE,
                    "at": event_us,
                    "day": by_day,
                    "status": status,
                },
            )
        connection.execute(
            sa.text(
                "INSERT INTO discrepancy (rule, code, state, severity, acts, fingerprint, "
                "values_json, evidence_json, first_seen_us, last_seen_us, opened_us, reopened) "
                "VALUES ('A7', :code, 'open', 'S2', 'QTHT', 'f', '{}', '[]', 5, 7, 5, 2)"
            ),
            {"code": CODE},
        )
    engine.dispose()


def test_findings_stay_and_histories_are_read_again(url: str) -> None:
    make_old(url)
    create_ledger(url)
    ledger = Ledger(url)
    with ledger.read() as connection:
        finding = connection.execute(sa.select(discrepancy)).one()
        records = connection.execute(
            sa.select(source_record).order_by(source_record.c.native_id)
        ).all()
    ledger.close()
    assert (finding.rule, finding.subject, finding.code) == ("A7", CODE, CODE)
    assert (finding.first_seen_us, finding.last_seen_us, finding.reopened) == (5, 7, 2)
    facts = [(r.path, r.supplement_us, r.supplement_before_us) for r in records]
    assert facts == [("2>4>5", 3_000, None), (None, None, None)]

"""Pauses: begun once, ended once, and both in the audit log."""

from __future__ import annotations

import sqlalchemy as sa

from khop.sync.ledger import Ledger
from khop.sync.ledger.pauses import Cause, Pause, pause, paused, resume
from khop.sync.ledger.schema import audit_log
from tests.postgres import BOTH
from tests.sync.installation import Build

LEDGERS = BOTH

BY_KHOP = Pause("repair:dates", 5, Cause.CANARY, "khop", "the portal refused 1 of 5")
BY_PERSON = Pause("repair:dates", 9, Cause.PERSON, "canbo.mau", "the portal is being moved")


def logged(ledger: Ledger) -> list[tuple[str, str, str]]:
    with ledger.read() as connection:
        rows = connection.execute(
            sa.select(audit_log)
            .where(audit_log.c.action.startswith("pause."))
            .order_by(audit_log.c.id)
        )
        return [(row.actor, row.action, row.source) for row in rows]


def test_an_earlier_pause_of_the_same_name_stays_with_its_reason(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert pause(connection, BY_KHOP) == BY_KHOP
        assert pause(connection, BY_PERSON) == BY_KHOP
    with ledger.read() as connection:
        assert paused(connection) == {"repair:dates": BY_KHOP}
    assert logged(ledger) == [("khop", "pause.begin", "repair:dates")]


def test_a_pause_ends_once_and_the_log_says_who_began_and_ended_it(
    ledger: Ledger, build_engine: Build
) -> None:
    with ledger.write() as connection:
        pause(connection, BY_PERSON)
        ended = resume(connection, BY_PERSON.name, by="truong.phong", why="moved", now_us=12)
        again = resume(connection, BY_PERSON.name, by="truong.phong", why="moved", now_us=13)
        assert (ended, again, paused(connection)) == (BY_PERSON, None, {})
    assert logged(ledger) == [
        ("canbo.mau", "pause.begin", "repair:dates"),
        ("truong.phong", "pause.end", "repair:dates"),
    ]
    assert build_engine().verify_log().ok

"""The audit log: a chain in which every change of a row shows."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from khop.errors import KhopError
from khop.sync.ledger import Ledger, audit_log
from khop.sync.ledger.audit_log import Entry
from tests.postgres import BOTH
from tests.sync.installation import Build

LEDGERS = BOTH


def log_entries(ledger: Ledger, count: int) -> list[audit_log.Head]:
    with ledger.write() as connection:
        return [
            audit_log.append(connection, n, [Entry("khop", "test", detail={"n": n})])
            for n in range(count)
        ]


def test_an_untouched_log_verifies_and_its_head_is_an_anchor(
    build_engine: Build, ledger: Ledger
) -> None:
    heads = log_entries(ledger, 5)
    engine = build_engine()
    found = engine.verify_log()
    assert (found.entries, found.bad, found.head) == (5, None, heads[-1])
    assert engine.verify_log(str(heads[2])).bad is None


@pytest.mark.parametrize(
    ("sql", "bad"),
    [
        ("UPDATE audit_log SET detail = '{}' WHERE id = 3", 3),
        ("UPDATE audit_log SET actor = 'x' WHERE id = 1", 1),
        ("DELETE FROM audit_log WHERE id = 2", 2),
        ("UPDATE audit_log SET at_us = at_us + 1 WHERE id = 5", 5),
    ],
)
def test_a_changed_log_names_its_first_bad_entry(
    sql: str, bad: int, build_engine: Build, ledger: Ledger
) -> None:
    log_entries(ledger, 5)
    with ledger.write() as connection:
        connection.execute(sa.text(sql))
    assert build_engine().verify_log().bad == bad


def test_missing_newest_entries_show_against_an_anchor(build_engine: Build, ledger: Ledger) -> None:
    heads = log_entries(ledger, 5)
    with ledger.write() as connection:
        connection.execute(sa.text("DELETE FROM audit_log WHERE id > 3"))
    engine = build_engine()
    assert engine.verify_log().bad is None
    assert engine.verify_log(str(heads[-1])).bad == 4


def test_rewritten_newest_entries_show_against_an_anchor(
    build_engine: Build, ledger: Ledger
) -> None:
    heads = log_entries(ledger, 5)
    with ledger.write() as connection:
        connection.execute(sa.text("DELETE FROM audit_log WHERE id > 3"))
        audit_log.append(connection, 9, [Entry("khop", "other")] * 2)
    engine = build_engine()
    assert engine.verify_log().bad is None
    assert engine.verify_log(str(heads[-1])).bad == 5


@pytest.mark.parametrize("text", ["", "5", "x:" + "0" * 64, "5:abc"])
def test_a_malformed_anchor_is_refused(text: str, build_engine: Build) -> None:
    with pytest.raises(KhopError, match="anchor"):
        build_engine().verify_log(text)

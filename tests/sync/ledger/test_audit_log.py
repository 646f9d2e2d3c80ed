"""The audit log: a chain sealed with the key of the installation; every change of it shows."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.errors import KhopError, LedgerError
from khop.sync.ledger import Ledger, audit_log, installation
from khop.sync.ledger.audit_log import Entry, Head
from khop.sync.ledger.schema import audit_log as log_table
from khop.sync.ledger.sealed.chain import Problem
from khop.sync.privacy import Privacy, ensure_key
from tests.postgres import BOTH
from tests.sync.installation import Build

LEDGERS = BOTH


def log_entries(ledger: Ledger, count: int) -> list[Head]:
    """Heads after each of so many entries. The entry of the key is the first of the log."""
    with ledger.write() as connection:
        return [
            audit_log.append(connection, n, [Entry("khop", "test", detail={"n": n})])
            for n in range(count)
        ]


def change(ledger: Ledger, sql: str) -> None:
    with ledger.write() as connection:
        connection.execute(sa.text(sql))


def problems(build_engine: Build, *anchors: Head) -> set[tuple[str, int | None]]:
    found = build_engine().verify_log(*map(str, anchors))
    return {(one.kind, one.entry) for one in found.problems}


def test_an_untouched_log_verifies_and_its_head_is_an_anchor(
    build_engine: Build, ledger: Ledger
) -> None:
    heads = log_entries(ledger, 5)
    engine = build_engine()
    found = engine.verify_log()
    assert (found.entries, found.problems, found.head) == (6, (), heads[-1])
    assert engine.verify_log(str(heads[2])).ok


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE audit_log SET detail = '{}' WHERE id = 3", {("changed", 3)}),
        ("UPDATE audit_log SET detail = '' WHERE id = 3", {("changed", 3)}),
        ("UPDATE audit_log SET actor = 'x' WHERE id IN (2, 5)", {("changed", 2), ("changed", 5)}),
        ("UPDATE audit_log SET at_us = at_us + 1 WHERE id = 6", {("changed", 6)}),
        ("UPDATE audit_log SET code = 'H99-1' WHERE id = 4", {("changed", 4)}),
        ("DELETE FROM audit_log WHERE id = 2", {("missing", 2)}),
        ("DELETE FROM audit_log WHERE id IN (3, 4)", {("missing", 3)}),
        ("DELETE FROM audit_log WHERE id = 1", {("missing", 1)}),
        ("DELETE FROM audit_log WHERE id > 3", {("missing", 4)}),
        ("DELETE FROM audit_log", {("missing", 1), ("not_sealed", 1)}),
        ("UPDATE installation SET head_seal = head", {("end_changed", None)}),
    ],
)
def test_what_was_changed_or_taken_out_is_named(
    sql: str, found: set[tuple[str, int | None]], build_engine: Build, ledger: Ledger
) -> None:
    log_entries(ledger, 5)
    change(ledger, sql)
    assert problems(build_engine) == found


def test_entries_taken_off_the_end_stay_missing_when_the_log_goes_on(
    build_engine: Build, ledger: Ledger
) -> None:
    log_entries(ledger, 5)
    change(ledger, "DELETE FROM audit_log WHERE id > 4")
    log_entries(ledger, 1)
    assert problems(build_engine) == {("missing", 5)}


def test_a_changed_record_of_the_end_is_told_when_the_log_goes_on(
    build_engine: Build, ledger: Ledger
) -> None:
    heads = log_entries(ledger, 5)
    change(ledger, "DELETE FROM audit_log WHERE id > 5")
    change(ledger, f"UPDATE installation SET head = '{heads[3]}'")
    log_entries(ledger, 1)
    assert problems(build_engine) == {("gap", 6)}


def forge(ledger: Ledger, seal: bytes | None, **changes: object) -> None:
    """Append an entry as somebody does who knows how, but has another key, or none."""
    with ledger.write() as connection:
        last = audit_log.head(connection)
        row = {
            "id": last.id + 1,
            "at_us": 9,
            "actor": "khop",
            "action": "finding.exclude",
            "source": None,
            "code": "H99-1",
            "detail": json.dumps({"rule": "B1", "reason": "x"}),
            "previous": last.digest,
            **changes,
        }
        sealed = audit_log.seal_of(row, seal) if seal else audit_log.plain_digest(row)
        connection.execute(sa.insert(log_table).values(**row, digest=sealed))


@pytest.mark.parametrize("seal", [None, b"another key of 32 bytes in length"])
def test_an_appended_entry_without_the_key_is_named(
    seal: bytes | None, build_engine: Build, ledger: Ledger
) -> None:
    log_entries(ledger, 2)
    forge(ledger, seal)
    assert ("changed", 4) in problems(build_engine)
    log_entries(ledger, 1)
    assert ("changed", 4) in problems(build_engine)


def test_a_forged_change_of_the_key_proves_nothing(build_engine: Build, ledger: Ledger) -> None:
    log_entries(ledger, 2)
    with ledger.read() as connection:
        before = connection.scalar(sa.text("SELECT fingerprint FROM installation"))
    detail = json.dumps({"key": "0123456789abcdef", "before": before, "lost": True})
    forge(ledger, b"k" * 32, action=audit_log.KEY_ROTATE, detail=detail)
    forge(ledger, b"k" * 32)
    assert ("unknown_key", 4) in problems(build_engine)


def test_a_log_written_anew_without_the_key_is_not_sealed(
    build_engine: Build, ledger: Ledger
) -> None:
    log_entries(ledger, 2)
    change(ledger, "DELETE FROM audit_log")
    for number in (1, 2, 3):
        forge(ledger, None, id=number)
    assert ("not_sealed", 1) in problems(build_engine)


def test_a_log_that_its_owner_wrote_anew_shows_against_an_anchor(
    build_engine: Build, ledger: Ledger
) -> None:
    heads = log_entries(ledger, 5)
    change(ledger, "DELETE FROM audit_log WHERE id > 4")
    with ledger.write() as connection:
        installation.write_head(connection, str(heads[2]))
        audit_log.append(connection, 9, [Entry("khop", "other")])
    assert problems(build_engine) == set()
    assert problems(build_engine, heads[3]) == {("anchor", 5)}
    assert problems(build_engine, heads[-1]) == {("anchor_missing", 6)}


def test_a_log_of_an_older_version_is_sealed_from_then_on(
    build_engine: Build, ledger: Ledger, privacy: Privacy
) -> None:
    with ledger.read() as connection:
        assert audit_log.head(connection) == audit_log.EMPTY
    old = Ledger(ledger.url)  # without the key
    previous = audit_log.ORIGIN
    with old.write() as connection:
        for number in (1, 2):
            row = {
                "id": number, "at_us": 1, "actor": "a", "action": "finding.open", "source": None,
                "code": "H99-1", "detail": '{"rule": "B1", "state": "open"}', "previous": previous,
            }  # fmt: skip
            text = json.dumps(list(row.values()), ensure_ascii=False)
            previous = hashlib.sha256(text.encode()).hexdigest()
            connection.execute(sa.insert(log_table).values(**row, digest=previous))
    old.close()
    log_entries(ledger, 1)
    found = build_engine().verify_log()
    assert (found.entries, found.unproven, found.problems) == (4, 2, ())
    change(ledger, "UPDATE audit_log SET actor = 'b' WHERE id = 2")
    assert problems(build_engine) == {("changed", 2)}


def test_without_the_key_nothing_is_written_to_the_log(ledger: Ledger) -> None:
    bare = Ledger(ledger.url)
    with pytest.raises(LedgerError, match="opened without"), bare.write() as connection:
        audit_log.append(connection, 1, [Entry("khop", "test")])
    bare.close()


def test_a_writer_with_another_key_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    log_entries(ledger, 1)
    other = Ledger(ledger.url)
    ensure_key(tmp_path / "other.key")
    other.use(Privacy(tmp_path / "other.key"), lambda: datetime(2026, 11, 20, tzinfo=UTC))
    with pytest.raises(LedgerError, match="another one by now"), other.write():
        pass
    other.close()


def test_every_problem_is_also_json() -> None:
    one = Problem("missing", {"first": 2, "last": 3}, 2)
    assert one.as_json() == {"kind": "missing", "entry": 2, "first": 2, "last": 3}


@pytest.mark.parametrize("text", ["", "5", "x:" + "0" * 64, "5:abc"])
def test_a_malformed_anchor_is_refused(text: str, build_engine: Build) -> None:
    with pytest.raises(KhopError, match="anchor"):
        build_engine().verify_log(text)

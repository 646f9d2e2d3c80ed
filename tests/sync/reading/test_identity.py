"""Checks of applicants: one question, a reason, a quota, a line in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Health, IdentityAnswer, Purpose, Role
from khop.errors import ConfigError, KhopError, Refused
from khop.mappings.identity import actor_key
from khop.mappings.records import Applicant, IdentityVerdict
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger, audit_log
from khop.sync.ledger.schema import audit_log as log_table
from khop.sync.ledger.schema import identity_check
from khop.sync.reading.call_quota import LedgerBook
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, record

LEDGERS = BOTH

Build = Callable[..., Engine]
KEY = b"k" * 32
CODE = "H99.12-261110-0001"
PURPOSE = Purpose("1.001612", "canbo.mau", CODE)


@dataclass
class FakeChecker:
    name: str = "population"
    role: Role = Role.POPULATION
    verdict: IdentityVerdict = IdentityVerdict.MATCH
    asked: list[tuple[Applicant, Purpose]] = field(default_factory=list)

    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        self.asked.append((applicant, purpose))
        return IdentityAnswer(self.verdict, ("unknown_province",))

    def check(self) -> Health:
        return Health(())

    def close(self) -> None:
        pass


def test_the_verdict_on_an_applicant_is_kept_and_the_person_is_not(
    build_engine: Build, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(record(1))
    checker = FakeChecker(verdict=IdentityVerdict.MISMATCH)
    engine = build_engine(one_stop, checker)
    engine.pull()
    view = engine.check_identity(CODE.lower(), officer="canbo.mau")
    assert (view.verdict, view.warnings) == ("mismatch", ("unknown_province",))
    assert checker.asked == [(Applicant(name="Nguyễn Văn Mẫu"), PURPOSE)]
    with ledger.read() as connection:
        row = connection.execute(sa.select(identity_check)).one()
    assert (row.source, row.code, row.verdict) == ("population", CODE, "mismatch")
    assert "Nguyễn" not in str(tuple(row))
    shown = engine.show(CODE)
    assert shown is not None
    assert [(r["verdict"], r["warnings"]) for r in shown.identity] == [
        ("mismatch", ["unknown_province"])
    ]


def test_a_dossier_may_be_named_by_its_other_code(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1, aliases=("G22.99-261110-0009",)))
    checker = FakeChecker()
    engine = build_engine(one_stop, checker)
    engine.pull()
    assert engine.check_identity("G22.99-261110-0009", officer="canbo.mau").code == CODE
    assert checker.asked == [(Applicant(name="Nguyễn Văn Mẫu"), PURPOSE)]


def test_nobody_is_asked_about_a_dossier_that_is_not_known(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1, procedure=None))
    checker = FakeChecker()
    engine = build_engine(one_stop, checker)
    engine.pull()
    with pytest.raises(KhopError, match="no procedure"):
        engine.check_identity(CODE, officer="canbo.mau")
    with pytest.raises(KhopError, match="khop pull"):
        engine.check_identity("H99.12-261110-0099", officer="canbo.mau")
    assert checker.asked == []


def test_without_a_population_source_the_configuration_is_to_blame(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    with pytest.raises(ConfigError, match="population"):
        build_engine(one_stop).check_identity(CODE, officer="canbo.mau")
    with pytest.raises(ConfigError, match="population"):
        build_engine(one_stop, FakeChecker()).check_identity(CODE, officer="x", source="other")


def test_calls_are_counted_by_the_local_day_and_logged_before_they_are_made(
    ledger: Ledger, clock: FakeClock
) -> None:
    book = LedgerBook(ledger, KEY, clock)
    for _ in range(2):
        book.spend("population", "XacThuc", PURPOSE, quota=2)
    with pytest.raises(Refused, match="quota of 2"):
        book.spend("population", "XacThuc", PURPOSE, quota=2)
    book.spend("other", "XacThuc", PURPOSE, quota=2)
    clock.advance(hours=8)  # 17:00 UTC: midnight in Vietnam
    book.spend("population", "XacThuc", PURPOSE, quota=2)
    with ledger.read() as connection:
        rows = connection.execute(sa.select(log_table).order_by(log_table.c.id)).all()
    assert [row.source for row in rows] == ["population", "population", "other", "population"]
    assert {(row.actor, row.code) for row in rows} == {("canbo.mau", CODE)}
    assert '"procedure": "1.001612"' in rows[0].detail


def test_an_officer_who_is_named_by_number_stands_in_the_log_by_key(
    ledger: Ledger, clock: FakeClock
) -> None:
    LedgerBook(ledger, KEY, clock).spend(
        "population", "XacThuc", Purpose("1.001612", "001080009876"), quota=1
    )
    with ledger.read() as connection:
        actor = connection.scalar(sa.select(log_table.c.actor))
    assert actor == f"key:{actor_key(KEY, '001080009876')[:32]}"


def log_entries(ledger: Ledger, count: int) -> list[audit_log.Head]:
    with ledger.write() as connection:
        return [
            audit_log.append(connection, n, actor="khop", action="test", detail={"n": n})
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
def test_a_log_that_was_tampered_with_names_its_first_bad_entry(
    sql: str, bad: int, build_engine: Build, ledger: Ledger
) -> None:
    log_entries(ledger, 5)
    with ledger.write() as connection:
        connection.execute(sa.text(sql))
    assert build_engine().verify_log().bad == bad


def test_a_log_that_was_cut_off_shows_against_an_anchor(
    build_engine: Build, ledger: Ledger
) -> None:
    heads = log_entries(ledger, 5)
    with ledger.write() as connection:
        connection.execute(sa.text("DELETE FROM audit_log WHERE id > 3"))
    engine = build_engine()
    assert engine.verify_log().bad is None
    assert engine.verify_log(str(heads[-1])).bad == 4


def test_a_log_that_was_written_anew_shows_against_an_anchor(
    build_engine: Build, ledger: Ledger
) -> None:
    heads = log_entries(ledger, 5)
    with ledger.write() as connection:
        connection.execute(sa.text("DELETE FROM audit_log WHERE id > 3"))
        audit_log.append(connection, 9, actor="khop", action="other")
        audit_log.append(connection, 9, actor="khop", action="other")
    engine = build_engine()
    assert engine.verify_log().bad is None
    assert engine.verify_log(str(heads[-1])).bad == 5


@pytest.mark.parametrize("text", ["", "5", "x:" + "0" * 64, "5:abc"])
def test_an_anchor_that_is_none_is_refused(text: str, build_engine: Build) -> None:
    with pytest.raises(KhopError, match="anchor"):
        build_engine().verify_log(text)

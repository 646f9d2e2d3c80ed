"""Checks of applicants: one question, a reason, a quota, a line in the audit log."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from khop.adapters.ports import IdentityAnswer, Purpose, Role
from khop.errors import ConfigError, KhopError, Refused
from khop.mappings.identity import actor_key
from khop.mappings.records import Applicant, IdentityVerdict
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import audit_log as log_table
from khop.sync.ledger.schema import identity_check
from khop.sync.reading.call_quota import ACTION, LedgerBook
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakeSystem, record
from tests.sync.installation import Build

LEDGERS = BOTH

KEY = b"k" * 32
CODE = "H99.12-261110-0001"
PURPOSE = Purpose("1.001612", "canbo.mau", CODE)


@dataclass
class FakeChecker(FakeSystem):
    name: str = "population"
    role: Role = Role.POPULATION
    verdict: IdentityVerdict = IdentityVerdict.MATCH
    asked: list[tuple[Applicant, Purpose]] = field(default_factory=list)

    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        self.asked.append((applicant, purpose))
        return IdentityAnswer(self.verdict, ("unknown_province",))


def test_the_verdict_on_an_applicant_is_stored_without_personal_data(
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


def test_a_dossier_may_be_named_by_an_alias(build_engine: Build, one_stop: FakeOneStop) -> None:
    one_stop.put(record(1, aliases=("G22.99-261110-0009",)))
    checker = FakeChecker()
    engine = build_engine(one_stop, checker)
    engine.pull()
    assert engine.check_identity("G22.99-261110-0009", officer="canbo.mau").code == CODE
    assert checker.asked == [(Applicant(name="Nguyễn Văn Mẫu"), PURPOSE)]


def test_no_question_is_asked_about_an_unknown_dossier_or_one_without_procedure(
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


def test_without_a_population_source_a_check_is_a_configuration_error(
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
        asked = sa.select(log_table).where(log_table.c.action == ACTION).order_by(log_table.c.id)
        rows = connection.execute(asked).all()
    assert [row.source for row in rows] == ["population", "population", "other", "population"]
    assert {(row.actor, row.code) for row in rows} == {("canbo.mau", CODE)}
    assert '"procedure": "1.001612"' in rows[0].detail


def test_an_officer_named_by_a_personal_number_is_logged_by_key(
    ledger: Ledger, clock: FakeClock
) -> None:
    LedgerBook(ledger, KEY, clock).spend(
        "population", "XacThuc", Purpose("1.001612", "001080009876"), quota=1
    )
    with ledger.read() as connection:
        actor = connection.scalar(sa.select(log_table.c.actor).where(log_table.c.action == ACTION))
    assert actor == f"key:{actor_key(KEY, '001080009876')[:32]}"

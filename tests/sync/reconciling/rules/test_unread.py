"""A value that could not be read fires no rule, where a missing one does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.config.model import RuleException, RuleSettings
from khop.mappings.records import DossierReading, DossierRecord, PaperKind, Status, StatusKind
from khop.sync.ledger import Ledger, presence
from khop.sync.ledger.records import Arrival, read_record, record_hash, store_arrivals
from khop.sync.ledger.schema import paper_match, paper_row
from tests.sync.fakes import at, record
from tests.sync.reconciling.rules.judging import (
    TWO_DAYS_AGO,
    Given,
    complete,
    open_findings,
    put,
    put_record,
    put_row,
    run,
)

pytestmark = pytest.mark.slow

S = Status
HANDED, DELIVERED = StatusKind.HANDED_TO_POST, StatusKind.DELIVERED
RETURNED = {
    "status": S.RETURNED,
    "received_at": at(1, month=9),
    "finished_at": at(16),
    "returned_at": at(16),
}
LONG_AGO = at(1, month=10)

#: Rule, what is given, and the fields that are empty for one of two reasons.
CASES: list[tuple[str, Given, tuple[str, ...]]] = [
    ("C1", Given(os={"received_at": None}), ("received_at",)),
    ("C2", Given(os={"status": S.FINISHED}), ("finished_at",)),
    ("C2", Given(os={"status": S.RETURNED, "returned_at": at(16)}), ("finished_at",)),
    ("C9", Given(os={"due_at": None}), ("due_at",)),
    ("C9", Given(os={"due_at": None}), ("no_due",)),
    ("C7", Given(os={}, logbook={"returned_at": at(9)}, register=at(12)), ("returned_at",)),
]


def exception(**of: object) -> RuleException:
    return RuleException.model_validate({"rules": ["C1"], "reason": "thử", **of})


def shown(ledger: Ledger, settings: RuleSettings | None = None) -> set[tuple[str, str]]:
    run(ledger, settings)
    return open_findings(ledger)


@pytest.mark.parametrize(("rule", "given", "fields"), CASES)
def test_a_rule_that_fires_on_a_missing_value_is_silent_on_an_unread_one(
    ledger: Ledger, rule: str, given: Given, fields: tuple[str, ...]
) -> None:
    unread = replace(given, os={**(given.os or {}), "unread": fields})
    with ledger.write() as connection:
        put(connection, 1, given)
        put(connection, 2, unread)
    fired = {code for found, code in shown(ledger) if found == rule}
    assert fired == {record(1).code}


def test_a_dossier_whose_other_code_is_unread_may_be_on_the_portal_under_it(
    ledger: Ledger,
) -> None:
    with ledger.write() as connection:
        for number, unread in ((1, ()), (2, ("aliases",))):
            put_record(connection, record(number, unread=unread))
            presence.answered(connection, "dvcqg", [(record(number).code, None)], 1)
    assert shown(ledger) == {("A7", record(1).code)}


def test_a_delivery_of_an_unread_time_is_no_missing_delivery(ledger: Ledger) -> None:
    handed = (HANDED, "W1", LONG_AGO)
    with ledger.write() as connection:
        put(connection, 1, Given(os=RETURNED, post=(handed,)))
        put(connection, 2, Given(os=RETURNED, post=(handed, (DELIVERED, "W1", None))))
    assert ("H2", record(1).code) in shown(ledger)
    assert ("H2", record(2).code) not in open_findings(ledger)


def test_a_step_of_an_unread_time_may_lie_between_any_two(ledger: Ledger) -> None:
    steps: tuple[Any, ...] = ((S.FINISHED, at(11)), (S.RECEIVED, at(12)))
    with ledger.write() as connection:
        put(connection, 1, Given(steps=steps))
        put(connection, 2, Given(steps=(*steps, (S.PROCESSING, None))))  # type: ignore[arg-type]
    fired = {code for rule, code in shown(ledger) if rule == "B8"}
    assert fired == {record(1).code}


def test_a_phantom_whose_reception_is_unread_is_as_old_as_khop_knows_it(ledger: Ledger) -> None:
    recent = at(20, 8).us
    with ledger.write() as connection:
        complete(connection)
        for number, unread in ((1, ()), (2, ("received_at",)), (3, ("submitted_at",))):
            theirs = DossierRecord(
                "dvcqg", f"G22.1-{number}", f"G22.1-{number}", status=S.PROCESSING,
                submitted_at=None if "submitted_at" in unread else TWO_DAYS_AGO, unread=unread,
            )  # fmt: skip
            presence.answered(connection, "dvcqg", [(theirs.code, theirs)], recent)
    assert shown(ledger) == {("A8", "G22.1-1")}


def test_a_row_of_an_unread_code_or_applicant_may_be_of_any_dossier(ledger: Ledger) -> None:
    with ledger.write() as connection:
        complete(connection)
        for number, unread in ((1, None), (2, " code "), (3, " applicant_key "), (4, " returned ")):
            put_row(connection, PaperKind.LOGBOOK, number, None, received_at=TWO_DAYS_AGO)
            key = f"logbook-{number}"
            of_row = sa.update(paper_row).where(paper_row.c.row_key == key)
            connection.execute(of_row.values(unread=unread))
    assert shown(ledger) == {("A1", "row:logbook-1"), ("A1", "row:logbook-4")}


@pytest.mark.parametrize(
    ("unread", "changes"),
    [
        (("applicant_key",), {"applicant_key": None}),
        (("procedure",), {"procedure": None}),
        (("unit", "unit_code"), {"unit": None, "unit_code": None}),
        (("received_at",), {"received_at": None}),
        (("applicant_key", "received_at"), {"applicant_key": None, "received_at": None}),
        (("owner",), {"applicant_key": "o" * 64}),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_row_may_be_about_a_dossier_like_it_in_all_that_could_be_read(
    ledger: Ledger, unread: tuple[str, ...], changes: dict[str, Any], at_once: bool
) -> None:
    with ledger.write() as connection:
        complete(connection)
        put_row(connection, PaperKind.LOGBOOK, 1, None, received_at=at(10))
        applicant = {"applicant_key": "k" * 64, "applicant_kind": "number_12"}
        values = {"procedure": "1.001612", **applicant}
        connection.execute(sa.update(paper_row).values(**values))
    if not at_once:
        assert shown(ledger) == {("A1", "row:logbook-1")}
    with ledger.write() as connection:
        put_record(connection, record(1, status=S.NEW, unread=unread, **changes))
    assert not {rule for rule, _ in shown(ledger)} & {"A1"}
    with ledger.read() as connection:
        assert connection.scalars(sa.select(paper_match.c.code)).all() == [record(1).code]
    with ledger.write() as connection:
        put_record(connection, record(1, status=S.NEW, **changes))
    # What the dossier does not have may be any too. Its day has to be known; an owner whom nobody
    # names beside the one who filed is another applicant.
    differs = "received_at" in unread or "owner" in unread
    assert (("A1", "row:logbook-1") in shown(ledger)) == differs


@pytest.mark.parametrize(
    ("excepted", "field"),
    [
        (exception(procedures=("1.001612",)), "procedure"),
        (exception(units=("UBND xã Mẫu",)), "unit"),
        (exception(first=date(2026, 11, 1)), "received_at"),
        (exception(last=date(2026, 11, 1)), "received_at"),
    ],
)
def test_an_exception_covers_a_dossier_whose_value_is_unread(
    ledger: Ledger, excepted: RuleException, field: str
) -> None:
    without = {field: None, "received_at": None, "unit_code": None}
    settings = RuleSettings(exceptions=(excepted,))
    with ledger.write() as connection:
        put_record(connection, record(1, **without))
        put_record(connection, record(2, **without, unread=(field,)))
    assert {code for _, code in shown(ledger, settings)} == {record(1).code}


def test_two_dossiers_of_one_code_are_not_told_apart_by_an_unread_applicant(
    ledger: Ledger,
) -> None:
    with ledger.write() as connection:
        for number in (1, 2):
            unread = record(number, code=record(1).code, applicant_key=None)
            put_record(connection, replace(unread, unread=("applicant_key",)))
    assert shown(ledger) == set()


def test_the_ledger_gives_back_what_could_not_be_read(ledger: Ledger) -> None:
    ours = record(1, received_at=None, unread=("received_at", "unit"), fields_lost=("a", "b"))
    arrival = Arrival(DossierReading(ours), record_hash(ours))
    with ledger.write() as connection:
        store_arrivals(connection, Role.ONE_STOP, [arrival], 1)
    with ledger.read() as connection:
        assert read_record(connection, "igate", ours.native_id) == ours
    assert record_hash(ours) != record_hash(replace(ours, unread=("unit",)))

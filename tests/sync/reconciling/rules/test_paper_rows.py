"""What rows of paper come to: by code, by alias, and without a code."""

from __future__ import annotations

import json

import sqlalchemy as sa

from khop.mappings.records import PaperKind
from khop.sync.ledger import Ledger
from khop.sync.ledger.cursor import Cursor, save_cursor
from khop.sync.ledger.schema import discrepancy, paper_row
from tests.sync.fakes import at, record
from tests.sync.reconciling.rules.judging import (
    YESTERDAY,
    Given,
    complete,
    day,
    open_findings,
    put,
    put_record,
    put_row,
    run,
)


def test_a_row_without_a_code_is_a_finding_of_its_own_and_names_its_place(ledger: Ledger) -> None:
    with ledger.write() as connection:
        complete(connection)
        put_row(connection, PaperKind.LOGBOOK, 1, None, received_at=at(10))
        put_row(connection, PaperKind.REGISTER, 2, None, signed_at=day(at(10)))
        put_row(connection, PaperKind.LOGBOOK, 3, None, received_at=YESTERDAY)
    run(ledger)
    with ledger.read() as connection:
        rows = connection.execute(sa.select(discrepancy).order_by(discrepancy.c.rule)).all()
    assert [(r.rule, r.subject, r.code, r.unit) for r in rows] == [
        ("A1", "row:logbook-1", None, "UBND xã Mẫu"),
        ("A2", "row:register-2", None, "UBND xã Mẫu"),
    ]
    (place,) = json.loads(rows[0].evidence_json)
    assert place == {
        "source": "logbook",
        "kind": "logbook_row",
        "file": "so.xlsx",
        "sheet": "Sổ",
        "row": 1,
        "matched_by": None,
    }


def test_paper_is_no_finding_before_the_one_stop_was_read_to_its_end(ledger: Ledger) -> None:
    with ledger.write() as connection:
        save_cursor(connection, "igate", Cursor())
        put_row(connection, PaperKind.LOGBOOK, 1, None, received_at=at(2))
        put_row(connection, PaperKind.LOGBOOK, 2, record(2).code, received_at=at(2))
    run(ledger)
    assert open_findings(ledger) == set()


def test_the_same_row_in_two_files_is_one_finding(ledger: Ledger) -> None:
    with ledger.write() as connection:
        complete(connection)
        put_row(connection, PaperKind.LOGBOOK, 1, None, received_at=at(10))
        copy = sa.select(*[c if c.name != "file" else sa.literal("t2.xlsx") for c in paper_row.c])
        connection.execute(sa.insert(paper_row).from_select([c.name for c in paper_row.c], copy))
    run(ledger)
    assert open_findings(ledger) == {("A1", "row:logbook-1")}


def test_a_row_with_an_alias_is_evidence_of_its_dossier(ledger: Ledger) -> None:
    alias = "G22.99-261110-000777"
    ours = record(1, aliases=(alias,))
    with ledger.write() as connection:
        complete(connection)
        put_record(connection, ours)
        put_row(connection, PaperKind.REGISTER, 1, alias, signed_at=day(at(12)))
    run(ledger)
    assert open_findings(ledger) == {("B1", ours.code)}


def test_an_entry_after_the_result_was_signed_is_grave(ledger: Ledger) -> None:
    with ledger.write() as connection:
        complete(connection)
        late = {"entered_at": at(16)}
        put(connection, 1, Given(os=late, register=day(at(19))))
        put(connection, 2, Given(os=late, register=day(at(13))))
    run(ledger)
    with ledger.read() as connection:
        query = sa.select(discrepancy.c.code, discrepancy.c.severity)
        rows = connection.execute(query.where(discrepancy.c.rule == "D1"))
        grave = {row.code: row.severity for row in rows}
    assert grave == {record(1).code: "S2", record(2).code: "S1"}


def test_a_row_without_the_name_of_its_unit_is_a_finding_of_the_units_code(ledger: Ledger) -> None:
    with ledger.write() as connection:
        complete(connection)
        put_row(connection, PaperKind.LOGBOOK, 1, None, received_at=at(10))
        connection.execute(sa.update(paper_row).values(unit=None, unit_code="H99.12"))
    run(ledger)
    with ledger.read() as connection:
        assert connection.scalars(sa.select(discrepancy.c.unit)).all() == ["H99.12"]

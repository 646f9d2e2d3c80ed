"""The rules that read paper, the post, histories and codes: where they fire, where they must not.

Every row of CASES is a dossier of its own; all are judged by one reconcile, in DuckDB over SQLite
and inside PostgreSQL.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.config.domain_tables import Tables
from khop.config.model import RuleException, RuleSettings, Window
from khop.mappings.records import (
    DossierReading,
    Instant,
    PaperKind,
    Precision,
    Status,
    StatusKind,
    StatusRecord,
)
from khop.sync.ledger import Ledger, create_ledger, records
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import discrepancy, paper_row
from khop.sync.reading.list_pull import Cursor, save_cursor
from khop.sync.reconciling.reconcile import Reconciled, Scope, reconcile
from tests.postgres import BOTH, Server, postgres
from tests.sync.fakes import at, record

__all__ = ["postgres"]

# Friday; the working days before it are 19, 18, 17 and 16 November
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
YESTERDAY, TWO_DAYS_AGO = at(19), at(18)
SOURCES = ("dvcqg", "igate", "logbook", "register", "vnpost")
SCOPE = Scope(sources=SOURCES, one_stops=("igate",))


def day(instant: Instant) -> Instant:
    return Instant(instant.us - instant.us % 86_400_000_000 - 7 * 3_600_000_000, Precision.DAY)


def ago(**span: float) -> Instant:
    return Instant.of(NOW - timedelta(**span))


@dataclass(frozen=True)
class Given:
    """What the sources say of one dossier. ``os`` None: the one-stop has none such.

    ``steps``: (state, when). ``post``: (kind, waybill, when). Paper by kind.
    """

    os: dict[str, Any] | None = field(default_factory=dict)
    steps: tuple[tuple[Status | None, Instant], ...] = ()
    post: tuple[tuple[StatusKind, str | None, Instant | None], ...] = ()
    ledger: dict[str, Instant] | None = None
    register: Instant | None = None
    code: str | None = None


HANDED, DELIVERED, SCAN = (
    StatusKind.HANDED_TO_POST,
    StatusKind.DELIVERED,
    StatusKind.POSTAL_EVENT,
)
DONE9 = {"status": Status.FINISHED, "finished_at": at(16)}
DONE10 = {"status": Status.RETURNED, "finished_at": at(12), "returned_at": at(13)}
PAPERS = StatusKind.PAPERS_COLLECTED
S = Status

CASES: list[tuple[str, Given, bool]] = [
    # A1, A2: paper alone
    ("A1", Given(os=None, ledger={"received_at": TWO_DAYS_AGO}), True),
    ("A1", Given(os=None, ledger={"received_at": YESTERDAY}), False),
    ("A1", Given(os=None, ledger={"received_at": day(at(18))}), True),
    ("A1", Given(os=None, ledger={"returned_at": at(2)}), False),
    ("A1", Given(ledger={"received_at": at(10)}), False),
    ("A1", Given(os=None, register=at(2)), False),
    ("A2", Given(os=None, register=day(at(18))), True),
    ("A2", Given(os=None, register=day(at(19))), False),
    ("A2", Given(register=day(at(12))), False),
    # Rule B1: done in reality
    ("B1", Given(register=day(at(18))), True),
    ("B1", Given(register=day(at(19))), False),
    ("B1", Given(os={"status": S.RECEIVED}, ledger={"returned_at": at(17)}), True),
    ("B1", Given(os={"status": S.SUPPLEMENT}, ledger={"returned_at": at(17)}), False),
    ("B1", Given(os=DONE9, ledger={"returned_at": at(17)}), False),
    ("B1", Given(post=((DELIVERED, "W1", at(17)),)), True),
    ("B1", Given(post=((DELIVERED, "W1", at(9)),)), False),  # papers that came in
    ("B1", Given(post=((SCAN, "W1", at(9)), (DELIVERED, "W1", at(17)))), False),
    ("B1", Given(post=((SCAN, "W1", at(9)), (DELIVERED, "W2", at(17)))), True),
    ("B1", Given(post=((SCAN, "W1", None), (DELIVERED, "W1", at(17)))), True),
    # of several the earliest counts
    ("B1", Given(register=day(at(19)), ledger={"returned_at": at(17)}), True),
    # C7: returned before the result was signed, by day where paper knows the day
    ("C7", Given(os=DONE10, register=day(at(14))), True),
    ("C7", Given(os=DONE10, register=day(at(13))), False),
    ("C7", Given(os=DONE10, register=at(13, 9, 1)), True),
    ("C7", Given(os=DONE9, ledger={"returned_at": at(13)}, register=day(at(16))), True),
    (
        "C7",
        Given(os=DONE10, ledger={"returned_at": at(2)}, register=day(at(12))),
        False,
    ),  # the one-stop's own return speaks first
    ("C7", Given(os=DONE9, register=day(at(16))), False),
    ("C7", Given(os=DONE9, post=((DELIVERED, "W1", at(12)),), register=day(at(16))), True),
    # C8: signed before reception
    ("C8", Given(register=day(at(9))), True),
    ("C8", Given(register=day(at(10))), False),
    ("C8", Given(os={"received_at": None}, register=day(at(9))), False),
    # D1: entered late
    ("D1", Given(os={"entered_at": at(12)}), True),
    ("D1", Given(os={"entered_at": at(11)}), False),
    ("D1", Given(os={"received_at": at(6, 18), "entered_at": at(9)}), False),  # over a weekend
    ("D1", Given(os={"entered_at": at(10)}, ledger={"received_at": at(9)}), False),
    ("D1", Given(os={"entered_at": at(10)}, ledger={"received_at": day(at(6))}), True),
    ("D1", Given(os={"entered_at": at(12)}, ledger={"received_at": at(11)}), False),
    ("D1", Given(os={"entered_at": None}), False),
    # H1, H2: the post
    ("H1", Given(os=DONE9, post=((SCAN, "W1", at(16)), (DELIVERED, "W1", at(18)))), True),
    ("H1", Given(os=DONE9, post=((SCAN, "W1", at(16)), (DELIVERED, "W1", at(19)))), False),
    ("H1", Given(os=DONE9, post=((SCAN, "W1", at(16)),)), False),
    ("H1", Given(os=DONE10, post=((DELIVERED, "W1", at(17)),)), False),
    ("B1", Given(os=DONE9, post=((SCAN, "W1", at(16)), (DELIVERED, "W1", at(18)))), False),
    ("H2", Given(os=DONE10, post=((SCAN, "W1", at(13)), (DELIVERED, "W1", at(14)))), True),
    ("H2", Given(os=DONE10, post=((SCAN, "W1", at(12)), (DELIVERED, "W1", at(13, 8)))), False),
    ("H2", Given(os=DONE10, post=((HANDED, "W1", at(13)),)), False),
    (
        "H2",
        Given(
            os={**DONE10, "received_at": at(1, month=10), "submitted_at": at(1, month=10)},
            post=((HANDED, "W1", at(5)),),
        ),
        True,
    ),  # 11 working days
    (
        "H2",
        Given(
            os={**DONE10, "received_at": at(1, month=10), "submitted_at": at(1, month=10)},
            post=((HANDED, "W1", at(6)),),
        ),
        False,
    ),  # 10 working days
    ("H2", Given(os=DONE10, post=((HANDED, "W1", at(9)), (DELIVERED, "W1", at(9, 10)))), False),
    ("H2", Given(os=DONE9, post=((HANDED, "W1", at(16)), (DELIVERED, "W1", at(18)))), False),
    # papers that are known to go to the office say nothing of the result
    ("H2", Given(os=DONE10, post=((PAPERS, "W1", at(1, month=10)), (PAPERS, "W1", at(2)))), False),
    ("B1", Given(post=((PAPERS, "W1", at(17)),)), False),
    # Rule B8: histories
    ("B8", Given(steps=((S.RECEIVED, at(10)), (S.PROCESSING, at(11)))), False),
    ("B8", Given(steps=((S.FINISHED, at(10)), (S.SUPPLEMENT, at(11)))), True),
    ("B8", Given(steps=((S.NEW, at(10)), (S.PROCESSING, at(11)))), True),
    ("B8", Given(steps=((S.PROCESSING, at(10)), (S.NEW, at(11)))), True),
    ("B8", Given(steps=((S.FINISHED, at(11)), (S.PROCESSING, at(10)))), False),  # told backwards
    (
        "B8",
        Given(steps=((S.FINISHED, at(10)), (None, at(11)), (S.SUPPLEMENT, at(12)))),
        False,
    ),
    ("B8", Given(steps=((S.FINISHED, at(10)), (S.SUPPLEMENT, at(10)))), False),  # one moment
    ("B8", Given(steps=((S.RETURNED, at(10)), (S.RETURNED, at(11)))), False),
    (
        "B8",
        Given(steps=((S.NEW, at(9)), (S.RECEIVED, at(10)), (S.RETURNED, at(11)))),
        False,
    ),
    # F1, F2: papers asked for
    ("F1", Given(os={"status": S.SUPPLEMENT}, steps=((S.SUPPLEMENT, ago(days=30)),)), False),
    (
        "F1",
        Given(os={"status": S.SUPPLEMENT}, steps=((S.SUPPLEMENT, ago(days=30, seconds=1)),)),
        True,
    ),
    (
        "F1",
        Given(
            os={"status": S.SUPPLEMENT},
            steps=(
                (S.SUPPLEMENT, ago(days=90)),
                (S.PROCESSING, ago(days=60)),
                (S.SUPPLEMENT, ago(days=20)),
            ),
        ),
        False,
    ),
    ("F1", Given(os={"status": S.SUPPLEMENT, "changed_at": ago(days=31)}), True),
    ("F1", Given(os={"status": S.PROCESSING}, steps=((S.SUPPLEMENT, ago(days=90)),)), False),
    (
        "F2",
        Given(
            steps=((S.SUPPLEMENT, at(11)), (S.PROCESSING, at(12)), (S.SUPPLEMENT, at(13))),
        ),
        True,
    ),
    ("F2", Given(steps=((S.SUPPLEMENT, at(11)), (S.SUPPLEMENT, at(13)))), False),
    (
        "F2",
        Given(steps=((S.SUPPLEMENT, at(9)), (S.RECEIVED, at(10)), (S.SUPPLEMENT, at(13)))),
        False,
    ),  # once before the reception
    # E3, E4: codes
    ("E3", Given(code="H99.12-261110-48213"), True),
    ("E3", Given(code="H99.12-261110-0482"), False),
    ("E3", Given(code="H99.12-261110-482130"), False),
    ("E3", Given(os=None, code="H99.12-261110-48214", register=at(2)), False),
    ("E4", Given(code="H99.12-261110-7001"), False),
    ("E4", Given(code="H99.12-261109-7002"), False),
    ("E4", Given(code="H99.12-261106-7003"), True),
    ("E4", Given(code="H99.12-261112-7004"), True),
    ("E4", Given(code="H99.12-261131-7005"), False),  # no such day
    ("E4", Given(code="G09.20-20261106-0007006"), True),
    ("E4", Given(code="G09.20-20261110-0007007"), False),
    ("E4", Given(code="HS-261106-X"), False),
    ("E4", Given(code="H99.12-991110-7008"), True),
]


def code_of(number: int, given: Given) -> str:
    return given.code or record(number).code


def put(connection: sa.Connection, number: int, given: Given) -> None:
    code = code_of(number, given)
    if given.os is not None:
        ours = record(number, code=code, **given.os)
        steps = tuple(
            StatusRecord(
                "igate", ours.native_id, f"{i}", code, StatusKind.STATUS, when, status, "bước"
            )
            for i, (status, when) in enumerate(given.steps)
        )
        arrival = Arrival(DossierReading(ours, steps), record_hash(ours))
        records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)
    records.store_events(
        connection,
        [
            StatusRecord("vnpost", code, f"{number}-{i}", code, kind, when, item=item)
            for i, (kind, item, when) in enumerate(given.post)
        ],
    )
    if given.ledger is not None:
        put_row(connection, PaperKind.LOGBOOK, number, code, **given.ledger)
    if given.register is not None:
        put_row(connection, PaperKind.REGISTER, number, code, signed_at=given.register)


def put_row(
    connection: sa.Connection, kind: PaperKind, number: int, code: str | None, **times: Instant
) -> None:
    columns: dict[str, Any] = {}
    for name, time in times.items():
        stem = name.removesuffix("_at")
        columns |= {f"{stem}_us": time.us, f"{stem}_day": time.precision is Precision.DAY}
    connection.execute(
        sa.insert(paper_row).values(
            source=kind.value,
            file="so.xlsx",
            row_key=f"{kind.value}-{number}",
            kind=kind.value,
            sheet="Sổ",
            row_number=number,
            code=code,
            unit="UBND xã Mẫu",
            fields_lost="[]",
            first_seen_us=1,
            **columns,
        )
    )


def run(
    ledger: Ledger, settings: RuleSettings | None = None, now: datetime = NOW, whole: bool = True
) -> Reconciled:
    return reconcile(ledger, settings or RuleSettings(), Tables(), now, scope=SCOPE, whole=whole)


def complete(connection: sa.Connection) -> None:
    save_cursor(connection, "igate", Cursor(complete=True))


def found(ledger: Ledger) -> set[tuple[str, str]]:
    with ledger.read() as connection:
        query = sa.select(discrepancy.c.rule, discrepancy.c.subject)
        return {
            tuple(row) for row in connection.execute(query.where(discrepancy.c.state == "open"))
        }


def judge_all(url: str) -> set[tuple[str, str]]:
    ledger = Ledger(url)
    with ledger.write() as connection:
        complete(connection)
        for number, (_, given, _) in enumerate(CASES, start=1):
            put(connection, number, given)
    run(ledger)
    what = found(ledger)
    ledger.close()
    return what


@pytest.fixture(scope="module", params=BOTH)
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> set[tuple[str, str]]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('rules') / 'khop.db'}"
        create_ledger(url)
        return judge_all(url)
    server: Server = request.getfixturevalue("postgres")
    with server.database() as name:
        create_ledger(server.url(name))
        return judge_all(server.url(name))


@pytest.mark.parametrize(
    ("number", "rule", "expected"),
    [(number, rule, expected) for number, (rule, _, expected) in enumerate(CASES, start=1)],
)
def test_a_rule_fires_exactly_where_it_should(
    number: int, rule: str, expected: bool, judged: set[tuple[str, str]]
) -> None:
    code = code_of(number, CASES[number - 1][1])
    assert ((rule, code) in judged) is expected


# --- what a row without a code comes to ---------------------------------------------------------


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


def test_paper_proves_nothing_before_the_one_stop_was_read_to_its_end(ledger: Ledger) -> None:
    with ledger.write() as connection:
        save_cursor(connection, "igate", Cursor())
        put_row(connection, PaperKind.LOGBOOK, 1, None, received_at=at(2))
        put_row(connection, PaperKind.LOGBOOK, 2, record(2).code, received_at=at(2))
    run(ledger)
    assert found(ledger) == set()


def test_the_same_row_in_two_files_is_one_finding(ledger: Ledger) -> None:
    with ledger.write() as connection:
        complete(connection)
        put_row(connection, PaperKind.LOGBOOK, 1, None, received_at=at(10))
        copy = sa.select(*[c if c.name != "file" else sa.literal("t2.xlsx") for c in paper_row.c])
        connection.execute(sa.insert(paper_row).from_select([c.name for c in paper_row.c], copy))
    run(ledger)
    assert found(ledger) == {("A1", "row:logbook-1")}


def test_paper_may_name_a_dossier_by_its_alias(ledger: Ledger) -> None:
    alias = "G22.99-261110-000777"
    ours = record(1, aliases=(alias,))
    with ledger.write() as connection:
        complete(connection)
        arrival = Arrival(DossierReading(ours), record_hash(ours))
        records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)
        put_row(connection, PaperKind.REGISTER, 1, alias, signed_at=day(at(12)))
    run(ledger)
    assert found(ledger) == {("B1", ours.code)}


def test_different_applicants_under_one_code_are_found_and_unknown_ones_are_not(
    ledger: Ledger,
) -> None:
    pairs = [("a", "b"), ("a", "a"), ("a", None)]
    with ledger.write() as connection:
        complete(connection)
        for number, (one, other) in enumerate(pairs, start=1):
            for native, key in (("x", one), ("y", other)):
                ours = record(number, native_id=f"{native}{number}", applicant_key=key)
                arrival = Arrival(DossierReading(ours), record_hash(ours))
                records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)
    run(ledger)
    assert found(ledger) == {("E1", record(1).code)}


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


# --- guards -------------------------------------------------------------------------------------

LATE = Given(os={"entered_at": at(13)})
_DOWN = {"reason": "mất điện, công văn 12/SYT"}


@pytest.mark.parametrize(
    ("settings", "excused"),
    [
        (RuleSettings(), False),
        (RuleSettings(numbers={"D1": {"days": 3}}), None),
        (
            RuleSettings(
                exceptions=(
                    RuleException(rules=("D1",), procedures=("1.001612.H99",), reason="lưu động"),
                )
            ),
            True,
        ),
        (
            RuleSettings(
                exceptions=(RuleException(rules=("D1",), procedures=("2.000001",), reason="x"),)
            ),
            False,
        ),
        (
            RuleSettings(
                exceptions=(
                    RuleException(
                        rules=("D1",),
                        units=("H99.12",),
                        first=date(2026, 11, 10),
                        last=date(2026, 11, 10),
                        reason="x",
                    ),
                )
            ),
            True,
        ),
        (
            RuleSettings(
                exceptions=(
                    RuleException(
                        rules=("D1",), units=("H99.12",), first=date(2026, 11, 11), reason="x"
                    ),
                )
            ),
            False,
        ),
        # an outage that ended the working day before the entry
        (RuleSettings(outages=(Window(start=at(10).utc, end=at(12).utc, **_DOWN),)), True),
        (RuleSettings(outages=(Window(start=at(10).utc, end=at(11).utc, **_DOWN),)), False),
        # it began when the entry was late already
        (RuleSettings(outages=(Window(start=at(12).utc, end=at(13).utc, **_DOWN),)), False),
        (RuleSettings(migrations=(Window(start=at(12).utc, end=at(14).utc, **_DOWN),)), True),
        (RuleSettings(migrations=(Window(start=at(14).utc, end=at(15).utc, **_DOWN),)), False),
    ],
)
def test_what_is_on_file_excuses_and_is_counted(
    settings: RuleSettings, excused: bool | None, ledger: Ledger
) -> None:
    with ledger.write() as connection:
        complete(connection)
        put(connection, 1, LATE)
    done = run(ledger, settings)
    assert (("D1", record(1).code) in found(ledger)) is (excused is False)
    assert done.excused == (1 if excused else 0)


def test_a_row_that_has_its_units_code_alone_names_its_unit(ledger: Ledger) -> None:
    with ledger.write() as connection:
        complete(connection)
        put_row(connection, PaperKind.LOGBOOK, 1, None, received_at=at(10))
        connection.execute(sa.update(paper_row).values(unit=None, unit_code="H99.12"))
    run(ledger)
    with ledger.read() as connection:
        assert connection.scalars(sa.select(discrepancy.c.unit)).all() == ["H99.12"]

"""What the change log says of a case, in both databases."""

from __future__ import annotations

from typing import Any

import pytest

from khop.adapters.ports import Role
from khop.mappings.records import (
    DossierReading,
    DossierRecord,
    Instant,
    PaperKind,
    Precision,
)
from khop.sync.ledger import Ledger, presence
from khop.sync.ledger.records import Arrival, record_hash, store_arrivals
from khop.sync.reconciling.cases import Windows
from khop.sync.reconciling.ledger_inputs import Selection
from khop.sync.reconciling.warehouse import ledger_cases
from tests.postgres import BOTH
from tests.sync.fakes import at, record
from tests.sync.reconciling.rules.judging import complete, day, open_findings, put_row, run

LEDGERS = BOTH


def december(date: int, hour: int = 9) -> Instant:
    return at(date, hour, month=12)


def say(ledger: Ledger, *records: DossierRecord) -> None:
    """What the one-stop says of dossiers, one pull after the other; seen as it says it."""
    for one in records:
        arrival = Arrival(DossierReading(one), record_hash(one))
        assert one.changed_at is not None
        with ledger.write() as connection:
            store_arrivals(connection, Role.ONE_STOP, [arrival], one.changed_at.us)


def case(ledger: Ledger, code: str = record(1).code, migrations: Windows = ()) -> dict[str, Any]:
    """The case of this code, the same among all and alone."""
    found = []
    for only in (None, [code]):
        with ledger_cases(ledger, Selection(only=only), migrations=migrations) as cases:
            rows = cases.rows(cases.table.filter(cases.table.code == code))
            found.append([dict(row) for row in rows])
    assert found[0] == found[1]
    return found[0][0] if found[0] else {}


def said(case: dict[str, Any], *names: str) -> list[Any]:
    return [case[f"os_{name}"] for name in names]


def test_a_dossier_that_never_changed_has_its_first_values(ledger: Ledger) -> None:
    say(ledger, record(1))
    assert said(case(ledger), "received_first_us", "due_first_us", "due_first_day") == [
        at(10, 9).us,
        at(30, 17).us,
        False,
    ]
    moves = said(case(ledger), "due_moves", "due_before_us", "due_moved_us", "recoded")
    assert moves == [0, None, None, False]


def test_a_move_is_a_change_to_a_later_day(ledger: Ledger) -> None:
    say(
        ledger,
        record(1, due_at=None, changed_at=at(11)),
        record(1, due_at=december(1), changed_at=at(12)),  # was not there before
        record(1, due_at=december(1, 16), changed_at=at(13)),  # the same day
        record(1, due_at=december(4), changed_at=at(14)),
        record(1, due_at=december(3), changed_at=at(15)),  # earlier
        record(1, due_at=day(december(9)), changed_at=at(16)),
        record(1, due_at=None, changed_at=at(17)),
    )
    names = ("due_first_us", "due_moves", "due_before_us", "due_moved_us", "due_us")
    assert said(case(ledger), *names) == [december(1).us, 2, december(3).us, at(16).us, None]


def test_a_change_in_a_migration_is_no_move(ledger: Ledger) -> None:
    say(
        ledger,
        record(1, due_at=december(1), changed_at=at(12)),
        record(1, due_at=december(2), received_at=at(11), changed_at=at(13)),
        record(1, due_at=december(3), received_at=at(12), changed_at=at(14)),
    )
    names = ("due_moves", "due_before_us", "due_moved_us", "due_migrated_us", "received_moved_us")
    second = (at(14).us, at(14).us)
    assert said(case(ledger, migrations=[second]), *names) == [
        1,
        december(1).us,
        at(13).us,
        at(14).us,
        at(13).us,
    ]
    both = (at(13).us, at(14).us - 1), second
    assert said(case(ledger, migrations=both), *names) == [0, None, None, at(14).us, None]


def test_a_due_date_that_had_passed_is_kept_when_it_is_moved(ledger: Ledger) -> None:
    say(
        ledger,
        record(1, due_at=at(20), changed_at=at(11)),
        record(1, due_at=at(24), changed_at=at(20, 23)),  # still its last day
        record(1, due_at=december(4), changed_at=at(25)),
        record(1, due_at=at(27), changed_at=at(26)),
        record(1, due_at=december(8), changed_at=at(28)),
    )
    assert said(case(ledger), "due_passed_us", "due_passed_day") == [at(24).us, False]


@pytest.mark.parametrize(
    ("due", "ends", "before"),
    [
        (at(20), [at(21), at(20)], at(21)),
        (at(20), [at(20, 10), at(20)], at(20, 10)),
        (at(20), [day(at(20)), at(20)], None),  # by day, neither is later
        (day(at(20)), [at(20, 10), at(20)], None),
        (day(at(20)), [at(21), at(20)], at(21)),
        (at(20), [at(22), at(21)], None),  # still after the due date
        (at(20), [at(21), None, at(19)], None),  # between two values only
        (at(20), [at(22), at(19), at(21), at(18), at(17)], at(21)),
        (None, [at(22), at(19)], None),
    ],
)
def test_an_end_that_is_set_back_to_the_due_date_is_kept(
    due: Instant | None, ends: list[Instant | None], before: Instant | None, ledger: Ledger
) -> None:
    for number, end in enumerate(ends):
        say(ledger, record(1, due_at=due, finished_at=end, changed_at=at(24, number)))
    expected = [None, None]
    if before is not None:
        expected = [before.us, before.precision is Precision.DAY]  # type: ignore[list-item]
    assert said(case(ledger), "finished_before_us", "finished_before_day") == expected


def test_the_log_goes_with_the_record_to_another_code(ledger: Ledger) -> None:
    other = "H99.12-261110-7777"
    say(
        ledger,
        record(1, changed_at=at(11)),
        record(1, due_at=december(4), changed_at=at(12)),
        record(1, due_at=december(4), code=other, changed_at=at(13)),
    )
    assert case(ledger) == {}  # nothing names the old code
    assert said(case(ledger, other), "due_moves", "recoded") == [1, False]


def test_a_code_that_a_dossier_had_before_is_not_missing_from_the_one_stop(ledger: Ledger) -> None:
    """What paper and portal say of it is no off-system dossier: it was written under another."""
    rows = {PaperKind.LOGBOOK: "received_at", PaperKind.REGISTER: "signed_at"}
    with ledger.write() as connection:
        complete(connection)
        for number in (1, 2):
            code = record(number).code
            for kind, time in rows.items():
                put_row(connection, kind, number, code, **{time: at(11)})
            presence.answered(connection, "dvcqg", [(code, record(number))], at(11).us)
    run(ledger)
    alone = {(rule, record(number).code) for rule in ("A1", "A2", "A8") for number in (1, 2)}
    assert open_findings(ledger) == alone
    other = "H99.12-261110-7777"
    say(ledger, record(1, changed_at=at(11)), record(1, code=other, changed_at=at(13)))
    assert case(ledger)["os_recoded"]
    for whole in (False, True):
        run(ledger, whole=whole)
        found = {finding for finding in open_findings(ledger) if finding[1] != other}
        assert found == {finding for finding in alone if finding[1] == record(2).code}

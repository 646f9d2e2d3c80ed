"""When a finding stood: found by two reconciles, with a look-up between them."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import run
from khop.sync.repairing.standing import Standing
from tests.postgres import BOTH

LEDGERS = BOTH

DAY = 86_400 * 1_000_000
#: The clock of every case.
NOW = 100 * DAY


def reconciles(ledger: Ledger, *rows: tuple[int, int, int | None]) -> None:
    """Runs of reconcile: their ``now``, the clock when they began, and when they ended."""
    with ledger.write() as connection:
        for now_us, clock_us, finished_us in rows:
            values = {"now_us": now_us, "clock_us": clock_us, "finished_us": finished_us}
            summary = None if finished_us is None else json.dumps({"run": 1, "cases": 9})
            connection.execute(sa.insert(run).values(kind="reconcile", summary=summary, **values))


def stood(ledger: Ledger, opened_us: int, checked_us: int | None) -> bool:
    with ledger.read() as connection:
        return Standing(connection, NOW).stood(opened_us, checked_us)


@pytest.mark.parametrize(
    ("opened", "checked", "expected"),
    [
        (10, 15, True),  # asked between both
        (10, None, False),  # never answered
        (10, 5, False),  # answered before the first
        (10, 11, False),  # answered while the first ran
        (10, 25, False),  # answered after the last
        (20, 15, False),  # only the last found it
        (14, 17, False),  # opened by a person's decision; only the last found it
        (5, 15, True),  # opened before: the first found it too
    ],
)
def test_a_look_up_lies_between_two_reconciles_that_found_it(
    ledger: Ledger, opened: int, checked: int | None, expected: bool
) -> None:
    reconciles(ledger, (10, 10, 12), (20, 20, 22))
    assert stood(ledger, opened, checked) is expected


def test_a_reconcile_that_failed_or_did_not_end_counts_for_nothing(ledger: Ledger) -> None:
    reconciles(ledger, (10, 10, 12), (20, 20, None))
    with ledger.write() as connection:
        failed = {"now_us": 30, "clock_us": 30, "finished_us": 31}
        error = json.dumps({"error": "the ledger is locked"})
        connection.execute(sa.insert(run).values(kind="reconcile", summary=error, **failed))
    assert not stood(ledger, 10, 15)


def test_nothing_stood_before_the_first_reconcile(ledger: Ledger) -> None:
    assert not stood(ledger, 10, 15)


def test_a_last_reconcile_of_another_day_confirms_nothing(ledger: Ledger) -> None:
    reconciles(ledger, (10, 10, 12), (20 + 30 * DAY, 20, 22))
    assert not stood(ledger, 10, 15)


def test_a_finding_of_a_clock_that_was_ahead_waits_for_two_reconciles_of_the_right_one(
    ledger: Ledger,
) -> None:
    ahead = NOW + 400 * DAY
    reconciles(ledger, (ahead, ahead, ahead + 2))
    assert not stood(ledger, ahead, 50)
    reconciles(ledger, (40, 40, 42))
    assert not stood(ledger, ahead, 50)
    reconciles(ledger, (60, 60, 62))
    assert stood(ledger, ahead, 50)

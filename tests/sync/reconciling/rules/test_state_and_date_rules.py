"""The rules that compare the one-stop with the portal, and those about its states and dates.

Every row of CASES is a dossier of its own; all are judged by one reconcile.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from khop.mappings.records import Instant, Status
from khop.sync.ledger import create_ledger, presence
from tests.ledgers import keyed
from tests.sync.fakes import at, record
from tests.sync.reconciling.rules.judging import (
    TWO_DAYS_AGO,
    YESTERDAY,
    complete,
    day,
    open_findings,
    put_record,
    run,
)
from tests.sync.reconciling.rules.two_systems import both


def moved(instant: Instant, **by: float) -> Instant:
    seconds = by.get("hours", 0) * 3600 + by.get("minutes", 0) * 60 + by.get("seconds", 0)
    return replace(instant, us=instant.us + int(seconds * 1_000_000))


CASES: list[tuple[str, dict[str, Any], bool]] = [
    # B5, B6, B11: who closed first
    ("B5", {"os_status": Status.PROCESSING, "po_status": Status.FINISHED}, True),
    ("B5", {"os_status": Status.STOPPED, "po_status": Status.RETURNED}, True),
    ("B5", {"os_status": Status.NEW, "po_status": Status.FINISHED}, False),
    ("B5", {"os_status": Status.WITHDRAWN, "po_status": Status.FINISHED}, False),
    ("B11", {"os_status": Status.NEW, "po_status": Status.FINISHED}, True),
    ("B11", {"os_status": Status.PROCESSING, "po_status": Status.FINISHED}, False),
    (
        "B6",
        {
            "os_status": Status.FINISHED,
            "os_finished_at": TWO_DAYS_AGO,
            "po_status": Status.PROCESSING,
        },
        True,
    ),
    (
        "B6",
        {
            "os_status": Status.RETURNED,
            "os_finished_at": TWO_DAYS_AGO,
            "po_status": Status.NEW,
        },
        True,
    ),
    (
        "B6",
        {
            "os_status": Status.FINISHED,
            "os_finished_at": TWO_DAYS_AGO,
            "po_status": Status.WITHDRAWN,
        },
        False,
    ),
    (
        "B6",
        {"os_status": Status.FINISHED, "os_finished_at": YESTERDAY, "po_status": Status.PROCESSING},
        False,
    ),
    # B6 does not fire without an end date; then B11 says that the states differ
    ("B6", {"os_status": Status.FINISHED, "po_status": Status.PROCESSING}, False),
    ("B11", {"os_status": Status.FINISHED, "po_status": Status.PROCESSING}, True),
    (
        "B11",
        {
            "os_status": Status.FINISHED,
            "os_finished_at": TWO_DAYS_AGO,
            "po_status": Status.PROCESSING,
        },
        False,
    ),
    (
        "B11",
        {"os_status": Status.FINISHED, "os_finished_at": at(12), "po_status": Status.RETURNED},
        True,
    ),
    ("B11", {"po_status": Status.RECEIVED, "os_changed_at": YESTERDAY}, False),
    ("B11", {"po_status": Status.RECEIVED, "os_changed_at": TWO_DAYS_AGO}, True),
    ("B11", {"po_status": Status.RECEIVED, "os_changed_at": None}, False),
    ("B11", {"po_status": None}, False),
    # B10: an online dossier that was not received
    ("B10", {"os_status": Status.NEW, "os_submitted_at": TWO_DAYS_AGO}, True),
    ("B10", {"os_status": Status.NEW, "os_submitted_at": YESTERDAY}, False),
    ("B10", {"os_status": Status.NEW, "os_submitted_at": None}, False),
    ("B10", {"os_submitted_at": TWO_DAYS_AGO}, False),
    # C1, C2, C9: missing dates, and the states that may miss them
    ("C1", {"os_received_at": None}, True),
    ("C1", {"os_received_at": None, "os_status": Status.NEW}, False),
    ("C1", {"os_received_at": None, "os_status": Status.NOT_RECEIVED}, False),
    ("C1", {"os_received_at": None, "os_status": Status.SUPPLEMENT}, False),
    ("C1", {"os_received_at": None, "os_status": None, "os_status_raw": None}, False),
    ("C2", {"os_status": Status.FINISHED}, True),
    ("C2", {"os_status": Status.RETURNED}, True),
    ("C2", {"os_status": Status.WITHDRAWN}, False),
    ("C2", {"os_status": Status.FINISHED, "os_finished_at": at(12)}, False),
    ("C9", {"os_due_at": None}, True),
    ("C9", {"os_due_at": None, "os_no_due": True}, False),
    ("C9", {"os_due_at": None, "os_status": Status.NEW}, False),
    ("C9", {"os_due_at": None, "os_status": Status.NOT_RECEIVED}, False),
    ("C9", {"os_due_at": None, "os_status": Status.SUPPLEMENT}, True),
    ("C9", {"os_due_at": None, "os_status": Status.SUPPLEMENT, "os_received_at": None}, False),
    # C3, C4: the future begins tomorrow, in Hà Nội
    ("C3", {"os_received_at": at(21, 0)}, True),
    ("C3", {"os_received_at": at(20, 23, 59)}, False),
    ("C3", {"os_received_at": day(at(21))}, True),
    ("C3", {"os_received_at": day(at(20))}, False),
    ("C4", {"os_finished_at": at(21, 0)}, True),
    ("C4", {"os_finished_at": at(20, 23, 59)}, False),
    # C5, C6: order, by day where only a day is known
    ("C5", {"os_finished_at": at(10, 8, 59)}, True),
    ("C5", {"os_finished_at": at(10, 9)}, False),
    ("C5", {"os_finished_at": day(at(10))}, False),
    ("C5", {"os_finished_at": day(at(9))}, True),
    ("C6", {"os_submitted_at": at(10, 9, 1)}, True),
    ("C6", {"os_submitted_at": at(10, 9)}, False),
    ("C6", {"os_finished_at": at(12), "os_returned_at": at(11)}, True),
    ("C6", {"os_finished_at": at(12), "os_returned_at": at(12)}, False),
    ("C6", {"os_finished_at": at(12), "os_returned_at": day(at(12))}, False),
    # C12: seven hours, give or take a minute, known to the second
    ("C12", {"po_received_at": moved(at(10, 9), hours=7)}, True),
    ("C12", {"po_received_at": moved(at(10, 9), hours=-7)}, True),
    ("C12", {"po_received_at": moved(at(10, 9), hours=7, seconds=60)}, True),
    ("C12", {"po_received_at": moved(at(10, 9), hours=7, seconds=61)}, False),
    ("C12", {"po_received_at": moved(at(10, 9), hours=7, seconds=-60)}, True),
    ("C12", {"po_received_at": moved(at(10, 9), hours=7, seconds=-61)}, False),
    ("C12", {"po_due_at": moved(at(30, 17), hours=7)}, True),
    ("C12", {"os_due_at": day(at(30)), "po_due_at": moved(day(at(30)), hours=7)}, False),
    ("C12", {"po_received_at": moved(at(10, 9), hours=7), "os_changed_at": YESTERDAY}, True),
    # C14: every other difference
    ("C14", {"po_received_at": moved(at(10, 9), hours=7, seconds=61)}, True),
    ("C14", {"po_received_at": moved(at(10, 9), hours=7)}, False),
    ("C14", {"po_received_at": moved(at(10, 9), minutes=15)}, False),
    ("C14", {"po_received_at": moved(at(10, 9), minutes=15, seconds=1)}, True),
    ("C14", {"po_received_at": day(at(10))}, False),
    ("C14", {"po_received_at": day(at(11))}, True),
    ("C14", {"po_received_at": moved(at(10, 9), minutes=20), "os_changed_at": YESTERDAY}, False),
    ("C14", {"po_due_at": None}, False),
    ("C14", {"po_due_at": at(30, 16)}, True),
    ("C14", {"os_finished_at": at(12), "po_finished_at": at(13)}, True),
    ("C14", {"os_returned_at": at(12), "po_returned_at": at(13)}, True),
    (
        "C14",
        {"po_received_at": moved(at(10, 9), hours=7), "po_due_at": at(27, 17)},
        False,
    ),
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """What one reconcile finds when every row of CASES is a dossier of its own."""
    folder = tmp_path_factory.mktemp("rules")
    url = f"sqlite:///{folder / 'khop.db'}"
    create_ledger(url)
    ledger = keyed(url, folder)
    with ledger.write() as connection:
        complete(connection)
        for number, (_, changes, _) in enumerate(CASES, start=1):
            ours, theirs = both(number, **changes)
            put_record(connection, ours)
            presence.answered(connection, "dvcqg", [(ours.code, theirs)], 1)
    run(ledger)
    found = open_findings(ledger)
    ledger.close()
    return found


@pytest.mark.parametrize(
    ("number", "rule", "expected"),
    [(number, rule, expected) for number, (rule, _, expected) in enumerate(CASES, start=1)],
)
def test_a_rule_fires_only_on_the_cases_that_expect_it(
    number: int, rule: str, expected: bool, judged: set[tuple[str, str]]
) -> None:
    assert ((rule, record(number).code) in judged) is expected

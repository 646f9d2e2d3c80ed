"""The rules about what was done when a dossier was due: where they fire, where they must not.

Every row of CASES is a dossier of its own; all are judged by one reconcile, in both databases.
"""

from __future__ import annotations

import pytest

from khop.mappings.records import Instant, Precision, Status
from khop.sync.ledger import Ledger
from tests.postgres import BOTH
from tests.sync.fakes import at
from tests.sync.reconciling.rules.judging import Given, ago, complete, day, open_findings, put, run

LEDGERS = BOTH
S = Status


def after(instant: Instant, us: int) -> Instant:
    return Instant(instant.us + us)


SECOND, MINUTE = 1_000_000, 60_000_000


def finished(when: Instant | None, status: Status = S.FINISHED, **more: object) -> Given:
    return Given(os={"status": status, "finished_at": when, **more})


def closed(finished_at: Instant, due: Instant, changed: Instant) -> Given:
    return finished(finished_at, S.RETURNED, due_at=due, changed_at=changed)


def walk(status: Status | None, *steps: tuple[Status | None, Instant], **os: object) -> Given:
    return Given(os={"status": status, **os}, steps=steps)


def in_hands(held: bool | None, due: Instant | None, status: Status = S.PROCESSING) -> Given:
    return Given(os={"status": status, "due_at": due}, steps=((S.PROCESSING, at(11)),), held=held)


# Received on Tuesday 10 November; the working days after it are 11, 12, 13, 16, 17.
R = {"received_at": at(10)}
DUE = at(16)

CASES: list[tuple[str, Given, bool]] = [
    ("B4", finished(ago(days=30, microseconds=1)), True),
    ("B4", finished(ago(days=30)), False),
    ("B4", finished(ago(days=60), S.RETURNED, returned_at=ago(days=59)), False),
    ("B4", finished(None), False),
    # a day counts as its end
    ("B4", finished(day(at(20, month=10))), True),
    ("B4", finished(day(at(21, month=10))), False),
    ("D4", closed(DUE, DUE, after(DUE, 15 * MINUTE + 1)), True),
    ("D4", closed(DUE, DUE, after(DUE, 15 * MINUTE)), False),
    ("D4", closed(after(DUE, SECOND - 1), DUE, at(18)), True),
    ("D4", closed(after(DUE, SECOND), DUE, at(18)), False),
    ("D4", closed(after(DUE, -1), DUE, at(18)), False),
    ("D4", closed(day(DUE), day(DUE), at(18)), False),
    ("D4", closed(day(DUE), Instant(day(DUE).us), at(18)), False),
    # now is Friday 20 November, the next working day Monday 23; 24 is a day off
    ("D7", in_hands(False, at(25)), True),
    ("D7", in_hands(False, None, S.RECEIVED), True),
    ("D7", in_hands(False, at(19)), True),
    ("D7", in_hands(False, at(23)), False),
    ("D7", in_hands(False, at(20)), False),
    ("D7", in_hands(True, at(25)), False),
    ("D7", in_hands(None, at(25)), False),
    ("D7", in_hands(False, None, S.FINANCIAL_DUTY), False),
    ("D7", Given(), False),
    ("G7", in_hands(False, at(25)), False),
    ("G7", in_hands(False, at(24)), True),
    ("G7", in_hands(False, at(23, 23)), True),
    ("G7", in_hands(False, at(20, 0)), True),
    ("G7", in_hands(False, at(19, 23)), False),
    ("G7", in_hands(False, None), False),
    ("G7", in_hands(True, at(23)), False),
    ("G7", in_hands(None, at(23)), False),
    ("G7", in_hands(False, at(23), S.FINISHED), False),
    ("F3", walk(S.PROCESSING, (S.SUPPLEMENT, at(16)), **R), True),
    ("F3", walk(S.PROCESSING, (S.SUPPLEMENT, at(13)), **R), False),
    ("F3", walk(S.PROCESSING, (S.SUPPLEMENT, at(10)), (S.SUPPLEMENT, at(17)), **R), False),
    ("F3", walk(S.PROCESSING, (S.SUPPLEMENT, at(9)), (S.RECEIVED, at(10)), **R), False),
    (
        "F3",
        walk(
            S.PROCESSING, (S.SUPPLEMENT, at(9)), (S.RECEIVED, at(10)), (S.SUPPLEMENT, at(16)), **R
        ),
        True,
    ),
    ("F3", walk(S.PROCESSING, (S.SUPPLEMENT, at(16)), received_at=None), False),
    ("F4", walk(S.SUPPLEMENT, (S.SUPPLEMENT, at(13)), due_at=DUE), True),
    ("F4", walk(S.SUPPLEMENT, (S.SUPPLEMENT, at(12)), due_at=DUE), False),
    ("F4", walk(S.SUPPLEMENT, (S.SUPPLEMENT, at(18)), due_at=DUE), True),
    ("F4", walk(S.SUPPLEMENT, (S.SUPPLEMENT, at(12)), (S.SUPPLEMENT, at(16)), due_at=DUE), False),
    ("F4", walk(S.PROCESSING, (S.SUPPLEMENT, at(13)), due_at=DUE), False),
    ("F4", walk(S.SUPPLEMENT, (S.SUPPLEMENT, at(13)), due_at=None), False),
    ("F4", walk(S.SUPPLEMENT, (S.SUPPLEMENT, at(13)), (None, at(16)), due_at=DUE), False),
    ("F4", walk(S.SUPPLEMENT, due_at=DUE), False),
    ("F8", walk(S.WITHDRAWN, (S.WITHDRAWN, at(13)), due_at=DUE), True),
    ("F8", walk(S.WITHDRAWN, (S.WITHDRAWN, at(12)), due_at=DUE), False),
    ("F8", walk(S.WITHDRAWN, (S.WITHDRAWN, at(18)), due_at=DUE), True),
    ("F8", walk(S.RETURNED, (S.WITHDRAWN, at(16)), due_at=DUE), False),
    ("F8", walk(S.WITHDRAWN, due_at=DUE), False),
    ("F9", walk(S.NOT_RECEIVED, (S.NOT_RECEIVED, at(17, 0)), due_at=DUE), True),
    ("F9", walk(S.NOT_RECEIVED, (S.NOT_RECEIVED, at(16, 16)), due_at=DUE), False),
    (
        "F9",
        walk(S.NOT_RECEIVED, (S.NOT_RECEIVED, at(17)), due_at=Instant(day(DUE).us, Precision.DAY)),
        True,
    ),
    ("F9", walk(S.NOT_RECEIVED, (S.NOT_RECEIVED, at(17)), due_at=DUE, received_at=None), False),
    ("F9", walk(S.PROCESSING, (S.NOT_RECEIVED, at(17)), due_at=DUE), False),
    ("F9", walk(S.NOT_RECEIVED, (S.NOT_RECEIVED, at(17)), due_at=None), False),
]


def test_a_rule_fires_only_on_the_cases_that_expect_it(ledger: Ledger) -> None:
    with ledger.write() as connection:
        complete(connection)
        for number, (_, given, _) in enumerate(CASES, start=1):
            put(connection, number, given)
    run(ledger)
    found = open_findings(ledger)
    wrong = [
        (rule, number, expected)
        for number, (rule, given, expected) in enumerate(CASES, start=1)
        if ((rule, given.code_of(number)) in found) is not expected
    ]
    assert wrong == []


@pytest.mark.parametrize("rule", ["B4", "D4", "D7", "F3", "F4", "F8", "F9", "G7"])
def test_each_rule_has_examples_of_both_kinds(rule: str) -> None:
    assert {expected for name, _, expected in CASES if name == rule} == {True, False}

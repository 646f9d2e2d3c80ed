"""The rules that read paper, the post, histories and codes: where they fire, where they must not.

Every row of CASES is a dossier of its own; all are judged by one reconcile, in DuckDB over SQLite
and inside PostgreSQL.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.mappings.records import Status, StatusKind
from khop.sync.ledger import create_ledger
from tests.ledgers import keyed
from tests.postgres import BOTH, Server, postgres
from tests.sync.fakes import at
from tests.sync.reconciling.rules.judging import (
    TWO_DAYS_AGO,
    YESTERDAY,
    Given,
    ago,
    complete,
    day,
    open_findings,
    put,
    run,
)

__all__ = ["postgres"]


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
    ("A1", Given(os=None, logbook={"received_at": TWO_DAYS_AGO}), True),
    ("A1", Given(os=None, logbook={"received_at": YESTERDAY}), False),
    ("A1", Given(os=None, logbook={"received_at": day(at(18))}), True),
    ("A1", Given(os=None, logbook={"returned_at": at(2)}), False),
    ("A1", Given(logbook={"received_at": at(10)}), False),
    ("A1", Given(os=None, register=at(2)), False),
    ("A2", Given(os=None, register=day(at(18))), True),
    ("A2", Given(os=None, register=day(at(19))), False),
    ("A2", Given(register=day(at(12))), False),
    # Rule B1: done in reality
    ("B1", Given(register=day(at(18))), True),
    ("B1", Given(register=day(at(19))), False),
    ("B1", Given(os={"status": S.RECEIVED}, logbook={"returned_at": at(17)}), True),
    ("B1", Given(os={"status": S.SUPPLEMENT}, logbook={"returned_at": at(17)}), False),
    ("B1", Given(os=DONE9, logbook={"returned_at": at(17)}), False),
    ("B1", Given(post=((DELIVERED, "W1", at(17)),)), True),
    ("B1", Given(post=((DELIVERED, "W1", at(9)),)), False),  # papers that came in
    ("B1", Given(post=((SCAN, "W1", at(9)), (DELIVERED, "W1", at(17)))), False),
    ("B1", Given(post=((SCAN, "W1", at(9)), (DELIVERED, "W2", at(17)))), True),
    ("B1", Given(post=((SCAN, "W1", None), (DELIVERED, "W1", at(17)))), True),
    # of several the earliest counts
    ("B1", Given(register=day(at(19)), logbook={"returned_at": at(17)}), True),
    # C7: returned before the result was signed, by day where paper knows the day
    ("C7", Given(os=DONE10, register=day(at(14))), True),
    ("C7", Given(os=DONE10, register=day(at(13))), False),
    ("C7", Given(os=DONE10, register=at(13, 9, 1)), True),
    ("C7", Given(os=DONE9, logbook={"returned_at": at(13)}, register=day(at(16))), True),
    (
        "C7",
        Given(os=DONE10, logbook={"returned_at": at(2)}, register=day(at(12))),
        False,
    ),  # the one-stop's own return counts first
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
    ("D1", Given(os={"entered_at": at(10)}, logbook={"received_at": at(9)}), False),
    ("D1", Given(os={"entered_at": at(10)}, logbook={"received_at": day(at(6))}), True),
    ("D1", Given(os={"entered_at": at(12)}, logbook={"received_at": at(11)}), False),
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
    # papers on the way to the office are no delivery of the result
    ("H2", Given(os=DONE10, post=((PAPERS, "W1", at(1, month=10)), (PAPERS, "W1", at(2)))), False),
    ("B1", Given(post=((PAPERS, "W1", at(17)),)), False),
    # Rule B8: histories
    ("B8", Given(steps=((S.RECEIVED, at(10)), (S.PROCESSING, at(11)))), False),
    ("B8", Given(steps=((S.FINISHED, at(10)), (S.SUPPLEMENT, at(11)))), True),
    ("B8", Given(steps=((S.NEW, at(10)), (S.PROCESSING, at(11)))), True),
    ("B8", Given(steps=((S.PROCESSING, at(10)), (S.NEW, at(11)))), True),
    (
        "B8",
        Given(steps=((S.FINISHED, at(11)), (S.PROCESSING, at(10)))),
        False,
    ),  # newest first
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


def judge_all(url: str, folder: Path) -> set[tuple[str, str]]:
    ledger = keyed(url, folder)
    with ledger.write() as connection:
        complete(connection)
        for number, (_, given, _) in enumerate(CASES, start=1):
            put(connection, number, given)
    run(ledger)
    found = open_findings(ledger)
    ledger.close()
    return found


@pytest.fixture(scope="module", params=BOTH)
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> set[tuple[str, str]]:
    folder = tmp_path_factory.mktemp("rules")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'khop.db'}"
        create_ledger(url)
        return judge_all(url, folder)
    server: Server = request.getfixturevalue("postgres")
    with server.database() as name:
        create_ledger(server.url(name))
        return judge_all(server.url(name), folder)


@pytest.mark.parametrize(
    ("number", "rule", "expected"),
    [(number, rule, expected) for number, (rule, _, expected) in enumerate(CASES, start=1)],
)
def test_a_rule_fires_only_on_the_cases_that_expect_it(
    number: int, rule: str, expected: bool, judged: set[tuple[str, str]]
) -> None:
    code = CASES[number - 1][1].code_of(number)
    assert ((rule, code) in judged) is expected

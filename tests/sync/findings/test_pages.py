"""Lists of findings: their order, pages, what is counted, and how the databases find them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from khop.config.domain_tables import Tables
from khop.errors import KhopError
from khop.sync.findings import counts, pages
from khop.sync.findings.filters import Filters
from khop.sync.findings.finding_list import FindingList, totals_of, units_of
from khop.sync.findings.freshness import freshness
from khop.sync.findings.pages import Turn, finding_page
from khop.sync.findings.views import findings
from khop.sync.ledger import Ledger, finding_counts
from khop.sync.ledger.finding_counts import Change, Place
from khop.sync.ledger.schema import discrepancy, exclusion
from khop.sync.reconciling.rules import RULES, place
from khop.sync.reconciling.rules.clock import start_us
from khop.sync.results import FindingPage, FindingState
from tests.postgres import BOTH
from tests.sync.fakes import record

pytestmark = pytest.mark.slow

LEDGERS = BOTH

NAMES = Tables().unit_names
DAY = date(2026, 11, 20)
NOW = start_us(DAY) + 9 * 3_600_000_000
UNITS = (None, "UBND xã Mẫu", "UBND phường Mẫu", "Sở Mẫu")
USED = ("A1", "A2", "A7", "B1", "B6", "B10")
SIZE = 250


def row(number: int, draw: random.Random) -> dict[str, Any]:
    """A finding of any kind; one in eight is about a row of paper."""
    rule = draw.choice(USED)
    code = None if number % 8 == 0 else record(number).code
    state = draw.choices(list(FindingState), weights=(6, 1, 1, 3, 1))[0]
    seen = NOW - draw.randrange(10) * 86_400_000_000
    return {
        "rule": rule,
        "subject": code or f"row:{draw.randrange(16**12):012x}",
        "code": code,
        "reversed_code": code and code[::-1],
        "state": state.value,
        "severity": draw.choice(("S1", "S2", "S3")),
        "unit": draw.choice(UNITS),
        "acts": RULES[rule].acts,
        "fingerprint": "x",
        "values_json": f'{{"os_received": "2026-11-{draw.randrange(10, 20)}"}}',
        "evidence_json": "[]",
        "first_seen_us": seen,
        "last_seen_us": NOW,
        "opened_us": seen,
        "resolved_us": NOW if state is FindingState.RESOLVED else None,
        "reopened": 0,
        "assignee": "canbo.mau" if state is FindingState.ASSIGNED else None,
        "answer_due_us": None,
        "explanation": "Đã gửi lại" if state is FindingState.EXPLAINED else None,
    }


def fill(ledger: Ledger, rows: list[dict[str, Any]]) -> None:
    """Write findings and their counts."""
    ruled_out = [
        {"rule": each["rule"], "subject": each["subject"], "reason": "Thử", "actor": "a",
         "made_us": NOW, "until_us": None}
        for each in rows if each["state"] == FindingState.EXCLUDED
    ]  # fmt: skip
    with ledger.write() as connection:
        connection.execute(sa.insert(discrepancy), rows)
        connection.execute(sa.insert(exclusion), ruled_out)
        for each in rows:
            there = Place(each["unit"], each["severity"], each["state"])
            new = there._replace(state="open")
            finding_counts.move(
                connection, {Change(each["rule"], None, new): 1}, each["first_seen_us"]
            )
            finding_counts.move(connection, {Change(each["rule"], new, there): 1}, NOW)


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    draw = random.Random(20)
    return [row(number, draw) for number in range(1, SIZE)]


@pytest.fixture
def filled(ledger: Ledger, rows: list[dict[str, Any]]) -> Ledger:
    fill(ledger, rows)
    return ledger


ALL = tuple(state.value for state in FindingState)
#: A filter, and whether a row passes it.
FILTERS: dict[str, tuple[Filters, Callable[[dict[str, Any]], bool]]] = {
    "needing work": (
        Filters(),
        lambda r: r["state"] in ("open", "assigned", "explained"),
    ),
    "all": (Filters(states=ALL), lambda r: True),
    "resolved": (Filters(states=("resolved",)), lambda r: r["state"] == "resolved"),
    "open or excluded": (
        Filters(states=("open", "excluded")),
        lambda r: r["state"] in ("open", "excluded"),
    ),
    "a unit": (
        Filters(states=ALL, units=("Sở Mẫu",)),
        lambda r: r["unit"] == "Sở Mẫu",
    ),
    "two units, one of them none": (
        Filters(states=("open", "resolved"), units=("", "Sở Mẫu")),
        lambda r: r["unit"] in (None, "Sở Mẫu") and r["state"] in ("open", "resolved"),
    ),
    "rules and severities": (
        Filters(states=ALL, rules=("A7", "B10"), severities=("S1", "S2")),
        lambda r: r["rule"] in ("A7", "B10") and r["severity"] in ("S1", "S2"),
    ),
    "who acts": (
        Filters(states=ALL, acts=(RULES["A7"].acts,)),
        lambda r: RULES[r["rule"]].acts == RULES["A7"].acts,
    ),
    "a beginning": (
        Filters(states=ALL, code_begins=f" {record(12).code[:-3].lower()}"),
        lambda r: (r["code"] or "").startswith(record(12).code[:-3]),
    ),
    "rows of paper": (
        Filters(states=ALL, code_begins="ROW:"),
        lambda r: r["subject"].startswith("row:"),
    ),
    "an end": (
        Filters(states=("open", "resolved"), code_ends="7"),
        lambda r: (r["code"] or "").endswith("7") and r["state"] in ("open", "resolved"),
    ),
    "an end in a unit": (
        Filters(units=("Sở Mẫu", ""), states=ALL, code_ends="7"),
        lambda r: (r["code"] or "").endswith("7") and r["unit"] in ("Sở Mẫu", None),
    ),
    "since": (
        Filters(states=ALL, since=datetime(2026, 11, 15, tzinfo=UTC)),
        lambda r: r["first_seen_us"] >= start_us(date(2026, 11, 15)) + 7 * 3_600_000_000,
    ),
    "events": (
        Filters(states=ALL, event_since=date(2026, 11, 12), event_until=date(2026, 11, 13)),
        lambda r: "2026-11-12" in r["values_json"] or "2026-11-13" in r["values_json"],
    ),
}


def order(filters: Filters, each: Any) -> tuple[Any, ...]:
    subject = each["subject"]
    return each["severity"], place(each["rule"]), subject[::-1] if filters.ends else subject


def expected(name: str, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    filters, wanted = FILTERS[name]
    found = sorted(filter(wanted, rows), key=partial(order, filters))
    return [(each["rule"], each["subject"]) for each in found]


def keys(found: Any) -> list[tuple[str, str]]:
    return [(each.rule, each.subject) for each in found]


def leafed(ledger: Ledger, filters: Filters, size: int) -> list[FindingPage]:
    """All pages, from the first to the last."""
    found = [finding_page(ledger, filters, NAMES, Turn(size=size))]
    while (after := found[-1].next) is not None:
        found.append(finding_page(ledger, filters, NAMES, Turn(after=after, size=size)))
    return found


def test_lists_and_pages_have_what_is_wanted_in_its_order(
    filled: Ledger, rows: list[dict[str, Any]]
) -> None:
    for name, (filters, _) in FILTERS.items():
        wanted = expected(name, rows)
        assert len(wanted) > 1, name
        assert keys(findings(filled, filters, NAMES)) == wanted, name
        there = leafed(filled, filters, 17)
        assert [key for page in there for key in keys(page.findings)] == wanted, name
        assert {(page.number, page.more) for page in there} == {(len(wanted), False)}, name
        assert there[0].previous is None, name
        for before, page in pairwise(there):
            back = finding_page(filled, filters, NAMES, Turn(before=page.previous, size=17))
            assert back == before, name


def test_a_list_is_told_of_as_if_it_was_read(filled: Ledger) -> None:
    for name, (filters, _) in FILTERS.items():
        with filled.read() as connection:
            there = FindingList(connection, filters, partial(freshness, roles={}))
            read = list(there)
            assert totals_of(there) == totals_of(read), name
            assert units_of(there) == units_of(read), name


def test_a_page_stays_where_it_is_when_findings_come_and_go(
    filled: Ledger, rows: list[dict[str, Any]]
) -> None:
    first = finding_page(filled, Filters(), NAMES, Turn(size=10))
    after = finding_page(filled, Filters(), NAMES, Turn(after=first.next, size=10))
    with filled.write() as connection:
        for gone in first.findings:
            here = discrepancy.c.rule == gone.rule, discrepancy.c.subject == gone.subject
            connection.execute(sa.update(discrepancy).where(*here).values(state="resolved"))
        finding_counts.recount(connection)
    again = finding_page(filled, Filters(), NAMES, Turn(after=first.next, size=10))
    assert again.findings == after.findings
    assert again.previous is None
    assert again.number == after.number - len(first.findings)
    beyond = finding_page(filled, Filters(), NAMES, Turn(after="S9.Z9.x", size=10))
    assert beyond.findings
    assert beyond.next is None
    assert finding_page(filled, Filters(), NAMES, Turn(before="S0.A1.x", size=10)).previous is None


def test_counting_without_a_counter_stops(filled: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_COUNTED", 30)
    for name in ("since", "events"):
        page = finding_page(filled, FILTERS[name][0], NAMES, Turn(size=5))
        assert page.more, name
        assert page.number <= 30, name
    assert not finding_page(filled, Filters(), NAMES, Turn(size=5)).more
    few = Filters(states=ALL, code_ends="77")
    assert not finding_page(filled, few, NAMES, Turn(size=5)).more


@pytest.mark.parametrize(
    ("turn", "sentence"),
    [
        (lambda: Turn(after="a", before="b"), "not both"),
        (lambda: Turn(size=0), "1 to 1000"),
        (lambda: Turn(after="S1").position, "no place in a list"),
        (lambda: Turn(before="S1.A1.\0").position, "a character that is none"),
    ],
)
def test_what_is_no_page_is_refused(turn: Callable[[], object], sentence: str) -> None:
    with pytest.raises(KhopError, match=sentence):
        turn()


def test_findings_are_counted_by_where_they_are(filled: Ledger, rows: list[dict[str, Any]]) -> None:
    with filled.read() as connection:
        found = counts.counts_of(connection, Filters(states=ALL, units=("", "Sở Mẫu")))
        with pytest.raises(KhopError, match="leave out codes"):
            counts.counts_of(connection, Filters(code_ends="1"))
    wanted = Counter(
        (r["rule"], r["unit"], r["severity"], r["state"])
        for r in rows
        if r["unit"] in (None, "Sở Mẫu")
    )
    assert {(f.rule, f.unit, f.severity, f.state): f.number for f in found} == wanted


def test_the_days_say_what_changed_and_what_was_left(
    filled: Ledger, rows: list[dict[str, Any]]
) -> None:
    first = DAY - timedelta(days=12)
    with filled.read() as connection:
        whole = counts.days_of(connection, Filters(), first, DAY + timedelta(days=2))
        units = counts.days_of(connection, Filters(rules=USED[:3]), first, DAY, by="unit")
        for wrong in (
            Filters(severities=("S1",)),
            Filters(states=("open",)),
            Filters(code_ends="1"),
        ):
            with pytest.raises(KhopError):
                counts.days_of(connection, wrong, first, DAY)
        with pytest.raises(KhopError, match="the first one first"):
            counts.days_of(connection, Filters(), DAY, first)
    assert [day.day for day in whole] == [first + timedelta(days=n) for n in range(15)]
    assert whole[0] == replace(whole[0], found=0, open=0)
    unsettled = sum(r["state"] in ("open", "assigned", "explained") for r in rows)
    assert whole[-1].open == whole[-3].open == unsettled
    assert sum(day.found for day in whole) == len(rows)
    assert sum(day.resolved for day in whole) == sum(r["state"] == "resolved" for r in rows)
    assert {day.unit for day in units} == set(UNITS)
    for before, day in pairwise(units):
        if before.unit == day.unit:
            assert day.open <= before.open + day.found


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed in the block, with their values."""
    noted: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _x: Any, _many: bool) -> None:
        noted.append((statement, values))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield noted
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


def plan_of(connection: sa.Connection, statement: str, values: Any) -> list[str]:
    """The steps of a query's plan, without the counting of the few rows that a part of it gives.
    In PostgreSQL, as if the tables were large."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [step.detail for step in found if step.detail != "SCAN few"]
    for way in ("seqscan", "sort", "hashagg", "bitmapscan"):
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    return list(connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())


_SLOW = ("SCAN ", "TEMP B-TREE", "Seq Scan", "Sort")


@pytest.mark.parametrize("name", FILTERS)
def test_no_query_of_a_page_reads_a_whole_table_or_sorts(name: str, filled: Ledger) -> None:
    filters = FILTERS[name][0]
    with statements() as noted:
        page = finding_page(filled, filters, NAMES, Turn(size=7))
        finding_page(filled, filters, NAMES, Turn(after=page.next, size=7))
        finding_page(filled, filters, NAMES, Turn(before=page.next, size=7))
    asked = [(text, values) for text, values in noted if "discrepancy" in text]
    assert len(asked) > 3
    with filled.draft() as connection:
        for text, values in asked:
            steps = plan_of(connection, text, values)
            assert not [s for s in steps for slow in _SLOW if slow in s], (text, steps)

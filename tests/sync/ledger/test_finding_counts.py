"""The counts of findings: moved with the findings, filled for a ledger of an older version."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from khop.sync.engine import Engine
from khop.sync.ledger import Ledger, create_ledger, finding_counts
from khop.sync.ledger.finding_counts import Change, Difference, Place, move
from khop.sync.ledger.schema import discrepancy, exclusion, finding_count, finding_day
from khop.sync.ledger.store import database_of
from khop.sync.results import FindingState
from khop.text.local_time import DAY_US, day_start_us
from tests.ledgers import keyed, make_older
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, record

pytestmark = pytest.mark.slow

LEDGERS = BOTH

NOW = 1_763_600_000_000_000
OPEN, EXCLUDED, RESOLVED = (
    Place("Xã Mẫu", "S2", state)
    for state in (FindingState.OPEN, FindingState.EXCLUDED, FindingState.RESOLVED)
)
ELSEWHERE = OPEN._replace(unit="Phường Mẫu")


def differences(ledger: Ledger) -> list[Difference]:
    with ledger.read() as connection:
        return list(finding_counts.differences(connection))


def days(ledger: Ledger) -> dict[int, Counter[str]]:
    """The flows of each local day, over all rules and units."""
    found: dict[int, Counter[str]] = {}
    with ledger.read() as connection:
        for row in connection.execute(sa.select(finding_day)).mappings():
            flows = {name: row[name] for name in finding_counts.FLOWS if row[name]}
            found.setdefault(row["day_us"], Counter()).update(flows)
    return found


@pytest.mark.parametrize(
    ("before", "after", "flows"),
    [
        (None, OPEN, {"found": 1, "net": 1}),
        (None, EXCLUDED, {"found": 1, "excluded": 1}),
        (OPEN, RESOLVED, {"resolved": 1, "net": -1}),
        (EXCLUDED, RESOLVED, {"resolved": 1}),
        (RESOLVED, OPEN, {"reopened": 1, "net": 1}),
        (RESOLVED, EXCLUDED, {"reopened": 1, "excluded": 1}),
        (OPEN, EXCLUDED, {"excluded": 1, "net": -1}),
        (EXCLUDED, OPEN, {"net": 1}),
        (OPEN, OPEN._replace(state=FindingState.ASSIGNED), {}),
    ],
)
def test_what_a_change_does_to_its_day(
    before: Place | None, after: Place, flows: dict[str, int], ledger: Ledger
) -> None:
    with ledger.write() as connection:
        move(connection, {Change("A7", before, after): 3}, NOW)
    expected = {day_start_us(NOW): Counter({name: 3 * n for name, n in flows.items()})}
    assert days(ledger) == (expected if flows else {})


def test_a_finding_that_passes_to_another_unit_leaves_the_first(ledger: Ledger) -> None:
    with ledger.write() as connection:
        move(connection, {Change("A7", None, OPEN): 5}, NOW)
        move(connection, {Change("A7", OPEN, ELSEWHERE): 2}, NOW + DAY_US)
        net = dict(
            connection.execute(
                sa.select(finding_day.c.unit, sa.func.sum(finding_day.c.net)).group_by("unit")
            ).all()
        )
        numbers = dict(
            connection.execute(sa.select(finding_count.c.unit, finding_count.c.number)).all()
        )
    assert net == numbers == {"Xã Mẫu": 3, "Phường Mẫu": 2}


@given(st.integers(0, 10**16))
def test_a_day_begins_at_midnight_in_viet_nam(us: int) -> None:
    start = day_start_us(us)
    assert start <= us < start + DAY_US
    assert (start + 7 * 3_600_000_000) % DAY_US == 0


@pytest.fixture
def worked(engine: Engine, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock) -> Engine:
    """Findings in every state; some came back, some by way of an exclusion."""
    for there in ((), (1, 2), (2, 3), ()):
        one_stop.put(*(record(number) for number in range(1, 6)))
        portal.dossiers.clear()
        portal.hold(*map(record, there))
        clock.advance(days=4)
        engine.pull()
        engine.reconcile()
    codes = [record(number).code for number in range(1, 6)]
    engine.decisions.assign(codes[:1], actor="a", assignee="b")
    engine.decisions.explain(codes[1:2], actor="a", text="Đã gửi lại")
    engine.decisions.exclude(codes[2:4], actor="a", reason="Thử nghiệm")
    portal.hold(record(3), record(5))
    clock.advance(days=4)
    engine.pull()
    engine.reconcile()
    engine.decisions.take_back(codes[2:4], actor="a")
    return engine


def test_the_counts_are_those_of_the_findings(worked: Engine, ledger: Ledger) -> None:
    assert differences(ledger) == []
    with ledger.read() as connection:
        counted = finding_counts.by_rule(connection)
    found = Counter(
        (each.rule, each.state.value) for each in worked.findings(states=list(FindingState))
    )
    assert counted == found
    assert {state for _, state in counted} == {"open", "assigned", "explained", "resolved"}


WRONG = {
    "UPDATE finding_count SET number = number + 1 WHERE state = 'open'": "S2 open",
    "DELETE FROM finding_day": "found",
    "UPDATE finding_day SET net = net + 1 WHERE found > 0": "net",
    "UPDATE finding_day SET reopened = 0": "reopened",
    "UPDATE finding_day SET resolved = resolved + 1 WHERE found > 0": "resolved",
}


def test_counts_that_differ_are_named(worked: Engine, ledger: Ledger) -> None:
    for sql, what in WRONG.items():
        with ledger.write() as connection:
            savepoint = connection.begin_nested()
            connection.execute(sa.text(sql))
            found = {each.what for each in finding_counts.differences(connection)}
            savepoint.rollback()
        assert what in found, sql
    assert worked.verify_log().ok
    with ledger.write() as connection:
        connection.execute(sa.text(next(iter(WRONG))))
    (problem,) = worked.verify_log().problems
    assert problem.kind == "counts_differ"
    assert (problem.about["counted"], problem.about["rows"]) == (2, 1)


def test_a_whole_reconcile_counts_again(worked: Engine, ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(sa.text("UPDATE finding_count SET number = 77"))
    assert differences(ledger)
    worked.reconcile(whole=True)
    assert differences(ledger) == []


@pytest.fixture
def old_url(request: pytest.FixtureRequest, ledger_url: str, tmp_path: Path) -> str:
    """A ledger of the version before the counts, of the kind that ``ledger`` is."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if not ledger_url.startswith("sqlite"):
        url = str(request.getfixturevalue("empty_url"))
    make_older(url, "0007")
    return url


def test_an_older_ledger_is_counted_when_it_is_migrated(
    worked: Engine, ledger: Ledger, old_url: str, tmp_path: Path
) -> None:
    worked.decisions.exclude([record(1).code], actor="a", reason="Thử nghiệm")
    old = [column for column in discrepancy.c if column.name != "reversed_code"]
    with ledger.read() as connection:
        said = connection.execute(sa.select(*old)).mappings().all()
        ruled_out = connection.execute(sa.select(exclusion)).mappings().all()
    engine = database_of(old_url).engine()
    with engine.begin() as connection:
        connection.execute(sa.insert(discrepancy), [dict(row) for row in said])
        connection.execute(sa.insert(exclusion), [dict(row) for row in ruled_out])
    engine.dispose()
    create_ledger(old_url)
    with closing(keyed(old_url, tmp_path)) as migrated:
        assert rows(migrated, discrepancy) == rows(ledger, discrepancy)
        assert rows(migrated, finding_count) == rows(ledger, finding_count)
        assert differences(migrated) == []
        assert {day: flow["found"] for day, flow in days(migrated).items() if flow["found"]} == {
            day: flow["found"] for day, flow in days(ledger).items() if flow["found"]
        }


def rows(ledger: Ledger, table: sa.Table) -> list[tuple[object, ...]]:
    with ledger.read() as connection:
        return sorted(map(tuple, connection.execute(sa.select(table))), key=repr)

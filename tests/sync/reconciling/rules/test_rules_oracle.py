"""Every rule against the sandbox's judge (``khop.sandbox.truth``), in both databases.

A world is drawn at random around every limit and judged at several moments.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.domain_tables import Tables
from khop.config.model import RuleSettings
from khop.sandbox.truth.judge import verdicts
from khop.sandbox.truth.times import Clock, Numbers
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.schema import discrepancy
from khop.sync.privacy import Privacy, ensure_key
from khop.sync.reconciling.reconcile import Scope, reconcile
from khop.sync.reconciling.rules import RULES
from khop.sync.reconciling.rules import Clock as RuleClock
from tests.ledgers import keyed
from tests.postgres import BOTH, Server, postgres
from tests.sync.drawn_worlds.calendar import CountedByHand
from tests.sync.drawn_worlds.draw import NOWS, ONE_STOPS, TODAY, DrawnWorld, draw_world, moment
from tests.sync.drawn_worlds.store import SOURCES, store
from tests.tiers import examples, seed

__all__ = ["postgres"]

SEED = seed(1)
#: How many neighbourhoods a world has, by the kind of its ledger.
SIZES = {
    "sqlite": examples(fast=150, full=500, deep=5000),
    "postgres": examples(fast=150, full=200, deep=2000),
}
SCOPE = Scope(sources=SOURCES, one_stops=ONE_STOPS)

#: (rule, subject, severity)
Finding = tuple[str, str, str]

CALENDAR = CountedByHand()

#: The same numbers as khop.toml says them and as the judge takes them.
OTHER_NUMBERS = [
    (RuleSettings(grace=0), Numbers(grace=0)),
    (
        RuleSettings(grace=3, grace_by_rule={"B6": 0, "A7": 1, "C14": 5}, differs_minutes=300),
        Numbers(grace=3, grace_by_rule={"B6": 0, "A7": 1, "C14": 5}, differs_minutes=300),
    ),
    (
        RuleSettings(
            numbers={
                "F1": {"days": 45},
                "H2": {"days": 3},
                "D1": {"days": 0},
                "E4": {"days": 4},
                "C12": {"hours": 3, "tolerance_minutes": 2},
                "B4": {"days": 45},
                "D4": {"minutes": 0},
                "F3": {"days": 1},
                "F4": {"days": 0},
                "F8": {"days": 2},
            }
        ),
        Numbers(
            supplement_days=45,
            under_way_days=3,
            late_entry_days=0,
            code_date_days=4,
            shift_hours=3,
            shift_tolerance_minutes=2,
            counter_days=45,
            after_due_minutes=0,
            late_request_days=1,
            request_near_due_days=0,
            withdrawal_near_due_days=2,
        ),
    ),
]


def truth(world: DrawnWorld, now: int, numbers: Numbers | None = None) -> set[Finding]:
    """What the judge finds."""
    clock = Clock(now, CALENDAR, numbers or Numbers())
    return {(v.rule, v.subject, v.severity) for v in verdicts(world.statements(), clock)}


def found(ledger: Ledger, now: int, settings: RuleSettings, *, whole: bool = False) -> set[Finding]:
    """What the engine finds."""
    reconcile(ledger, RuleClock(moment(now), Tables(), settings), SCOPE, whole=whole)
    columns = (discrepancy.c.rule, discrepancy.c.subject, discrepancy.c.severity)
    with ledger.read() as connection:
        query = sa.select(*columns).where(discrepancy.c.state == "open")
        return {(row.rule, row.subject, row.severity) for row in connection.execute(query)}


def agree(findings: set[Finding], expected: set[Finding], now: int) -> None:
    assert (sorted(findings - expected)[:5], sorted(expected - findings)[:5]) == ([], []), (
        f"too many, too few; world {SEED}, at {moment(now)}"
    )


@pytest.fixture(scope="module", params=BOTH)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path, DrawnWorld]]:
    """An empty ledger's URL, a folder, and a world of the size for this database."""
    folder = tmp_path_factory.mktemp("oracle")
    ensure_key(folder / "khop.key")
    world = draw_world(SEED, SIZES[request.param])
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'khop.db'}"
        create_ledger(url)
        yield url, folder, world
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as name:
        create_ledger(server.url(name))
        yield server.url(name), folder, world


@pytest.fixture(scope="module")
def stored(place: tuple[str, Path, DrawnWorld]) -> Iterator[tuple[Ledger, DrawnWorld]]:
    """A ledger that holds a world, and the world. Nothing else is written to it but findings."""
    url, folder, world = place
    ledger = keyed(url, folder)
    store(world, ledger, Privacy(folder / "khop.key"))
    yield ledger, world
    ledger.close()


@pytest.mark.slow
def test_as_time_passes_every_rule_fires_exactly_where_the_judge_says(
    stored: tuple[Ledger, DrawnWorld],
) -> None:
    ledger, world = stored
    found(ledger, NOWS[0], RuleSettings(), whole=True)
    for now in (*NOWS, NOWS[2]):  # the last one goes back in time
        agree(found(ledger, now, RuleSettings()), truth(world, now), now)


@pytest.mark.parametrize(("settings", "numbers"), OTHER_NUMBERS)
def test_rules_measure_with_the_numbers_of_the_province(
    settings: RuleSettings, numbers: Numbers, stored: tuple[Ledger, DrawnWorld]
) -> None:
    ledger, world = stored
    agree(found(ledger, TODAY, settings), truth(world, TODAY, numbers), TODAY)


def test_rules_that_are_off_find_nothing_and_the_others_find_the_same(
    stored: tuple[Ledger, DrawnWorld],
) -> None:
    ledger, world = stored
    off = ("A1", "B5", "B6", "C12", "E7")
    expected = {f for f in truth(world, TODAY) if f[0] not in off}
    agree(found(ledger, TODAY, RuleSettings(off=off)), expected, TODAY)


def test_nothing_is_missing_from_the_one_stop_before_its_lists_were_read(tmp_path: Path) -> None:
    world = draw_world(SEED + 1, 100)
    world.complete = False
    url = f"sqlite:///{tmp_path / 'khop.db'}"
    create_ledger(url)
    with closing(keyed(url, tmp_path)) as ledger:
        store(world, ledger, Privacy(tmp_path / "khop.key"))
        findings = found(ledger, TODAY, RuleSettings())
    agree(findings, truth(world, TODAY), TODAY)
    assert not {"A1", "A2", "A8"} & {rule for rule, _, _ in findings}


def test_a_drawn_world_makes_every_rule_fire() -> None:
    """Without this, agreement would prove little."""
    world = draw_world(1, SIZES["postgres"])
    findings: set[Finding] = set().union(*(truth(world, now) for now in NOWS))
    assert {rule for rule, _, _ in findings} == set(RULES)
    assert {severity for rule, _, severity in findings if rule == "D1"} == {"S1", "S2"}

"""Every rule against a second opinion (``oracle``), dossier by dossier, in both engines.

A world is drawn at random around every limit and judged at several moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.domain_tables import Tables
from khop.config.model import RuleSettings
from khop.sync.ledger import Ledger, create_ledger
from khop.sync.ledger.schema import discrepancy
from khop.sync.privacy import Privacy, ensure_key
from khop.sync.reconciling.reconcile import Scope, reconcile
from khop.sync.reconciling.rules import RULES
from tests.postgres import BOTH, Server, postgres
from tests.sync.oracle.judge import SEVERITY, Finding, Judge, Numbers, World
from tests.sync.oracle.worlds import NOWS, ONE_STOPS, SOURCES, TODAY, draw_world, store
from tests.tiers import examples, seed

__all__ = ["postgres"]

SEED = seed(1)
#: How many neighbourhoods a world has, by the kind of its ledger.
SIZES = {"sqlite": examples(fast=150, full=500), "postgres": examples(fast=150, full=200)}
SCOPE = Scope(sources=SOURCES, one_stops=ONE_STOPS)

#: The same numbers as khop.toml says them and as the second opinion takes them.
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
            }
        ),
        Numbers(
            supplement_days=45,
            under_way_days=3,
            late_entry_days=0,
            code_date_days=4,
            shift_hours=3,
            shift_tolerance_minutes=2,
        ),
    ),
]


def moment(us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)


def judge(ledger: Ledger, now: int, settings: RuleSettings, *, whole: bool = False) -> set[Finding]:
    """What the engine finds."""
    reconcile(ledger, settings, Tables(), moment(now), scope=SCOPE, whole=whole)
    columns = (discrepancy.c.rule, discrepancy.c.subject, discrepancy.c.severity)
    with ledger.read() as connection:
        query = sa.select(*columns).where(discrepancy.c.state == "open")
        return {(row.rule, row.subject, row.severity) for row in connection.execute(query)}


def agree(found: set[Finding], expected: set[Finding], now: int) -> None:
    """Both opinions are one."""
    assert (sorted(found - expected)[:5], sorted(expected - found)[:5]) == ([], []), (
        f"too many, too few; world {SEED}, at {moment(now)}"
    )


@pytest.fixture(scope="module", params=BOTH)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path, World]]:
    """An empty ledger's URL, a folder, and a world of the size the engine gets."""
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
def told(place: tuple[str, Path, World]) -> Iterator[tuple[Ledger, World]]:
    """A ledger that holds a world, and the world. Nothing else is written to it but findings."""
    url, folder, world = place
    ledger = Ledger(url)
    store(world, ledger, Privacy(folder / "khop.key"))
    yield ledger, world
    ledger.close()


def test_as_time_passes_every_rule_fires_exactly_where_it_should(
    told: tuple[Ledger, World],
) -> None:
    ledger, world = told
    judge(ledger, NOWS[0], RuleSettings(), whole=True)
    for now in (*NOWS, NOWS[2]):  # at last back again
        agree(judge(ledger, now, RuleSettings()), Judge(now).findings(world), now)


@pytest.mark.parametrize(("settings", "numbers"), OTHER_NUMBERS)
def test_the_numbers_of_a_province_are_what_rules_measure_with(
    settings: RuleSettings, numbers: Numbers, told: tuple[Ledger, World]
) -> None:
    ledger, world = told
    expected = Judge(TODAY, numbers).findings(world)
    agree(judge(ledger, TODAY, settings), expected, TODAY)


def test_rules_that_are_off_find_nothing_and_the_others_the_same(
    told: tuple[Ledger, World],
) -> None:
    ledger, world = told
    off = ("A1", "B5", "B6", "C12", "E7")
    expected = {f for f in Judge(TODAY).findings(world) if f[0] not in off}
    agree(judge(ledger, TODAY, RuleSettings(off=off)), expected, TODAY)


def test_what_the_one_stop_lacks_is_no_finding_before_its_lists_were_read(tmp_path: Path) -> None:
    world = draw_world(SEED + 1, 100)
    world.complete = False
    url = f"sqlite:///{tmp_path / 'khop.db'}"
    create_ledger(url)
    ensure_key(tmp_path / "khop.key")
    ledger = Ledger(url)
    store(world, ledger, Privacy(tmp_path / "khop.key"))
    found = judge(ledger, TODAY, RuleSettings())
    ledger.close()
    agree(found, Judge(TODAY).findings(world), TODAY)
    assert not {"A1", "A2", "A8"} & {rule for rule, _, _ in found}


def test_the_worlds_try_every_rule() -> None:
    """Else agreement would prove little."""
    found = findings_at(NOWS, draw_world(1, SIZES["postgres"]))
    assert {rule for rule, _, _ in found} == set(RULES) == set(SEVERITY)
    assert {severity for rule, _, severity in found if rule == "D1"} == {"S1", "S2"}


def findings_at(nows: Sequence[int], world: World) -> set[Finding]:
    return set().union(*(Judge(now).findings(world) for now in nows))

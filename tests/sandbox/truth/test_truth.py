"""The truth of a world: what was planted fires, decoys do not, and it follows the world."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from typing import Literal

import pytest

from khop.sandbox import World
from khop.sandbox.world.calendar import Calendar, day_of, midnight
from khop.sync.reconciling.rules import RULES
from tests.sync.drawn_worlds.calendar import CountedByHand

pytestmark = pytest.mark.slow

TODAYS = [
    datetime(2026, 11, 20, 9, 0, tzinfo=UTC),  # Friday
    datetime(2026, 11, 22, 8, 0, tzinfo=UTC),  # Sunday, two days before a new day off
    datetime(2026, 11, 25, 1, 10, tzinfo=UTC),  # the day after it
    datetime(2026, 1, 5, 9, 0, tzinfo=UTC),  # Monday after New Year
    datetime(2026, 1, 12, 3, 0, tzinfo=UTC),  # Monday after a worked Saturday
    datetime(2026, 2, 24, 2, 0, tzinfo=UTC),  # the second day after Tết
    datetime(2026, 8, 24, 2, 0, tzinfo=UTC),  # Monday after a worked Saturday
    datetime(2026, 9, 3, 1, 10, tzinfo=UTC),  # the first working day after five days off
    datetime(2026, 3, 2, 17, 30, tzinfo=UTC),  # past midnight in Hanoi
]


def test_the_sandbox_counts_working_days_as_the_notices_say() -> None:
    calendar, by_hand = Calendar(2024, 2027), CountedByHand()
    first, last = ((date(year, 1, 1) - date(1970, 1, 1)).days for year in (2024, 2027))
    before = by_hand.order(first - 1)

    assert [calendar.order(day) for day in range(first, last)] == [
        by_hand.order(day) - before for day in range(first, last)
    ]


@pytest.mark.parametrize("now", TODAYS, ids=str)
@pytest.mark.parametrize("size", [180, 2000])
def test_every_plant_fires_its_rule_and_no_decoy_fires(size: int, now: datetime) -> None:
    world = World.generate(seed=5, size=size, now=now, broken=1)
    found = {(f.rule, f.subject) for f in world.truth}

    assert set(world.planted) <= found
    fired = {subject for _, subject in found}
    assert fired == {subject for _, subject in world.planted}
    assert not [name for name, subjects in world.decoys if fired & set(subjects)]


def test_a_small_world_has_several_of_each_rule_and_every_decoy() -> None:
    world = World.generate(seed=1, size=180, now=TODAYS[0])

    counts = Counter(rule for rule, _ in world.planted)
    assert set(counts) == set(RULES)
    assert min(counts.values()) >= 3
    assert len({name for name, _ in world.decoys}) == 45


@pytest.mark.parametrize("rule", ["A1", "A2"])
def test_paper_alone_is_found_by_code_and_by_row(rule: str) -> None:
    world = World.generate(seed=1, size=2000, now=TODAYS[0])

    found = [f for f in world.truth if f.rule == rule]
    assert {f.code is None for f in found} == {True, False}
    assert all((f.code is None) is (f.row is not None) for f in found)
    assert {f.severity for f in found} == {"S1"}


def test_late_entry_is_graver_when_the_result_was_signed_before() -> None:
    world = World.generate(seed=1, size=2000, now=TODAYS[0])

    assert {f.severity for f in world.truth if f.rule == "D1"} == {"S1", "S2"}


def test_some_dossiers_break_two_rules_and_some_repairs_need_people() -> None:
    world = World.generate(seed=1, size=2000, now=TODAYS[0])

    by_code = Counter(f.code for f in world.truth)
    assert max(by_code.values()) >= 2
    for rule in ("A7", "B6", "B11", "C12", "C14"):
        assert {f.repair for f in world.truth if f.rule == rule} == {"machine", "people"}
    others = {f.repair for f in world.truth if f.rule in ("A8", "B5", "C1", "E7")}
    assert others == {"people"}


def test_each_obstacle_keeps_the_machine_from_repairing_some_findings() -> None:
    world = World.generate(seed=1, size=2000, now=TODAYS[0], plant_share=0.4)

    found = defaultdict(set)
    for finding in world.truth:
        _, separator, obstacle = finding.why.partition("; not by machine: ")
        assert finding.repair == "people" or not separator
        if separator:
            found[obstacle].add(finding.code)
    assert found.keys() == {
        "born on the portal",
        "would lower the portal's state",
        "ended without end date",
        "no reception date",
        "unknown channel",
    }
    unknown = {d.code for d in world.dossiers if d.channel == 0}
    assert found["unknown channel"] <= unknown


def test_findings_follow_the_world() -> None:
    world = World.generate(seed=1, size=200, now=TODAYS[0])
    before = {(f.rule, f.code) for f in world.truth}
    missing = next(f.subject for f in world.truth if f.rule == "A7" and f.repair == "machine")

    world.portal_put(missing)
    after = {(f.rule, f.code) for f in world.findings()}

    assert before - after == {("A7", missing)}
    assert after <= before


@pytest.mark.parametrize(
    ("person", "other_day", "fires"),
    [("number", 0, False), ("name", 0, False), ("number", 5, True), ("name", 5, True)],
)
def test_a_row_with_only_a_persons_name_is_compared_by_the_rest(
    person: Literal["number", "name"], other_day: int, fires: bool
) -> None:
    world = World.generate(seed=1, size=180, now=TODAYS[0])
    old = midnight(day_of(int(world.now.timestamp())) - 20)
    d = next(d for d in world.dossiers if d.received is not None and d.received < old)

    place = world.logbook_write(
        unit=d.unit,
        procedure=d.procedure,
        citizen=d.citizen,
        received=(d.received or 0) - other_day * 86_400,
        person=person,
    )

    assert (("A1", place.subject) in {(f.rule, f.subject) for f in world.findings()}) is fires

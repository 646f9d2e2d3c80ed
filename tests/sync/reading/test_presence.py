"""Look-ups: which codes are asked about, in which order, and what a failure leaves."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from khop.config.model import LookUpSettings
from khop.errors import Unauthorised, Unreachable
from khop.mappings.records import Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.look_ups import Ages
from khop.sync.results import LookupSummary
from khop.text.local_time import DAY_US
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeCodes, FakeOneStop, FakePortal, at, record
from tests.sync.installation import Build

pytestmark = pytest.mark.slow

LEDGERS = BOTH


def look_ups(engine: Engine, **how: Any) -> LookupSummary:
    """The look-ups of one pull."""
    (summary,) = (s for s in engine.pull(**how).sources if isinstance(s, LookupSummary))
    return summary


def test_look_ups_keep_to_their_budget_and_changed_codes_come_first(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    portal.lookup_budget = 3
    one_stop.put(*(record(i) for i in range(1, 9)))
    engine.pull()
    for _ in range(2):
        clock.advance(minutes=1)
        engine.pull()
    assert len(set(portal.asked)) == 8
    portal.asked.clear()
    one_stop.put(record(2, status=Status.FINISHED, changed_at=at(20)))
    clock.advance(minutes=1)
    engine.pull()
    assert portal.asked[0] == record(2).code


def test_a_code_whose_look_up_failed_is_asked_first_by_the_next_pull(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(*(record(i) for i in range(1, 5)))
    failing = {record(3).code}
    honest = portal.look_up

    def sometimes(code: str) -> Any:
        if code in failing:
            raise Unauthorised("dvcqg", "TraCuuHoSo", http_status=403)
        return honest(code)

    portal.look_up = sometimes  # type: ignore[method-assign]
    summary = engine.pull().sources[1].as_json()
    assert (summary["absent"], summary["unknown"]) == (3, 1)
    engine.reconcile()
    assert record(3).code not in {f.code for f in engine.findings()}
    failing.clear()
    portal.lookup_budget = 1
    clock.advance(minutes=1)
    engine.pull()
    assert portal.asked[-1] == record(3).code


def test_a_failed_look_up_is_repeated_once_in_the_same_pull(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    one_stop.put(*(record(i) for i in range(1, 5)))
    portal.before["look_up"] = [Unreachable("dvcqg", "TraCuuHoSo")]
    summary = engine.pull().sources[1].as_json()
    assert (summary["asked"], summary["absent"], summary["unknown"]) == (4, 4, 0)
    assert summary["adds_up"]


def test_codes_that_a_file_names_are_looked_up(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    phantom = record(9)
    portal.hold(phantom)
    engine = build_engine(one_stop, portal, FakeCodes(named=[phantom.code, phantom.code]))
    one_stop.put(record(1))
    assert [s.as_json()["kind"] for s in engine.pull().sources] == ["list", "codes", "lookups"]
    engine.reconcile()
    assert {f.rule for f in engine.findings() if f.code == phantom.code} == {"A8"}


def test_only_what_changed_on_the_one_stop_is_looked_up_again(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(*(record(i) for i in range(1, 9)))
    assert look_ups(engine).asked == 8
    assert look_ups(engine).asked == 0
    clock.advance(hours=1)
    portal.asked.clear()
    one_stop.put(
        record(1, changed_at=at(20), applicant_mask="N*** V***"),
        record(2, changed_at=at(20), status=Status.FINISHED),
        record(3, changed_at=at(20), due_at=at(29)),
        record(4, changed_at=at(20), aliases=("G09.12-261110-0004",)),
    )
    look_ups(engine)
    asked = [record(2).code, record(3).code, record(4).code, "G09.12-261110-0004"]
    assert sorted(portal.asked) == sorted(asked)


def test_nothing_waits_after_the_first_load_and_an_ended_dossier_is_asked_within_weeks(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    ended = [
        record(i, status=Status.RETURNED, finished_at=at(12), returned_at=at(12))
        for i in range(1, 41)
    ]
    one_stop.put(*ended)
    portal.hold(*ended)
    engine = build_engine(one_stop, portal)
    first = look_ups(engine)
    assert (first.asked, first.present, first.waiting) == (40, 40, 0)
    by_day = []
    for _ in range(42):
        clock.advance(days=1)
        by_day.append(look_ups(engine).asked)
    assert by_day[:9] == [0] * 9
    assert set(portal.asked[40:]) == {one.code for one in ended}
    assert max(by_day) <= 6


def test_systems_that_disagree_about_a_dossier_are_asked_within_days(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    ended = [record(i, status=Status.RETURNED, returned_at=at(12)) for i in range(1, 4)]
    one_stop.put(*ended, record(4))
    portal.hold(ended[0], record(2), record(4))
    engine = build_engine(one_stop, portal)
    look_ups(engine)
    portal.asked.clear()
    clock.advance(days=4)
    look_ups(engine)
    assert sorted(portal.asked) == [record(i).code for i in (2, 3, 4)]


def test_the_other_code_of_an_ended_dossier_waits_as_long_as_its_own(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    ended = record(1, status=Status.RETURNED, returned_at=at(12), aliases=("A00.12-261110-0001",))
    one_stop.put(ended)
    portal.hold(ended)
    engine = build_engine(one_stop, portal)
    assert look_ups(engine).asked == 2
    clock.advance(days=9)
    assert look_ups(engine).asked == 0


def test_what_was_never_answered_waits_and_is_asked_at_every_pull(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    one_stop.put(*(record(i) for i in range(1, 5)))
    portal.lookup_budget = 3
    assert look_ups(engine).waiting == 1
    assert look_ups(engine).waiting == 0
    assert look_ups(engine).asked == 0
    one_stop.put(record(5, changed_at=at(20)))
    portal.before["look_up"] = [Unreachable("dvcqg", "TraCuuHoSo") for _ in range(2)]
    assert (look_ups(engine).unknown, look_ups(engine).asked) == (1, 1)


def test_an_answer_that_says_the_same_makes_no_case_dirty(
    engine: Engine, ledger: Ledger, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(*(record(i) for i in range(1, 5)))
    portal.hold(record(1), record(2))
    engine.pull()
    engine.reconcile()
    clock.advance(days=1)
    engine.reconcile()
    del portal.dossiers[record(2).code]
    assert look_ups(engine, names=["dvcqg"], full=True).asked == 4
    with ledger.read() as connection:
        dirty = connection.scalars(sa.text("SELECT code FROM dirty")).all()
    assert dirty == [record(2).code]


def test_the_time_of_the_last_answer_is_shown_with_a_finding(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    one_stop.put(record(1))
    engine.pull()
    clock.advance(days=3)
    engine.reconcile()
    (before,) = engine.findings(rules=["A7"])
    engine.pull(["dvcqg"], full=True)
    engine.reconcile()
    (after,) = engine.findings(rules=["A7"])
    checked = [
        next(part["checked_at"] for part in found.evidence if part["kind"] == "look_up")
        for found in (before, after)
    ]
    assert [text[:10] for text in checked] == ["2026-11-20", "2026-11-23"]


def test_a_portal_configured_later_is_asked_about_every_code(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    named = FakeCodes(named=[record(8).code])
    one_stop.put(record(1, aliases=("A00.12-261110-0001",)))
    build_engine(one_stop, named).pull()
    engine = build_engine(one_stop, portal)
    assert look_ups(engine).asked == 3
    pilot = FakePortal(name="pilot")
    build_engine(one_stop, portal, pilot).pull()
    assert sorted(pilot.asked) == sorted(portal.asked)
    one_stop.put(record(2, changed_at=at(20)))
    engine = build_engine(one_stop, portal, pilot, FakeCodes(named=[record(9).code]))
    engine.pull()
    assert set(pilot.asked) == set(portal.asked) > {record(2).code, record(9).code}


def test_shorter_ages_count_from_the_next_pull(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(*(record(i) for i in range(1, 4)))
    build_engine(one_stop, portal).pull()
    clock.advance(hours=20)
    engine = build_engine(one_stop, portal, look_ups=LookUpSettings(open_days=0.5))
    assert look_ups(engine).asked == 3


def test_answers_of_a_clock_that_was_ahead_count_as_never_given(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(*(record(i) for i in range(1, 4)))
    portal.hold(record(1), record(2), record(3))
    engine = build_engine(one_stop, portal)
    clock.advance(days=365)
    engine.pull()
    portal.dossiers.clear()
    clock.advance(days=-365)
    assert [look_ups(engine).absent for _ in range(2)] == [3, 0]


def test_a_million_settled_dossiers_need_less_than_fifty_thousand_look_ups_a_day() -> None:
    codes = [f"H99.12-{day:06d}-{serial:04d}" for day in range(50) for serial in range(400)]
    answered_us = 1_790_000_000 * 1_000_000
    times = [Ages().next_us(code, answered_us, ended=True) for code in codes]
    for _ in range(2):
        days: dict[int, int] = {}
        for time_us in times:
            day = (time_us - answered_us) // DAY_US
            days[day] = days.get(day, 0) + 1
        assert max(days.values()) * 1_000_000 / len(codes) < 50_000
        times = [
            Ages().next_us(code, time_us, ended=True)
            for code, time_us in zip(codes, times, strict=True)
        ]


def test_an_answer_of_before_a_push_is_not_one_of_after_it(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(record(1))
    clock.advance(minutes=1)
    engine.pull()
    engine.reconcile()
    honest, sent = portal.look_up, False

    def slow(code: str) -> Any:
        nonlocal sent
        answer = honest(code)
        if not sent:
            sent = True
            clock.advance(minutes=1)
            assert engine.apply(confirm=lambda _: True).ok
            clock.advance(minutes=1)
        return answer

    portal.look_up = slow  # type: ignore[method-assign]
    engine.pull(["dvcqg"], full=True)
    assert portal.dossiers
    engine.reconcile()
    assert engine.plan().work == ()
    clock.advance(minutes=1)
    assert look_ups(engine).present == 1
    engine.reconcile()
    assert list(engine.findings()) == []

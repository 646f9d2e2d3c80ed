"""Look-ups: which codes are asked about, in which order, and what a failure leaves."""

from __future__ import annotations

from typing import Any

from khop.errors import Unauthorised, Unreachable
from khop.mappings.records import Status
from khop.sync.engine import Engine
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeCodes, FakeOneStop, FakePortal, at, record
from tests.sync.installation import Build

LEDGERS = BOTH


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

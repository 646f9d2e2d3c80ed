"""Plans: what they hold, when they are stale, and what is left to people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from khop.errors import (
    ConfigError,
    KhopError,
    Refused,
)
from khop.mappings.records import DossierRecord, Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import run, source_record
from khop.sync.repairing.plan_file import plan_from_json
from khop.sync.results import Outcome
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record
from tests.sync.installation import Build
from tests.sync.repairing.pushing import UNKNOWN, outcomes, pull_and_reconcile, yes

pytestmark = pytest.mark.slow

LEDGERS = BOTH


def test_after_an_apply_the_next_plan_is_empty(
    absent: DossierRecord, behind: DossierRecord, engine: Engine, clock: FakeClock
) -> None:
    engine.apply(confirm=yes)
    assert engine.plan().items == ()
    pull_and_reconcile(engine, clock)
    assert engine.plan().items == ()
    assert engine.plan().work == ()


def test_a_dossier_in_an_unknown_portal_state_is_left_to_people(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(record(1))
    portal.hold(record(1, status=None, status_raw="Đã trả qua bưu chính", due_at=at(27)))
    pull_and_reconcile(engine, clock)
    assert [w.reason for w in engine.plan().work] == ["portal_status_unknown"]


def test_a_refused_version_is_not_sent_again_for_another_selection_of_rules(
    behind: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    portal.before["update"] = [Refused("dvcqg", "DongBoHoSoMC", code="-1")]
    engine.apply(rules=["B6"], confirm=yes)
    assert engine.plan().items == ()
    assert engine.plan(["B6"]).items == ()


def test_another_matching_key_makes_no_other_version(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock, ledger: Ledger
) -> None:
    def rotate(key: str) -> None:
        with ledger.write() as connection:
            connection.execute(sa.update(source_record).values(applicant_key=key * 64))

    one_stop.put(record(1, applicant_key="a" * 64))
    pull_and_reconcile(engine, clock)
    planned = engine.plan()
    rotate("b")
    assert engine.plan().basis == planned.basis
    portal.before["create"] = [Refused("dvcqg", "DongBoHoSoMC", code="-1")]
    assert outcomes(engine.apply(planned, confirm=yes)) == ["refused"]
    rotate("c")
    assert engine.plan().items == ()
    assert [each.reason for each in engine.plan().work] == ["refused"]


def test_what_was_refused_when_versions_were_made_with_the_key_is_not_sent_again(
    behind: DossierRecord,
    one_stop: FakeOneStop,
    engine: Engine,
    portal: FakePortal,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one_stop.put(replace(behind, applicant_key="a" * 64, changed_at=at(14)))
    pull_and_reconcile(engine, clock)

    def with_the_key(one: Any, **changes: Any) -> Any:
        return one if "applicant_key" in changes else replace(one, **changes)

    with monkeypatch.context() as earlier:
        earlier.setattr("khop.sync.repairing.plan.replace", with_the_key)
        assert len(engine.plan().items) == 1
        portal.before["update"] = [Refused("dvcqg", "DongBoHoSoMC", code="-1")]
        assert outcomes(engine.apply(confirm=yes)) == ["refused"]
    assert [each.reason for each in engine.plan().work] == ["refused"]
    assert engine.plan().items == ()


def test_pushes_under_a_clock_that_was_ahead_count_for_the_limit(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    engine = build_engine(one_stop, portal, repair={"max_changes": 1, "max_share": 1.0})
    one_stop.put(record(1))
    pull_and_reconcile(engine, clock)
    clock.advance(hours=20)
    engine.apply(confirm=lambda _: False)
    clock.advance(hours=-20)
    one_stop.put(record(2, changed_at=at(14)))
    engine.pull()
    engine.reconcile()
    with pytest.raises(KhopError, match="beside 1 in the last 24 hours"):
        engine.apply(confirm=lambda _: False)


def test_apply_asks_when_the_number_of_cases_is_unknown(
    build_engine: Build,
    one_stop: FakeOneStop,
    portal: FakePortal,
    clock: FakeClock,
    ledger: Ledger,
) -> None:
    engine = build_engine(one_stop, portal)
    one_stop.put(*(record(i) for i in range(1, 41)))
    portal.hold(*(record(i) for i in range(2, 41)))
    pull_and_reconcile(engine, clock)
    with ledger.write() as connection:
        connection.execute(sa.update(run).values(summary=None))
    with pytest.raises(KhopError, match="nothing was changed"):
        engine.apply(confirm=lambda _: False)


def test_a_refused_push_is_left_to_people(
    absent: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.before["create"] = [Refused("dvcqg", "DongBoHoSoMC", code="-1")]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.REFUSED]
    pull_and_reconcile(engine, clock)
    plan = engine.plan()
    assert plan.items == ()
    assert [(w.rules, w.reason) for w in plan.work] == [(("A7",), "refused")]


def test_a_dossier_that_may_not_be_sent_is_left_to_people(
    absent: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    portal.unsendable[absent.code] = ("channel_unknown",)
    plan = engine.plan()
    assert plan.items == ()
    assert [w.reason for w in plan.work] == ["channel_unknown"]


def test_a_portal_born_dossier_is_never_pushed(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(record(1, aliases=("G22.99-261110-000777",)))
    pull_and_reconcile(engine, clock)
    plan = engine.plan()
    assert [(w.rules, w.reason) for w in plan.work] == [(("A7",), "portal_born")]
    assert outcomes(engine.apply(confirm=yes)) == []
    assert portal.dossiers == {}


def test_a_returned_dossier_of_the_portal_is_never_lowered(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(record(1, status=Status.FINISHED, finished_at=at(12)))
    portal.hold(record(1, status=Status.RETURNED, finished_at=at(12)))
    pull_and_reconcile(engine, clock)
    assert [w.reason for w in engine.plan().work] == ["would_lower"]


def test_a_stale_plan_is_refused(
    behind: DossierRecord,
    engine: Engine,
    one_stop: FakeOneStop,
    portal: FakePortal,
    clock: FakeClock,
) -> None:
    plan = plan_from_json(engine.plan().as_json())
    one_stop.put(record(1, status=Status.RETURNED, finished_at=at(13), changed_at=at(13)))
    pull_and_reconcile(engine, clock)
    with pytest.raises(KhopError, match=r"stale.*khop plan"):
        engine.apply(plan, confirm=yes)
    assert portal.dossiers[behind.code].status == Status.RECEIVED


def test_a_saved_plan_that_is_current_is_done(
    behind: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    plan = plan_from_json(engine.plan().as_json())
    assert outcomes(engine.apply(plan, confirm=yes)) == [Outcome.DONE]
    assert outcomes(engine.apply(plan, confirm=yes)) == []


def test_only_the_rules_that_were_named_are_repaired(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(record(1), record(2))
    portal.hold(record(2, status=Status.RECEIVED))
    pull_and_reconcile(engine, clock)
    summary = engine.apply(rules=["A7"], confirm=yes)
    assert [a.code for a in summary.applied] == [record(1).code]
    with pytest.raises(ConfigError, match="no rule A99"):
        engine.plan(["A99"])


@pytest.mark.parametrize("repair", [{"max_changes": 1}, {"max_share": 0.05}])
def test_a_large_plan_asks_and_a_no_changes_nothing(
    repair: dict[str, Any],
    build_engine: Build,
    one_stop: FakeOneStop,
    portal: FakePortal,
    clock: FakeClock,
) -> None:
    engine = build_engine(one_stop, portal, repair={"max_share": 1.0, **repair})
    one_stop.put(record(1), record(2))
    pull_and_reconcile(engine, clock)
    asked: list[str] = []

    def no(sentence: str) -> bool:
        asked.append(sentence)
        return False

    with pytest.raises(KhopError, match="nothing was changed"):
        engine.apply(confirm=no)
    assert len(asked) == 1
    assert "2 dossiers" in asked[0]
    assert portal.dossiers == {}


def test_a_pushed_dossier_is_not_planned_again_before_a_look_up(
    behind: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.after["update"] = [UNKNOWN]  # the look-up that settles it also shows the new state
    engine.apply(confirm=yes)
    clock.advance(seconds=1)
    plan = engine.plan()
    assert (plan.items, plan.work) == ((), ())


def test_a_dossier_that_still_differs_after_its_push_is_left_to_people(
    behind: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    before = portal.dossiers[behind.code]
    engine.apply(confirm=yes)
    portal.hold(before)
    pull_and_reconcile(engine, clock)
    plan = engine.plan()
    assert plan.items == ()
    assert [w.reason for w in plan.work] == ["portal_still_differs"]


def test_a_dossier_that_the_portal_changes_back_is_repaired_again(
    behind: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    before = portal.dossiers[behind.code]
    engine.apply(confirm=yes)
    pull_and_reconcile(engine, clock)
    portal.dossiers[behind.code] = before
    clock.advance(days=42)
    pull_and_reconcile(engine, clock)
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert portal.dossiers[behind.code].status == Status.FINISHED
    assert portal.breaches == []


def test_a_dossier_that_the_portal_returned_after_the_plan_is_not_lowered(
    behind: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    plan = engine.plan()
    portal.hold(record(1, status=Status.RETURNED, finished_at=at(12)))
    summary = engine.apply(plan, confirm=yes)
    assert outcomes(summary) == [Outcome.NOT_SENT]
    assert portal.dossiers[behind.code].status == Status.RETURNED


def test_a_reconcile_that_failed_is_not_the_last_one_for_the_guard(
    absent: DossierRecord, engine: Engine, clock: FakeClock
) -> None:
    cases = engine.plan().cases
    with pytest.raises(KhopError, match="calendar"):
        engine.reconcile(datetime(2200, 1, 1, tzinfo=UTC))
    assert engine.plan().cases == cases == 1
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]

"""Applying: every push once, whatever becomes of the calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from khop.errors import (
    AlreadyExists,
    ConfigError,
    ConnectorError,
    KhopError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unauthorised,
    Unreachable,
)
from khop.mappings.records import DossierRecord, FullDossier, Status, Step
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import outbox, progress_step, run
from khop.sync.repairing.plan import plan_from_json
from khop.sync.results import ApplySummary, Outcome
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, history, record

LEDGERS = BOTH

UNKNOWN = OutcomeUnknown("dvcqg", "DongBoHoSoMC")
GONE = Unreachable("dvcqg", "DongBoHoSoMC")


def yes(_: str) -> bool:
    return True


def cycle(engine: Engine, clock: FakeClock) -> None:
    clock.advance(minutes=1)
    engine.pull()
    engine.reconcile()


def outcomes(summary: ApplySummary) -> list[Outcome]:
    return [applied.outcome for applied in summary.applied]


@pytest.fixture
def absent(one_stop: FakeOneStop, engine: Engine, clock: FakeClock) -> DossierRecord:
    """A dossier that the portal does not have."""
    dossier = record(1)
    one_stop.put(dossier)
    cycle(engine, clock)
    return dossier


@pytest.fixture
def behind(
    one_stop: FakeOneStop, portal: FakePortal, engine: Engine, clock: FakeClock
) -> DossierRecord:
    """A dossier that is finished in the one-stop and received on the portal."""
    dossier = record(1, status=Status.FINISHED, finished_at=at(12))
    one_stop.put(dossier)
    one_stop.histories[dossier.native_id] = history(
        dossier,
        (Status.RECEIVED, at(10)),
        (Status.PROCESSING, at(11)),
        (Status.FINISHED, at(12)),
    )
    portal.hold(record(1, status=Status.RECEIVED))
    cycle(engine, clock)
    return dossier


def test_an_absent_dossier_is_created_with_all_its_steps(
    absent: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    summary = engine.apply(confirm=yes)
    assert outcomes(summary) == [Outcome.DONE]
    assert portal.dossiers[absent.code].status == Status.PROCESSING
    assert [s.status for s in portal.steps[absent.code]] == [Status.RECEIVED, Status.PROCESSING]
    cycle(engine, clock)
    assert engine.findings() == []


def test_an_update_sends_the_steps_after_the_state_the_portal_was_in(
    behind: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert [s.status for s in portal.steps[behind.code]] == [Status.PROCESSING, Status.FINISHED]


def test_an_update_from_a_state_outside_the_history_sends_the_last_step(
    one_stop: FakeOneStop, portal: FakePortal, engine: Engine, clock: FakeClock
) -> None:
    dossier = record(1)
    one_stop.put(dossier)
    portal.hold(record(1, status=Status.SUPPLEMENT))
    cycle(engine, clock)
    engine.apply(confirm=yes)
    assert [s.status for s in portal.steps[dossier.code]] == [Status.PROCESSING]


def test_the_second_plan_is_empty_before_and_after_a_new_pull(
    absent: DossierRecord, behind: DossierRecord, engine: Engine, clock: FakeClock
) -> None:
    engine.apply(confirm=yes)
    assert engine.plan().items == ()
    cycle(engine, clock)
    assert engine.plan().items == ()
    assert engine.plan().work == ()


@pytest.mark.parametrize("landed", [True, False])
def test_a_create_without_an_answer_is_looked_up_before_anything_is_sent_again(
    landed: bool, absent: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    (portal.after if landed else portal.before)["create"] = [UNKNOWN]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert portal.breaches == []
    assert len(portal.steps[absent.code]) == 2


@pytest.mark.parametrize("landed", [True, False])
def test_an_update_without_an_answer_is_looked_up_before_it_is_sent_again(
    landed: bool, behind: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    (portal.after if landed else portal.before)["update"] = [UNKNOWN]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert [s.status for s in portal.steps[behind.code]] == [Status.PROCESSING, Status.FINISHED]
    assert portal.breaches == []


def test_when_no_look_up_tells_the_push_stays_unknown_and_is_taken_up_again(
    absent: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.after["create"] = [UNKNOWN]
    calls: list[str] = []
    honest = portal.look_up

    def silent_after_the_first(code: str) -> DossierRecord | None:
        calls.append(code)
        if len(calls) > 1:
            raise Unreachable("dvcqg", "TraCuuHoSo")
        return honest(code)

    portal.look_up = silent_after_the_first  # type: ignore[method-assign]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.UNKNOWN]
    assert absent.code not in portal.steps
    portal.look_up = honest  # type: ignore[method-assign]
    cycle(engine, clock)
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert len(portal.steps[absent.code]) == 2
    assert portal.breaches == []


def test_a_create_is_not_sent_when_the_look_up_is_not_answered(
    absent: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    portal.before["look_up"] = [Unreachable("dvcqg", "TraCuuHoSo")]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.UNREACHABLE]
    assert portal.dossiers == {}
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]


def test_a_dossier_that_somebody_made_meanwhile_is_sent_as_an_update(
    absent: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    honest = portal.create

    def made_by_another(dossier: FullDossier) -> None:
        portal.hold(record(1, status=Status.RECEIVED))
        portal.create = honest  # type: ignore[method-assign]
        raise AlreadyExists("dvcqg", "DongBoHoSoMC")

    portal.create = made_by_another  # type: ignore[method-assign]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert portal.dossiers[absent.code].status == Status.PROCESSING
    assert [s.status for s in portal.steps[absent.code]] == [Status.PROCESSING]
    assert portal.breaches == []


def test_a_dossier_that_exists_but_is_not_shown_is_not_written_over(
    absent: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    portal.hold(record(1, status=Status.RETURNED))
    portal.look_up = lambda code: None  # type: ignore[method-assign]
    portal.before["create"] = [AlreadyExists("dvcqg", "DongBoHoSoMC")]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.UNKNOWN]
    assert portal.dossiers[absent.code].status == Status.RETURNED
    assert (portal.breaches, portal.steps) == ([], {})


def test_a_portal_state_that_no_table_knows_is_not_written_over(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(record(1))
    portal.hold(record(1, status=None, status_raw="Đã trả qua bưu chính", due_at=at(27)))
    cycle(engine, clock)
    assert [w.reason for w in engine.plan().work] == ["portal_status_unknown"]


def test_no_step_takes_the_portal_back(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    returned = {"status": Status.RETURNED, "finished_at": at(12), "returned_at": at(13)}
    dossier = record(1, **returned)
    one_stop.put(dossier)
    one_stop.histories[dossier.native_id] = history(
        dossier, (Status.RECEIVED, at(10)), (Status.PROCESSING, at(11))
    )
    portal.hold(record(1, **{**returned, "returned_at": at(14)}))
    cycle(engine, clock)
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert portal.steps.get(dossier.code, []) == []


def test_what_was_decided_for_a_try_that_sent_nothing_is_decided_again(
    absent: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.before["create"] = [GONE]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.UNREACHABLE]
    portal.hold(record(1, status=Status.RECEIVED))
    portal.steps[absent.code] = [
        Step(event_at=at(10), status=Status.RECEIVED, text=Status.RECEIVED.name)
    ]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert portal.breaches == []


def test_a_code_that_was_corrected_is_not_pushed_under_the_old_one(
    absent: DossierRecord, engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    portal.before["progress"] = [GONE]
    engine.apply(confirm=yes)
    other = record(1, code="H99.12-261110-9999")
    one_stop.dossiers[absent.native_id] = other
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.CHANGED]
    assert (portal.breaches, portal.steps) == ([], {})


def test_steps_that_were_left_are_those_of_the_state_that_was_pushed(
    absent: DossierRecord, engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    portal.before["progress"] = [GONE]
    engine.apply(confirm=yes)
    later = record(1, status=Status.FINISHED, finished_at=at(25), changed_at=at(25))
    one_stop.dossiers[absent.native_id] = later
    one_stop.histories[absent.native_id] += history(later, (Status.FINISHED, at(25)))
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert [s.status for s in portal.steps[absent.code]] == [Status.RECEIVED, Status.PROCESSING]


def test_a_dossier_the_one_stop_has_no_more_is_for_people(
    absent: DossierRecord, engine: Engine, one_stop: FakeOneStop
) -> None:
    def gone(native_id: str) -> None:
        raise Refused("igate", "dossier", http_status=404)

    one_stop.on_detail = gone
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.NOT_SENT]
    one_stop.on_detail = lambda native_id: None
    assert engine.plan().items == ()


def test_a_refused_version_is_not_sent_again_for_another_selection_of_rules(
    behind: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    portal.before["update"] = [Refused("dvcqg", "DongBoHoSoMC", code="-1")]
    engine.apply(rules=["B6"], confirm=yes)
    assert engine.plan().items == ()
    assert engine.plan(["B6"]).items == ()


def test_a_plan_asks_when_no_reconcile_told_how_many_cases_there_are(
    build_engine: Callable[..., Engine],
    one_stop: FakeOneStop,
    portal: FakePortal,
    clock: FakeClock,
    ledger: Ledger,
) -> None:
    engine = build_engine(one_stop, portal)
    one_stop.put(*(record(i) for i in range(1, 41)))
    portal.hold(*(record(i) for i in range(2, 41)))
    cycle(engine, clock)
    with ledger.write() as connection:
        connection.execute(sa.update(run).values(summary=None))
    with pytest.raises(KhopError, match="nothing was changed"):
        engine.apply(confirm=lambda _: False)


def test_steps_without_an_answer_are_unknown_and_never_sent_again(
    absent: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock, ledger: Ledger
) -> None:
    portal.after["progress"] = [UNKNOWN]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.STEPS_UNKNOWN]
    cycle(engine, clock)
    engine.apply(confirm=yes)
    assert len(portal.steps[absent.code]) == 2
    assert portal.breaches == []
    with ledger.read() as connection:
        assert set(connection.scalars(sa.select(progress_step.c.state))) == {"unknown"}


@pytest.mark.parametrize(
    "fault", [GONE, RateLimited("dvcqg", "x"), Unauthorised("dvcqg", "x")], ids=lambda f: type(f)
)
def test_steps_that_were_not_sent_are_sent_by_the_next_apply(
    fault: ConnectorError, absent: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    portal.before["progress"] = [fault]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.UNREACHABLE]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert len(portal.steps[absent.code]) == 2
    assert portal.breaches == []


def test_long_histories_go_in_chunks(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    dossier = record(1)
    one_stop.put(dossier)
    states = (Status.RECEIVED, Status.PROCESSING)
    one_stop.histories[dossier.native_id] = history(
        dossier, *((states[i % 2], at(10, 8, i)) for i in range(23))
    )
    portal.progress_chunk = 10
    sizes: list[int] = []
    honest = portal.progress

    def counting(code: str, steps: Any) -> None:
        sizes.append(len(steps))
        honest(code, steps)

    portal.progress = counting  # type: ignore[method-assign]
    cycle(engine, clock)
    engine.apply(confirm=yes)
    assert sizes == [10, 10, 3]


def test_a_refused_push_is_left_for_people(
    absent: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.before["create"] = [Refused("dvcqg", "DongBoHoSoMC", code="-1")]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.REFUSED]
    cycle(engine, clock)
    plan = engine.plan()
    assert plan.items == ()
    assert [(w.rules, w.reason) for w in plan.work] == [(("A7",), "refused")]


def test_what_may_not_be_sent_is_left_for_people(
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
    cycle(engine, clock)
    plan = engine.plan()
    assert [(w.rules, w.reason) for w in plan.work] == [(("A7",), "portal_born")]
    assert outcomes(engine.apply(confirm=yes)) == []
    assert portal.dossiers == {}


def test_the_portal_is_never_taken_back_from_returned(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(record(1, status=Status.FINISHED, finished_at=at(12)))
    portal.hold(record(1, status=Status.RETURNED, finished_at=at(12)))
    cycle(engine, clock)
    assert [w.reason for w in engine.plan().work] == ["would_lower"]


def test_a_portal_that_went_ahead_after_the_plan_is_not_taken_back(
    behind: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    plan = engine.plan()
    portal.hold(record(1, status=Status.RETURNED, finished_at=at(12)))
    summary = engine.apply(plan, confirm=yes)
    assert outcomes(summary) == [Outcome.NOT_SENT]
    assert portal.dossiers[behind.code].status == Status.RETURNED


def test_a_portal_that_agrees_by_now_is_left_alone(
    behind: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    portal.hold(behind)
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.ALREADY]
    assert portal.steps == {}


def test_a_dossier_that_changed_since_the_pull_is_not_pushed(
    behind: DossierRecord, engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    one_stop.dossiers[behind.native_id] = record(1, status=Status.RETURNED, changed_at=at(20))
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.CHANGED]
    assert portal.dossiers[behind.code].status == Status.RECEIVED


def test_a_stale_plan_is_refused(
    behind: DossierRecord,
    engine: Engine,
    one_stop: FakeOneStop,
    portal: FakePortal,
    clock: FakeClock,
) -> None:
    plan = plan_from_json(engine.plan().as_json())
    one_stop.put(record(1, status=Status.RETURNED, finished_at=at(13), changed_at=at(13)))
    cycle(engine, clock)
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
    cycle(engine, clock)
    summary = engine.apply(rules=["A7"], confirm=yes)
    assert [a.code for a in summary.applied] == [record(1).code]
    with pytest.raises(ConfigError, match="no rule A99"):
        engine.plan(["A99"])


@pytest.mark.parametrize("repair", [{"max_changes": 1}, {"max_share": 0.05}])
def test_a_plan_that_touches_much_asks_and_a_no_changes_nothing(
    repair: dict[str, Any],
    build_engine: Callable[..., Engine],
    one_stop: FakeOneStop,
    portal: FakePortal,
    clock: FakeClock,
) -> None:
    engine = build_engine(one_stop, portal, repair={"max_share": 1.0, **repair})
    one_stop.put(record(1), record(2))
    cycle(engine, clock)
    asked: list[str] = []

    def no(sentence: str) -> bool:
        asked.append(sentence)
        return False

    with pytest.raises(KhopError, match="nothing was changed"):
        engine.apply(confirm=no)
    assert len(asked) == 1
    assert "2 dossiers" in asked[0]
    assert portal.dossiers == {}


def test_a_refused_account_stops_the_other_pushes(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.connections = 1
    one_stop.put(*(record(i) for i in range(1, 6)))
    cycle(engine, clock)
    portal.asked.clear()
    portal.before["create"] = [Unauthorised("dvcqg", "login")]
    summary = engine.apply(confirm=yes)
    assert outcomes(summary) == [Outcome.UNREACHABLE] * 5
    assert len(portal.asked) == 1


def test_every_push_is_written_down_before_it_is_sent(
    absent: DossierRecord, engine: Engine, portal: FakePortal, ledger: Ledger
) -> None:
    seen: list[str] = []
    honest = portal.create

    def watching(dossier: Any) -> None:
        with ledger.read() as connection:
            seen.extend(connection.scalars(sa.select(outbox.c.state)))
        honest(dossier)

    portal.create = watching  # type: ignore[method-assign]
    engine.apply(confirm=yes)
    assert seen == ["sending"]


def test_what_was_pushed_is_not_planned_again_before_the_portal_was_asked(
    behind: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.after["update"] = [UNKNOWN]  # the look-up that settles it also shows the new state
    engine.apply(confirm=yes)
    clock.advance(seconds=1)
    plan = engine.plan()
    assert (plan.items, plan.work) == ((), ())


def test_a_portal_that_took_the_push_and_still_differs_is_for_people(
    behind: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    before = portal.dossiers[behind.code]
    engine.apply(confirm=yes)
    portal.hold(before)
    cycle(engine, clock)
    plan = engine.plan()
    assert plan.items == ()
    assert [w.reason for w in plan.work] == ["portal_still_differs"]


def test_a_portal_that_went_back_after_it_agreed_is_repaired_again(
    behind: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    before = portal.dossiers[behind.code]
    engine.apply(confirm=yes)
    cycle(engine, clock)
    portal.dossiers[behind.code] = before
    cycle(engine, clock)
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert portal.dossiers[behind.code].status == Status.FINISHED
    assert portal.breaches == []


def test_a_create_that_landed_late_still_gets_all_its_steps(
    absent: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    """Unanswered, not shown by the next look-up, then "exists already": it was our own."""
    portal.after["create"] = [UNKNOWN]
    honest, asked = portal.look_up, []

    def lags(code: str) -> DossierRecord | None:
        asked.append(code)
        return None if len(asked) == 2 else honest(code)

    portal.look_up = lags  # type: ignore[method-assign]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert [s.status for s in portal.steps[absent.code]] == [Status.RECEIVED, Status.PROCESSING]


def test_a_refused_login_at_the_look_up_stops_the_other_pushes(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.connections = 1
    one_stop.put(*(record(i) for i in range(1, 6)))
    cycle(engine, clock)
    portal.asked.clear()
    portal.before["look_up"] = [Unauthorised("dvcqg", "login")] * 5
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.UNREACHABLE] * 5
    assert len(portal.asked) == 1

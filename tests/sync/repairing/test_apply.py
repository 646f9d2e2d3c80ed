"""Applying: each push takes effect once, whatever faults its calls have."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from khop.errors import (
    AlreadyExists,
    Refused,
    Unauthorised,
    Unreachable,
)
from khop.mappings.records import DossierRecord, FullDossier, Status, Step
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import outbox
from khop.sync.results import Outcome
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record
from tests.sync.repairing.pushing import GONE, UNKNOWN, outcomes, pull_and_reconcile, yes

pytestmark = pytest.mark.slow

LEDGERS = BOTH


def test_an_absent_dossier_is_created_with_all_its_steps(
    absent: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    summary = engine.apply(confirm=yes)
    assert outcomes(summary) == [Outcome.DONE]
    assert portal.dossiers[absent.code].status == Status.PROCESSING
    assert [s.status for s in portal.steps[absent.code]] == [Status.RECEIVED, Status.PROCESSING]
    pull_and_reconcile(engine, clock)
    assert list(engine.findings()) == []


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


def test_a_push_stays_unknown_without_a_look_up_and_is_finished_by_the_next_apply(
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
    pull_and_reconcile(engine, clock)
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


def test_a_dossier_that_somebody_else_created_meanwhile_is_sent_as_an_update(
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


def test_a_dossier_that_exists_but_no_look_up_shows_is_not_overwritten(
    absent: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    portal.hold(record(1, status=Status.RETURNED))
    portal.look_up = lambda code: None  # type: ignore[method-assign]
    portal.before["create"] = [AlreadyExists("dvcqg", "DongBoHoSoMC")]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.UNKNOWN]
    assert portal.dossiers[absent.code].status == Status.RETURNED
    assert (portal.breaches, portal.steps) == ([], {})


def test_create_or_update_is_decided_again_after_a_try_that_sent_nothing(
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


def test_a_dossier_whose_code_was_corrected_is_not_pushed_under_the_old_code(
    absent: DossierRecord, engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    portal.before["progress"] = [GONE]
    engine.apply(confirm=yes)
    other = record(1, code="H99.12-261110-9999")
    one_stop.dossiers[absent.native_id] = other
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.CHANGED]
    assert (portal.breaches, portal.steps) == ([], {})


def test_a_dossier_that_was_removed_from_the_one_stop_is_not_sent(
    absent: DossierRecord, engine: Engine, one_stop: FakeOneStop
) -> None:
    def gone(native_id: str) -> None:
        raise Refused("igate", "dossier", http_status=404)

    one_stop.on_detail = gone
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.NOT_SENT]
    one_stop.on_detail = lambda native_id: None
    assert engine.plan().items == ()


def test_nothing_is_sent_when_the_portal_agrees_by_now(
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


def test_a_refused_account_stops_the_other_pushes(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.connections = 1
    one_stop.put(*(record(i) for i in range(1, 6)))
    pull_and_reconcile(engine, clock)
    portal.asked.clear()
    portal.before["create"] = [Unauthorised("dvcqg", "login")]
    summary = engine.apply(confirm=yes)
    assert outcomes(summary) == [Outcome.UNREACHABLE] * 5
    assert len(portal.asked) == 1


def test_every_push_is_in_the_outbox_before_it_is_sent(
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


def test_a_refused_login_at_the_look_up_stops_the_other_pushes(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.connections = 1
    one_stop.put(*(record(i) for i in range(1, 6)))
    pull_and_reconcile(engine, clock)
    portal.asked.clear()
    portal.before["look_up"] = [Unauthorised("dvcqg", "login")] * 5
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.UNREACHABLE] * 5
    assert len(portal.asked) == 1

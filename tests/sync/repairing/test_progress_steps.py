"""The progress steps of a push: which are sent, and each once."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from khop.errors import (
    ConnectorError,
    RateLimited,
    Unauthorised,
)
from khop.mappings.records import DossierRecord, Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import progress_step
from khop.sync.results import Outcome
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, history, record
from tests.sync.repairing.pushing import GONE, UNKNOWN, outcomes, pull_and_reconcile, yes

pytestmark = pytest.mark.slow

LEDGERS = BOTH


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
    pull_and_reconcile(engine, clock)
    engine.apply(confirm=yes)
    assert [s.status for s in portal.steps[dossier.code]] == [Status.PROCESSING]


def test_no_step_with_a_lower_state_is_sent_to_a_returned_dossier(
    one_stop: FakeOneStop, engine: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    returned = {"status": Status.RETURNED, "finished_at": at(12), "returned_at": at(13)}
    dossier = record(1, **returned)
    one_stop.put(dossier)
    one_stop.histories[dossier.native_id] = history(
        dossier, (Status.RECEIVED, at(10)), (Status.PROCESSING, at(11))
    )
    portal.hold(record(1, **{**returned, "returned_at": at(14)}))
    pull_and_reconcile(engine, clock)
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert portal.steps.get(dossier.code, []) == []


def test_a_resumed_push_sends_no_step_that_is_later_than_its_write(
    absent: DossierRecord, engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    portal.before["progress"] = [GONE]
    engine.apply(confirm=yes)
    later = record(1, status=Status.FINISHED, finished_at=at(25), changed_at=at(25))
    one_stop.dossiers[absent.native_id] = later
    one_stop.histories[absent.native_id] += history(later, (Status.FINISHED, at(25)))
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert [s.status for s in portal.steps[absent.code]] == [Status.RECEIVED, Status.PROCESSING]


def test_steps_without_an_answer_are_unknown_and_never_sent_again(
    absent: DossierRecord, engine: Engine, portal: FakePortal, clock: FakeClock, ledger: Ledger
) -> None:
    portal.after["progress"] = [UNKNOWN]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.STEPS_UNKNOWN]
    pull_and_reconcile(engine, clock)
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


def test_a_long_history_is_sent_in_chunks(
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
    pull_and_reconcile(engine, clock)
    engine.apply(confirm=yes)
    assert sizes == [10, 10, 3]


def test_a_create_that_took_effect_late_still_gets_all_its_steps(
    absent: DossierRecord, engine: Engine, portal: FakePortal
) -> None:
    """No answer, not shown by the next look-up, then "exists already": the dossier is our own."""
    portal.after["create"] = [UNKNOWN]
    honest, asked = portal.look_up, []

    def lags(code: str) -> DossierRecord | None:
        asked.append(code)
        return None if len(asked) == 2 else honest(code)

    portal.look_up = lags  # type: ignore[method-assign]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.DONE]
    assert [s.status for s in portal.steps[absent.code]] == [Status.RECEIVED, Status.PROCESSING]

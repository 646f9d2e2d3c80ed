"""A push that an earlier apply began, and a dossier that changed since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from khop.mappings.records import DossierRecord, Status
from khop.sync.engine import Engine
from khop.sync.results import Outcome
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record
from tests.sync.repairing.pushing import GONE, UNKNOWN, outcomes, pull_and_reconcile, yes

pytestmark = pytest.mark.slow

LEDGERS = BOTH


@pytest.fixture
def begun(
    one_stop: FakeOneStop, portal: FakePortal, engine: Engine, clock: FakeClock
) -> DossierRecord:
    """A finished dossier; whether its update reached the portal is not known."""
    dossier = record(1, status=Status.FINISHED, finished_at=at(12))
    one_stop.put(dossier)
    portal.hold(record(1, status=Status.RECEIVED))
    pull_and_reconcile(engine, clock)
    portal.before["update"] = [UNKNOWN, GONE]
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.UNREACHABLE]
    return dossier


def test_a_resumed_push_sends_the_dossier_of_now_without_values_of_before(
    begun: DossierRecord, engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    reopened = replace(begun, status=Status.PROCESSING, finished_at=None, changed_at=at(19))
    one_stop.dossiers[begun.native_id] = reopened
    outcomes(engine.apply(confirm=yes))
    assert portal.dossiers[begun.code].status == Status.PROCESSING
    assert portal.dossiers[begun.code].finished_at is None


def test_a_resumed_push_stops_when_the_dossier_turns_out_to_come_from_the_portal(
    begun: DossierRecord, engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    before = portal.dossiers[begun.code]
    one_stop.dossiers[begun.native_id] = replace(
        begun, aliases=("G22.99-261110-000777",), changed_at=at(19)
    )
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.NOT_SENT]
    assert portal.dossiers[begun.code] == before


def test_an_alias_without_a_new_change_time_stops_the_push(
    one_stop: FakeOneStop, portal: FakePortal, engine: Engine, clock: FakeClock
) -> None:
    one_stop.put(record(1))
    pull_and_reconcile(engine, clock)
    one_stop.put(record(1, aliases=("G22.99-261110-000777",)))
    assert outcomes(engine.apply(confirm=yes)) == [Outcome.NOT_SENT]
    assert (portal.dossiers, portal.breaches) == ({}, [])

"""A push that an earlier apply began, and a dossier that changed since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from khop.errors import OutcomeUnknown, Unreachable
from khop.mappings.records import DossierRecord, Status
from khop.sync.engine import Engine
from khop.sync.results import Outcome
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record

LEDGERS = BOTH


@pytest.fixture
def begun(
    one_stop: FakeOneStop, portal: FakePortal, engine: Engine, clock: FakeClock
) -> DossierRecord:
    """A finished dossier; whether its update reached the portal is not known."""
    dossier = record(1, status=Status.FINISHED, finished_at=at(12))
    one_stop.put(dossier)
    portal.hold(record(1, status=Status.RECEIVED))
    clock.advance(minutes=1)
    engine.pull()
    engine.reconcile()
    portal.before["update"] = [
        OutcomeUnknown("dvcqg", "DongBoHoSoMC"),
        Unreachable("dvcqg", "DongBoHoSoMC"),
    ]
    assert outcomes(engine) == [Outcome.UNREACHABLE]
    return dossier


def outcomes(engine: Engine) -> list[Outcome]:
    return [a.outcome for a in engine.apply(confirm=lambda _: True).applied]


def test_it_is_sent_as_it_is_now_and_not_mixed_with_what_it_was(
    begun: DossierRecord, engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    reopened = replace(begun, status=Status.PROCESSING, finished_at=None, changed_at=at(19))
    one_stop.dossiers[begun.native_id] = reopened
    outcomes(engine)
    assert portal.dossiers[begun.code].status == Status.PROCESSING
    assert portal.dossiers[begun.code].finished_at is None


def test_one_that_turns_out_to_come_from_the_portal_is_sent_no_more(
    begun: DossierRecord, engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    before = portal.dossiers[begun.code]
    one_stop.dossiers[begun.native_id] = replace(
        begun, aliases=("G22.99-261110-000777",), changed_at=at(19)
    )
    assert outcomes(engine) == [Outcome.NOT_SENT]
    assert portal.dossiers[begun.code] == before


def test_an_alias_that_came_behind_the_change_time_stops_the_push(
    one_stop: FakeOneStop, portal: FakePortal, engine: Engine, clock: FakeClock
) -> None:
    one_stop.put(record(1))
    clock.advance(minutes=1)
    engine.pull()
    engine.reconcile()
    one_stop.put(record(1, aliases=("G22.99-261110-000777",)))
    assert outcomes(engine) == [Outcome.NOT_SENT]
    assert (portal.dossiers, portal.breaches) == ({}, [])

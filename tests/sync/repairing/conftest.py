"""Dossiers that the portal does not have as the one-stop has them."""

from __future__ import annotations

import pytest

from khop.mappings.records import DossierRecord, Status
from khop.sync.engine import Engine
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, history, record
from tests.sync.repairing.pushing import pull_and_reconcile


@pytest.fixture
def absent(one_stop: FakeOneStop, engine: Engine, clock: FakeClock) -> DossierRecord:
    """A dossier that the portal does not have."""
    dossier = record(1)
    one_stop.put(dossier)
    pull_and_reconcile(engine, clock)
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
    pull_and_reconcile(engine, clock)
    return dossier

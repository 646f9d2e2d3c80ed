"""An engine with findings to decide about."""

from __future__ import annotations

import pytest

from khop.sync.engine import Engine
from tests.sync.fakes import FakeOneStop, record


@pytest.fixture
def found(engine: Engine, one_stop: FakeOneStop) -> Engine:
    """Two dossiers the portal does not have."""
    one_stop.put(record(1), record(2))
    engine.pull()
    engine.reconcile()
    return engine

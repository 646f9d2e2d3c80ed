"""Loaded by the server that forks the workers, so that the rules' queries are built only once."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from khop.config.domain_tables import Tables
from khop.sync.ledger import create_ledger
from khop.sync.reconciling.reconcile import Scope, reconcile
from khop.sync.reconciling.rules import Clock
from tests.crash import worker
from tests.ledgers import keyed

__all__ = ["worker"]

with tempfile.TemporaryDirectory() as folder:
    url = f"sqlite:///{Path(folder) / 'khop.db'}"
    create_ledger(url)
    ledger = keyed(url, Path(folder))
    reconcile(ledger, Clock(datetime.now(UTC), Tables()), Scope((), ()))
    ledger.close()

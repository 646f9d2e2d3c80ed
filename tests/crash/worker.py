"""What is killed: a process that pulls, reconciles and applies, as the command line would."""

from __future__ import annotations

import importlib
from datetime import datetime
from pathlib import Path

from khop.config import load_config
from khop.sync.engine import open_engine

ADAPTERS = {
    name: importlib.import_module(f"khop.adapters.{name}").ADAPTER
    for name in ("igate", "dvcqg", "portal_file", "vnpost", "population")
}


def work(config: Path, now: datetime) -> None:
    """One cycle at a fixed ``now``, so that two runs can be compared to the last column."""
    with open_engine(load_config(config, ADAPTERS), ADAPTERS, clock=lambda: now) as engine:
        engine.pull()
        engine.reconcile()
        engine.apply(confirm=lambda _: True)

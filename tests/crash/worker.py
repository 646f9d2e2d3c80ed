"""What is killed: a process that pulls, reconciles and applies, as the command line would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from khop.config.adapters import adapter_types
from khop.config.load import load_config
from khop.sync.engine import open_engine

ADAPTERS = adapter_types()


#: A cycle, step by step.
STEPS = ("pull", "reconcile", "apply")


def work(config: Path, now: datetime, steps: Sequence[str] = STEPS) -> None:
    """A cycle, or a part of it, at a fixed ``now``, so that two runs can be compared to the last
    column."""
    with open_engine(load_config(config, ADAPTERS), ADAPTERS, clock=lambda: now) as engine:
        cycle = {
            "pull": engine.pull,
            "reconcile": engine.reconcile,
            "apply": lambda: engine.apply(confirm=lambda _: True),
        }
        for step in steps:
            cycle[step]()

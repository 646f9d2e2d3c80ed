"""The process that is killed: it pulls, reconciles and applies, as the command line does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from khop.config.adapters import adapter_types
from khop.config.load import load_config
from khop.sync.opening import open_engine
from khop.sync.reconciling.buckets import case_buckets

ADAPTERS = adapter_types()
#: The steps of a cycle, in order.
STEPS = ("pull", "reconcile", "apply")


def work(config: Path, now: datetime, steps: Sequence[str] = STEPS, in_parts: bool = False) -> None:
    """Run these steps of a cycle at a fixed ``now``, so that two runs write equal ledgers.

    ``in_parts``: as if the cases needed so much memory that they have to be compared in buckets.
    """
    if in_parts:
        case_buckets._ROW_BYTES = 10_000_000  # noqa: SLF001
    with open_engine(
        load_config(config, ADAPTERS), ADAPTERS, clock=lambda: now, accept_clock=True
    ) as engine:
        cycle: dict[str, Callable[[], object]] = {
            "pull": engine.pull,
            "reconcile": engine.reconcile,
            "apply": lambda: engine.apply(confirm=lambda _: True),
            "repair": engine.repair_policies.run,
        }
        for step in steps:
            cycle[step]()

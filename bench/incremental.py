"""Reconcile by increments: what one reads after some changes, compared with a whole run.

    python -m bench.incremental [--size N] [--changes N]

First a whole run; then changes in the ledger and an increment on the same day; then an increment on
the next working day, when ages pass their limits. A last whole run must change nothing.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.changes import change
from bench.evidence import LOGBOOK, POPULATION, POST, REGISTER, add_evidence
from bench.ledgers import ONE_STOP, PORTAL, make_ledger
from bench.measure import keep, run_peer
from bench.times import NOW
from khop.sync.reconciling.reconcile import Scope

SCOPE = Scope(
    sources=(PORTAL, ONE_STOP, LOGBOOK, POPULATION, REGISTER, POST),
    one_stops=(ONE_STOP,),
)
#: ``NOW`` is a Friday; the next working day is a Monday.
NEXT_WORKING_DAY = NOW + timedelta(days=3)
_SAME_DAY = NOW + timedelta(hours=1)
_NAMES = {True: "a whole run", False: "an increment"}


def measure(size: int, changes: int) -> dict[str, Any]:
    """Make all runs. Raises RuntimeError when the increments miss findings of a whole run."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "khop.db"
        make_ledger(ledger, size)
        add_evidence(ledger, size)
        whole = _run(ledger, NOW, "--whole")
        changed = change(ledger, size, changes)
        same_day = _run(ledger, _SAME_DAY)
        next_day = _run(ledger, NEXT_WORKING_DAY)
        last = _run(ledger, NEXT_WORKING_DAY, "--whole")
    if last["changed"] or last["open"] != next_day["open"]:
        raise RuntimeError(f"the increments missed {last['changed']} findings")
    return {
        "size": size,
        "changes": changed,
        "whole": whole,
        "same_day": same_day,
        "next_working_day": next_day,
        "shares": {name: _share(cycle, whole) for name, cycle in
                   (("same_day", same_day), ("next_working_day", next_day))},
    }  # fmt: skip


def _run(ledger: Path, now: datetime, *options: str) -> dict[str, Any]:
    done = run_peer("reconcile_once", "--ledger", ledger, "--now", now.isoformat(), *options)
    asked, made = (_NAMES[whole] for whole in (bool(options), done["subjects"] is None))
    if asked != made:
        raise RuntimeError(f"khop made {made} where {asked} was asked for")
    return done


def _share(cycle: dict[str, Any], whole: dict[str, Any]) -> dict[str, float]:
    """The cost of an increment in per cent of that of a whole run."""
    return {
        name: round(100 * cycle[name] / whole[name], 3)
        for name in ("rows", "thousand_steps", "seconds", "cpu")
    }


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.incremental", description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000, help="dossiers")
    parser.add_argument("--changes", type=int, default=1_000, help="dossiers that change")
    options = parser.parse_args(argv)
    done = measure(options.size, options.changes)
    keep("incremental", done)
    show(done)


def show(done: dict[str, Any]) -> None:
    """Print what was measured, for people."""
    print(f"incremental: {done['changes']} of {done['size']} dossiers changed")
    for name in ("whole", "same_day", "next_working_day"):
        run = done[name]
        looked = "all" if run["subjects"] is None else run["subjects"]
        print(
            f"  {name:16} looked at {looked}, read {run['rows']} rows, "
            f"{run['thousand_steps']} thousand steps, {run['seconds']} s, "
            f"memory {run['memory']['peak']} MiB"
        )
    for name, share in done["shares"].items():
        parts = "  ".join(f"{part} {value} %" for part, value in share.items())
        print(f"  {name:16} of the whole run: {parts}")


if __name__ == "__main__":
    main()

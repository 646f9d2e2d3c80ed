"""Reconcile: a whole run on a large ledger, by khop and by SQL written by hand.

    python -m bench.reconcile [--size N] [--rounds N]

Both sides must write equal findings, values and evidence included.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.ledgers import make_ledger
from bench.measure import alternated, keep, middle, run_peer

_PEERS = {"khop": "reconcile_khop", "raw": "reconcile_raw"}
_PARTS = ("feed", "query", "whole")
#: Tables that a reconcile writes.
_WRITTEN = ("discrepancy", "recheck", "last_reconcile", "audit_log")
_FINDINGS = (
    "SELECT rule, code, state, severity, unit, acts, first_seen_us, last_seen_us, opened_us, "
    "resolved_us, reopened, values_json, evidence_json FROM discrepancy"
)

Findings = dict[tuple[str, str], tuple[Any, ...]]


def measure(size: int, rounds: int) -> dict[str, Any]:
    """Run both sides ``rounds`` times. Raises RuntimeError when their findings differ."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in _PEERS}
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "khop.db"
        make_ledger(ledger, size)
        for number in range(rounds):
            found: dict[str, Findings] = {}
            for name in alternated(list(_PEERS), number):
                _forget(ledger)
                runs[name].append(run_peer(_PEERS[name], "--ledger", ledger))
                found[name] = _findings(ledger)
            _compare(found)
    return {
        "size": size,
        "cases": runs["khop"][-1]["cases"],
        "rounds": rounds,
        "findings": dict(sorted(Counter(rule for rule, _ in found["khop"]).items())),
        "peers": {name: _summed(runs[name]) for name in runs},
        "ratios": _ratios(runs),
    }


def _forget(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        for table in _WRITTEN:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _findings(ledger: Path) -> Findings:
    with closing(sqlite3.connect(ledger)) as connection:
        return {
            (rule, code): (*columns, json.loads(values), json.loads(evidence))
            for rule, code, *columns, values, evidence in connection.execute(_FINDINGS)
        }


def _compare(found: dict[str, Findings]) -> None:
    khop, raw = found["khop"], found["raw"]
    if khop != raw:
        apart = sorted(key for key in khop.keys() | raw.keys() if khop.get(key) != raw.get(key))
        raise RuntimeError(f"khop and raw SQL differ in {len(apart)} findings, as in {apart[:5]}")


def _summed(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    parts = {part: [run[part] for run in runs] for part in _PARTS}
    return {
        **{f"{part}_seconds": round(middle(each, "seconds"), 2) for part, each in parts.items()},
        **{f"{part}_cpu": round(middle(each, "cpu"), 2) for part, each in parts.items()},
        "each_round": [run["whole"]["seconds"] for run in runs],
        "memory_peak_mb": max(run["memory"]["peak"] for run in runs),
    }


def _ratios(runs: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """khop's time divided by that of the raw SQL."""

    def ratio(part: str, key: str) -> float:
        khop, raw = ([run[part] for run in runs[name]] for name in ("khop", "raw"))
        return round(middle(khop, key) / middle(raw, key), 2)

    return {
        f"{part}{'_cpu' if key == 'cpu' else ''}": ratio(part, key)
        for part in ("query", "whole")
        for key in ("seconds", "cpu")
    }


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.reconcile", description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000, help="dossiers")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(argv)
    done = measure(options.size, options.rounds)
    keep("reconcile", done)
    show(done)


def show(done: dict[str, Any]) -> None:
    """Print what was measured, for people."""
    print(
        f"reconcile: {done['cases']} cases, {sum(done['findings'].values())} findings, the same "
        f"on both sides; median of {done['rounds']}"
    )
    for name, peer in done["peers"].items():
        times = "  ".join(f"{part} {peer[f'{part}_seconds']} s" for part in _PARTS)
        print(f"  {name:5} {times}  memory {peer['memory_peak_mb']} MiB")
    for name, ratio in done["ratios"].items():
        print(f"  khop_to_raw {name:10} {ratio}")


if __name__ == "__main__":
    main()

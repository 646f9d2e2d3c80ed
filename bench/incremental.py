"""Reconcile by increments: what a cycle reads after some changes, beside a whole run.

    python -m bench.incremental [--size N] [--changes N]

A whole run; then changes through the ledger's own functions and a cycle of the same day; then a
cycle of the next working day, when ages cross their limits. A last whole run must change nothing.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.evidence import BOOK, POPULATION, POST, REGISTER, add_evidence
from bench.ledgers import NOW, NOW_US, ONE_STOP, PORTAL, make_ledger, ordinary_number
from bench.measure import keep, run_peer
from khop.adapters.ports import Role
from khop.mappings.records import (
    DossierReading,
    DossierRecord,
    Instant,
    PaperKind,
    PaperRow,
    Status,
    StatusKind,
    StatusRecord,
)
from khop.sync.ledger import Ledger, presence, records
from khop.sync.ledger import paper_rows as paper
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import source_record
from khop.sync.reconciling.reconcile import Scope

SCOPE = Scope(
    sources=(PORTAL, ONE_STOP, BOOK, POPULATION, REGISTER, POST),
    one_stops=(ONE_STOP,),
)
#: The day after ``NOW``'s is a Saturday; the Monday is the next working day.
NEXT_WORKING_DAY = NOW + timedelta(days=3)
_SAME_DAY = NOW + timedelta(hours=1)
_KINDS = 10
_NAMES = {True: "a whole run", False: "an increment"}


def measure(size: int, changes: int) -> dict[str, Any]:
    """Run all cycles. Raises RuntimeError when an increment missed what a whole run finds."""
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
    """What a cycle costs of a whole run, in per cent."""
    return {
        name: round(100 * cycle[name] / whole[name], 3)
        for name in ("rows", "thousand_steps", "seconds", "cpu")
    }


# --- what changes -------------------------------------------------------------------------------


def change(path: Path, size: int, changes: int) -> int:
    """Change so many dossiers, spread over the ledger; how many were changed.

    Of ten six get another state at the one-stop, two another answer of the portal, one a scan of
    the post and one a row in the register.
    """
    numbers = [ordinary_number(place * size // changes) for place in range(changes)]
    with closing(Ledger(f"sqlite:///{path}")) as ledger, ledger.write() as connection:
        dossiers = list(_read(connection, sorted({f"{number:024x}" for number in numbers})))
        parts = [dossiers[start::_KINDS] for start in range(_KINDS)]
        arrivals = [_moved_on(dossier) for part in parts[:6] for dossier in part]
        records.store_arrivals(connection, Role.ONE_STOP, arrivals, NOW_US)
        answers = [(d.code, _as_answer(d)) for part in parts[6:8] for d in part]
        presence.answered(connection, PORTAL, answers, NOW_US)
        records.store_events(connection, [_delivered(dossier) for dossier in parts[8]])
        for number, dossier in enumerate(parts[9]):
            row = _signed(number, dossier)
            paper.add_row(connection, REGISTER, "them.xlsx", row, NOW_US)
    return len(dossiers)


def _read(connection: sa.Connection, native_ids: Sequence[str]) -> Iterator[DossierRecord]:
    for native_id in native_ids:
        found = records.read_record(connection, ONE_STOP, native_id)
        if found is None:
            raise RuntimeError(f"there is no dossier {native_id} in {source_record.name}")
        yield found


def _moved_on(dossier: DossierRecord) -> Arrival:
    moved = replace(
        dossier,
        status=Status.PROCESSING if dossier.status is Status.FINISHED else Status.FINISHED,
        changed_at=Instant(NOW_US),
    )
    return Arrival(DossierReading(moved, None), record_hash(moved))


def _as_answer(dossier: DossierRecord) -> DossierRecord:
    return replace(dossier, source=PORTAL, native_id=dossier.code, status=Status.STOPPED)


def _delivered(dossier: DossierRecord) -> StatusRecord:
    now, kind = Instant(NOW_US), StatusKind.DELIVERED
    return StatusRecord(POST, dossier.code, "scan", dossier.code, kind, now, item="EM1VN")


def _signed(number: int, dossier: DossierRecord) -> PaperRow:
    return PaperRow(
        PaperKind.REGISTER,
        f"added-{number:08d}",
        "Sổ",
        number + 2,
        code=dossier.code,
        unit=dossier.unit,
        procedure=dossier.procedure,
        signed_at=Instant(NOW_US),
    )


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

"""Changes in a ledger of invented dossiers, made by the ledger's own functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from bench.evidence import POST, REGISTER
from bench.ledgers import ONE_STOP, PORTAL, ordinary_number
from bench.times import NOW_US
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

_KINDS = 10


def change(path: Path, size: int, changes: int) -> int:
    """Change ``changes`` dossiers, spread over the ledger of ``size``; returns how many changed.

    Of ten dossiers, six get another state at the one-stop, two another answer of the portal, one a
    scan of the post, and one a row in the register.
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

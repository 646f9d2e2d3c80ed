"""A ledger with dossiers, paper and events of the post, and the rules run over it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.config.domain_tables import Tables
from khop.config.model import RuleSettings
from khop.mappings.records import (
    DossierReading,
    DossierRecord,
    Instant,
    PaperKind,
    Precision,
    Status,
    StatusKind,
    StatusRecord,
)
from khop.sync.ledger import Ledger, records
from khop.sync.ledger.cursor import Cursor, save_cursor
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import discrepancy, paper_row
from khop.sync.reconciling.reconcile import Reconciled, Scope, reconcile
from khop.sync.reconciling.rules import Clock
from tests.sync.fakes import at, record

# Friday; the working days before it are 19, 18, 17 and 16 November
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
YESTERDAY, TWO_DAYS_AGO = at(19), at(18)
SCOPE = Scope(
    sources=("dvcqg", "igate", "logbook", "register", "vnpost"),
    one_stops=("igate",),
)


def day(instant: Instant) -> Instant:
    """The local day of a moment, known as a day alone."""
    return Instant(instant.us - instant.us % 86_400_000_000 - 7 * 3_600_000_000, Precision.DAY)


def ago(**span: float) -> Instant:
    """So long before ``NOW``."""
    return Instant.of(NOW - timedelta(**span))


@dataclass(frozen=True)
class Given:
    """What the sources say of one dossier.

    ``os``: changes to ``fakes.record``; None: the one-stop does not have the dossier. ``steps``:
    (state, when); ``held``: whether a person has it. ``post``: (kind, waybill, when).
    ``logbook``: times of a row; ``register``: when the result was signed.
    """

    os: dict[str, Any] | None = field(default_factory=dict)
    steps: tuple[tuple[Status | None, Instant], ...] = ()
    held: bool | None = None
    post: tuple[tuple[StatusKind, str | None, Instant | None], ...] = ()
    logbook: dict[str, Instant] | None = None
    register: Instant | None = None
    code: str | None = None

    def code_of(self, number: int) -> str:
        return self.code or record(number).code


def put(connection: sa.Connection, number: int, given: Given) -> None:
    """Store what is given of the dossier with this number."""
    code = given.code_of(number)
    if given.os is not None:
        ours = record(number, code=code, **given.os)
        put_record(
            connection,
            ours,
            [
                StatusRecord(
                    *("igate", ours.native_id, f"{i}", code, StatusKind.STATUS, when, status),
                    "bước",
                    held=given.held,
                )
                for i, (status, when) in enumerate(given.steps)
            ],
        )
    records.store_events(
        connection,
        [
            StatusRecord("vnpost", code, f"{number}-{i}", code, kind, when, item=item)
            for i, (kind, item, when) in enumerate(given.post)
        ],
    )
    if given.logbook is not None:
        put_row(connection, PaperKind.LOGBOOK, number, code, **given.logbook)
    if given.register is not None:
        put_row(connection, PaperKind.REGISTER, number, code, signed_at=given.register)


def put_record(
    connection: sa.Connection, ours: DossierRecord, steps: Iterable[StatusRecord] | None = None
) -> None:
    """Store a record of the one-stop, with its history or without."""
    history = None if steps is None else tuple(steps)
    arrival = Arrival(DossierReading(ours, history), record_hash(ours))
    records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)


def put_row(
    connection: sa.Connection, kind: PaperKind, number: int, code: str | None, **times: Instant
) -> None:
    columns: dict[str, Any] = {}
    for name, time in times.items():
        stem = name.removesuffix("_at")
        columns |= {f"{stem}_us": time.us, f"{stem}_day": time.precision is Precision.DAY}
    connection.execute(
        sa.insert(paper_row).values(
            source=kind.value,
            file="so.xlsx",
            row_key=f"{kind.value}-{number}",
            kind=kind.value,
            sheet="Sổ",
            row_number=number,
            code=code,
            unit="UBND xã Mẫu",
            fields_lost="[]",
            first_seen_us=1,
            **columns,
        )
    )


def complete(connection: sa.Connection) -> None:
    """The one-stop's list was read to its end."""
    save_cursor(connection, "igate", Cursor(complete=True))


def run(
    ledger: Ledger,
    settings: RuleSettings | None = None,
    now: datetime = NOW,
    *,
    whole: bool = False,
) -> Reconciled:
    """Reconcile the ledger."""
    clock = Clock(now, Tables(), settings or RuleSettings())
    return reconcile(ledger, clock, SCOPE, whole=whole)


def open_findings(ledger: Ledger) -> set[tuple[str, str]]:
    """(rule, subject) of the open findings."""
    query = sa.select(discrepancy.c.rule, discrepancy.c.subject)
    with ledger.read() as connection:
        rows = connection.execute(query.where(discrepancy.c.state == "open"))
        return {(row.rule, row.subject) for row in rows}

"""A drawn world put into a ledger, by the ledger's own functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import PaperFile, Role
from khop.mappings.records import (
    Channel,
    DossierReading,
    DossierRecord,
    IdentityVerdict,
    Instant,
    PaperKind,
    PaperRow,
    Precision,
    Reject,
    Status,
    StatusKind,
    StatusRecord,
)
from khop.sandbox.truth.statements import Time
from khop.sync.ledger import Ledger, presence, quarantine, records
from khop.sync.ledger import paper_rows as paper
from khop.sync.ledger.cursor import Cursor, save_cursor
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import identity_check
from khop.sync.privacy import Privacy
from tests.sync.drawn_worlds.draw import (
    NOWS,
    ONE_STOPS,
    TIMES,
    DrawnAnswer,
    DrawnRecord,
    DrawnRow,
    DrawnWorld,
)

SOURCES = ("dvcqg", *ONE_STOPS, "population", "so-theo-doi", "so-van-thu", "vnpost")
#: A source that is no longer configured: what it said does not count.
_GONE = "cũ"


def store(world: DrawnWorld, ledger: Ledger, privacy: Privacy) -> None:
    """Put a world into an empty ledger."""
    with ledger.write() as connection:
        for source in ONE_STOPS:
            save_cursor(connection, source, Cursor(complete=world.complete))
        arrivals = list(map(_arrival, world.records))
        records.store_arrivals(connection, Role.ONE_STOP, arrivals, 1)
        for answer in world.answers:
            _store_answer(connection, answer)
        records.store_events(connection, list(_events(world)))
        for kind, source in (("logbook", "so-theo-doi"), ("register", "so-van-thu")):
            for name in ("cũ.xlsx", "mới.csv"):
                rows = [_row(r) for r in world.rows if r.kind == kind and name in r.files]
                read = paper.FileRead(PaperFile(name, "0"), rows, ())
                paper.store_file(connection, source, read, privacy, 1)
        rejects = [
            Reject("agency", "là số", native_id=f"bad-{code}", code=code)
            for code in sorted(world.quarantined)
        ]
        quarantine.put(connection, ONE_STOPS[0], rejects, privacy, 1)
        _store_noise(connection, world, privacy)


def _store_noise(connection: sa.Connection, world: DrawnWorld, privacy: Privacy) -> None:
    """Add what must not count: a source that is gone, a repaired record, identity checks."""
    codes = sorted({record.code for record in world.records} | {"H99.00-261101-0001"})
    gone = [
        DossierRecord(_GONE, code, code, status=Status.RETURNED, aliases=(f"{code}X",))
        for code in codes[::5]
    ]
    arrivals = [Arrival(DossierReading(record), record_hash(record)) for record in gone]
    records.store_arrivals(connection, Role.ONE_STOP, arrivals, 1)
    presence.answered(connection, _GONE, [(code, None) for code in codes[1::5]], 1)
    when = Instant(NOWS[0])
    delivered = [StatusRecord(_GONE, c, "e", c, StatusKind.DELIVERED, when) for c in codes[2::5]]
    records.store_events(connection, delivered)
    rows = [
        PaperRow(PaperKind.REGISTER, f"{_GONE}-{i}", "Sổ", i, code=code, signed_at=when)
        for i, code in enumerate([None, *codes[3::5]])
    ]
    read = paper.FileRead(PaperFile("x.csv", "0"), rows, ())
    paper.store_file(connection, _GONE, read, privacy, 1)
    repaired = [Reject("agency", "là số", native_id="repaired", code="H99.00-261101-0002")]
    quarantine.put(connection, ONE_STOPS[0], repaired, privacy, 1)
    quarantine.release(connection, ONE_STOPS[0], ["repaired"])
    verdicts = list(IdentityVerdict)
    for i, code in enumerate(codes[4::5]):
        row = {"source": "population", "code": code, "verdict": verdicts[i % 3].value}
        connection.execute(sa.insert(identity_check).values(**row, warnings="[]", checked_us=1))


def _instant(time: Time | None) -> Instant | None:
    return time and Instant(time[0], Precision.DAY if time[1] else Precision.SECOND)


def _times(said: object, *names: str) -> dict[str, Any]:
    return {f"{name}_at": _instant(getattr(said, name)) for name in names}


def _arrival(drawn: DrawnRecord) -> Arrival:
    record = DossierRecord(
        drawn.source,
        drawn.native_id,
        drawn.code,
        drawn.aliases,
        status=None if drawn.status is None else Status(drawn.status),
        status_raw=drawn.status_raw,
        **_times(drawn, *TIMES, "entered", "changed"),
        no_due=drawn.no_due,
        **_who(drawn),
        channel=None if drawn.channel is None else Channel(drawn.channel),
        unread=_unread(drawn),
    )
    history = tuple(_steps(record, drawn)) if drawn.history_read else None
    return Arrival(DossierReading(record, history), record_hash(record))


def _unread(drawn: DrawnRecord | DrawnAnswer | DrawnRow) -> tuple[str, ...]:
    names = {name: f"{name}_at" for name in (*TIMES, "entered", "signed")}
    names["applicant"] = "applicant_key"
    return tuple(sorted(names.get(name, name) for name in drawn.unread))


def _who(drawn: DrawnRecord | DrawnRow) -> dict[str, Any]:
    return {
        "unit": drawn.unit,
        "procedure": drawn.procedure,
        "applicant_key": drawn.applicant,
        "applicant_kind": drawn.applicant_known_by,
    }


def _steps(record: DossierRecord, drawn: DrawnRecord) -> Iterator[StatusRecord]:
    for i, (status, when) in enumerate(drawn.history):
        yield StatusRecord(
            record.source,
            record.native_id,
            f"{i}",
            record.code,
            StatusKind.STATUS,
            _instant(when),
            None if status is None else Status(status),
            "bước",
            current=i == 0,
            held=drawn.held if i == 0 else True,
        )


def _store_answer(connection: sa.Connection, drawn: DrawnAnswer) -> None:
    code = drawn.code
    record = DossierRecord(
        "dvcqg",
        code,
        code,
        status=None if drawn.status is None else Status(drawn.status),
        status_raw="trạng thái lạ",
        **_times(drawn, *TIMES),
        unread=_unread(drawn),
    )
    for answer in drawn.look_ups:
        if answer == "failed":
            presence.failed(connection, "dvcqg", [(code, "không trả lời")], 1)
        else:
            found = record if answer == "present" else None
            presence.answered(connection, "dvcqg", [(code, found)], drawn.checked)


def _events(world: DrawnWorld) -> Iterator[StatusRecord]:
    for i, event in enumerate(world.events):
        yield StatusRecord(
            "vnpost",
            event.order,
            f"{i}",
            event.code,
            StatusKind(event.kind),
            _instant(event.at),
            item=event.item,
        )


def _row(drawn: DrawnRow) -> PaperRow:
    return PaperRow(
        PaperKind(drawn.kind),
        drawn.key,
        "Sổ",
        1,
        code=drawn.code,
        **_who(drawn),
        **_times(drawn, "received", "returned", "signed"),
        unread=_unread(drawn),
    )

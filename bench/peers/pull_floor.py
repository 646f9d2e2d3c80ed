"""The floor: the least that a script must do to keep the dossiers in a table.

It reads the same pages into pydantic models with the fields that khop maps, and writes them into
one SQLite table by upsert, one transaction a page. No masking, no matching keys, no mapping of
states, no digests, no quarantine, no cursor: one bad record ends it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from bench.measure import Spent, memory_mb, report
from bench.peers.source import arguments, pages

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_VIETNAMESE = 228


class Language(BaseModel):
    languageId: int | None = None
    name: str | None = None


class Tag(BaseModel):
    id: int | None = None
    name: str | list[Language] | None = None


class Person(BaseModel):
    fullname: str | None = None
    ownerFullname: str | None = None
    organization: str | None = None
    identityNumber: str | int | None = None
    birthday: datetime | None = None


class Applicant(BaseModel):
    data: Person | None = None


class Procedure(BaseModel):
    code: str | None = None


class Agency(BaseModel):
    code: str | None = None
    name: str | list[Language] | None = None


class Item(BaseModel):
    id: str
    code: str
    nationCode: str | None = None
    dossierStatus: Tag | None = None
    applicant: Applicant | None = None
    procedure: Procedure | None = None
    agency: Agency | None = None
    applyMethod: Tag | None = None
    appliedDate: datetime | None = None
    acceptedDate: datetime | None = None
    appointmentDate: datetime | None = None
    completedDate: datetime | None = None
    returnedDate: datetime | None = None
    updatedDate: datetime | None = None
    undefindedCompleteTime: int | None = None


class Page(BaseModel):
    content: list[Item]


_COLUMNS = (
    "id", "code", "nation_code", "status_id", "status", "submitted_us", "received_us", "due_us",
    "finished_us", "returned_us", "changed_us", "no_due", "unit", "unit_code", "procedure",
    "channel_id", "channel", "applicant_name", "applicant_number", "applicant_birthday_us",
)  # fmt: skip
_TABLE = f"CREATE TABLE dossier ({', '.join(_COLUMNS)}, PRIMARY KEY (id))"
_INDEX = "CREATE INDEX ix_dossier_code ON dossier (code)"
_UPSERT = (
    f"INSERT INTO dossier ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    "ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
)


def main() -> None:
    options = arguments(__doc__).parse_args()
    connection = sqlite3.connect(options.folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-32768")
    connection.execute("PRAGMA wal_autocheckpoint=8000")
    connection.execute(_TABLE)
    connection.execute(_INDEX)
    with Spent() as spent:
        for page in pages(options.url, options.size):
            items = Page.model_validate_json(page.content).content
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_UPSERT, _rows(items))
            connection.execute("COMMIT")
    rows = connection.execute("SELECT count(*) FROM dossier").fetchone()[0]
    connection.close()
    report(**spent.as_json(), rows=rows, memory=memory_mb())


def _rows(items: list[Item]) -> Iterator[tuple[object, ...]]:
    for item in items:
        status, channel = item.dossierStatus or Tag(), item.applyMethod or Tag()
        unit, procedure = item.agency or Agency(), item.procedure or Procedure()
        person = (item.applicant or Applicant()).data or Person()
        yield (
            item.id, item.code, item.nationCode, status.id, _name(status.name),
            _us(item.appliedDate), _us(item.acceptedDate), _us(item.appointmentDate),
            _us(item.completedDate), _us(item.returnedDate), _us(item.updatedDate),
            item.undefindedCompleteTime, _name(unit.name), unit.code, procedure.code,
            channel.id, _name(channel.name), person.fullname, person.identityNumber,
            _us(person.birthday),
        )  # fmt: skip


def _name(written: str | list[Language] | None) -> str | None:
    if not isinstance(written, list):
        return written
    return next((each.name for each in written if each.languageId == _VIETNAMESE), None)


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


if __name__ == "__main__":
    main()

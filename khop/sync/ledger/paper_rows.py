"""Rows of paper in the ledger: one file at a time, as it was last read.

The rows of a file are replaced as a whole and in one transaction: rows that left the file are
deleted, the others keep the time they were first seen. The rows of a file that was removed stay:
moving a file to an archive does not make its rows wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import PaperFile
from khop.mappings.paper.code_cells import UNKNOWN_SHAPE
from khop.mappings.paper.items import AnyRow
from khop.mappings.records import PaperKind, Reject
from khop.sync.ledger.codes import codes_of_dossiers
from khop.sync.ledger.dirty import mark
from khop.sync.ledger.quarantine import OPEN, TEXT_LIMIT, put, release
from khop.sync.ledger.record_rows import time_columns, unread_columns
from khop.sync.ledger.schema import (
    count_row,
    feedback_row,
    ministry_row,
    paper_file,
    paper_match,
    paper_row,
    quarantine,
    rating_row,
    report_row,
)
from khop.sync.privacy import Privacy

#: How the subject of a row without a dossier's code begins.
ROW = "row:"

_KEY = ("source", "file", "row_key")
#: The table of each kind of row that is no evidence of one dossier.
_OFFICE: Mapping[PaperKind, sa.Table] = {
    PaperKind.REPORT: report_row,
    PaperKind.COUNTS: count_row,
    PaperKind.FEEDBACK: feedback_row,
    PaperKind.RATINGS: rating_row,
    PaperKind.MINISTRY: ministry_row,
}
#: The tables with rows of files.
TABLES = (paper_row, *_OFFICE.values())
#: Values in one statement; both databases allow more.
_BATCH = 500

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read to its end: its rows, no two with one key, and its rejects. ``kind``:
    of the file; any kind of evidence stands for all of them."""

    file: PaperFile
    rows: Sequence[AnyRow]
    rejects: Sequence[Reject]
    kind: PaperKind = PaperKind.LOGBOOK


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a file did: rows written, rows without a change, rows that left it."""

    stored: int
    unchanged: int
    deleted: int


def subject(row: Row) -> str:
    """What a row is about: its dossier's code, else the row itself."""
    return row["code"] or f"{ROW}{row['row_key']}"


def known_files(connection: sa.Connection, source: str) -> dict[str, str]:
    """File -> digest, of the files of a source that were read to their end."""
    query = sa.select(paper_file.c.file, paper_file.c.digest).where(paper_file.c.source == source)
    return {row.file: row.digest for row in connection.execute(query)}


def files_to_read_again(connection: sa.Connection, source: str) -> set[str]:
    """The files with a row whose code of unknown shape was no dossier's when it was read, and is
    one's now."""
    query = sa.select(quarantine.c.native_id, quarantine.c.code).where(
        quarantine.c.source == source,
        quarantine.c.state == OPEN,
        quarantine.c.reason == UNKNOWN_SHAPE,
        quarantine.c.code.is_not(None),
        quarantine.c.native_id.is_not(None),
    )
    held = connection.execute(query).all()
    if not held:
        return set()
    known = codes_of_dossiers(connection, {row.code for row in held})
    files = known_files(connection, source)
    found = (file_of(row.native_id, files) for row in held if row.code in known)
    return {file for file in found if file is not None}


def kinds_of(connection: sa.Connection, source: str, file: str) -> set[str]:
    """The kinds of the rows that the ledger has of a file."""
    query = sa.select(paper_row.c.kind).where(
        paper_row.c.source == source, paper_row.c.file == file
    )
    found = set(connection.scalars(query.distinct()))
    for kind, table in _OFFICE.items():
        one = sa.select(table.c.row_key).where(table.c.source == source, table.c.file == file)
        if connection.scalar(one.limit(1)) is not None:
            found.add(kind.value)
    return found


def store_file(
    connection: sa.Connection, source: str, read: FileRead, privacy: Privacy, now_us: int
) -> Stored:
    """Replace the rows of a file by what it says now."""
    file, table = read.file.name, _OFFICE.get(read.kind, paper_row)
    have = _stored_rows(connection, table, source, file)
    rows = {row.row_key: _row(table, source, file, row) for row in read.rows}
    changed = [row for key, row in rows.items() if row != have.get(key)]
    gone = [row for key, row in have.items() if key not in rows]
    _upsert(connection, table, changed, now_us)
    _delete(connection, table, gone)
    before = [have[row["row_key"]] for row in changed if row["row_key"] in have]
    mark(connection, _subjects(table, [*changed, *before, *gone]))
    _store_rejects(connection, source, read, privacy, now_us)
    _note_file(connection, source, read, now_us)
    return Stored(len(changed), len(rows) - len(changed), len(gone))


def add_row(connection: sa.Connection, source: str, file: str, row: AnyRow, now_us: int) -> bool:
    """Add one row to those of a file; False when another row of the file has its key."""
    table = _OFFICE.get(row.kind, paper_row)
    held = connection.scalar(
        sa.select(table.c.row_number).where(
            table.c.source == source, table.c.file == file, table.c.row_key == row.row_key
        )
    )
    if held is not None and held != row.row_number:
        return False
    written = _row(table, source, file, row)
    _upsert(connection, table, [written], now_us)
    mark(connection, _subjects(table, [written]))
    return True


def name_rows(connection: sa.Connection, source: str, papers: str) -> None:
    """Queue look-ups of ``source`` for every code that rows of ``papers`` name, rows of earlier
    pulls too."""
    connection.execute(_NAMED_BY_PAPER, {"source": source, "papers": papers})


def sources_named(connection: sa.Connection, prefix: str) -> list[str]:
    """The sources of files in the ledger whose name begins with ``prefix``."""
    query = sa.select(paper_file.c.source).distinct().order_by(paper_file.c.source)
    return [name for name in connection.scalars(query) if name.startswith(prefix)]


def file_of(native_id: str, files: Iterable[str]) -> str | None:
    """The file of a quarantined row, whose native id is ``FILE#SHEET!ROW``."""
    found = [file for file in files if native_id.startswith(f"{file}#"[:TEXT_LIMIT])]
    return max(found, key=len, default=None)


def _subjects(table: sa.Table, rows: Iterable[Row]) -> list[str]:
    """What is to be looked at again because of these rows."""
    if table is paper_row:
        return [subject(row) for row in rows]
    return [row["code"] for row in rows if row.get("code")]


def _stored_rows(
    connection: sa.Connection, table: sa.Table, source: str, file: str
) -> dict[str, dict[str, Any]]:
    columns = [column for column in table.columns if column.name != "first_seen_us"]
    query = sa.select(*columns).where(table.c.source == source, table.c.file == file)
    return {row["row_key"]: dict(row) for row in connection.execute(query).mappings()}


@cache
def _fields(table: sa.Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The stems of the times of a table's rows, and the names of what is stored as it is."""
    names = [column.name for column in table.columns]
    stems = tuple(name.removesuffix("_us") for name in names if name.endswith("_us"))
    times = {f"{stem}{end}" for stem in stems for end in ("_us", "_day")}
    made = {"source", "file", "fields_lost", "unread", *times}
    return (
        tuple(stem for stem in stems if stem != "first_seen"),
        tuple(name for name in names if name not in made),
    )


def _row(table: sa.Table, source: str, file: str, row: AnyRow) -> dict[str, Any]:
    """The columns of a row of this table, from its fields of the same names."""
    stems, plain = _fields(table)
    return {
        "source": source,
        "file": file,
        **{name: getattr(row, name) for name in plain},
        **time_columns(row, stems),
        "fields_lost": json.dumps(row.fields_lost, ensure_ascii=False),
        "unread": unread_columns(row.unread),
    }


def _upsert(connection: sa.Connection, table: sa.Table, rows: Sequence[Row], now_us: int) -> None:
    if rows:
        found = [{**row, "first_seen_us": now_us} for row in rows]
        connection.execute(_UPSERTS[table.name], found)


def _delete(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Delete rows, with the dossiers that were suggested for them."""
    keys = [{f"of_{name}": row[name] for name in _KEY} for row in rows]
    if keys:
        for each in (paper_match, table) if table is paper_row else (table,):
            at = [each.c[name] == sa.bindparam(f"of_{name}") for name in _KEY]
            connection.execute(sa.delete(each).where(*at), keys)


def _store_rejects(
    connection: sa.Connection, source: str, read: FileRead, privacy: Privacy, now_us: int
) -> None:
    """Put the file's rejects into quarantine, and release the rows that are good now."""
    put(connection, source, read.rejects, privacy, now_us)
    bad = {(reject.native_id or "")[:TEXT_LIMIT] for reject in read.rejects}
    files = {read.file.name, *known_files(connection, source)}
    held = connection.scalars(
        sa.select(quarantine.c.native_id).where(
            quarantine.c.source == source,
            quarantine.c.state == OPEN,
            quarantine.c.native_id.is_not(None),
        )
    ).all()
    good = [id for id in held if id not in bad and file_of(id, files) == read.file.name]
    for start in range(0, len(good), _BATCH):
        release(connection, source, good[start : start + _BATCH])


def _note_file(connection: sa.Connection, source: str, read: FileRead, now_us: int) -> None:
    """Note that the file was read; nothing is written when it is as it was."""
    now = {
        "digest": read.file.digest,
        "rows": len(read.rows),
        "rejects": len(read.rejects),
    }
    query = sa.select(paper_file.c.digest, paper_file.c.rows, paper_file.c.rejects).where(
        paper_file.c.source == source, paper_file.c.file == read.file.name
    )
    before = connection.execute(query).mappings().first()
    if before is None or dict(before) != now:
        values = {"source": source, "file": read.file.name, **now, "read_us": now_us}
        connection.execute(_READ, values)


def _statement(table: sa.Table, key: Sequence[str], kept: str | None = None) -> sa.TextClause:
    """Insert a row, or replace all of it but its key and the column ``kept``."""
    names = [column.name for column in table.columns]
    sets = ", ".join(f"{n} = excluded.{n}" for n in names if n not in (*key, kept))
    return sa.text(
        f"INSERT INTO {table.name} ({', '.join(names)}) "
        f"VALUES ({', '.join(f':{name}' for name in names)}) "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}"
    )


_UPSERTS = {table.name: _statement(table, _KEY, kept="first_seen_us") for table in TABLES}
_READ = _statement(paper_file, ("source", "file"))
_NAMED_BY_PAPER = sa.text(
    "INSERT INTO presence (source, code, presence, fields_lost) "
    "SELECT DISTINCT :source, code, 'unknown', '[]' FROM paper_row "
    "WHERE source = :papers AND code IS NOT NULL ON CONFLICT (source, code) DO NOTHING"
)

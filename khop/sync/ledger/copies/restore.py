"""A copy of the ledger, put back.

::

    the copy ──► a temporary one: checked, migrated, marked ──► the ledger that is there is kept
                                                     under another name ──► the copy takes its place

An SQLite file that is sound is overwritten in one transaction, so that a khop that has it open goes
on with the new content; a damaged one is moved away with its log files. On a PostgreSQL server the
tables are made in a database that has none: it is no ledger before it has the row of the schema's
version, which comes last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from khop.config.model import Config
from khop.errors import KhopError, LedgerError
from khop.mappings.records import Instant
from khop.sync.ledger import sqlite_opening
from khop.sync.ledger.copies import pg_programs
from khop.sync.ledger.copies.backup import vacuum_into
from khop.sync.ledger.copies.existing import Existing, existing_ledger, is_damage
from khop.sync.ledger.copies.files import (
    DUMP_MARK,
    MEGABYTE,
    Content,
    check_pages,
    flush_folder,
    keep_as,
    kind_of,
    log_files,
    not_written,
    opened_copy,
    part_in,
)
from khop.sync.ledger.copies.restored import note_restored
from khop.sync.ledger.databases import Database
from khop.sync.ledger.installation import KEY_OPTION
from khop.sync.ledger.postgres import PostgresDatabase
from khop.sync.ledger.schema import audit_log, installation, run
from khop.sync.ledger.sqlite import PREFIX, SqliteFile
from khop.sync.ledger.store import database_of, migrate, translated
from khop.sync.privacy import Privacy
from khop.sync.results import NoProgress, Progress, RestoreSummary
from khop.text.local_time import LOCAL, local_text

#: Pages of SQLite that are written between two reports.
_PAGES = 2000


@dataclass(frozen=True, slots=True)
class _Put:
    """What is put back, and how."""

    config: Config
    file: Path
    clock: Callable[[], datetime]
    actor: str
    progress: Progress


def restore(
    config: Config,
    file: Path,
    clock: Callable[[], datetime],
    *,
    actor: str,
    replace: bool = False,
    progress: Progress | None = None,
) -> RestoreSummary:
    """Put a copy that ``back_up`` made in the place of the ledger, which is kept under another
    name.

    ``replace``: also of a ledger that khop has worked with. ``actor``: the account of who asks for
    it. Raises KhopError; then the ledger is as it was.
    """
    put = _Put(config, file, clock, actor, progress or NoProgress())
    database = database_of(config.ledger_url)
    is_dump = kind_of(file) == DUMP_MARK
    try:
        if isinstance(database, SqliteFile) and not is_dump:
            return _into_file(put, database, replace)
        if isinstance(database, PostgresDatabase) and is_dump:
            return _into_server(put, database)
    except OSError as error:
        raise not_written(Path(error.filename or file), error) from None
    raise KhopError(
        f"{file} is a backup of a ledger of the other kind (SQLite, PostgreSQL) than "
        f"{database.place}: restore it to one of its own kind, then `khop ledger move`"
    )


def _into_file(put: _Put, database: SqliteFile, replace: bool) -> RestoreSummary:
    if log_files(put.file):
        raise KhopError(
            f"beside {put.file} there is a log file of SQLite, in which a part of the ledger may "
            "stand: this is no backup; open it with sqlite3 once, or copy it with VACUUM INTO"
        )
    put.progress.start("check_backup")
    with opened_copy(put.file) as copy:
        check_pages(copy, put.file)
        content = Content.of(copy)
        found = copy.scalar(sa.select(installation.c.fingerprint))
    put.progress.finish("check_backup")
    privacy = _key(put.config, found)
    database.require_place()
    there = existing_ledger(database, content.head, Instant.of(put.clock()).us)
    if there.used and not replace:
        raise _refused(database, there)
    folder = database.path.parent
    with part_in(folder, ".khop-restore.part") as (part, handle):
        _copy_bytes(put, part)
        as_of, held = _finish(put, SqliteFile(f"{PREFIX}{part}"), privacy, content)
        put.config.files.settle(part)
        kept = _keep(put, database, there) if there.used else None
        if not database.exists():
            for path in log_files(database.path):  # without their ledger
                path.unlink()
            keep_as(part, handle, database.path, put.config.files.settle)
        else:
            _overwrite(put, part, database)
    return _summary(put, content, as_of, there, held, kept)


def _into_server(put: _Put, database: PostgresDatabase) -> RestoreSummary:
    programs = pg_programs.find(put.config)
    if pg_programs.tables_in(database):
        raise LedgerError(
            f"the database {database.place} has tables of a ledger: let an empty one be made "
            "(CREATE DATABASE … ENCODING 'UTF8'), name it in [ledger] url, and run this again; "
            "the ledger there stays as it is"
        )
    version = pg_programs.first_row(programs, put.file, pg_programs.VERSION_TABLE)
    if not version:
        raise LedgerError(f"{put.file} is damaged: it is no whole copy of a ledger")
    owner = pg_programs.first_row(programs, put.file, installation.name)
    privacy = _key(put.config, owner.get("fingerprint"))
    put.progress.start("restore")
    pg_programs.restore(programs, database, put.file)
    put.progress.finish("restore")
    engine = database.engine()
    with translated(database), engine.connect() as connection:
        content = Content.of(connection)
    engine.dispose()
    as_of, held = _finish(put, database, privacy, content, version["version_num"])
    return _summary(put, content, as_of, Existing(), held, None)


def _key(config: Config, found: str | None) -> Privacy:
    """The key, with the secret that the copy belongs to. Raises ConfigError for another key."""
    privacy = Privacy(config.key_path)
    return privacy if found is None else privacy.as_of(found)


def _finish(
    put: _Put, database: Database, privacy: Privacy, content: Content, version: str | None = None
) -> tuple[int, int]:
    """Migrate and mark what is put back, in one transaction: as of when it is, and how many pushes
    it had under way."""
    engine = database.engine()
    options = {**database.writes, KEY_OPTION: privacy}
    try:
        with (
            translated(database),
            engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            database.begin_write(connection)
            if version is not None:
                insert = sa.text(f"INSERT INTO {pg_programs.VERSION_TABLE} VALUES (:version)")
                connection.execute(insert, {"version": version})
            migrate(connection, database.place)
            database.settle(connection)
            as_of = _as_of(connection)
            about = {"file": put.file.name, "as_of_us": as_of, "head": str(content.head)}
            held = note_restored(connection, Instant.of(put.clock()).us, put.actor, about)
    finally:
        engine.dispose()
    return as_of, held


def _as_of(connection: sa.Connection) -> int:
    """The last time that is written in the ledger, microseconds of UTC."""
    times = [
        connection.scalar(sa.select(sa.func.max(column)))
        for column in (audit_log.c.at_us, run.c.clock_us, run.c.finished_us)
    ]
    return max((int(time) for time in times if time is not None), default=0)


def _refused(database: SqliteFile, there: Existing) -> LedgerError:
    if there.newer is None:
        return LedgerError(
            f"the ledger {database.place} is in use, and is damaged or not the one that the backup "
            "was made of: --replace puts the backup in its place, and keeps it under another name"
        )
    return LedgerError(
        f"the ledger {database.place} is in use, and its audit log has {there.newer} entries more "
        "than the backup: --replace puts the backup in its place, and keeps it under another name; "
        "decisions, and what was sent, since the backup are then not known to khop"
    )


def _copy_bytes(put: _Put, part: Path) -> None:
    put.progress.start("restore", put.file.stat().st_size // MEGABYTE)
    with put.file.open("rb") as source, part.open("wb") as target:
        while _copy_piece(source, target):
            put.progress.advance("restore")
    put.progress.finish("restore")


def _copy_piece(source: BinaryIO, target: BinaryIO) -> int:
    return target.write(source.read(MEGABYTE))


def _keep(put: _Put, database: SqliteFile, there: Existing) -> Path:
    """Keep the ledger that is there under another name, which is returned. A damaged one is moved;
    of a sound one a copy is made."""
    time = put.clock().astimezone(LOCAL).strftime("%Y%m%d-%H%M%S")
    kept = database.path.with_name(f"{database.path.name}.replaced-{time}")
    if not there.damaged:
        try:
            with part_in(kept.parent, ".khop-replaced.part") as (part, handle):
                vacuum_into(database, part, put.progress)
                keep_as(part, handle, kept, put.config.files.settle)
            return kept
        except LedgerError as error:
            if not is_damage(error):
                raise
    for path in (database.path, *log_files(database.path)):
        path.replace(f"{kept}{path.name.removeprefix(database.path.name)}")
    flush_folder(kept.parent)
    return kept


def _overwrite(put: _Put, part: Path, database: SqliteFile) -> None:
    """Let the content of the copy be that of the ledger, in one transaction."""
    put.progress.start("replace_ledger")
    done = 0

    def report(status: int, left: int, total: int) -> None:
        nonlocal done
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise sqlite3.OperationalError("database is locked")
        put.progress.advance("replace_ledger", total - left - done, total=total)
        done = total - left

    with (
        translated(database),
        closing(sqlite3.connect(part)) as source,
        closing(sqlite_opening.connect(database.path)) as target,
    ):
        source.backup(target, pages=_PAGES, progress=report)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    put.progress.finish("replace_ledger")


def _summary(
    put: _Put, content: Content, as_of: int, there: Existing, held: int, kept: Path | None
) -> RestoreSummary:
    return RestoreSummary(
        file=str(put.file),
        as_of=local_text(as_of),
        head=str(content.head),
        entries=content.entries,
        replaced=None if kept is None else str(kept),
        newer=there.newer,
        held=held,
    )

"""A copy of the ledger in a folder, made while khop works on it.

::

    a temporary file ──► compared with the ledger ──► on the disk ──► renamed ──► the oldest go

A copy that has its name is whole. Whoever is killed before leaves a temporary file, which the next
backup uses again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from khop.config.model import Config
from khop.errors import LedgerError
from khop.sync.ledger import sqlite_opening
from khop.sync.ledger.copies import pg_programs
from khop.sync.ledger.copies.files import (
    Content,
    check_pages,
    earlier_copies,
    keep_as,
    no_room,
    not_written,
    opened_copy,
    part_in,
    size_shown,
)
from khop.sync.ledger.databases import Database
from khop.sync.ledger.postgres import PostgresDatabase
from khop.sync.ledger.schema import audit_log
from khop.sync.ledger.sqlite import SqliteFile
from khop.sync.ledger.store import database_of, translated
from khop.sync.results import BackupSummary, NoProgress, Progress

#: Instructions of SQLite's machine between two looks at the size of the copy.
_STEPS = 100_000
_FULL = ("full", "disk i/o", "unable to open")


def back_up(
    config: Config,
    clock: Callable[[], datetime],
    *,
    folder: Path | None = None,
    keep: int | None = None,
    progress: Progress | None = None,
) -> BackupSummary:
    """Copy the ledger into ``folder`` (default: that of ``[backup]``), and take away all but the
    newest ``keep`` copies of it there.

    Also of a ledger of an older version, so that a backup can be made before ``khop init`` migrates
    it. Raises KhopError; then the folder has the copies that it had.
    """
    progress = progress or NoProgress()
    folder = config.base_dir / (folder or config.backup.folder)
    database = database_of(config.ledger_url)
    database.require()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with part_in(folder) as (part, handle):
            if isinstance(database, SqliteFile):
                content, suffix = _copy_of_file(database, part, progress), ".db"
            else:
                assert isinstance(database, PostgresDatabase)
                content = _copy_of_server(config, database, part, handle, progress)
                suffix = ".dump"
            made = folder / content.file_name(clock(), suffix)
            keep_as(part, handle, made, config.files.settle)
        removed = earlier_copies(folder, made, content)[(keep or config.backup.keep) - 1 :]
        for path in removed:
            path.unlink(missing_ok=True)
        size = made.stat().st_size
    except OSError as error:
        raise not_written(folder, error) from None
    return BackupSummary(
        file=str(made),
        size=size,
        head=str(content.head),
        entries=content.entries,
        removed=tuple(path.name for path in removed),
        key_beside=_holds(folder, config.key_path),
    )


def _holds(folder: Path, key: Path) -> bool:
    """Whether the key is in the folder, or in a folder of it."""
    return key.resolve().is_relative_to(folder.resolve()) or (folder / key.name).exists()


def vacuum_into(database: SqliteFile, part: Path, progress: Progress) -> None:
    """Copy a ledger in a file, as it is now, into an empty file.

    What ``progress`` raises ends the copy and is raised again, such as an interruption.
    """
    raised: list[BaseException] = []
    with translated(database), closing(sqlite_opening.connect(database.path)) as source:
        pages, size = (source.execute(f"PRAGMA page_{x}").fetchone()[0] for x in ("count", "size"))
        with size_shown("backup", part, pages * size, progress) as report:

            def look() -> int:
                try:
                    report()
                except BaseException as error:  # noqa: BLE001 - sqlite3 would only say "interrupted"
                    raised.append(error)
                return len(raised)  # not zero: SQLite stops

            source.set_progress_handler(look, _STEPS)
            try:
                source.execute("VACUUM INTO ?", (str(part),))
            except sqlite3.OperationalError as error:
                if raised:
                    raise raised[0] from None
                if any(sign in str(error).lower() for sign in _FULL):
                    raise no_room(part.parent) from None
                raise


def _copy_of_file(database: SqliteFile, part: Path, progress: Progress) -> Content:
    vacuum_into(database, part, progress)
    progress.start("check_backup")
    with opened_copy(part) as copy:
        check_pages(copy, part)
        content = Content.of(copy)
    _compare(database, content)
    progress.finish("check_backup")
    return content


def _copy_of_server(
    config: Config, database: PostgresDatabase, part: Path, handle: int, progress: Progress
) -> Content:
    programs = pg_programs.find(config)
    engine = database.engine()
    try:
        with (
            translated(database),
            engine.connect().execution_options(**database.reads) as connection,
            connection.begin(),
        ):
            content = Content.of(connection)
            pg_programs.dump(programs, database, connection, part, handle, progress)
    finally:
        engine.dispose()
    progress.start("check_backup")
    found = pg_programs.count_rows(programs, part, audit_log.name)
    if found != content.entries:
        raise _differs()
    progress.finish("check_backup")
    return content


def _compare(database: Database, content: Content) -> None:
    """Raises LedgerError when the ledger's log, up to the end of the copy's, is not the same."""
    engine = database.engine()
    number = sa.select(sa.func.count()).where(audit_log.c.id <= content.head.id)
    last = sa.select(audit_log.c.digest).where(audit_log.c.id == content.head.id)
    try:
        with (
            translated(database),
            engine.connect().execution_options(**database.reads) as connection,
        ):
            same = connection.scalar(number) == content.entries
            if content.entries:
                same = same and connection.scalar(last) == content.head.digest
    finally:
        engine.dispose()
    if not same:
        raise _differs()


def _differs() -> LedgerError:
    return LedgerError(
        "the copy of the ledger has another audit log than the ledger, and was thrown away; run "
        "`khop ledger check`"
    )

"""Files that hold a copy of a ledger: how they are named, written whole or not at all, and what is
in them.

``khop-LEDGER-DAY-TIME-NUMBER.db`` (or ``.dump``, of a PostgreSQL server): the beginning of the
digest of the first entry of the audit log, which stays the same for the life of a ledger; the local
time; the number of the last entry.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from khop.errors import KhopError, LedgerError
from khop.sync.ledger.audit_log import Head, head, ledger_name
from khop.sync.ledger.schema import audit_log
from khop.sync.results import Progress
from khop.text.local_time import LOCAL

#: What the files begin with.
SQLITE_MARK, DUMP_MARK = b"SQLite format 3\0", b"PGDMP"

MEGABYTE = 1_000_000
_PART = ".khop-backup.part"
#: What SQLite puts beside a file while it is open, and after its process was killed.
_LOGS = ("-wal", "-shm", "-journal")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Content:
    """What names a state of a ledger. ``ledger``: the same for its whole life."""

    ledger: str
    head: Head
    entries: int

    @classmethod
    def of(cls, connection: sa.Connection) -> Content:
        number = connection.scalar(sa.select(sa.func.count()).select_from(audit_log))
        return cls(ledger_name(connection), head(connection), int(number or 0))

    def file_name(self, at: datetime, suffix: str) -> str:
        time = at.astimezone(LOCAL).strftime("%Y%m%d-%H%M%S")
        return f"khop-{self.ledger}-{time}-{self.head.id}{suffix}"


def earlier_copies(folder: Path, made: Path, content: Content) -> list[Path]:
    """The other copies of this ledger that khop made in the folder, newest first."""
    ours = re.compile(rf"khop-{content.ledger}-\d{{8}}-\d{{6}}-\d+\.(db|dump)", re.ASCII)
    names = sorted((path.name for path in folder.iterdir() if ours.fullmatch(path.name)), key=_age)
    return [folder / name for name in reversed(names) if name != made.name]


def _age(name: str) -> tuple[str, str, int]:
    _, _, day, time, rest = name.split("-")
    return day, time, int(rest.partition(".")[0])


@contextmanager
def part_in(folder: Path, name: str = _PART) -> Iterator[tuple[Path, int]]:
    """An empty file of khop's account alone in the folder, and its number among the open files.

    It is gone after the block, unless it was renamed. One that a killed process left is used again.
    Raises KhopError when another process writes it.
    """
    path = folder / name
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KhopError(
                f"another khop writes a copy of a ledger into {folder}; wait until it is done"
            ) from None
        try:
            for left in log_files(path):  # of a process that was killed
                left.unlink()
            os.truncate(handle, 0)
            yield path, handle
        finally:
            path.unlink(missing_ok=True)
    finally:
        os.close(handle)


@contextmanager
def size_shown(
    task: str, part: Path, total: int, progress: Progress
) -> Iterator[Callable[[], None]]:
    """What is called in the block shows how many megabytes of the file are written."""
    done = 0
    progress.start(task, total // MEGABYTE)

    def report() -> None:
        nonlocal done
        written = part.stat().st_size // MEGABYTE
        progress.advance(task, written - done, total=max(written, total // MEGABYTE))
        done = written

    yield report
    progress.finish(task)


def log_files(file: Path) -> list[Path]:
    """The log files that SQLite left beside a file."""
    beside = (file.with_name(f"{file.name}{end}") for end in _LOGS)
    return [path for path in beside if path.exists()]


def keep_as(part: Path, handle: int, target: Path, settle: Callable[[Path], None]) -> None:
    """Give the file its mode, bring it to the disk, and only then let it have its name."""
    settle(part)
    os.fsync(handle)
    part.replace(target)
    flush_folder(target.parent)


def flush_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def not_written(place: Path, error: OSError) -> KhopError:
    """The error for a file that the computer does not let be written."""
    if error.errno in _NO_ROOM:
        return no_room(place)
    return KhopError(f"{place} cannot be written ({error.strerror}); nothing is half done")


def no_room(place: Path) -> KhopError:
    return KhopError(
        f"there is no room for a copy of the ledger in {place}: free some space, or name another "
        "folder; nothing is half done"
    )


def kind_of(file: Path) -> bytes:
    """What the file begins with: SQLITE_MARK or DUMP_MARK. Raises KhopError for another file."""
    try:
        with file.open("rb") as opened:
            start = opened.read(len(SQLITE_MARK))
    except OSError as error:
        raise KhopError(f"{file} cannot be read ({error.strerror})") from None
    for mark in (SQLITE_MARK, DUMP_MARK):
        if start.startswith(mark):
            return mark
    raise KhopError(f"{file} is no backup of a ledger")


@contextmanager
def opened_copy(file: Path) -> Iterator[sa.Connection]:
    """A connection to a copy of SQLite that nobody writes; no file is made beside it."""
    place = f"file:{quote(str(file.absolute()))}?mode=ro&immutable=1"
    engine = sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(place, uri=True),
        poolclass=NullPool,
        hide_parameters=True,
    )
    try:
        with engine.connect() as connection:
            yield connection
    except (sa.exc.DatabaseError, sqlite3.DatabaseError):
        raise LedgerError(f"{file} is damaged: it is no whole copy of a ledger") from None
    finally:
        engine.dispose()


def check_pages(connection: sa.Connection, file: Path) -> None:
    """Raises LedgerError when a page or an index of a copy of SQLite is damaged."""
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if found != "ok":
        raise LedgerError(f"{file} is damaged: it is no whole copy of a ledger")

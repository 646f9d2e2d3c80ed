"""The ledger as one file of SQLite.

Writers take SQLite's write lock when they begin (BEGIN IMMEDIATE), so that two of them
queue instead of failing half-way; readers never wait for writers (WAL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from khop.errors import LedgerError
from khop.sync.ledger import sqlite_opening
from khop.sync.ledger.databases import Database

PREFIX = "sqlite:///"

_MOST_DAMAGE = 100
_WRITES = "khop_writes"
_READ_ONLY = (
    "cannot be written: give khop's account the right to write the file and its folder, or choose "
    "a writable place in [ledger] url"
)
_FULL = "has no room: the disk is full; free some space and run again, nothing is half done"
#: What SQLite says when it cannot write; on a full disk it does not always say why.
_WRITE_REFUSED = ("disk i/o", "readonly", "read-only", "unable to open")
_CORRUPT = "is corrupt: restore it from a copy; `khop ledger check` says what is damaged"
_NO_LEDGER = "is not a khop ledger; name another file in [ledger] url"
_LOCKED = "is locked by another program for too long; stop it, or try again later"
_DAMAGED = (_CORRUPT, _NO_LEDGER)
_MEANINGS = (
    ("locked", _LOCKED),
    ("readonly", _READ_ONLY),
    ("read-only", _READ_ONLY),
    ("query_only", _READ_ONLY),
    ("unable to open", "cannot be opened; check that its folder is there and may be written"),
    ("full", _FULL),
    ("malformed", _CORRUPT),
    ("no such table", "lacks a table of this version; restore it from a copy"),
    ("not a database", _NO_LEDGER),
    ("disk i/o", "cannot be read or written (disk error); check the disk"),
)


class SqliteFile(Database):
    """A ledger in a file."""

    reads: Mapping[str, Any] = MappingProxyType({_WRITES: False})
    drafts = reads
    writes: Mapping[str, Any] = MappingProxyType({_WRITES: True})

    def __init__(self, url: str) -> None:
        self._url = url
        self.path = Path(url.removeprefix(PREFIX))

    @property
    def place(self) -> str:
        return str(self.path)

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        return (sqlite3.Error,)

    @property
    def files(self) -> list[Path]:
        beside = (self.path.with_name(f"{self.path.name}{end}") for end in ("-wal", "-shm"))
        return [path for path in (self.path, *beside) if path.exists()]

    @property
    def work_place(self) -> Path:
        """Beside the file: there is room for what is as large, and /tmp may be memory."""
        return self.path.with_name(f"{self.path.name}-work-")

    def exists(self) -> bool:
        return self.path.exists() and self.path.stat().st_size > 0

    def copy_into(self, folder: Path) -> str:
        target = folder / "khop.db"
        with closing(sqlite3.connect(self.path)) as ours, closing(sqlite3.connect(target)) as copy:
            ours.backup(copy)
        return f"{PREFIX}{target}"

    def require(self) -> None:
        if not self.path.exists():
            raise LedgerError(f"there is no ledger at {self.path}; run `khop init` to create it")
        sqlite_opening.refuse_network_disk(self.path)

    def require_place(self) -> None:
        if not self.path.parent.is_dir():
            raise LedgerError(
                f"the folder {self.path.parent} for the ledger is not there; create it"
            )
        sqlite_opening.refuse_network_disk(self.path)
        try:
            sqlite_opening.make_private(self.path)
        except OSError as error:
            raise LedgerError(
                f"the ledger {self.path} cannot be made ({error.strerror}); choose a writable "
                "place in [ledger] url"
            ) from None

    def engine(self) -> sa.Engine:
        engine = sa.create_engine(
            self._url, creator=lambda: sqlite_opening.connect(self.path), hide_parameters=True
        )
        event.listen(engine, "begin", _begin)
        return engine

    def begin_write(self, connection: sa.Connection) -> None:
        """BEGIN IMMEDIATE has taken the lock already."""

    def size_bytes(self, connection: sa.Connection) -> int:
        return sum(path.stat().st_size for path in self.files)

    def settle(self, connection: sa.Connection) -> None:
        """SQLite compares text byte by byte by default."""

    def damage(self, connection: sa.Connection) -> tuple[list[str], bool]:
        try:
            rows = connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST_DAMAGE})").all()
        except DatabaseError as error:
            meaning = self.meaning(error.orig or error)
            if meaning not in _DAMAGED:
                raise
            return [str(error.orig)], True
        found = [line for row in rows for line in str(row[0]).splitlines()]
        return [line for line in found if line != "ok"], True

    def meaning(self, failure: BaseException) -> str:
        lowered = str(failure).lower()
        refused = any(sign in lowered for sign in _WRITE_REFUSED)
        if refused and sqlite_opening.has_no_room(self.path):
            return _FULL
        for sign, meaning in _MEANINGS:
            if sign in lowered:
                return meaning
        return f"failed: {failure}"

    def passes(self, failure: BaseException) -> bool:
        return self.meaning(failure) == _LOCKED


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

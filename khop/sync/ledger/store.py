"""Opening the ledger, its two kinds of transaction, and its schema version.

Writers take SQLite's write lock when they begin (BEGIN IMMEDIATE), so two of them queue in
place of failing half-way; readers never wait for writers (WAL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from khop.faults import ConfigError, LedgerError

#: The schema this program works with; a test holds it equal to the newest migration.
SCHEMA_VERSION = "0002"

_SQLITE = "sqlite:///"
_LOCK_WAIT_SECONDS = 60


class Ledger:
    """An open ledger. ``read()`` and ``write()`` are the only ways in.

    Raises LedgerError when it is missing, older or newer than this program, locked, read-only,
    full or corrupt.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        path = sqlite_path(url)
        if not path.exists():
            raise LedgerError(f"there is no ledger at {path}; run `khop init` to create it")
        self._engine = _engine(url)
        try:
            self._check_version(path)
        except LedgerError:
            self._engine.dispose()
            raise

    @property
    def path(self) -> Path:
        return sqlite_path(self.url)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads: one consistent view."""
        with _translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may write: all of it or nothing."""
        options = {"khop_writes": True}
        with (
            _translated(),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        self._engine.dispose()

    def _check_version(self, path: Path) -> None:
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                raise LedgerError(f"{path} is not a khop ledger yet; run `khop init`")
            found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if found == SCHEMA_VERSION:
            return
        if found is None or str(found) < SCHEMA_VERSION:
            raise LedgerError(
                f"the ledger {path} is of an older version ({found}); run `khop init` to migrate it"
            )
        raise LedgerError(
            f"the ledger {path} is of a newer version ({found}) than this program "
            f"({SCHEMA_VERSION}); upgrade khop"
        )


def create_ledger(url: str) -> None:
    """Create the ledger, or migrate it to this program's schema.

    Raises LedgerError when the place cannot be written or the ledger is of a newer version.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script.revision import ResolutionError
    from alembic.util import CommandError

    path = sqlite_path(url)
    if not path.parent.is_dir():
        raise LedgerError(f"the folder {path.parent} for the ledger is not there; create it")
    engine = _engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        # SQLite cannot take BEGIN IMMEDIATE around PRAGMAs of a first connection; Alembic
        # runs each migration in the transaction this connection opens.
        with _translated(), engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except (CommandError, ResolutionError) as error:
        raise LedgerError(
            f"the ledger {path} is of a newer version than this program; upgrade khop "
            f"({error.__class__.__name__})"
        ) from None
    finally:
        engine.dispose()


def sqlite_path(url: str) -> Path:
    """The file of an SQLite URL. Raises ConfigError for any other kind of URL."""
    if not url.startswith(_SQLITE) or url == _SQLITE:
        raise ConfigError(
            "this version keeps its ledger in an SQLite file: write sqlite:///khop.db",
            key="ledger.url",
        )
    return Path(url.removeprefix(_SQLITE))


def _engine(url: str) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": _LOCK_WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL: an outbox row must be on disk before its push leaves this machine
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA cache_size=-32768")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("khop_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


_MEANINGS = (
    ("locked", "is locked by another program for too long; stop it, or try again later"),
    ("readonly", "is on a disk that cannot be written; choose a writable place in [ledger] url"),
    ("read-only", "is on a disk that cannot be written; choose a writable place in [ledger] url"),
    ("unable to open", "cannot be opened; check that its folder is there and may be written"),
    ("full", "has no room: the disk is full; free some space and run again, nothing is half done"),
    ("malformed", "is corrupt; restore it from a copy"),
    ("not a database", "is not a khop ledger; name another file in [ledger] url"),
    ("disk i/o", "cannot be read or written (disk error); check the disk"),
)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise LedgerError(f"the ledger {_meaning(str(error.orig))}") from error
    except SQLAlchemyError as error:
        raise LedgerError(f"the ledger failed ({type(error).__name__})") from error


def _meaning(text: str) -> str:
    lowered = text.lower()
    for sign, meaning in _MEANINGS:
        if sign in lowered:
            return meaning
    return f"failed: {text}"

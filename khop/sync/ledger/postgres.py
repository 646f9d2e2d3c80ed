"""The ledger as the tables of a database on a PostgreSQL server.

The guarantees that SQLite gives the engine are kept by three means:

- Writers queue. A step of the engine reads, decides and writes in one transaction; it first takes
  one advisory lock, as it takes the write lock of SQLite. With SERIALIZABLE, two steps would
  decide on the same state, and one of them would have to be repeated.
- Writers see the last commit. They run as READ COMMITTED: at a stricter level the snapshot is
  taken by the statement that waits for the lock, and is old when the lock is granted.
- Readers see one snapshot and take no locks: REPEATABLE READ.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import gettempdir
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError

from khop.errors import ConfigError, LedgerError
from khop.sync.ledger.databases import Database
from khop.sync.ledger.schema import metadata

#: How a URL of such a ledger may begin.
NAMES = ("postgresql+psycopg", "postgresql", "postgres")
#: Older versions get no fixes from PostgreSQL any more.
OLDEST_SERVER = 14

_DRIVER = "postgresql+psycopg"
# A server whose machine or network is gone without a word is noticed within a minute, and so is a
# node by the server, which then releases its locks. Without, either takes hours.
_DEFAULTS = {
    "application_name": "khop",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_SESSION = """
    SET lock_timeout = '60s';
    SET client_encoding = 'UTF8';
    SET tcp_keepalives_idle = 30;
    SET tcp_keepalives_interval = 10;
    SET tcp_keepalives_count = 3
"""
# synchronous_commit: an outbox row must be on disk before its push leaves this machine, whatever
# the server's owner set. A writer that was stopped in the middle must not hold all others up for
# good. The number of the lock is "khop" in ASCII; two ledgers in one database queue for each other,
# which does no harm.
_BEGIN_WRITE = """
    SELECT set_config('synchronous_commit', 'on', true)
    WHERE current_setting('synchronous_commit') = 'off';
    SET LOCAL idle_in_transaction_session_timeout = '15min';
    SELECT pg_advisory_xact_lock(1802006384)
"""

_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_SIZE = "SELECT pg_database_size(current_database())"


class PostgresDatabase(Database):
    """A ledger on a server."""

    reads: Mapping[str, Any] = MappingProxyType(
        {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    )
    drafts: Mapping[str, Any] = MappingProxyType(
        {"isolation_level": "REPEATABLE READ", "postgresql_readonly": False}
    )
    writes: Mapping[str, Any] = MappingProxyType(
        {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}
    )

    def __init__(self, url: str) -> None:
        try:
            self._url = sa.make_url(url).set(drivername=_DRIVER)
        except (ArgumentError, ValueError):  # its text may hold a piece of a password
            raise ConfigError(
                "it is not a URL; write postgresql+psycopg://user@host:5432/database, with "
                "special characters as %40 for @, %2F for /",
                key="ledger.url",
            ) from None

    @property
    def place(self) -> str:
        hosts = {name: value for name, value in self._url.query.items() if name == "host"}
        bare = sa.URL.create(
            "postgresql",
            self._url.username,
            host=self._url.host,
            port=self._url.port,
            database=self._url.database,
            query=hosts,
        )
        return bare.render_as_string()

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        import psycopg

        return (psycopg.Error,)

    @property
    def work_place(self) -> Path:
        return Path(gettempdir(), "khop-work-")

    def exists(self) -> bool:
        """Only the server knows."""
        return True

    def copy_into(self, folder: Path) -> str:
        raise LedgerError(f"the ledger {self.place} is on a server, and cannot be copied from here")

    def require(self) -> None:
        """Only the server knows."""

    def require_place(self) -> None:
        """Only the server knows."""

    def engine(self) -> sa.Engine:
        given = {name: v for name, v in _DEFAULTS.items() if name not in self._url.query}
        try:
            engine = sa.create_engine(
                self._url, connect_args=given, hide_parameters=True, pool_pre_ping=True
            )
        except ImportError:
            raise ConfigError(
                "a ledger in PostgreSQL needs its driver: pip install 'khop[postgres]'",
                key="ledger.url",
            ) from None
        event.listen(engine, "connect", _set_up)
        return engine

    def begin_write(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(_BEGIN_WRITE)

    def now_us(self, connection: sa.Connection) -> int:
        return int(connection.exec_driver_sql(_NOW).scalar_one())

    def size_bytes(self, connection: sa.Connection) -> int:
        return int(connection.exec_driver_sql(_SIZE).scalar_one())

    def settle(self, connection: sa.Connection) -> None:
        _check_server(connection)
        _compare_bytewise(connection)

    def damage(self, connection: sa.Connection) -> tuple[list[str], bool]:
        """With amcheck, tables and indexes; without, every row is read."""
        if not connection.scalar(_HAS_AMCHECK):
            return self._found(connection, [_READ.format(name) for name in metadata.tables]), False
        indexes = connection.scalars(_INDEXES, {"tables": list(metadata.tables)}).all()
        checks = [_CHECK_INDEX.format(name) for name in indexes]
        return self._found(connection, [*map(_CHECK_TABLE.format, metadata.tables), *checks]), True

    def _found(self, connection: sa.Connection, checks: list[str]) -> list[str]:
        found = []
        for check in checks:
            try:
                with connection.begin_nested():
                    rows = connection.exec_driver_sql(check).all()
                found += [" ".join(map(str, row)) for row in rows if row[0]]
            except DBAPIError as error:
                found.append(self.meaning(error.orig or error))
        return found

    def meaning(self, failure: BaseException) -> str:
        state = getattr(failure, "sqlstate", None)
        if state is None:
            return _not_connected(" ".join(str(failure).split()))
        for known in (state, state[:3], state[:2]):
            if known in _STATES:
                return _STATES[known]
        message = getattr(getattr(failure, "diag", None), "message_primary", None)
        if message is None or state.startswith(_WITH_VALUES):
            return f"failed (PostgreSQL error {state})"
        return f"failed: {message} (PostgreSQL error {state})"

    def passes(self, failure: BaseException) -> bool:
        return self.meaning(failure).startswith((_AWAY, _LOCKED, _TOO_MANY))


def _set_up(connection: Any, _record: Any) -> None:
    connection.execute(_SESSION)
    connection.commit()


def _check_server(connection: sa.Connection) -> None:
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < OLDEST_SERVER:
        raise LedgerError(
            f"the server is PostgreSQL {version}; a ledger needs {OLDEST_SERVER} or later"
        )
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise LedgerError(
            f"the database for the ledger keeps its text in {encoding}; make one with "
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


def _compare_bytewise(connection: sa.Connection) -> None:
    """Text is ordered and compared byte by byte, as in SQLite and DuckDB, in any locale.

    A rule that takes the greater of two ids must not depend on the server's locale.
    """
    other = connection.execute(_OTHER_COLLATIONS, {"tables": list(metadata.tables)})
    columns: dict[str, list[str]] = {}
    for table, column, kind in other:
        columns.setdefault(table, []).append(f'ALTER "{column}" TYPE {kind} COLLATE "C"')
    for table, changes in columns.items():
        connection.exec_driver_sql(f'ALTER TABLE "{table}" {", ".join(changes)}')


_OTHER_COLLATIONS = sa.text(
    "SELECT table_name, column_name, data_type FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = ANY(:tables) "
    "AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'"
)


_HAS_AMCHECK = sa.text("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'amcheck')")
_INDEXES = sa.text(
    "SELECT quote_ident(indexname) FROM pg_indexes "
    "WHERE schemaname = current_schema() AND tablename = ANY(:tables)"
)
_READ = 'SELECT NULL FROM (SELECT sum(hashtext(t::text)) FROM "{}" t) AS read'
_CHECK_TABLE = "SELECT msg, blkno, offnum FROM verify_heapam('{}')"
_CHECK_INDEX = "SELECT NULL FROM (SELECT bt_index_check('{}', true)) AS checked"


def _not_connected(text: str) -> str:
    """The sentence for a refused connection: the server sends no code, only text in its own
    language."""
    lowered = text.lower()
    for sign, meaning in _SIGNS:
        if sign in lowered:
            return meaning
    return f"{_AWAY} ({text})"


_AWAY = (
    "cannot be reached; what was being written is there whole or not at all, run again when the "
    "server is back"
)
_NO_ENTRY = (
    "was not opened: the server refuses the user or the password; check the user in [ledger] url, "
    "the password in PGPASSWORD or ~/.pgpass, and the server's pg_hba.conf"
)
_NO_DATABASE = (
    "is not there: the server has no such database; let it be made "
    "(CREATE DATABASE … ENCODING 'UTF8'), then run `khop init`"
)
_NO_RIGHT = (
    "may not be used like this by its user; let the owner of the database grant the rights: "
    "CONNECT and TEMPORARY on the database, USAGE and CREATE on the schema"
)
_TOO_MANY = "was not opened: the server has no connection to spare; raise its max_connections"
_LOCKED = "is locked by another program for too long; stop it, or try again later"
_CORRUPT = "is corrupt; restore it from a copy"
_NO_TABLE = "lacks a table or a column of this version; run `khop init`"

#: Class of the errors whose text repeats a value, which may be personal.
_WITH_VALUES = "22"

#: By SQLSTATE, or its first characters.
_STATES = {
    "08": _AWAY,
    "25006": "is on a server that only reads (a standby); name the primary in [ledger] url",
    "25P03": "ended a transaction in which nothing was done for 15 minutes; nothing is half done, "
    "run it again",
    "28": _NO_ENTRY,
    "3D000": _NO_DATABASE,
    "40": _LOCKED,
    "42501": _NO_RIGHT,
    "42703": _NO_TABLE,
    "42P01": _NO_TABLE,
    "53100": "has no room: the server's disk is full; free some space and run again, nothing is "
    "half done",
    "53200": "failed: the server is out of memory; nothing is half done",
    "53300": _TOO_MANY,
    "55P03": _LOCKED,
    "57014": "took longer than the server's statement_timeout allows; raise it for khop's user",
    "57P": _AWAY,
    "58030": "cannot be read or written (disk error); check the server's disk",
    "XX001": _CORRUPT,
    "XX002": _CORRUPT,
}

_SIGNS = (
    ("password", _NO_ENTRY),
    ("authentication failed", _NO_ENTRY),
    ("pg_hba.conf", _NO_ENTRY),
    ('role "', _NO_ENTRY),
    ("permission denied for database", _NO_RIGHT),
    ('" does not exist', _NO_DATABASE),
    ("too many", _TOO_MANY),
    ("connection slots", _TOO_MANY),
)

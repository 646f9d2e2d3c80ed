"""Opening the ledger, its kinds of transaction, and its schema version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from khop.errors import ConfigError, LedgerError, LedgerUnavailable
from khop.mappings.records import Instant
from khop.sync.ledger import audit_log, installation, postgres, sqlite
from khop.sync.ledger.databases import Database
from khop.sync.ledger.installation import KEY_OPTION
from khop.sync.ledger.leases.rows import Lease
from khop.sync.ledger.postgres import PostgresDatabase
from khop.sync.ledger.schema import quarantine
from khop.sync.ledger.sealed.covered import begin
from khop.sync.ledger.sqlite import SqliteFile
from khop.sync.ledger.versions import (
    FIRST_VERSION,
    FOUND_VERSION,
    SCHEMA_VERSION,
    check_version,
    refuse_development,
    refuse_moved,
)
from khop.sync.privacy import Privacy

__all__ = [
    "SCHEMA_VERSION",
    "Ledger",
    "LedgerCheck",
    "check_ledger",
    "create_ledger",
    "database_of",
    "key_of_ledger",
    "ledger_place",
    "migrate",
    "older_version",
    "translated",
]


class Ledger:
    """An open ledger. Every access is in a transaction of ``read()``, ``draft()`` or ``write()``.

    Raises ConfigError for a URL of no ledger; LedgerError when it is missing, older or newer
    than this program, locked, read-only, full, corrupt or out of reach.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = database_of(url)
        self._privacy: Privacy | None = None
        self._clock: Callable[[], datetime] | None = None
        self._closed = False
        self.database.require()
        self._engine = self.database.engine()
        try:
            self.check_version()
        except LedgerError:
            self._engine.dispose()
            raise

    @property
    def place(self) -> str:
        """Where it is, for people: a file, or a server and a database, without a password."""
        return self.database.place

    def use(self, privacy: Privacy, clock: Callable[[], datetime]) -> None:
        """Write with the installation's key from now on. Without it, nothing can be written that
        is in the audit log. ``clock``: for the first entry of a new ledger."""
        self._privacy, self._clock = privacy, clock

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads: one consistent view."""
        with self._transaction({**self.database.reads, **self._key()}) as connection:
            yield connection

    @contextmanager
    def draft(self) -> Iterator[sa.Connection]:
        """A transaction that reads one consistent view and may make temporary tables."""
        with self._transaction(self.database.drafts) as connection:
            yield connection

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[sa.Connection]:
        """A transaction that may write: all of it or nothing, one at a time.

        ``lease``: renewed in this transaction; raises LeaseLost when another process took it over,
        and LedgerError when the ledger's key is another one by now.
        """
        with self._transaction({**self.database.writes, **self._key()}) as connection:
            self.database.begin_write(connection)
            # a process may have it open from before it was moved
            refuse_moved(connection.scalar(FOUND_VERSION), self.place)
            self._check_key(connection)
            began = 0.0 if lease is None else self._renew(connection, lease)
            yield connection
        if lease is not None:
            lease.renewed = began
            lease.work_moved()

    def renew(self, lease: Lease) -> None:
        """Renew a lease. Raises LeaseLost when another process took it over."""
        with self._transaction(self.database.writes) as connection:
            self.database.begin_write(connection)
            began = self._renew(connection, lease)
        lease.renewed = began

    def _renew(self, connection: sa.Connection, lease: Lease) -> float:
        """Renew a lease in a transaction; gives when that began, on the lease's clock."""
        began = lease.monotonic()
        lease.renew(connection, self.now_us(connection, lease.clock))
        return began

    def now_us(self, connection: sa.Connection, clock: Callable[[], datetime]) -> int:
        """Now, by the clock of the ledger: the server's, else ``clock``, this machine's."""
        now_us = self.database.now_us(connection)
        return Instant.of(clock()).us if now_us is None else now_us

    @contextmanager
    def copy(self) -> Iterator[Ledger]:
        """A copy for work that must leave this ledger as it is; it is deleted afterwards.

        Raises LedgerError when none can be made.
        """
        self.require_open()
        with translated(self.database), TemporaryDirectory(prefix="khop-copy-") as folder:
            copied = Ledger(self.database.copy_into(Path(folder)))
            if self._privacy is not None and self._clock is not None:
                copied.use(self._privacy, self._clock)
            try:
                yield copied
            finally:
                copied.close()

    def close(self) -> None:
        """Close the connections; nothing can be read or written any more."""
        self._closed = True
        self._engine.dispose()

    def require_open(self) -> None:
        """Raises LedgerError when the ledger was closed."""
        if self._closed:
            raise LedgerError(
                f"the ledger {self.place} was closed; open another engine, or work inside its "
                "`with` block"
            )

    @contextmanager
    def _transaction(self, options: Mapping[str, Any]) -> Iterator[sa.Connection]:
        self.require_open()
        with (
            translated(self.database),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def adopt_key(self) -> int | None:
        """Note that the ledger belongs to the key in use, which it does not say yet. Returns how
        many entries of its audit log are older than that; None when it said so before.

        Raises ConfigError when what is in the ledger was made with another key.
        """
        assert self._privacy is not None, "Ledger.use comes first"
        assert self._clock is not None
        with self.taken_over(self._privacy) as connection:
            if installation.fingerprint(connection) is not None:
                return None
            _check_payloads(connection, self._privacy)
            before = audit_log.head(connection).id
            begin(connection, Instant.of(self._clock()).us)
            return before

    @contextmanager
    def taken_over(self, privacy: Privacy) -> Iterator[sa.Connection]:
        """A transaction that writes with another key than the one the ledger belongs to."""
        options = {**self.database.writes, KEY_OPTION: privacy}
        with self._transaction(options) as connection:
            self.database.begin_write(connection)
            yield connection

    def _key(self) -> dict[str, Privacy]:
        return {} if self._privacy is None else {KEY_OPTION: self._privacy}

    def _check_key(self, connection: sa.Connection) -> None:
        """A ledger without a key that nothing was written to takes the one that is used."""
        if self._privacy is None or self._clock is None:
            return
        found = installation.fingerprint(connection)
        if found is None and not installation.in_use(connection):
            begin(connection, Instant.of(self._clock()).us)
        elif found is None:
            raise LedgerError(
                f"the ledger {self.place} does not say to which key it belongs; run `khop init`, "
                "which notes it"
            )
        elif found != self._privacy.fingerprint:
            raise LedgerError(
                f"the key of the ledger {self.place} is another one by now (fingerprint {found}); "
                "run the command again with it"
            )

    def check_version(self) -> None:
        """Raises LedgerError when the ledger is of another version than this program: it may be
        migrated while it is open."""
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                raise LedgerError(f"{self.place} is not a khop ledger yet; run `khop init`")
            found = connection.scalar(FOUND_VERSION)
        check_version(found, self.place)


def _check_payloads(connection: sa.Connection, privacy: Privacy) -> None:
    sealed = connection.scalar(
        sa.select(quarantine.c.payload).where(quarantine.c.payload.is_not(None)).limit(1)
    )
    if sealed is not None and privacy.seal_again(privacy, sealed) is None:
        raise ConfigError(
            "the records in quarantine were encrypted with another key; restore the copy of that "
            "key",
            key="privacy.key_file",
        )


@contextmanager
def _looking_into(database: Database) -> Iterator[sa.Connection]:
    """A connection to a ledger as it is, whatever its version. Nothing is committed: a damaged file
    may refuse that too. Raises LedgerError."""
    engine = database.engine()
    try:
        with (
            translated(database),
            engine.connect().execution_options(**database.reads) as connection,
        ):
            yield connection
    finally:
        engine.dispose()


def key_of_ledger(url: str) -> str | None:
    """The fingerprint of the key that the ledger of a URL belongs to.

    None when there is no ledger yet, or none that khop has worked with; "" when it was used before
    ledgers knew their key. Raises ConfigError, LedgerError.
    """
    database = database_of(url)
    if not database.exists():
        return None
    with _looking_into(database) as connection:
        tables = sa.inspect(connection)
        found = None
        if tables.has_table("installation"):
            found = installation.fingerprint(connection)
        if found is None and tables.has_table("run") and installation.in_use(connection):
            return ""
        return found


def older_version(url: str) -> str | None:
    """The version of the ledger of a URL, where ``create_ledger`` would migrate it; else None.
    Raises ConfigError, LedgerError."""
    database = database_of(url)
    if not database.exists():
        return None
    with _looking_into(database) as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(FOUND_VERSION)
    return found if found is not None and FIRST_VERSION <= found < SCHEMA_VERSION else None


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """What was found in the pages and indexes of a ledger. ``checked``: both could be checked, not
    only the rows be read."""

    place: str
    problems: tuple[str, ...]
    checked: bool

    @property
    def ok(self) -> bool:
        return not self.problems


def check_ledger(url: str) -> LedgerCheck:
    """Look for damage in the ledger of a URL. Raises ConfigError, LedgerError when it cannot be
    opened."""
    database = database_of(url)
    database.require()
    with _looking_into(database) as connection:
        problems, checked = database.damage(connection)
    return LedgerCheck(database.place, tuple(problems), checked)


def create_ledger(url: str) -> None:
    """Create the ledger, or migrate it to this program's schema.

    In PostgreSQL the database has to be there; the tables are made in it. Raises ConfigError for
    a URL of no ledger, LedgerError when its place cannot be written or it is of a newer version.
    """
    database = database_of(url)
    database.require_place()
    engine = database.engine()
    try:
        with (
            translated(database),
            engine.connect().execution_options(**database.writes) as connection,
            connection.begin(),
        ):
            database.begin_write(connection)
            migrate(connection, database.place)
            database.settle(connection)
    finally:
        engine.dispose()


def migrate(connection: sa.Connection, place: str) -> None:
    """Bring the tables to this program's schema. Raises LedgerError for a newer one."""
    from alembic import command
    from alembic.config import Config
    from alembic.script.revision import ResolutionError
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    if sa.inspect(connection).has_table("alembic_version"):
        found = connection.scalar(FOUND_VERSION)
        refuse_moved(found, place)
        refuse_development(found, place)
    try:
        command.upgrade(config, "head")
    except (CommandError, ResolutionError) as error:
        raise LedgerError(
            f"the ledger {place} is of a newer version than this program; upgrade khop "
            f"({error.__class__.__name__})"
        ) from None


def ledger_place(url: str) -> str:
    """Where the ledger of a URL is, for people. Raises ConfigError for a URL of no ledger."""
    return database_of(url).place


def database_of(url: str) -> Database:
    """The database a URL names. Raises ConfigError for a URL of another kind of database."""
    if url.startswith(sqlite.PREFIX) and url != sqlite.PREFIX:
        return SqliteFile(url)
    if url.partition("://")[0] in postgres.NAMES:
        return PostgresDatabase(url)
    raise ConfigError(
        "a ledger is an SQLite file or a PostgreSQL database: write sqlite:///khop.db "
        "or postgresql+psycopg://user@host/database",
        key="ledger.url",
    )


@contextmanager
def translated(database: Database) -> Iterator[None]:
    """Raise LedgerError, one sentence, for what the driver raises in the block; it is a
    LedgerUnavailable for what passes by itself."""
    try:
        yield
    except DBAPIError as error:
        raise _translation(database, error.orig or error) from error
    except database.failures as error:
        raise _translation(database, error) from error
    except SQLAlchemyError as error:
        raise LedgerError(f"the ledger failed ({type(error).__name__})") from error


def _translation(database: Database, failure: BaseException) -> LedgerError:
    kind = LedgerUnavailable if database.passes(failure) else LedgerError
    return kind(f"the ledger {database.place} {database.meaning(failure)}")

"""A ledger moved to another database: from SQLite to PostgreSQL, or back.

::

    lock the old ─► copy, compare (new: "arriving") ─► old: "moved" ─► new: the schema's version

The row of the schema's version says what a database is. A khop refuses one that has arrived in part
or was moved, so at no instant two of them look whole. A move that was stopped is begun again from
its beginning; the old ledger keeps all of its rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from khop.config.model import Config, LedgerSettings
from khop.errors import ConfigError, KhopError, LedgerError
from khop.mappings.records import Instant
from khop.sync.ledger import audit_log, installation
from khop.sync.ledger.audit_log import Entry
from khop.sync.ledger.copies.existing import refuse_in_use
from khop.sync.ledger.databases import Database
from khop.sync.ledger.installation import KEY_OPTION
from khop.sync.ledger.postgres import PostgresDatabase
from khop.sync.ledger.schema import metadata
from khop.sync.ledger.store import create_ledger, database_of, translated
from khop.sync.ledger.versions import ARRIVING, MOVED, SCHEMA_VERSION
from khop.sync.privacy import Privacy
from khop.sync.results import MoveSummary, NoProgress, Progress

#: Rows that are read and written at once.
_BATCH = 1000
_DIGESTS = 1 << 256

_version = sa.table("alembic_version", sa.column("version_num", sa.String))


def move_ledger(
    config: Config,
    url: str,
    clock: Callable[[], datetime],
    *,
    actor: str,
    progress: Progress | None = None,
) -> MoveSummary:
    """Copy the ledger of a configuration to ``url``, compare, and let nobody use the old one.

    khop.toml stays as it is: it has to name the new one afterwards. Raises KhopError; then the old
    ledger is in use as before, or the move has to be run again, which every command says.
    """
    progress = progress or NoProgress()
    address = _address(config, url)
    old, new = database_of(config.ledger_url), database_of(address)
    if old.place == new.place:
        raise KhopError(f"the ledger is at {old.place} already")
    old.require()
    _prepare(new, address)
    with ExitStack() as held:
        source = held.enter_context(_writing(old))
        target = held.enter_context(_writing(new))
        privacy = _check_source(config, old, source, Instant.of(clock()).us)
        _empty(new, target)
        rows = _copy(source, target, progress)
        _go_on_counting(new, target)
        _set_version(target, ARRIVING + SCHEMA_VERSION)
        target.commit()
        _set_version(source, MOVED + SCHEMA_VERSION)
        source.commit()
    detail = {"from": old.place, "to": new.place}
    with _writing(new, {KEY_OPTION: privacy}) as target:
        _set_version(target, SCHEMA_VERSION)
        entry = Entry(actor, "ledger.move", detail=detail)
        audit_log.append(target, Instant.of(clock()).us, [entry])
        target.commit()
    for path in new.files:
        config.files.settle(path)
    return MoveSummary(old.place, new.place, url, len(metadata.tables), rows)


def take_back_move(config: Config) -> str:
    """Use the ledger of a configuration again, after it was moved. Returns where it is. What was
    written to the new one since is not in it. Raises KhopError when it was not moved."""
    database = database_of(config.ledger_url)
    database.require()
    with _writing(database) as connection:
        found = _version_of(connection)
        if found is None or not found.startswith(MOVED):
            raise KhopError(
                f"the ledger {database.place} was not moved: it is in use; to use the old one "
                "again, name that in [ledger] url first"
            )
        _set_version(connection, found.removeprefix(MOVED))
        connection.commit()
    return database.place


def _address(config: Config, url: str) -> str:
    """The URL with an absolute path. Raises ConfigError for one with a password."""
    read = config.model_copy(update={"ledger": LedgerSettings(url=url)}).ledger_url
    if isinstance(database_of(read), PostgresDatabase) and sa.make_url(read).password is not None:
        raise ConfigError(
            "give the URL without its password, which others of this computer would see: it "
            "belongs into ~/.pgpass, or PGPASSWORD"
        )
    return read


def _prepare(new: Database, address: str) -> None:
    """Make the tables, unless an earlier move has begun."""
    if new.exists():
        with _writing(new) as connection:
            if (_version_of(connection) or "").startswith(ARRIVING):
                return
    create_ledger(address)


@contextmanager
def _writing(
    database: Database, options: Mapping[str, Any] | None = None
) -> Iterator[sa.Connection]:
    """A connection that holds the lock of writers. Its transaction is committed by hand."""
    engine = database.engine()
    options = {**database.writes, **(options or {})}
    try:
        with (
            translated(database),
            engine.connect().execution_options(**options) as connection,
        ):
            connection.begin()
            database.begin_write(connection)
            yield connection
    finally:
        engine.dispose()


def _check_source(config: Config, old: Database, source: sa.Connection, now_us: int) -> Privacy:
    """The key of the ledger that is moved. Raises KhopError when it cannot be moved now."""
    found = _version_of(source)
    if found is None or found.removeprefix(MOVED) != SCHEMA_VERSION:
        raise LedgerError(
            f"the ledger {old.place} is of another version than this program: run `khop init`, "
            "then move it"
        )
    refuse_in_use(old, source, now_us)
    name = installation.fingerprint(source)
    privacy = Privacy(config.key_path)
    return privacy if name is None else privacy.as_of(name)


def _empty(new: Database, target: sa.Connection) -> None:
    """Take away what an earlier move wrote. Raises LedgerError for a ledger that is used."""
    again = (_version_of(target) or "").startswith(ARRIVING)
    for table in reversed(metadata.sorted_tables):
        if again:
            target.execute(sa.delete(table))
        elif target.execute(sa.select(table).limit(1)).first() is not None:
            raise LedgerError(
                f"the ledger {new.place} is not empty: name an empty database, or a new file"
            )


def _copy(source: sa.Connection, target: sa.Connection, progress: Progress) -> int:
    """Copy all rows, and read them again; gives their number. Raises LedgerError when they are not
    the same."""
    counts = {table: _count(source, table) for table in metadata.sorted_tables}
    total = sum(counts.values())
    progress.start("move", total)
    written = {}
    for table in counts:
        written[table] = _Digest()
        for rows in _batches(source, table):
            written[table].add(rows)
            _write(target, table, rows)
            progress.advance("move", len(rows))
    progress.finish("move")
    progress.start("move_check", total)
    for table, due in written.items():
        found = _Digest()
        for rows in _batches(target, table):
            found.add(rows)
            progress.advance("move_check", len(rows))
        if found != due or due.count != counts[table]:
            raise LedgerError(
                f"the rows of {table.name} are not the same after the move: nothing was moved; "
                "report this"
            )
    progress.finish("move_check")
    return total


def _write(target: sa.Connection, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> None:
    """Insert rows; into PostgreSQL with COPY, which is several times as fast."""
    if target.dialect.name != "postgresql":
        target.execute(sa.insert(table), [dict(row._mapping) for row in rows])
        return
    name = target.dialect.identifier_preparer.quote
    columns = ", ".join(name(column.name) for column in table.columns)
    cursor = target.connection.cursor()
    try:
        with cursor.copy(f"COPY {name(table.name)} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    finally:
        cursor.close()


class _Digest:
    """The number of rows, and a digest of them that does not depend on their order."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Digest) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def add(self, rows: Sequence[sa.Row[Any]]) -> None:
        for row in rows:
            digest = hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest()
            self._sum = (self._sum + int.from_bytes(digest, "big")) % _DIGESTS
        self.count += len(rows)


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def _batches(connection: sa.Connection, table: sa.Table) -> Iterator[Sequence[sa.Row[Any]]]:
    query = sa.select(table).execution_options(yield_per=_BATCH)
    with connection.execute(query) as found:
        yield from found.partitions()


def _go_on_counting(new: Database, target: sa.Connection) -> None:
    """Numbers that the database gives go on after those that were copied; SQLite does so by
    itself."""
    if not isinstance(new, PostgresDatabase):
        return
    for table in metadata.sorted_tables:
        (key, *more) = table.primary_key.columns
        name = sa.func.pg_get_serial_sequence(table.name, key.name)
        if not more and (sequence := target.scalar(sa.select(name))) is not None:
            after = (target.scalar(sa.select(sa.func.max(key))) or 0) + 1
            target.execute(sa.select(sa.func.setval(sequence, after, False)))


def _version_of(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_version.name):
        return None
    return connection.scalar(sa.select(_version.c.version_num))


def _set_version(connection: sa.Connection, version: str) -> None:
    connection.execute(sa.update(_version).values(version_num=version))

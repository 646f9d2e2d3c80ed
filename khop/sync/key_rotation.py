"""Another key for an installation (docs/operate.md, The key).

::

    leases ──► khop.key: new secret, the earlier ones below it ──► one transaction of the ledger ──►
                                                                   matching keys, payloads, seal

Stopped after the first step, the ledger still belongs to the earlier secret, which the file has:
everything works, and the next rotation goes on with the same new secret. The second step is done
whole or not at all.

Matching keys are HMACs of data that khop does not store. They are carried over by another HMAC over
them, with the new secret; from then on keys are made with all secrets in turn, so that equal people
have equal keys (``mappings.identity``). Nothing is read again. Keys of rows of paper stay: findings
and decisions belong to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from khop.config.model import Config
from khop.errors import ConfigError
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger, acquire, audit_log, installation
from khop.sync.ledger.audit_log import KEY_LOST, KEY_ROTATE, Entry
from khop.sync.ledger.copies.existing import refuse_daemon
from khop.sync.ledger.record_changes import KEYS
from khop.sync.ledger.records import REKEYED
from khop.sync.ledger.schema import (
    cursor,
    paper_file,
    paper_row,
    quarantine,
    record_change,
    source_record,
    status_record,
)
from khop.sync.ledger.sealed import covered
from khop.sync.privacy import Privacy, ensure_key

#: What must not run meanwhile: everything that writes matching keys or payloads.
_LEASES = ("pull", "catalogue", "apply", "notify", "reconcile")
_BATCH = 10_000
_LOGGED_KEYS = record_change.c.field.in_(KEYS)
#: Columns with matching keys, and the rows that have one.
_MATCHING: Sequence[tuple[sa.Column[Any], sa.ColumnElement[bool]]] = (
    (source_record.c.applicant_key, sa.true()),
    (paper_row.c.applicant_key, sa.true()),
    *((source_record.c[name], sa.true()) for name in ("entered_by", "closed_by", "actor_key")),
    (status_record.c.actor_key, sa.true()),
    (record_change.c.old, _LOGGED_KEYS),
    (record_change.c.new, _LOGGED_KEYS),
)

_rekeyed = sa.Table(
    "rekeyed",
    sa.MetaData(),
    sa.Column("old", sa.String, primary_key=True),
    sa.Column("new", sa.String, nullable=False),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class KeyState:
    """The key of an installation.

    ``file``: fingerprint of the newest secret in the file; ``ledger``: of the one that the ledger
    belongs to, None for a new ledger. ``earlier``: secrets before the one in use. ``pending``: a
    rotation was begun and has to be finished.
    """

    file: str
    ledger: str | None
    earlier: int
    pending: bool


def key_state(config: Config) -> KeyState:
    """The key of this installation. Raises ConfigError when the ledger belongs to another key."""
    newest = Privacy(config.key_path)
    with closing(Ledger(config.ledger_url)) as ledger, ledger.read() as connection:
        found = installation.fingerprint(connection)
    used = newest if found is None else newest.as_of(found)
    return KeyState(newest.fingerprint, found, len(used.chain) - 1, used.pending)


def rotate_key(config: Config, *, actor: str, clock: Callable[[], datetime]) -> KeyState:
    """Make a new key, and carry over what was made with the one before.

    A rotation that was stopped half-way is finished. ``actor``: the account of who asks for it.
    Raises ConfigError when the key cannot be read or written, LedgerError when something else
    works on the ledger, KhopError when a daemon runs, which goes on with the key that it has read;
    then the key before is in use.
    """
    with closing(Ledger(config.ledger_url)) as ledger, ExitStack() as held:
        newest = Privacy(config.key_path)
        with ledger.read() as connection:
            found = installation.fingerprint(connection)
            refuse_daemon(ledger.database, connection, Instant.of(clock()).us)
        before = newest if found is None else newest.as_of(found)
        ledger.use(before, clock)
        for name in _LEASES:
            held.enter_context(acquire(ledger, name, clock))
        after = newest if before.pending else newest.replaced(config.files.settle)
        with ledger.write() as connection:
            _carry_over(connection, before, after)
            detail = {"key": after.fingerprint, "before": before.fingerprint}
            entry = Entry(actor, KEY_ROTATE, detail=detail)
            audit_log.seal_anew(connection, Instant.of(clock()).us, after, entry)
        ledger.use(after, clock)
    return KeyState(after.fingerprint, after.fingerprint, len(after.chain) - 1, pending=False)


def replace_lost_key(config: Config, *, actor: str, clock: Callable[[], datetime]) -> KeyState:
    """Go on with a new key when nobody has the one that the ledger belongs to.

    Findings, decisions and the record of what was sent stay. Records in quarantine cannot be read
    any more; applicants match nothing until all sources are read again, which the next pull does.
    What the audit log said so far can be proved no longer. Raises ConfigError when the key is not
    lost, or cannot be made; KhopError when a daemon runs.
    """
    with closing(Ledger(config.ledger_url)) as ledger:
        with ledger.read() as connection:
            found = installation.fingerprint(connection)
            refuse_daemon(ledger.database, connection, Instant.of(clock()).us)
        ensure_key(config.key_path)
        config.files.settle(config.key_path)
        after = Privacy(config.key_path)
        if found is None or found in after.chain:
            raise ConfigError(
                f"the key is not lost: {config.key_path} is that of the ledger; "
                "`khop key rotate` makes another",
                key="privacy.key_file",
            )
        with ledger.taken_over(after) as connection:
            _forget(connection)
            covered.begin(connection, Instant.of(clock()).us, KEY_LOST, before=found, by=actor)
    return KeyState(after.fingerprint, after.fingerprint, len(after.chain) - 1, pending=False)


def _carry_over(connection: sa.Connection, before: Privacy, after: Privacy) -> None:
    _rekeyed.create(connection)
    for column, among in _MATCHING:
        for old in _distinct(connection, column, among):
            rows = [{"old": key, "new": before.carry_over(after, key)} for key in old]
            connection.execute(_INSERT, rows)
        new = sa.select(_rekeyed.c.new).where(_rekeyed.c.old == column).scalar_subquery()
        values: dict[Any, Any] = {column.name: new}
        if column.table is source_record:
            values["listed_hash"] = REKEYED
        connection.execute(sa.update(column.table).where(column.is_not(None), among).values(values))
    _rekeyed.drop(connection)
    _seal_payloads(connection, before, after)


_INSERT = sa.text("INSERT INTO rekeyed (old, new) VALUES (:old, :new) ON CONFLICT (old) DO NOTHING")


def _distinct(
    connection: sa.Connection, column: sa.Column[Any], among: sa.ColumnElement[bool]
) -> Iterator[Sequence[str]]:
    """The values of a column in the rows ``among``, each once, in parts."""
    last = ""
    query = sa.select(column).where(among).distinct().order_by(column).limit(_BATCH)
    while found := connection.scalars(query.where(column > last)).all():
        yield found
        last = found[-1]


def _seal_payloads(connection: sa.Connection, before: Privacy, after: Privacy) -> None:
    last = 0
    query = sa.select(quarantine.c.id, quarantine.c.payload).order_by(quarantine.c.id).limit(500)
    while rows := connection.execute(
        query.where(quarantine.c.id > last, quarantine.c.payload.is_not(None))
    ).all():
        sealed: list[Mapping[str, Any]] = [
            {"of_id": row.id, "sealed": before.seal_again(after, row.payload)} for row in rows
        ]
        connection.execute(_SEALED, sealed)
        last = rows[-1].id


_SEALED = (
    sa.update(quarantine)
    .where(quarantine.c.id == sa.bindparam("of_id"))
    .values(payload=sa.bindparam("sealed"))
)


def _forget(connection: sa.Connection) -> None:
    """What only the lost key could use; and everything is read again."""
    for column, among in _MATCHING:
        connection.execute(sa.update(column.table).where(among).values({column.name: None}))
    connection.execute(sa.update(source_record).values(listed_hash=KEY_LOST))
    connection.execute(sa.update(quarantine).values(payload=None))
    connection.execute(sa.update(cursor).values(watermark_us=None, top_us=None, next_page=None))
    connection.execute(sa.delete(paper_file))

"""Which cases a reconcile has to look at: those that changed, or that are due for a recheck.

What findings depend on beside the cases is the **basis**: rules, numbers, calendar, sources. When
it differs from that of the last reconcile, all cases are looked at.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from khop.config.model import RuleSettings
from khop.sync.ledger.schema import (
    discrepancy,
    exclusion,
    last_reconcile,
    recheck,
    record_alias,
    source_record,
)
from khop.sync.reconciling.batches import batches
from khop.sync.results import FindingState
from khop.text.digest import hex_digest

#: Fewer changed codes are always looked for one by one.
_LEAST_CHANGED = 50_000

#: The row of the last reconcile that ended; until there is one, that of the first that began.
_ENDED = 1
_BEGUN = sa.text(
    f"INSERT INTO {last_reconcile.name} (id, now_us, basis, cases, unmapped) "
    "VALUES (0, :now_us, '', 0, 0) ON CONFLICT (id) DO NOTHING"
)
#: The basis of a ledger whose findings come from exports of provinces (``sync.exports``) begins so.
OF_EXPORTS = "exports:"


def basis_digest(settings: RuleSettings, parts: Mapping[str, Any]) -> str:
    """Digest of the basis: the settings of the rules, and the other ``parts``."""
    basis = {"rules": settings.model_dump(mode="json"), **parts}
    text = json.dumps(basis, sort_keys=True, default=str)
    return hex_digest(text.encode())


def read_last_reconcile(connection: sa.Connection) -> sa.Row[Any] | None:
    """The row of ``last_reconcile``, or None before the first reconcile."""
    ended = sa.select(last_reconcile).where(last_reconcile.c.id == _ENDED)
    return connection.execute(ended).first()


def note_begin(connection: sa.Connection, now_us: int) -> None:
    """Note that the first reconcile has begun. What changes from now on may be missing in what it
    reads, so that all codes are marked (``ledger.dirty``)."""
    connection.execute(_BEGUN, {"now_us": now_us})


def write_last_reconcile(
    connection: sa.Connection, now_us: int, basis: str, cases: int, unmapped: int
) -> None:
    """Replace the row of ``last_reconcile``."""
    connection.execute(sa.delete(last_reconcile))
    connection.execute(
        sa.insert(last_reconcile).values(
            id=_ENDED, now_us=now_us, basis=basis, cases=cases, unmapped=unmapped
        )
    )


def is_better_whole(changed: int, cases: int) -> bool:
    """Whether so many changed codes that looking at all ``cases`` costs less: one case costs some
    eight times as much when it is looked for. It also keeps the codes out of memory."""
    return changed > _LEAST_CHANGED and 8 * changed > cases


def subjects_to_see(connection: sa.Connection, changed: Iterable[str], now_us: int) -> set[str]:
    """The subjects whose findings may differ at ``now``: those of the codes that ``changed``, those
    due for a recheck, and those of a finding whose exclusion has ended.

    A dossier and its aliases belong together: what is said under one code counts for all of them.
    """
    overdue = connection.scalars(sa.select(recheck.c.subject).where(recheck.c.due_us <= now_us))
    seen: set[str] = set()
    new = {*changed, *overdue, *_readmitted(connection, now_us)}
    while new:
        seen |= new
        new = {*_related(connection, new)} - seen
    return seen


def _readmitted(connection: sa.Connection, now_us: int) -> Iterator[str]:
    """Subjects of excluded findings whose exclusion has ended."""
    same = sa.and_(
        exclusion.c.rule == discrepancy.c.rule,
        exclusion.c.subject == discrepancy.c.subject,
    )
    ended = (
        sa.select(discrepancy.c.subject)
        .join(exclusion, same)
        .where(discrepancy.c.state == FindingState.EXCLUDED.value, exclusion.c.until_us < now_us)
    )
    yield from connection.scalars(ended)


def _related(connection: sa.Connection, codes: Collection[str]) -> Iterator[str]:
    """Dossiers that have one of these codes as an alias, and the aliases of these dossiers."""
    same = sa.and_(
        record_alias.c.source == source_record.c.source,
        record_alias.c.native_id == source_record.c.native_id,
    )
    owners = sa.select(source_record.c.code).join(record_alias, same)
    aliases = sa.select(record_alias.c.alias).join(source_record, same)
    for part in batches(sorted(codes)):
        yield from connection.scalars(owners.where(record_alias.c.alias.in_(part)))
        yield from connection.scalars(aliases.where(source_record.c.code.in_(part)))

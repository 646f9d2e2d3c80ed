"""The outbox: every push, written before it is sent.

::

    pending ──► sending ──► pushed ──► done
       │           │  ▲        │
       │           ▼  │        └──► steps_unknown
       │        unknown (look up, then decide)
       ├──► superseded   the dossier changed before anything was sent
       ├──► blocked      a check before sending failed; for people
       └──► refused      the portal said no; for people

``sending`` and ``pushed`` rows whose process is gone are found by the next apply: the first are
looked up before anything is sent again, the second go on with their progress steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from khop.mappings.records import Status
from khop.sync.ledger import audit_log
from khop.sync.ledger.schema import outbox, progress_step
from khop.sync.ledger.sealed.covered import push_entry, steps_of


class PushState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    UNKNOWN = "unknown"
    PUSHED = "pushed"
    DONE = "done"
    STEPS_UNKNOWN = "steps_unknown"
    SUPERSEDED = "superseded"
    BLOCKED = "blocked"
    REFUSED = "refused"


#: Pushes that were begun and have not ended.
UNFINISHED = (PushState.SENDING, PushState.UNKNOWN, PushState.PUSHED)
#: Rows after which this version of the dossier is not sent again by the machine.
ENDED = (PushState.DONE, PushState.STEPS_UNKNOWN, PushState.BLOCKED, PushState.REFUSED)


class StepState(StrEnum):
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Push:
    """One row of the outbox.

    ``attempts``: the writes that took effect or may have. ``write_us``: when the last write was
    begun. ``created_there``: the push made the dossier on
    the portal. ``seen_status``: the portal's state when the push was decided; progress steps
    start after it. ``policy``: the policy under which khop sends it unasked.
    """

    version: str
    code: str
    source: str
    native_id: str
    sink: str
    rules: str
    state: PushState
    created_there: bool | None = None
    seen_status: Status | None = None
    attempts: int = 0
    write_us: int | None = None
    detail: str | None = None
    policy: str | None = None


def find(connection: sa.Connection, version: str) -> Push | None:
    row = connection.execute(sa.select(outbox).where(outbox.c.version == version)).first()
    return None if row is None else _push(row)


def unfinished(connection: sa.Connection, sink: str | None) -> list[Push]:
    """Pushes to this portal (None: to any) that were begun and have not ended, oldest first."""
    rows = connection.execute(
        sa.select(outbox)
        .where(_to(sink), outbox.c.state.in_(UNFINISHED))
        .order_by(outbox.c.made_us)
    )
    return [_push(row) for row in rows]


def pending(connection: sa.Connection, sink: str | None, policy: str) -> set[str]:
    """Versions of the pushes under a policy of which nothing was sent yet."""
    query = sa.select(outbox.c.version).where(
        _to(sink), outbox.c.state == PushState.PENDING, outbox.c.policy == policy
    )
    return set(connection.scalars(query))


def _to(sink: str | None) -> sa.ColumnElement[bool]:
    return sa.true() if sink is None else outbox.c.sink == sink


def ended_versions(connection: sa.Connection, sink: str) -> dict[str, Push]:
    """Versions that are not sent to this portal again, with how each ended."""
    rows = connection.execute(
        sa.select(outbox).where(outbox.c.sink == sink, outbox.c.state.in_(ENDED))
    )
    return {row.version: _push(row) for row in rows}


def open_push(connection: sa.Connection, push: Push, now_us: int) -> Push:
    """Write the push before anything is sent. Returns the row of an earlier apply if there is
    one; while nothing of it was sent, it belongs to who sends it now."""
    known = find(connection, push.version)
    if known is not None and known.state is PushState.PENDING and known.policy != push.policy:
        change(connection, push.version, now_us, policy=push.policy)
        return replace(known, policy=push.policy)
    if known is not None and known.state is not PushState.SUPERSEDED:
        return known
    connection.execute(sa.delete(outbox).where(outbox.c.version == push.version))
    made = connection.execute(
        sa.insert(outbox)
        .values(
            version=push.version,
            code=push.code,
            source=push.source,
            native_id=push.native_id,
            sink=push.sink,
            rules=push.rules,
            policy=push.policy,
            state=push.state,
            attempts=0,
            made_us=now_us,
            changed_us=now_us,
        )
        .returning(outbox)
    )
    _log(connection, now_us, made)
    return push


def change(connection: sa.Connection, version: str, now_us: int, **values: Any) -> None:
    """Update a push."""
    changed = connection.execute(
        sa.update(outbox)
        .where(outbox.c.version == version)
        .values(changed_us=now_us, **values)
        .returning(outbox)
    )
    _log(connection, now_us, changed)


def _log(connection: sa.Connection, now_us: int, written: Iterable[sa.Row[Any]]) -> None:
    """Every state of a push is in the audit log, with digests of its row and its steps."""
    entries = [
        push_entry(row._asdict(), steps_of(connection, row.code, row.version)) for row in written
    ]
    audit_log.append(connection, now_us, entries)


def claim(connection: sa.Connection, push: Push, now_us: int) -> bool:
    """Take a push for one write: only one of those that saw it in this state can. False when
    another took it, or it has ended."""
    taken = connection.execute(
        sa.update(outbox)
        .where(
            outbox.c.version == push.version,
            outbox.c.state == push.state,
            outbox.c.attempts == push.attempts,
        )
        .values(
            state=PushState.SENDING,
            attempts=push.attempts + 1,
            write_us=now_us,
            changed_us=now_us,
        )
        .returning(outbox)
    ).all()
    _log(connection, now_us, taken)
    return len(taken) == 1


def pushed_since(
    connection: sa.Connection, sink: str | None, since_us: int, policy: str | None = None
) -> set[str]:
    """The dossiers that this portal (None: any) took a write of since then, or may have taken one
    of, whatever became of the push afterwards. ``policy``: only those that were sent under it.

    Writes of after now, made while the clock was ahead, count too.
    """
    query = sa.select(outbox.c.code).where(
        _to(sink), outbox.c.write_us >= since_us, outbox.c.attempts > 0
    )
    if policy is not None:
        query = query.where(outbox.c.policy == policy)
    return set(connection.scalars(query))


def last_taken(connection: sa.Connection, sink: str, now_us: int) -> dict[str, int]:
    """Per dossier code when this portal last took a push of it, microseconds of UTC.

    A push of after ``now`` was made under a clock that was ahead, and counts as never: no look-up
    could be later than it.
    """
    rows = connection.execute(
        sa.select(outbox.c.code, sa.func.max(outbox.c.changed_us))
        .where(
            outbox.c.sink == sink,
            outbox.c.state.in_((PushState.DONE, PushState.STEPS_UNKNOWN)),
            outbox.c.changed_us <= now_us,
        )
        .group_by(outbox.c.code)
    )
    return dict(rows.all())


def steps_taken(connection: sa.Connection, keys: Sequence[str]) -> set[str]:
    """Those of the step keys that were sent, may have been sent, or were refused."""
    rows = connection.execute(
        sa.select(progress_step.c.step_key).where(progress_step.c.step_key.in_(keys))
    )
    return {row[0] for row in rows}


def steps_begin(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write steps before they are sent."""
    connection.execute(sa.insert(progress_step), list(rows))


def steps_end(connection: sa.Connection, keys: Iterable[str], state: StepState) -> None:
    connection.execute(
        sa.update(progress_step).where(progress_step.c.step_key.in_(list(keys))).values(state=state)
    )


def steps_forget(connection: sa.Connection, keys: Iterable[str]) -> None:
    """Delete the rows of steps whose call was not made."""
    connection.execute(sa.delete(progress_step).where(progress_step.c.step_key.in_(list(keys))))


def steps_left_sending(connection: sa.Connection) -> int:
    """Mark the steps that an aborted process left ``sending`` as unknown: whether they
    arrived can no longer be known. Returns their number."""
    return connection.execute(
        sa.update(progress_step)
        .where(progress_step.c.state == StepState.SENDING)
        .values(state=StepState.UNKNOWN)
    ).rowcount


def any_step_unknown(connection: sa.Connection, version: str) -> bool:
    found = sa.select(progress_step.c.step_key).where(
        progress_step.c.version == version, progress_step.c.state == StepState.UNKNOWN
    )
    return connection.execute(found.limit(1)).first() is not None


def _push(row: sa.Row[Any]) -> Push:
    return Push(
        version=row.version,
        code=row.code,
        source=row.source,
        native_id=row.native_id,
        sink=row.sink,
        rules=row.rules,
        state=PushState(row.state),
        created_there=row.created_there,
        seen_status=None if row.seen_status is None else Status(row.seen_status),
        attempts=row.attempts,
        write_us=row.write_us,
        detail=row.detail,
        policy=row.policy,
    )

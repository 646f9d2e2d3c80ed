"""What is unknown after a ledger was put back to an earlier state: what khop sent in between.

A create or an update is safe: each push looks the dossier up first, and sends nothing when the
portal has it so already. Progress steps cannot be looked up. So a push that the backup had under
way ends as one whose steps are unknown, and steps from before the restore of a dossier that the
portal had are not sent but marked unknown (``repairing.progress_steps``): people compare them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from khop.sync.ledger import audit_log, outbox
from khop.sync.ledger.audit_log import Entry
from khop.sync.ledger.look_ups import ask_now
from khop.sync.ledger.outbox import UNFINISHED, PushState
from khop.sync.ledger.schema import audit_log as entries
from khop.sync.ledger.schema import lease, node
from khop.sync.ledger.schema import outbox as pushes

_RESTORED = "ledger.restore"
_OTHER_TOKENS = 1_000_000


def note_restored(
    connection: sa.Connection, now_us: int, actor: str, detail: Mapping[str, Any]
) -> int:
    """Mark a ledger that is put back: nobody works on it, and what it had under way has ended.
    Returns how many pushes were under way."""
    audit_log.append(connection, now_us, [Entry(actor, _RESTORED, detail=detail)])
    # a process that still believes to hold one has another token
    ended = {"owner": None, "expires_us": 0, "token": lease.c.token + _OTHER_TOKENS}
    connection.execute(sa.update(lease).values(ended))
    connection.execute(sa.delete(node))
    outbox.steps_left_sending(connection)  # the entry of an ended push says how its steps are
    begun = connection.execute(sa.select(pushes).where(pushes.c.state.in_(UNFINISHED))).all()
    for row in begun:
        outbox.change(
            connection,
            row.version,
            now_us,
            state=PushState.STEPS_UNKNOWN,
            detail="the ledger was restored while this was under way; compare it on the portal",
        )
    ask_now(connection, [row.code for row in begun])
    waiting = sa.select(pushes.c.version).where(pushes.c.state == PushState.PENDING)
    for version in connection.scalars(waiting).all():
        # what the portal said when it was decided may not hold any more
        outbox.change(connection, version, now_us, state=PushState.SUPERSEDED)
    return len(begun)


def last_restored_us(connection: sa.Connection) -> int | None:
    """When the ledger was last put back, microseconds of UTC; None when it never was."""
    query = sa.select(sa.func.max(entries.c.at_us)).where(entries.c.action == _RESTORED)
    found = connection.scalar(query)
    return None if found is None else int(found)

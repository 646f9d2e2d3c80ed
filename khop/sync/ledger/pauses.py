"""What is paused: a source, a task of the daemon, the repair by policy; by a person, or by khop for
a reason of its own.

A pause lasts until a person ends it. Its name says what is paused, such as ``repair:POLICY``. Both
ends of it are in the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from khop.errors import KhopError
from khop.sync.ledger import audit_log
from khop.sync.ledger.audit_log import Entry
from khop.sync.ledger.schema import pause as pause_table
from khop.text.masking import holds_personal_number
from khop.text.normal_form import normal_form

#: The actions in the audit log; their source is the name of the pause.
PAUSE, RESUME = "pause.begin", "pause.end"

#: Characters.
_LONGEST = 1000
_PAUSES = sa.select(pause_table).order_by(pause_table.c.name)


class Cause(StrEnum):
    """Why something was paused."""

    PERSON = "person"
    #: A system does not accept the account.
    UNAUTHORISED = "unauthorised"
    #: The first answers to pushes, or too many of the last ones, were bad.
    CANARY = "canary"


@dataclass(frozen=True, slots=True)
class Pause:
    """One row. ``by``: the account of the person, or ``khop``. ``why``: a sentence without personal
    data."""

    name: str
    since_us: int
    cause: Cause
    by: str
    why: str


def pause(connection: sa.Connection, asked: Pause) -> Pause:
    """Begin a pause, and return the one that holds: an earlier one of the same name stays."""
    earlier = paused(connection).get(asked.name)
    if earlier is not None:
        return earlier
    values = {name: getattr(asked, name) for name in ("name", "since_us", "cause", "by", "why")}
    connection.execute(sa.insert(pause_table).values(**values))
    detail = {"cause": asked.cause.value, "why": asked.why}
    entry = Entry(asked.by, PAUSE, source=asked.name, detail=detail)
    audit_log.append(connection, asked.since_us, [entry])
    return asked


def resume(connection: sa.Connection, name: str, *, by: str, why: str, now_us: int) -> Pause | None:
    """End a pause and return it; None when there was none."""
    ended = paused(connection).get(name)
    if ended is None:
        return None
    connection.execute(sa.delete(pause_table).where(pause_table.c.name == name))
    entry = Entry(by, RESUME, source=name, detail={"cause": ended.cause.value, "why": why})
    audit_log.append(connection, now_us, [entry])
    return ended


def given(text: str) -> str:
    """A reason, or the name of who gives it, as it is stored.

    Raises KhopError when it is empty, long, or holds what may be a personal number.
    """
    bare = normal_form("NFC", text).strip()
    if not bare:
        raise KhopError("say why, and who asks for it")
    if len(bare) > _LONGEST:
        raise KhopError(f"the text is longer than {_LONGEST} characters")
    if holds_personal_number(bare):
        raise KhopError(
            "the text holds what may be a personal number or a telephone number: leave it out"
        )
    return bare


def paused(connection: sa.Connection) -> Mapping[str, Pause]:
    """All that is paused, by name."""
    rows = connection.execute(_PAUSES)
    return {
        row.name: Pause(row.name, row.since_us, Cause(row.cause), row.by, row.why) for row in rows
    }

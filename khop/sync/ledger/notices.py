"""Notices about findings: which are due, and their rows, written before they are sent.

::

    pending ──► sent
       │  ▲
       ▼  │ by a person's order
    refused   the receiver read the notice and rejected it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from khop.sync.ledger.schema import discrepancy, notice, notified
from khop.sync.results import UNSETTLED, FindingState


class NoticeEvent(StrEnum):
    """What happened to a finding. ``excluded``: a person excluded it."""

    NEW = "new"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    EXCLUDED = "excluded"


class NoticeState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    REFUSED = "refused"


#: Events after which the receiver regards a finding as not settled.
_OPEN_EVENTS = (NoticeEvent.NEW, NoticeEvent.REOPENED)


@dataclass(frozen=True, slots=True)
class Pending:
    """A notice that waits to be sent."""

    number: int
    id: str
    body: str


def due(
    connection: sa.Connection, rules: Sequence[str], severities: Sequence[str], limit: int | None
) -> list[sa.Row[Any]]:
    """Findings due for a notice, gravest first, each with its ``event``.

    New and reopened ones of these rules (none: all) and severities; resolved and excluded ones
    when an earlier notice contained them. What was opened and resolved in between is left out.
    """
    known = sa.and_(
        notified.c.rule == discrepancy.c.rule, notified.c.subject == discrepancy.c.subject
    )
    query = (
        sa.select(discrepancy, _event().label("event"))
        .select_from(discrepancy.outerjoin(notified, known))
        .where(_is_due(rules, severities))
        .order_by(discrepancy.c.severity, discrepancy.c.rule, discrepancy.c.subject)
        .limit(limit)
    )
    return list(connection.execute(query))


def _event() -> sa.ColumnElement[str]:
    return sa.case(
        (discrepancy.c.state == FindingState.RESOLVED, NoticeEvent.RESOLVED.value),
        (discrepancy.c.state == FindingState.EXCLUDED, NoticeEvent.EXCLUDED.value),
        (notified.c.rule.is_(None), NoticeEvent.NEW.value),
        else_=NoticeEvent.REOPENED.value,
    )


def _is_due(rules: Sequence[str], severities: Sequence[str]) -> sa.ColumnElement[bool]:
    untold = sa.or_(
        notified.c.rule.is_(None),
        notified.c.event.not_in(_OPEN_EVENTS),
        notified.c.opened_us != discrepancy.c.opened_us,
    )
    opened = sa.and_(
        discrepancy.c.state.in_(UNSETTLED), untold, discrepancy.c.severity.in_(severities)
    )
    if rules:
        opened = sa.and_(opened, discrepancy.c.rule.in_(rules))
    return sa.or_(
        opened, sa.and_(discrepancy.c.state.not_in(UNSETTLED), notified.c.event.in_(_OPEN_EVENTS))
    )


def add(
    connection: sa.Connection, notice_id: str, body: str, rows: Sequence[sa.Row[Any]], now_us: int
) -> None:
    """Write a notice of these findings, and note that they were notified."""
    connection.execute(
        sa.insert(notice).values(
            id=notice_id,
            body=body,
            findings=len(rows),
            state=NoticeState.PENDING.value,
            attempts=0,
            made_us=now_us,
        )
    )
    if not rows:
        return
    for row in rows:
        same = sa.and_(notified.c.rule == row.rule, notified.c.subject == row.subject)
        connection.execute(sa.delete(notified).where(same))
    columns = ("rule", "subject", "event", "opened_us")
    connection.execute(
        sa.insert(notified), [{name: getattr(row, name) for name in columns} for row in rows]
    )


def add_once(connection: sa.Connection, notice_id: str, body: str, now_us: int) -> None:
    """Write a notice that is about no finding, unless it is there."""
    there = connection.scalar(sa.select(notice.c.id).where(notice.c.id == notice_id))
    if there is None:
        add(connection, notice_id, body, (), now_us)


def first_pending(connection: sa.Connection, after: int) -> Pending | None:
    """The oldest notice to be sent whose number is greater than ``after``."""
    query = (
        sa.select(notice.c.number, notice.c.id, notice.c.body)
        .where(notice.c.state == NoticeState.PENDING, notice.c.number > after)
        .order_by(notice.c.number)
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else Pending(row.number, row.id, row.body)


def tried(
    connection: sa.Connection,
    number: int,
    state: NoticeState,
    now_us: int,
    failure: str | None = None,
) -> None:
    """Write the outcome of one try."""
    connection.execute(
        sa.update(notice)
        .where(notice.c.number == number)
        .values(
            state=state.value,
            attempts=notice.c.attempts + 1,
            tried_us=now_us,
            failure=failure,
        )
    )


def send_again(connection: sa.Connection) -> int:
    """Make refused notices pending; how many there were."""
    again = sa.update(notice).where(notice.c.state == NoticeState.REFUSED)
    return connection.execute(again.values(state=NoticeState.PENDING.value)).rowcount


def counts(connection: sa.Connection) -> dict[NoticeState, int]:
    """How many notices there are in each state."""
    query = sa.select(notice.c.state, sa.func.count()).group_by(notice.c.state)
    there = {NoticeState(state): count for state, count in connection.execute(query)}
    return {state: there.get(state, 0) for state in NoticeState}

"""The history of findings, read from the audit log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from khop.sync.findings.subjects import subject_of
from khop.sync.findings.views import FINDING_ACTION
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import audit_log
from khop.sync.results import Result
from khop.text.local_time import local_text

#: The finding shows other values: no event for people.
_UPDATE = f"{FINDING_ACTION}update"
#: What the log holds to verify findings with.
_PROOF = ("severity", "content")


@dataclass(frozen=True, slots=True)
class FindingEvent(Result):
    """One event of a finding.

    ``at``: ISO 8601. ``action``: by a run ``open``, ``resolve``, ``reopen``, ``exclusion_end``; by
    a person ``assign``, ``explain``, ``exclude``, ``take_back``. ``detail``: some of ``to``,
    ``until``, ``text``, ``reason``.
    """

    at: str
    rule: str
    subject: str
    action: str
    by: str
    detail: Mapping[str, Any] = field(default_factory=dict)


def history_of(ledger: Ledger, subject: str) -> list[FindingEvent]:
    """The events of the findings of a dossier or a row of paper, oldest first."""
    with ledger.read() as connection:
        query = (
            sa.select(audit_log)
            .where(
                audit_log.c.code == subject_of(connection, subject),
                audit_log.c.action.startswith(FINDING_ACTION),
                audit_log.c.action != _UPDATE,
            )
            .order_by(audit_log.c.id)
        )
        return [_event(row) for row in connection.execute(query)]


def _event(row: sa.Row[Any]) -> FindingEvent:
    logged = json.loads(row.detail)
    detail = {name: value for name, value in logged.items() if name not in _PROOF}
    return FindingEvent(
        at=local_text(row.at_us),
        rule=detail.pop("rule"),
        subject=row.code,
        action=row.action.removeprefix(FINDING_ACTION),
        by=row.actor,
        detail=detail,
    )

"""The plan: what apply would do to the portal, and what is left for people.

A push repairs all open repairable findings of a dossier at once. It is for people when the
machine may not send it (rules.md section 6), and when this very version was already sent and
the portal still differs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import DossierSink
from khop.faults import ConfigError
from khop.mappings.records import DONE, DossierRecord, Status
from khop.sync.ledger import Ledger, outbox, records
from khop.sync.ledger.outbox import Push, PushState
from khop.sync.ledger.schema import discrepancy, run
from khop.sync.results import Plan, PlanItem, WorkItem
from khop.sync.rules import RULES
from khop.sync.warehouse import ledger_cases, rows

NOT_REPAIRABLE = "not_repairable"
_HOW_IT_ENDED = {
    PushState.DONE: "portal_still_differs",
    PushState.STEPS_UNKNOWN: "portal_still_differs",
    PushState.BLOCKED: "blocked",
    PushState.REFUSED: "refused",
}

#: What the portal means, whatever words it used this time.
_PORTAL_SAYS = ("presence", "status", "received_us", "due_us", "finished_us", "returned_us")


@dataclass(frozen=True, slots=True)
class _Opened:
    """The open findings of one dossier."""

    code: str
    rules: tuple[str, ...]
    unit: str | None
    acts: tuple[str, ...]
    opened_us: int

    def only(self, rules: Iterable[str]) -> _Opened:
        kept = tuple(rule for rule in self.rules if rule in set(rules))
        return replace(self, rules=kept, acts=tuple(sorted({RULES[r].acts for r in kept})))


def make_plan(
    ledger: Ledger, sink: DossierSink | None, made_at: datetime, only: Sequence[str] | None
) -> Plan:
    """The plan for all open findings, or for those of the rules ``only``.

    ``sink`` None: there is no portal to push to, everything is for people.
    """
    unknown = sorted(set(only or ()) - set(RULES))
    if unknown:
        raise ConfigError(f"there is no rule {', '.join(unknown)}; known: {', '.join(RULES)}")
    with ledger.read() as connection:
        opened = _opened(connection, only)
        ended = outbox.ended_versions(connection)
        taken = outbox.last_taken(connection)
        begun = {push.code: push for push in outbox.unfinished(connection)}
        total = _cases_at_last_reconcile(connection)
    cases = _cases(ledger, [one.code for one in opened if _repairable(one.rules)])
    items: list[PlanItem] = [_going_on(push) for push in begun.values()]
    work: list[WorkItem] = []
    for one in opened:
        theirs = one.only(set(one.rules) - set(_repairable(one.rules)))
        if theirs.rules:
            work.append(_work(theirs, NOT_REPAIRABLE))
        ours = one.only(_repairable(one.rules))
        if not ours.rules or one.code in begun:
            continue
        case = cases.get(one.code)
        if case is not None and taken.get(one.code, -1) >= (case["po_checked_us"] or 0):
            continue  # pushed, and not looked up since: the next pull tells
        item, reason = _item(ledger, ours, case, sink, ended)
        if item is not None:
            items.append(item)
        else:
            work.append(_work(ours, reason))
    items.sort(key=lambda item: item.code)
    work.sort(key=lambda item: (item.code, item.reason))
    return Plan(
        made_at=made_at.isoformat(),
        cases=total,
        rules=None if only is None else tuple(only),
        basis=_digest(f"{item.code} {item.version}" for item in items),
        items=tuple(items),
        work=tuple(work),
    )


def plan_from_json(data: Any) -> Plan:
    """A plan as ``as_json`` wrote it. Raises ConfigError when it is none."""
    try:
        return Plan(
            made_at=str(data["made_at"]),
            cases=int(data["cases"]),
            rules=None if data["rules"] is None else tuple(data["rules"]),
            basis=str(data["basis"]),
            items=tuple(
                PlanItem(**{**item, "rules": tuple(item["rules"])}) for item in data["items"]
            ),
            work=tuple(
                WorkItem(**{**w, "rules": tuple(w["rules"]), "acts": tuple(w["acts"])})
                for w in data["work"]
            ),
        )
    except (KeyError, TypeError, ValueError):
        raise ConfigError(
            "this file is no khop plan; make one with `khop plan --out FILE`"
        ) from None


def would_lower(portal: Status | None, ours: Status | None) -> bool:
    """Whether the push would take the portal back from 9 or 10."""
    return portal in DONE and (ours is None or ours < portal)


def _repairable(rules: Iterable[str]) -> list[str]:
    return [rule for rule in rules if RULES[rule].repairable]


def _opened(connection: sa.Connection, only: Sequence[str] | None) -> list[_Opened]:
    query = (
        sa.select(
            discrepancy.c.code, discrepancy.c.rule, discrepancy.c.unit, discrepancy.c.opened_us
        )
        .where(discrepancy.c.state == "open")
        .order_by(discrepancy.c.code, discrepancy.c.rule)
    )
    if only is not None:
        query = query.where(discrepancy.c.rule.in_(list(only)))
    by_code: dict[str, list[Any]] = {}
    for row in connection.execute(query):
        by_code.setdefault(row.code, []).append(row)
    return [
        _Opened(
            code=code,
            rules=tuple(row.rule for row in found),
            unit=found[0].unit,
            acts=tuple(sorted({RULES[row.rule].acts for row in found})),
            opened_us=max(row.opened_us for row in found),
        )
        for code, found in by_code.items()
    ]


def _cases(ledger: Ledger, codes: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    with ledger_cases(ledger, phantoms=True, only=codes) as cases:
        return {str(row["code"]): row for row in rows(cases)}


def _cases_at_last_reconcile(connection: sa.Connection) -> int:
    """How many cases the last reconcile saw, for the guard."""
    summary = connection.scalar(
        sa.select(run.c.summary)
        .where(run.c.kind == "reconcile", run.c.summary.is_not(None))
        .order_by(run.c.id.desc())
        .limit(1)
    )
    return int(json.loads(summary)["cases"]) if summary else 0


def _item(
    ledger: Ledger,
    opened: _Opened,
    case: Mapping[str, Any] | None,
    sink: DossierSink | None,
    ended: Mapping[str, Push],
) -> tuple[PlanItem | None, str]:
    """The push that repairs the findings, or why there is none."""
    if sink is None or case is None or case["os_native_id"] is None:
        return None, "no_portal" if sink is None else "no_record"
    with ledger.read() as connection:
        record = records.read_record(connection, case["os_source"], case["os_native_id"])
    if record is None:
        return None, "no_record"
    reason = _forbidden(record, case, sink)
    if reason is not None:
        return None, reason
    version = _version(opened, case)
    if version in ended:
        return None, _HOW_IT_ENDED[ended[version].state]
    return (
        PlanItem(
            code=opened.code,
            native_id=record.native_id,
            source=record.source,
            action="create" if case["po_presence"] == "absent" else "update",
            rules=opened.rules,
            version=version,
        ),
        "",
    )


def _forbidden(record: DossierRecord, case: Mapping[str, Any], sink: DossierSink) -> str | None:
    """Why the machine may not push this dossier (rules.md section 6)."""
    if case["has_alias"]:
        return "portal_born"
    portal = case["po_status"]
    if would_lower(None if portal is None else Status(portal), record.status):
        return "would_lower"
    problems = sink.problems(record)
    return problems[0] if problems else None


def _version(opened: _Opened, case: Mapping[str, Any]) -> str:
    """Digest of what the push is based on: the one-stop's record, what the portal was last
    known to say, and the period the findings have been open."""
    portal = [str(case[f"po_{name}"]) for name in _PORTAL_SAYS]
    return _digest(
        [opened.code, str(case["os_content_hash"]), str(opened.opened_us), *opened.rules, *portal]
    )


def _digest(parts: Iterable[str]) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def _going_on(push: Push) -> PlanItem:
    """A push that an earlier apply began."""
    return PlanItem(
        code=push.code,
        native_id=push.native_id,
        source=push.source,
        action="create" if push.created_there else "update",
        rules=tuple(push.rules.split(",")),
        version=push.version,
    )


def _work(opened: _Opened, reason: str) -> WorkItem:
    return WorkItem(opened.code, opened.rules, opened.unit, opened.acts, reason)

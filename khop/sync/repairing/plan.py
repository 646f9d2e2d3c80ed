"""The plan: what apply would do to the portal, and what is left for people.

A push repairs all open repairable findings of a dossier at once. A dossier is left to people
when the machine may not send it (docs/rules.md), and when this version of it was sent already
and the portal still differs.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import DossierSink
from khop.errors import ConfigError
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.records import DossierRecord, Instant, Status
from khop.sync.ledger import Ledger, outbox, records
from khop.sync.ledger.outbox import Push, PushState
from khop.sync.ledger.schema import discrepancy, run
from khop.sync.operations import Operations
from khop.sync.reconciling.rules import RULES
from khop.sync.repairing.comparing import changes
from khop.sync.repairing.obstacles import (
    CODE_NOT_PLAIN,
    CODE_REUSED,
    OTHER_SPELLING,
    PORTAL_BORN,
    is_plain,
    portal_problems,
    reused_codes,
    spelled_otherwise,
)
from khop.sync.results import UNSETTLED, FindingState, Plan, PlanItem, WorkItem
from khop.text.choices import check_words
from khop.text.digest import hex_digest

NOT_REPAIRABLE = "not_repairable"
_REASON_AFTER = {
    PushState.DONE: "portal_still_differs",
    PushState.STEPS_UNKNOWN: "portal_still_differs",
    PushState.BLOCKED: "blocked",
    PushState.REFUSED: "refused",
}

_REPAIRABLE = frozenset(rule.id for rule in RULES.values() if rule.repairable)

#: A row of cases, as the rules read it.
Case = Mapping[str, Any]
#: Dossiers whose records are read at once.
_BATCH = 500
#: The columns of the portal's answer that a version depends on, without the text of the status.
_PORTAL_SAYS = ("presence", "status", "received_us", "due_us", "finished_us", "returned_us")


@dataclass(frozen=True, slots=True)
class _OpenFindings:
    """The open findings of one subject. ``opened_us``: when the latest repairable one opened.
    ``row``: where the row of paper is, for one that names no dossier."""

    subject: str
    code: str | None
    rules: tuple[str, ...]
    unit: str | None
    opened_us: int
    row: str | None = None

    def only(self, rules: Iterable[str]) -> _OpenFindings:
        wanted = set(rules)
        return replace(self, rules=tuple(rule for rule in self.rules if rule in wanted))

    @property
    def acts(self) -> tuple[str, ...]:
        return tuple(sorted({RULES[rule].acts for rule in self.rules}))


def make_plan(operations: Operations, only: Sequence[str] | None = None) -> Plan:
    """The plan for all open findings, or for those of the rules ``only``.

    Without a portal to push to everything is for people. Records of sources that are not
    configured do not count. Raises ConfigError for an unknown rule.
    """
    chosen, made_at = _chosen(only), operations.clock()
    with operations.ledger.read() as connection:
        opened = [one.only(chosen) for one in _open_findings(connection)]
        total = _cases_at_last_reconcile(connection)
    ours = [one.only(_REPAIRABLE) for one in opened]
    mine = [one for one in ours if one.rules]
    items, work = _pushes(operations, mine, made_at)
    for one in opened:
        theirs = one.only(chosen - _REPAIRABLE)
        if theirs.rules:
            work.append(_work(theirs, NOT_REPAIRABLE))
    items = [item for item in items if chosen.intersection(item.rules)]
    items.sort(key=lambda item: item.code)
    work.sort(key=lambda item: (item.subject, item.reason))
    return Plan(
        made_at=made_at.isoformat(),
        cases=total,
        rules=None if only is None else tuple(only),
        basis=_digest(f"{item.code} {item.version}" for item in items),
        items=tuple(items),
        work=tuple(work),
    )


def _chosen(only: Sequence[str] | None) -> frozenset[str]:
    check_words("rules", only or ())
    unknown = sorted(set(only or ()) - set(RULES))
    if unknown:
        raise ConfigError(f"there is no rule {', '.join(unknown)}; known: {', '.join(RULES)}")
    return frozenset(RULES if only is None else only)


def _pushes(
    operations: Operations, opened: Sequence[_OpenFindings], made_at: datetime
) -> tuple[list[PlanItem], list[WorkItem]]:
    """What a machine may push for these findings, and what it may not, with the reason.

    A push that an earlier apply began comes before a new one of the same dossier.
    """
    ledger, sink = operations.ledger, operations.systems.sink()
    if sink is None:
        return [], [_work(one, "no_portal") for one in opened]
    sources, grammar = operations.source_names(), operations.tables.codes
    with ledger.read() as connection:
        ended = outbox.ended_versions(connection, sink.name)
        taken = outbox.last_taken(connection, sink.name, Instant.of(made_at).us)
        begun = {push.code: push for push in outbox.unfinished(connection, sink.name)}
        barred = _barred(connection, {one.subject for one in opened} | begun.keys(), grammar)
        unwanted = _excluded(connection, begun.keys() - {one.subject for one in opened})
        held = dict.fromkeys(unwanted, "excluded") | barred
        elsewhere = spelled_otherwise(connection)
    cases = _cases(ledger, [one.subject for one in opened], sources)
    items = [_resumed(push) for push in begun.values() if push.code not in held]
    work = [_held(push, held[push.code]) for push in begun.values() if push.code in held]
    with ledger.read() as connection:
        for start in range(0, len(opened), _BATCH):
            batch = opened[start : start + _BATCH]
            stored = _records(connection, [cases.get(one.subject) for one in batch])
            for one in batch:
                case = cases.get(one.subject)
                if one.subject in begun or _waits_for_a_look_up(case, taken.get(one.subject)):
                    continue
                item, reason = _item(one, case, stored, sink, ended)
                if one.subject in barred:
                    item, reason = None, barred[one.subject]
                elif item is not None and item.action == "create" and one.subject in elsewhere:
                    item, reason = None, OTHER_SPELLING
                if item is not None:
                    items.append(item)
                else:
                    work.append(_work(one, reason))
    return items, work


def _barred(
    connection: sa.Connection, codes: Collection[str], grammar: CodeGrammar | None
) -> dict[str, str]:
    """The codes under which nothing may be sent, each with the reason."""
    odd = {code: CODE_NOT_PLAIN for code in codes if not is_plain(code, grammar)}
    return odd | dict.fromkeys(reused_codes(connection, codes), CODE_REUSED)


def _excluded(connection: sa.Connection, codes: Collection[str]) -> set[str]:
    """Those of these codes with a repairable finding that a person has excluded."""
    query = sa.select(discrepancy.c.subject).where(
        discrepancy.c.state == FindingState.EXCLUDED,
        discrepancy.c.rule.in_(list(_REPAIRABLE)),
        discrepancy.c.subject.in_(list(codes)),
    )
    return set(connection.scalars(query))


def _waits_for_a_look_up(case: Case | None, taken_us: int | None) -> bool:
    """Whether the portal took a push of the dossier that no look-up has confirmed yet."""
    return case is not None and taken_us is not None and taken_us >= (case["po_checked_us"] or 0)


def _records(
    connection: sa.Connection, cases: Iterable[Case | None]
) -> dict[tuple[str, str], DossierRecord]:
    """The one-stop's records of these cases, by source and native id."""
    ids: dict[str, list[str]] = {}
    for case in cases:
        if case is not None and case["os_native_id"] is not None:
            ids.setdefault(case["os_source"], []).append(case["os_native_id"])
    return {
        (source, record.native_id): record
        for source, native_ids in ids.items()
        for record in records.read_records(connection, source, native_ids)
    }


def _open_findings(connection: sa.Connection) -> list[_OpenFindings]:
    rows = connection.execute(
        sa.select(
            discrepancy.c.subject,
            discrepancy.c.code,
            discrepancy.c.rule,
            discrepancy.c.unit,
            discrepancy.c.opened_us,
            sa.case((discrepancy.c.code.is_(None), discrepancy.c.evidence_json)).label("evidence"),
        )
        .where(discrepancy.c.state.in_(UNSETTLED), discrepancy.c.rule.in_(list(RULES)))
        .order_by(discrepancy.c.subject, discrepancy.c.rule)
    )
    by_subject: dict[str, list[Any]] = {}
    for row in rows:
        by_subject.setdefault(row.subject, []).append(row)
    return [
        _OpenFindings(
            subject=subject,
            code=found[0].code,
            rules=tuple(row.rule for row in found),
            unit=found[0].unit,
            opened_us=max((r.opened_us for r in found if r.rule in _REPAIRABLE), default=0),
            row=_row_of(found[0].evidence),
        )
        for subject, found in by_subject.items()
    ]


def _row_of(evidence: str | None) -> str | None:
    """``file, sheet, row`` of the first row of paper in the evidence; None without one."""
    for item in json.loads(evidence) if evidence else ():
        if item.get("row") is not None:
            return ", ".join(str(item[name]) for name in ("file", "sheet", "row") if item.get(name))
    return None


def _cases(ledger: Ledger, codes: Sequence[str], sources: Sequence[str] | None) -> dict[str, Case]:
    if not codes:
        return {}
    from khop.sync.reconciling.ledger_inputs import Selection
    from khop.sync.reconciling.warehouse import ledger_cases

    with ledger_cases(ledger, Selection(only=codes, sources=sources)) as cases:
        return {str(row["subject"]): row for row in cases.rows(cases.table)}


def _cases_at_last_reconcile(connection: sa.Connection) -> int:
    """How many cases the last reconcile that did not fail saw, for the guard."""
    summaries = connection.scalars(
        sa.select(run.c.summary)
        .where(run.c.kind == "reconcile", run.c.summary.is_not(None))
        .order_by(run.c.id.desc())
    )
    return next(
        (int(found["cases"]) for found in map(json.loads, summaries) if "cases" in found), 0
    )


def _item(
    opened: _OpenFindings,
    case: Case | None,
    stored: Mapping[tuple[str, str], DossierRecord],
    sink: DossierSink,
    ended: Mapping[str, Push],
) -> tuple[PlanItem | None, str]:
    """The push that repairs the findings, or why there is none."""
    record = None if case is None else stored.get((case["os_source"], case["os_native_id"]))
    if case is None or record is None:
        return None, "no_record"
    reason = _obstacle(record, case, sink)
    if reason is not None:
        return None, reason
    version = _version(opened, replace(record, applicant_key=None), case, sink.name)
    # A version was once made with the applicant's key too.
    for sent in (version, _version(opened, record, case, sink.name)):
        if sent in ended:
            return None, _REASON_AFTER[ended[sent].state]
    return (
        PlanItem(
            code=record.code,
            native_id=record.native_id,
            source=record.source,
            action="create" if case["po_presence"] == "absent" else "update",
            rules=opened.rules,
            version=version,
            changes=changes(record, case),
        ),
        "",
    )


def _obstacle(record: DossierRecord, case: Case, sink: DossierSink) -> str | None:
    """Why the machine may not push this dossier (docs/rules.md); None when it may."""
    if case["has_alias"]:
        return PORTAL_BORN
    problems = sink.problems(record)
    if case["po_presence"] == "present":
        portal = case["po_status"]
        known = None if portal is None else Status(portal)
        problems = (*portal_problems(known, record.status), *problems)
    return problems[0] if problems else None


def _version(opened: _OpenFindings, record: DossierRecord, case: Case, sink: str) -> str:
    """Digest of what the push is based on: the one-stop's record, the portal's last answer, and
    when the findings opened. The record is without the applicant's key, which ``khop key rotate``
    makes anew; the masked display and the change time stay."""
    portal = [str(case[f"po_{name}"]) for name in _PORTAL_SAYS]
    ours = records.record_hash(record)
    return _digest([sink, opened.subject, ours, str(opened.opened_us), *portal])


def _digest(parts: Iterable[str]) -> str:
    return hex_digest("\x1f".join(parts).encode())


def _resumed(push: Push) -> PlanItem:
    """A push that an earlier apply began."""
    return PlanItem(
        code=push.code,
        native_id=push.native_id,
        source=push.source,
        action="create" if push.created_there else "update",
        rules=tuple(push.rules.split(",")),
        version=push.version,
    )


def _held(push: Push, reason: str) -> WorkItem:
    """A push that an earlier apply began, and that may not go on."""
    rules = tuple(push.rules.split(","))
    acts = tuple(sorted({RULES[rule].acts for rule in rules if rule in RULES}))
    return WorkItem(code=push.code, rules=rules, unit=None, acts=acts, reason=reason)


def _work(opened: _OpenFindings, reason: str) -> WorkItem:
    return WorkItem(
        subject=opened.subject,
        code=opened.code,
        row=opened.row,
        rules=opened.rules,
        unit=opened.unit,
        acts=opened.acts,
        reason=reason,
    )

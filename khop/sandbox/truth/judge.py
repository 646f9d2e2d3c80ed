"""The judge: what docs/rules.md says of the statements of all systems, and who may repair it.

The sandbox's truth and the tests of the engine's rules ask this one judge.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from khop.sandbox.truth.cases import Case, Cases
from khop.sandbox.truth.codes import read_code
from khop.sandbox.truth.rules import (
    DONE,
    NEW,
    REFUSED,
    RULES,
    SUPPLEMENT,
    returned_unsigned,
    signed_before_entry,
)
from khop.sandbox.truth.statements import Answer, Record, Row, Statements, Time
from khop.sandbox.truth.times import Clock, first_known

#: Rules that a machine may repair.
_MACHINE = frozenset({"A7", "B6", "B11", "C12", "C14"})
#: Working days that a row of paper and a dossier it may be about lie apart at most.
_NEAR = 1
#: The letters and signs of a code that may be sent.
_PLAIN = re.compile(r"[0-9A-Z.-]+")
#: What a push would leave blank.
_SENT = frozenset({
    "aliases", "status", "submitted", "received", "due", "finished", "returned", "unit",
    "procedure", "channel",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule that fires. ``code``: None for a row of paper without one. ``obstacle``: why a machine
    may not repair it, "" when that is never done; None when it may."""

    rule: str
    subject: str
    code: str | None
    severity: str
    why: str
    obstacle: str | None = ""


def verdicts(statements: Statements, clock: Clock) -> Iterator[Verdict]:
    """Every rule that fires, for every dossier and every row of paper, in any order."""
    for case in Cases(statements):
        if case.record is not None:
            yield from _of_dossier(case, case.record, clock)
        elif statements.complete and case.code not in statements.quarantined:
            yield from _of_unknown_code(case, clock)
    if statements.complete:
        yield from verdicts_on_rows(statements.rows, statements.records, clock, statements.unlisted)


def _of_dossier(case: Case, os: Record, clock: Clock) -> Iterator[Verdict]:
    if os.unmapped:
        return
    for rule in RULES:
        if rule.fires(os, case, clock):
            grave = rule.id == "D1" and signed_before_entry(os, case)
            severity = "S1" if grave else rule.severity
            obstacle = _obstacle(case, os) if rule.id in _MACHINE else ""
            yield Verdict(rule.id, case.code, case.code, severity, rule.why, obstacle)


def _obstacle(case: Case, os: Record) -> str | None:
    """Why a machine may not push this dossier, or None."""
    there = None if case.portal is None else case.portal.status
    if not (case.code.isascii() and _PLAIN.fullmatch(case.code) and read_code(case.code)):
        return "no plain code of a known shape"
    if len(case.natives) > 1 and len({(r.applicant, r.procedure) for r in case.natives}) > 1:
        return "one code, several dossiers"
    if case.aliases:
        return "born on the portal"
    if not os.unread.isdisjoint(_SENT):
        return "a field that cannot be read"
    if there is not None and there in DONE and os.status is not None and os.status < there:
        return "would lower the portal's state"
    if os.status in DONE and os.finished is None:
        return "ended without end date"
    if os.received is None and os.status not in (NEW, REFUSED, SUPPLEMENT):
        return "no reception date"
    return "unknown channel" if os.channel is None else None


def _of_unknown_code(case: Case, clock: Clock) -> Iterator[Verdict]:
    """A code that no dossier of the one-stop has."""
    portal = case.portal
    if portal is not None and clock.aged("A8", _known_since(portal)):
        why = "on the portal, unknown to the one-stop"
        yield Verdict("A8", case.code, case.code, "S2", why)
    if clock.aged("A1", case.logbook_received):
        yield _on_paper("A1", case.code, case.code)
    if clock.aged("A2", case.signed):
        yield _on_paper("A2", case.code, case.code)
    if returned_unsigned(None, case):
        yield _on_paper("C7", case.code, case.code)


def _known_since(portal: Answer) -> Time | None:
    """The earliest time that is certain."""
    if portal.received is None and portal.unread & {"received", "submitted"}:
        return portal.first_seen
    return first_known(portal.received, portal.submitted, portal.first_seen)


def verdicts_on_rows(
    rows: Iterable[Row],
    records: Iterable[Record],
    clock: Clock,
    unlisted: frozenset[Hashable] = frozenset(),
) -> Iterator[Verdict]:
    """The rows of paper without a code that every one of the ``records`` differs from.
    ``unlisted``: as in ``Statements``."""
    on_day: defaultdict[tuple[str, int | None], list[Record]] = defaultdict(list)
    for record in records:
        for name in ("received", "finished"):
            time: Time | None = getattr(record, name)
            if name in record.unread:
                on_day[name, None].append(record)
            elif time is not None:
                on_day[name, clock.order(time)].append(record)
    for row in rows:
        rule, at = ("A1", row.received) if row.kind == "logbook" else ("A2", row.signed)
        if row.code is not None or at is None or not clock.aged(rule, at):
            continue
        if row.unread & {"code", "unit", "procedure", "applicant"}:
            continue
        if row.unit is row.procedure is row.applicant is None:
            continue
        name, day = "received" if row.kind == "logbook" else "finished", clock.order(at)
        days = (None, *range(day - _NEAR, day + _NEAR + 1))
        near = (record for each in days for record in on_day[name, each])
        if all(_differs(row, record, unlisted) for record in near):
            yield _on_paper(rule, row.subject, None)


def _differs(row: Row, record: Record, unlisted: frozenset[Hashable]) -> bool:
    """Whether the two have different units, procedures or applicants. What one of them does not
    have, what cannot be read and what is unlisted differs from nothing; nor do applicants that
    are known by two things."""
    differing = {
        name
        for name in ("unit", "procedure", "applicant")
        if None not in (mine := getattr(row, name), theirs := getattr(record, name))
        and mine != theirs
        and unlisted.isdisjoint({mine, theirs})
    }
    if row.applicant_known_by != record.applicant_known_by:
        differing.discard("applicant")
    return not differing <= record.unread


_PAPER = {
    "A1": "received on paper, unknown to the one-stop",
    "A2": "a result was signed, the one-stop has no such dossier",
    "C7": "returned before the result was signed",
}


def _on_paper(rule: str, subject: str, code: str | None) -> Verdict:
    return Verdict(rule, subject, code, "S1", _PAPER[rule])

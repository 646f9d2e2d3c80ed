"""What people decide about findings: who answers, what the answer is, what is excluded.

::

    open ─ assign ─> assigned ─ explain ─> explained      only a run resolves (finding_states)
      └──────┴─ exclude ─> excluded ─ take_back ─> open

Each decision is one transaction, with one row of the audit log for each finding: all of it is
written, or nothing. A text with a personal number is refused (``decision_texts``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from khop.mappings.records import Instant
from khop.sync.findings.decision_texts import (
    DecisionError,
    known_rules,
    name_of,
    refuse_past,
    text_of,
)
from khop.sync.findings.history import FindingEvent, history_of
from khop.sync.findings.subjects import subject_of
from khop.sync.findings.views import FINDING_ACTION, findings_of
from khop.sync.ledger import Ledger, audit_log, finding_counts
from khop.sync.ledger.audit_log import Entry
from khop.sync.ledger.dirty import mark
from khop.sync.ledger.schema import discrepancy, exclusion
from khop.sync.reconciling.rules import place
from khop.sync.reconciling.rules.clock import start_us
from khop.sync.results import UNSETTLED, Finding, FindingState
from khop.text.choices import check_words


class Decisions:
    """What people decide about the findings of a ledger.

    Of each decision: ``subjects`` are codes of dossiers, or ``row:KEY``; ``actor`` is the account
    of the person who decides; ``rules``: only their findings, none means all findings of the
    subjects that the decision can change. Each returns the findings as they are afterwards, and
    raises DecisionError, and then nothing is written.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._clock = clock

    def assign(
        self,
        subjects: Sequence[str],
        *,
        actor: str,
        assignee: str,
        answer_due: date | None = None,
        rules: Sequence[str] = (),
    ) -> list[Finding]:
        """Have ``assignee`` answer by the end of the day ``answer_due``; an earlier answer is
        cleared."""
        choice = _Choice(self._clock(), actor, subjects, rules)
        to = name_of(assignee, "no_assignee")
        refuse_past(answer_due, choice.now)
        values = {
            "state": FindingState.ASSIGNED.value,
            "assignee": to,
            "answer_due_us": None if answer_due is None else start_us(answer_due),
            "explanation": None,
        }
        change = _Change("assign", {"to": to, "until": answer_due}, values)
        return _decide(self._ledger, choice, change)

    def explain(
        self, subjects: Sequence[str], *, actor: str, text: str, rules: Sequence[str] = ()
    ) -> list[Finding]:
        """Store the answer that was given, in place of an earlier one.

        The finding stays until a reconcile no longer finds it, or a person excludes it.
        """
        choice = _Choice(self._clock(), actor, subjects, rules)
        answer = text_of(text, "no_text")
        values = {"state": FindingState.EXPLAINED.value, "explanation": answer}
        return _decide(self._ledger, choice, _Change("explain", {"text": answer}, values))

    def exclude(
        self,
        subjects: Sequence[str],
        *,
        actor: str,
        reason: str,
        until: date | None = None,
        rules: Sequence[str] = (),
    ) -> list[Finding]:
        """Exclude findings up to the end of the local day ``until``, or until taken back.

        The exclusion also holds when the finding is resolved and found again.
        """
        choice = _Choice(self._clock(), actor, subjects, rules)
        why = text_of(reason, "no_reason")
        refuse_past(until, choice.now)
        row = {
            "reason": why,
            "actor": name_of(actor, "no_actor"),
            "made_us": choice.now_us,
            "until_us": None if until is None else start_us(until + timedelta(days=1)) - 1,
        }
        change = _Change(
            "exclude",
            {"reason": why, "until": until},
            {"state": FindingState.EXCLUDED.value},
            lambda connection, found: _put_exclusion(connection, found, row),
        )
        return _decide(self._ledger, choice, change)

    def take_back(
        self, subjects: Sequence[str], *, actor: str, reason: str = "", rules: Sequence[str] = ()
    ) -> list[Finding]:
        """End exclusions: their findings are open again, and the next reconcile looks at them.

        A finding that was resolved meanwhile stays resolved.
        """
        choice = _Choice(self._clock(), actor, subjects, rules)
        why = text_of(reason, "no_reason") if reason.strip() else None
        values = {
            "state": FindingState.OPEN.value,
            "opened_us": choice.now_us,
            "assignee": None,
            "answer_due_us": None,
            "explanation": None,
        }
        change = _Change("take_back", {"reason": why}, values, _drop_exclusion)
        return _decide(self._ledger, choice, change)

    def history_of(self, subject: str) -> list[FindingEvent]:
        """What happened to the findings of a dossier or a row of paper, oldest first."""
        return history_of(self._ledger, subject)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Who decides, when, and about which findings."""

    now: datetime
    actor: str
    subjects: Sequence[str]
    rules: Sequence[str]

    def __post_init__(self) -> None:
        """Raises KhopError for one text in place of a list."""
        check_words("subjects", self.subjects)
        check_words("rules", self.rules)

    @property
    def now_us(self) -> int:
        return Instant.of(self.now).us


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A finding that is decided about. ``stored``: its state in the ledger. ``held``: an exclusion
    is in force."""

    rule: str
    subject: str
    stored: FindingState
    held: bool
    unit: str | None
    severity: str

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.subject

    @property
    def state(self) -> FindingState:
        """``stored``, but open when its exclusion has ended and no run has looked since."""
        ended = self.stored is FindingState.EXCLUDED and not self.held
        return FindingState.OPEN if ended else self.stored


def _nothing(connection: sa.Connection, found: _Chosen) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of findings. ``logged``: details for the audit log. ``values``: new values of the
    finding's row. ``also``: what else is written for each finding."""

    action: str
    logged: Mapping[str, Any]
    values: Mapping[str, Any]
    also: Callable[[sa.Connection, _Chosen], None] = _nothing

    def refusal(self, found: _Chosen) -> str | None:
        """The reason why this change is refused for the finding; None when it is allowed."""
        if self.action == "take_back":
            return None if found.held else "not_excluded"
        return None if found.state in UNSETTLED else found.state.value


def _decide(ledger: Ledger, choice: _Choice, change: _Change) -> list[Finding]:
    by = name_of(choice.actor, "no_actor")
    with ledger.write() as connection:
        rules = known_rules(choice.rules)
        chosen = {
            found.key: found
            for subject in choice.subjects
            for found in _choose(connection, subject, rules, choice.now_us, change)
        }
        for found in chosen.values():
            _write(connection, found, change)
        moves = Counter(_move(found, change) for found in chosen.values())
        finding_counts.move(connection, moves, choice.now_us)
        entries = [_entry(found, by, change) for found in chosen.values()]
        audit_log.append(connection, choice.now_us, entries)
        return findings_of(connection, chosen)


def _choose(
    connection: sa.Connection, text: str, rules: Collection[str], now_us: int, change: _Change
) -> list[_Chosen]:
    """The findings of a subject that are decided about. Raises DecisionError.

    With ``rules``, each of them must have a finding that allows the change. Without, all findings
    of the subject that allow it are chosen, at least one.
    """
    subject = subject_of(connection, text)
    by_rule = {found.rule: found for found in _of_subject(connection, subject, now_us)}
    for rule in rules:
        if rule not in by_rule:
            raise DecisionError("no_finding", subject=subject, rule=rule)
    asked = [by_rule[rule] for rule in sorted(rules or by_rule, key=place)]
    refused = {found.rule: why for found in asked if (why := change.refusal(found))}
    allowed = [found for found in asked if found.rule not in refused]
    if refused and (rules or not allowed):
        rule, why = next(iter(refused.items()))
        raise DecisionError(why, subject=subject, rule=rule)
    if not allowed:
        raise DecisionError("no_finding", subject=subject, rule="")
    return allowed


def _of_subject(connection: sa.Connection, subject: str, now_us: int) -> Iterator[_Chosen]:
    held = sa.and_(
        exclusion.c.rule == discrepancy.c.rule,
        exclusion.c.subject == discrepancy.c.subject,
        sa.or_(exclusion.c.until_us.is_(None), exclusion.c.until_us >= now_us),
    )
    query = (
        sa.select(
            discrepancy.c.rule,
            discrepancy.c.state,
            discrepancy.c.unit,
            discrepancy.c.severity,
            exclusion.c.made_us,
        )
        .join(exclusion, held, isouter=True)
        .where(discrepancy.c.subject == subject)
    )
    for row in connection.execute(query):
        yield _Chosen(
            rule=row.rule,
            subject=subject,
            stored=FindingState(row.state),
            held=row.made_us is not None,
            unit=row.unit,
            severity=row.severity,
        )


def _write(connection: sa.Connection, found: _Chosen, change: _Change) -> None:
    if found.stored is not FindingState.RESOLVED:
        here = discrepancy.c.rule == found.rule, discrepancy.c.subject == found.subject
        connection.execute(sa.update(discrepancy).where(*here).values(**change.values))
    change.also(connection, found)


def _move(found: _Chosen, change: _Change) -> finding_counts.Change:
    """The change of the counts. A finding that was resolved stays so."""
    before = finding_counts.Place(found.unit, found.severity, found.stored.value)
    if found.stored is FindingState.RESOLVED:
        return finding_counts.Change(found.rule, before, before)
    state = change.values.get("state", found.stored.value)
    return finding_counts.Change(found.rule, before, before._replace(state=state))


def _put_exclusion(connection: sa.Connection, found: _Chosen, row: Mapping[str, Any]) -> None:
    _delete_exclusion(connection, found)
    values = {"rule": found.rule, "subject": found.subject, **row}
    connection.execute(sa.insert(exclusion).values(**values))


def _drop_exclusion(connection: sa.Connection, found: _Chosen) -> None:
    _delete_exclusion(connection, found)
    mark(connection, [found.subject])


def _delete_exclusion(connection: sa.Connection, found: _Chosen) -> None:
    here = exclusion.c.rule == found.rule, exclusion.c.subject == found.subject
    connection.execute(sa.delete(exclusion).where(*here))


def _entry(found: _Chosen, by: str, change: _Change) -> Entry:
    logged = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in change.logged.items()
        if value is not None
    }
    detail = {"rule": found.rule, **logged}
    return Entry(by, f"{FINDING_ACTION}{change.action}", code=found.subject, detail=detail)

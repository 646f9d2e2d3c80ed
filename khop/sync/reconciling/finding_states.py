"""The life of findings: what a reconcile found is compared with what the ledger has.

::

    (found) -> open -> assigned -> explained -> resolved -> open (reopened) ...
                 or -> excluded by a person, with a reason, for a time or until taken back

A finding that is no longer found is resolved, whatever people did with it; one that comes back
is reopened, not doubled, and nobody is asked for it yet. An exclusion outlives its finding: one
that comes back while it holds is excluded. When an exclusion has ended, its finding is open again;
that is no reopening, since the finding never went away. What a run changes is in the audit log,
as what people change is (``sync.decisions``). A run over the same ledger at the same ``now``
changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from khop.sync.ledger import finding_counts
from khop.sync.ledger.audit_log import Entry, append_all
from khop.sync.ledger.schema import discrepancy, exclusion
from khop.sync.reconciling.rules import Rule, Severity
from khop.sync.results import UNSETTLED, FindingState, RuleCount

_BATCH = 500

#: Who a run's changes are by, in the audit log.
ACTOR = "khop"

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """One rule that fired for one case. ``subject``: the dossier's code, or a row of paper."""

    rule: Rule
    subject: str
    code: str | None
    severity: Severity
    unit: str | None
    values: str
    evidence: str

    @property
    def fingerprint(self) -> str:
        text = f"{self.rule.id}\x1f{self.subject}\x1f{self.values}"
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def write_findings(
    connection: sa.Connection,
    found: Iterable[Found],
    now_us: int,
    *,
    before_us: int | None,
    subjects: Collection[str] | None = None,
) -> dict[str, RuleCount]:
    """Bring the discrepancies up to date; counts by rule.

    ``before_us``: ``now`` of the reconcile before, when what is gone now was last seen.
    ``subjects``: what was looked at; None is everything. Findings of others stay as they are.
    A finding that is still there unchanged is not written again: it was last seen by the last
    reconcile, whichever cases that looked at.
    """
    stored = _stored(connection, subjects)
    excluded = _excluded(connection, now_us, subjects)
    tally: Counter[tuple[str, str]] = Counter()
    changes = _Changes(now_us, excluded)
    for item in found:
        key = (item.rule.id, item.subject)
        tally[item.rule.id, changes.take(item, stored.pop(key, None))] += 1
    gone = {
        key: FindingState(row.state)
        for key, row in stored.items()
        if row.state != FindingState.RESOLVED
    }
    changes.write(connection, gone, before_us)
    if subjects is None:
        finding_counts.recount(connection)
    else:
        finding_counts.move(connection, changes.moves)
    tally.update((rule, "resolved") for rule, _ in gone)
    return _counts(finding_counts.read(connection), tally)


def _stored(connection: sa.Connection, subjects: Collection[str] | None) -> dict[Key, Any]:
    query = sa.select(
        discrepancy.c.rule,
        discrepancy.c.subject,
        discrepancy.c.state,
        discrepancy.c.fingerprint,
        discrepancy.c.severity,
        discrepancy.c.unit,
        discrepancy.c.evidence_json,
    )
    return {
        (row.rule, row.subject): row
        for part in _parts(subjects)
        for row in connection.execute(
            query if part is None else query.where(discrepancy.c.subject.in_(part))
        )
    }


def _parts(subjects: Collection[str] | None) -> Iterator[Sequence[str] | None]:
    if subjects is None:
        yield None
        return
    listed = sorted(subjects)
    for start in range(0, len(listed), _BATCH):
        yield listed[start : start + _BATCH]


def _excluded(
    connection: sa.Connection, now_us: int, subjects: Collection[str] | None
) -> frozenset[Key]:
    """What people ruled out of the subjects, as far as it holds now."""
    query = sa.select(exclusion.c.rule, exclusion.c.subject).where(
        sa.or_(exclusion.c.until_us.is_(None), exclusion.c.until_us >= now_us)
    )
    return frozenset(
        (row.rule, row.subject)
        for part in _parts(subjects)
        for row in connection.execute(
            query if part is None else query.where(exclusion.c.subject.in_(part))
        )
    )


class _Changes:
    """Rows to write, gathered while the findings stream by."""

    def __init__(self, now_us: int, excluded: Collection[Key]) -> None:
        self._now_us = now_us
        self._excluded = excluded
        self.new: list[dict[str, Any]] = []
        self.seen: list[dict[str, Any]] = []
        self.back: list[dict[str, Any]] = []
        self.moves: Counter[finding_counts.Place] = Counter()
        self._log: list[Entry] = []

    def take(self, item: Found, stored: Any) -> str:
        """File one finding under what happened to it."""
        key = item.rule.id, item.subject
        before = None if stored is None else FindingState(stored.state)
        state = _state_after(before, out=key in self._excluded)
        row = self._row(item)
        if before is None:
            self.new.append({**row, "state": state.value})
        elif before is not state:
            self.back.append(self._changed(row, before, state))
        elif _says(stored) != _said(item):
            self.seen.append(row)
        if before is not state:
            self._tell(_EVENTS.get(before, "exclude"), key, state)
            self._move(item.rule.id, before, state)
        if state is FindingState.EXCLUDED:
            return "excluded"
        return {None: "new", FindingState.RESOLVED: "reopened"}.get(before, "kept")

    def write(
        self, connection: sa.Connection, gone: Mapping[Key, FindingState], before_us: int | None
    ) -> None:
        if self.new:
            connection.execute(sa.insert(discrepancy), [self._inserted(row) for row in self.new])
        if self.seen:
            connection.execute(_at(sa.update(discrepancy)), self.seen)
        if self.back:
            again = _at(sa.update(discrepancy)).values(
                state=sa.bindparam("new_state"),
                resolved_us=None,
                reopened=discrepancy.c.reopened + sa.bindparam("returns"),
                assignee=None,
                answer_due_us=None,
                explanation=None,
            )
            connection.execute(again, self.back)
        if gone:
            last_seen = discrepancy.c.last_seen_us if before_us is None else before_us
            resolved = _at(sa.update(discrepancy)).values(
                state=FindingState.RESOLVED.value,
                resolved_us=self._now_us,
                last_seen_us=last_seen,
            )
            connection.execute(resolved, [{"of_rule": r, "of_subject": s} for r, s in gone])
            for key, before in gone.items():
                self._tell("resolve", key, FindingState.RESOLVED)
                self._move(key[0], before, FindingState.RESOLVED)
        # The engine finds in any order; the log is the same for the same changes.
        self._log.sort(key=lambda entry: (entry.code, entry.detail["rule"]))
        append_all(connection, self._now_us, self._log)

    def _tell(self, event: str, key: Key, state: FindingState) -> None:
        rule, subject = key
        detail = {"rule": rule, "state": state.value}
        self._log.append(Entry(ACTOR, f"finding.{event}", code=subject, detail=detail))

    def _move(self, rule: str, before: FindingState | None, after: FindingState) -> None:
        self.moves[rule, after.value] += 1
        if before is not None:
            self.moves[rule, before.value] -= 1

    def _changed(
        self, row: Mapping[str, Any], before: FindingState, state: FindingState
    ) -> dict[str, Any]:
        returns = int(before is FindingState.RESOLVED)
        return {**row, "new_state": state.value, "opened_us": self._now_us, "returns": returns}

    def _row(self, item: Found) -> dict[str, Any]:
        return {
            "of_rule": item.rule.id,
            "of_subject": item.subject,
            "code": item.code,
            "severity": item.severity.value,
            "unit": item.unit,
            "acts": item.rule.acts,
            "fingerprint": item.fingerprint,
            "values_json": item.values,
            "evidence_json": item.evidence,
            "last_seen_us": self._now_us,
        }

    def _inserted(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **{name: value for name, value in row.items() if not name.startswith("of_")},
            "rule": row["of_rule"],
            "subject": row["of_subject"],
            "first_seen_us": self._now_us,
            "opened_us": self._now_us,
            "reopened": 0,
        }


#: What a run tells of a finding that is there, by the state it had.
_EVENTS = {
    None: "open",
    FindingState.RESOLVED: "reopen",
    FindingState.EXCLUDED: "exclusion_end",
}


def _state_after(before: FindingState | None, *, out: bool) -> FindingState:
    """The state of a finding that is there. ``out``: a person ruled it out, as of now."""
    if out:
        return FindingState.EXCLUDED
    return before if before in UNSETTLED else FindingState.OPEN


def _said(item: Found) -> tuple[Any, ...]:
    return item.fingerprint, item.severity.value, item.unit, item.evidence


def _says(row: Any) -> tuple[Any, ...]:
    return row.fingerprint, row.severity, row.unit, row.evidence_json


def _at(statement: sa.Update) -> sa.Update:
    return statement.where(
        discrepancy.c.rule == sa.bindparam("of_rule"),
        discrepancy.c.subject == sa.bindparam("of_subject"),
    )


def _counts(
    there: Counter[finding_counts.Place], tally: Mapping[tuple[str, str], int]
) -> dict[str, RuleCount]:
    """What this run did, and what there is now, by rule."""
    rules = {rule for rule, _ in (*there, *tally)}
    return {
        rule: RuleCount(
            rule,
            open=sum(there[rule, state] for state in UNSETTLED),
            new=tally.get((rule, "new"), 0),
            reopened=tally.get((rule, "reopened"), 0),
            resolved=tally.get((rule, "resolved"), 0),
            excluded=there[rule, FindingState.EXCLUDED],
        )
        for rule in rules
    }

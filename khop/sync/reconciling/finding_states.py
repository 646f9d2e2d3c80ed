"""The states of findings: what a reconcile found, compared with what is in the ledger.

::

    (found) -> open -> assigned -> explained -> resolved -> open (reopened) ...
                 or -> excluded by a person, with a reason, until a day or until taken back

A finding that is no longer found is resolved, whatever people decided about it. One that is found
again is reopened, not doubled, and its assignee is cleared. An exclusion stays in force after its
finding is resolved: if the finding returns, it is excluded. A finding whose exclusion has ended is
open again; this does not count as reopened, because it was found all the time.

Every change of a run is in the audit log, as the decisions of people are
(``sync.findings.decisions``). A run over the same ledger at the same ``now`` changes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from khop.sync.ledger import finding_counts
from khop.sync.ledger.audit_log import KHOP, Entry, append
from khop.sync.ledger.finding_counts import Change, Place
from khop.sync.ledger.schema import discrepancy
from khop.sync.ledger.sealed.covered import finding_content
from khop.sync.reconciling.batches import parts
from khop.sync.reconciling.rules import Rule, Severity
from khop.sync.reconciling.stored_findings import Key, beside_stored, excluded
from khop.sync.results import UNSETTLED, FindingState, RuleCount
from khop.text.digest import hex_digest


@dataclass(frozen=True, slots=True)
class Found:
    """One rule that fired for one case.

    ``subject``: the dossier's code, or ``row:KEY`` of a row of paper. ``values``, ``evidence``:
    JSON.
    """

    rule: Rule
    subject: str
    code: str | None
    severity: Severity
    unit: str | None
    values: str
    evidence: str

    @property
    def key(self) -> Key:
        return self.rule.id, self.subject

    @property
    def fingerprint(self) -> str:
        text = f"{self.rule.id}\x1f{self.subject}\x1f{self.values}"
        return hex_digest(text.encode())

    def place(self, state: FindingState) -> Place:
        """Where it is counted in a state."""
        return Place(self.unit, self.severity.value, state.value)

    @property
    def content(self) -> str:
        """What the audit log says of it."""
        return finding_content(self.severity.value, self.unit, self.fingerprint)


def write_findings(
    connection: sa.Connection,
    found: Iterable[Found],
    now_us: int,
    *,
    before_us: int | None,
    subjects: Collection[str] | None = None,
) -> dict[str, RuleCount]:
    """Bring the findings up to date; counts by rule.

    ``found``: by rule and subject, read a part at a time. ``before_us``: ``now`` of the reconcile
    before, at which findings that are gone now were last seen. ``subjects``: those that were looked
    at (None: all); findings of others stay as they are. A finding that is found again unchanged is
    not written again: every finding that is not resolved was last seen by the last reconcile.
    """
    changes = _Changes(now_us, before_us, excluded(connection, now_us, subjects))
    changes.write(connection)
    for pairs in parts(beside_stored(connection, found, subjects)):
        for item, row in pairs:
            changes.add(item, row)
        changes.write(connection)
    finding_counts.move(connection, changes.moves, now_us)
    if subjects is None:
        finding_counts.recount(connection)
    return _counts(finding_counts.by_rule(connection), changes.tally)


class _Changes:
    """The rows and log entries to write, collected while the findings are read.

    ``tally``: what was done, by (rule, "new", "kept", "reopened", "excluded" or "resolved").
    """

    def __init__(self, now_us: int, before_us: int | None, excluded: Collection[Key]) -> None:
        self._now_us = now_us
        self._before_us = before_us
        self._excluded = excluded
        self._new: list[dict[str, Any]] = []
        self._updated: list[dict[str, Any]] = []
        self._moved: list[dict[str, Any]] = []
        self._gone: list[dict[str, Any]] = []
        self._log: list[Entry] = []
        self.moves: Counter[Change] = Counter()
        self.tally: Counter[tuple[str, str]] = Counter()

    def add(self, item: Found | None, row: sa.Row[Any] | None) -> None:
        """Collect what changes for one finding: as it was found, and as it is stored."""
        if item is not None:
            self.tally[item.rule.id, self._found(item, row)] += 1
        elif row is not None and row.state != FindingState.RESOLVED:
            self._resolve(row)
            self.tally[row.rule, "resolved"] += 1

    def _found(self, item: Found, stored: sa.Row[Any] | None) -> str:
        before = None if stored is None else FindingState(stored.state)
        state = _state_after(before, excluded=item.key in self._excluded)
        row = self._row(item)
        if before is None:
            self._new.append({**row, "state": state.value})
        elif before is not state:
            returns = int(before is FindingState.RESOLVED)
            moved = {"new_state": state.value, "opened_us": self._now_us, "returns": returns}
            self._moved.append({**row, **moved})
        elif not _unchanged(stored, item):
            self._updated.append(row)
            if _content(stored) != item.content:
                self._record("update", item.key, state, item)
        if before is not state:
            self._record(_EVENTS.get(before, "exclude"), item.key, state, item)
        if (was := _place(stored)) != (place := item.place(state)):
            self.moves[Change(item.rule.id, was, place)] += 1
        if state is FindingState.EXCLUDED:
            return "excluded"
        return {None: "new", FindingState.RESOLVED: "reopened"}.get(before, "kept")

    def _resolve(self, row: sa.Row[Any]) -> None:
        self._gone.append({"of_rule": row.rule, "of_subject": row.subject})
        self._record("resolve", (row.rule, row.subject), FindingState.RESOLVED)
        after = Place(row.unit, row.severity, FindingState.RESOLVED.value)
        self.moves[Change(row.rule, _place(row), after)] += 1

    def write(self, connection: sa.Connection) -> None:
        """Write what was collected since the last time."""
        last_seen = discrepancy.c.last_seen_us if self._before_us is None else self._before_us
        moved = _of_key(sa.update(discrepancy)).values(
            state=sa.bindparam("new_state"),
            resolved_us=None,
            reopened=discrepancy.c.reopened + sa.bindparam("returns"),
            assignee=None,
            answer_due_us=None,
            explanation=None,
        )
        resolved = _of_key(sa.update(discrepancy)).values(
            state=FindingState.RESOLVED.value, resolved_us=self._now_us, last_seen_us=last_seen
        )
        for statement, rows in (
            (sa.insert(discrepancy), list(map(self._inserted, self._new))),
            (_of_key(sa.update(discrepancy)), self._updated),
            (moved, self._moved),
            (resolved, self._gone),
        ):
            if rows:
                connection.execute(statement, rows)
        append(connection, self._now_us, self._log)
        for collected in (self._new, self._updated, self._moved, self._gone, self._log):
            collected.clear()

    def _record(
        self,
        event: str,
        key: Key,
        after: FindingState,
        item: Found | None = None,
    ) -> None:
        rule, subject = key
        detail = {"rule": rule, "state": after.value}
        if item is not None:
            detail |= {"severity": item.severity.value, "content": item.content}
        self._log.append(Entry(KHOP, f"finding.{event}", code=subject, detail=detail))

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
            "reversed_code": row["code"] and row["code"][::-1],
            "first_seen_us": self._now_us,
            "opened_us": self._now_us,
            "reopened": 0,
        }


#: The event in the audit log when a finding is found, by the state it had.
_EVENTS = {
    None: "open",
    FindingState.RESOLVED: "reopen",
    FindingState.EXCLUDED: "exclusion_end",
}


def _state_after(before: FindingState | None, *, excluded: bool) -> FindingState:
    """The state of a finding that is found. ``excluded``: an exclusion is in force."""
    if excluded:
        return FindingState.EXCLUDED
    return before if before in UNSETTLED else FindingState.OPEN


def _unchanged(row: Any, item: Found) -> bool:
    """Whether the ledger's row of a finding says what the finding says now.

    When a look-up was answered is not compared: an answer that says the same again changes no
    finding. Who shows a finding takes the time from the look-up itself (``findings.finding_rows``).
    """
    stored = row.fingerprint, row.severity, row.unit
    if stored != (item.fingerprint, item.severity.value, item.unit):
        return False
    return row.evidence_json == item.evidence or _timeless(row.evidence_json) == _timeless(
        item.evidence
    )


def _timeless(evidence: str) -> list[dict[str, Any]]:
    return [{**part, "checked_at": None} for part in json.loads(evidence)]


def _place(row: Any) -> Place | None:
    """Where the ledger's row of a finding is counted; None when there is none."""
    return None if row is None else Place(row.unit, row.severity, row.state)


def _content(row: Any) -> str:
    return finding_content(row.severity, row.unit, row.fingerprint)


def _of_key(statement: sa.Update) -> sa.Update:
    return statement.where(
        discrepancy.c.rule == sa.bindparam("of_rule"),
        discrepancy.c.subject == sa.bindparam("of_subject"),
    )


def _counts(
    now: Counter[tuple[str, str]], tally: Mapping[tuple[str, str], int]
) -> dict[str, RuleCount]:
    """By rule, how many findings there are ``now`` and what this run did (``tally``)."""
    rules = {rule for rule, _ in (*now, *tally)}
    return {
        rule: RuleCount(
            rule,
            open=sum(now[rule, state] for state in UNSETTLED),
            new=tally.get((rule, "new"), 0),
            reopened=tally.get((rule, "reopened"), 0),
            resolved=tally.get((rule, "resolved"), 0),
            excluded=now[rule, FindingState.EXCLUDED],
        )
        for rule in rules
    }

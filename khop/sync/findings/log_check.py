"""What stands in the tables, compared with what the audit log says of them.

The log is replayed: each entry about a finding, an exclusion or a push says what its row is from
then on. A row that says something else was changed by another program, a row without an entry was
added, an entry without a row was taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa

from khop.config.model import Config
from khop.sync.findings.anchors import anchors_to_check
from khop.sync.findings.views import FINDING_ACTION
from khop.sync.ledger import Ledger
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.schema import discrepancy, exclusion, outbox
from khop.sync.ledger.sealed.chain import Problems, Row, Verified, read_chain
from khop.sync.ledger.sealed.covered import (
    CARRIED_EXCLUSION,
    CARRIED_FINDING,
    CARRIED_PUSH,
    PUSH,
    finding_content,
    push_content,
)
from khop.sync.privacy import Privacy
from khop.sync.reconciling.rules.rule import start_us
from khop.sync.results import FindingState
from khop.text.digest import hex_digest

#: (rule, subject)
_Key: TypeAlias = tuple[str, str]

_NOBODY = (None, None, None)


def verify(ledger: Ledger, privacy: Privacy, config: Config, anchor: str | None = None) -> Verified:
    """Read the whole log, and compare findings, exclusions, the outbox and anchors with it.

    ``anchor``: a head that a person noted, beside those that khop.toml names. Raises KhopError
    when it is none.
    """
    problems, replay = Problems(), _Replay()
    anchors = anchors_to_check(config, anchor, problems)
    with ledger.read() as connection:
        rows, result = read_chain(connection, privacy, problems, anchors)
        for row in rows:
            replay.read(row)
        if replay.begun:
            _compare_findings(connection, replay, problems)
            _compare_exclusions(connection, replay, problems)
            _compare_pushes(connection, replay, problems)
    return result()


@dataclass(frozen=True, slots=True)
class _Finding:
    """A finding by the log. ``answer``: assignee, answer_due_us, explanation."""

    state: str
    content: str | None
    answer: tuple[object, object, object] = _NOBODY


class _Replay:
    """What the log says of the tables. ``begun``: the log covers them."""

    def __init__(self) -> None:
        self.begun = False
        self._start()

    def _start(self) -> None:
        self.findings: dict[_Key, _Finding] = {}
        #: reason, actor, until_us
        self.exclusions: dict[_Key, tuple[object, object, object]] = {}
        #: version -> (code, digest of the row)
        self.pushes: dict[str, tuple[str | None, str]] = {}

    def read(self, row: Row) -> None:
        if row.restart:
            self.begun = True
            self._start()
            return
        detail = row.detail
        if row.action.startswith(PUSH) or row.action == CARRIED_PUSH:
            self.pushes[str(detail.get("version"))] = (row.code, str(detail.get("row")))
            return
        key = (str(detail.get("rule")), str(row.code))
        if row.action == CARRIED_EXCLUSION:
            names = ("reason", "actor", "until_us")
            self.exclusions[key] = tuple(detail.get(name) for name in names)  # type: ignore[assignment]
        elif row.action == CARRIED_FINDING:
            answer = (
                detail.get("assignee"),
                detail.get("answer_due_us"),
                detail.get("explanation"),
            )
            self.findings[key] = _Finding(str(detail.get("state")), detail.get("content"), answer)
        elif row.action.startswith(FINDING_ACTION):
            self._finding(key, row.action.removeprefix(FINDING_ACTION), row)

    def _finding(self, key: _Key, event: str, row: Row) -> None:
        detail = row.detail
        before = self.findings.get(key, _Finding(FindingState.OPEN, None))
        content = detail.get("content", before.content)
        match event:
            case "open" | "reopen" | "exclusion_end":
                after = _Finding(str(detail.get("state")), content)
            case "update":
                after = _Finding(before.state, content, before.answer)
            case "resolve":
                after = _Finding(FindingState.RESOLVED, content, before.answer)
            case "assign":
                asked = (detail.get("to"), _day_us(detail.get("until")), None)
                after = _Finding(FindingState.ASSIGNED, content, asked)
            case "explain":
                answer = (*before.answer[:2], detail.get("text"))
                after = _Finding(FindingState.EXPLAINED, content, answer)
            case "exclude":
                after = self._exclude(key, content, before, row)
            case "take_back":
                self.exclusions.pop(key, None)
                resolved = before.state == FindingState.RESOLVED
                after = before if resolved else _Finding(FindingState.OPEN, content)
            case _:
                return
        self.findings[key] = after

    def _exclude(self, key: _Key, content: str | None, before: _Finding, row: Row) -> _Finding:
        """By a person, with a reason; or by a run, for an exclusion that is in force."""
        if "reason" not in row.detail:
            return _Finding(FindingState.EXCLUDED, content)
        until = _day_us(row.detail.get("until"), days=1)
        last = None if until is None else until - 1
        self.exclusions[key] = (row.detail["reason"], row.actor, last)
        return _Finding(FindingState.EXCLUDED, content, before.answer)


def _day_us(text: Any, days: int = 0) -> int | None:
    return None if text is None else start_us(date.fromisoformat(text) + timedelta(days=days))


def _compare_findings(connection: sa.Connection, replay: _Replay, problems: Problems) -> None:
    said = dict(replay.findings)
    for row in connection.execute(sa.select(discrepancy)).mappings():
        key = (row["rule"], row["subject"])
        due = said.pop(key, None)
        about = {"rule": row["rule"], "subject": row["subject"]}
        if due is None:
            problems.add("finding_added", **about)
        elif what := [name for name, same in _same_finding(row, due).items() if not same]:
            problems.add("finding_changed", **about, what=", ".join(what))
    for rule, subject in said:
        problems.add("finding_removed", rule=rule, subject=subject)


def _same_finding(row: sa.RowMapping, due: _Finding) -> dict[str, bool]:
    """Which parts of a finding are as the log says."""
    rule, subject = row["rule"], row["subject"]
    content = finding_content(row["severity"], row["unit"], row["fingerprint"])
    values = f"{rule}\x1f{subject}\x1f{row['values_json']}"
    answer = (row["assignee"], row["answer_due_us"], row["explanation"])
    return {
        "state": row["state"] == due.state,
        "severity, unit, fingerprint": content == due.content,
        "values": hex_digest(values.encode()) == row["fingerprint"],
        "code": row["code"] == (None if subject.startswith(ROW) else subject),
        "answer": answer == due.answer,
    }


def _compare_exclusions(connection: sa.Connection, replay: _Replay, problems: Problems) -> None:
    said = dict(replay.exclusions)
    for row in connection.execute(sa.select(exclusion)).mappings():
        rule, subject = row["rule"], row["subject"]
        due = said.pop((rule, subject), None)
        if due is None:
            problems.add("exclusion_added", rule=rule, subject=subject)
        elif due != (row["reason"], row["actor"], row["until_us"]):
            problems.add("exclusion_changed", rule=rule, subject=subject)
    for rule, subject in said:
        problems.add("exclusion_removed", rule=rule, subject=subject)


def _compare_pushes(connection: sa.Connection, replay: _Replay, problems: Problems) -> None:
    said = dict(replay.pushes)
    for row in connection.execute(sa.select(outbox)).mappings():
        due = said.pop(row["version"], None)
        if due is None:
            problems.add("push_added", code=row["code"])
        elif due[1] != push_content(dict(row)):
            problems.add("push_changed", code=row["code"])
    for code, _ in said.values():
        problems.add("push_removed", code=code)

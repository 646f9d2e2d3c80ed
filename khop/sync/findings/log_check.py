"""What stands in the tables, compared with what the audit log says of them.

The log is replayed: each entry about a finding, an exclusion or a push says what its row is from
then on. A row that says something else was changed by another program, a row without an entry was
added, an entry without a row was taken out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa

from khop.config.model import Config
from khop.sync.findings.anchors import anchors_to_check
from khop.sync.findings.views import FINDING_ACTION
from khop.sync.ledger import Ledger, finding_counts
from khop.sync.ledger.outbox import ENDED
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.schema import discrepancy, exclusion, outbox
from khop.sync.ledger.sealed.chain import Problems, Row, Verified, read_chain
from khop.sync.ledger.sealed.covered import (
    CARRIED_EXCLUSION,
    CARRIED_FINDING,
    CARRIED_PUSH,
    PUSH,
    all_steps,
    finding_content,
    push_content,
)
from khop.sync.privacy import Privacy
from khop.sync.reconciling.rules.clock import start_us
from khop.sync.results import FindingState
from khop.text.digest import hex_digest

#: (rule, subject)
_Key: TypeAlias = tuple[str, str]

_NOBODY = (None, None, None)
_TIMES = ("first_seen_us", "opened_us", "reopened")


def verify(ledger: Ledger, privacy: Privacy, config: Config, anchor: str | None = None) -> Verified:
    """Read the whole log, and compare findings, exclusions, the outbox and anchors with it; and the
    counts of findings with the findings.

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
        for difference in finding_counts.differences(connection):
            problems.add("counts_differ", **difference._asdict())
    return result()


@dataclass(frozen=True, slots=True)
class _Finding:
    """A finding by the log. ``answer``: assignee, answer_due_us, explanation. ``first_seen_us``,
    ``opened_us``, ``reopened``: None where an older log does not say it."""

    state: str
    content: str | None
    answer: tuple[object, object, object] = _NOBODY
    first_seen_us: int | None = None
    opened_us: int | None = None
    reopened: int | None = None

    def opens(self, event: str, at_us: int) -> _Finding:
        """The same in a new open period, which begins with this event."""
        if event == "open":
            return replace(self, first_seen_us=at_us, opened_us=at_us, reopened=0)
        returns = int(event == "reopen")
        reopened = None if self.reopened is None else self.reopened + returns
        return replace(self, opened_us=at_us, reopened=reopened)


@dataclass(frozen=True, slots=True)
class _Push:
    """A push by the log. ``row``, ``steps``: digests; ``says_steps``: an older log does not."""

    code: str | None
    row: str
    ended: bool
    says_steps: bool
    steps: str | None


class _Replay:
    """What the log says of the tables. ``begun``: the log covers them."""

    def __init__(self) -> None:
        self.begun = False
        self._start()

    def _start(self) -> None:
        self.findings: dict[_Key, _Finding] = {}
        #: reason, actor, until_us, made_us (None where an older log does not say it)
        self.exclusions: dict[_Key, tuple[object, object, object, object]] = {}
        #: by version
        self.pushes: dict[str, _Push] = {}

    def read(self, row: Row) -> None:
        if row.restart:
            self.begun = True
            self._start()
            return
        detail = row.detail
        if row.action.startswith(PUSH) or row.action == CARRIED_PUSH:
            self.pushes[str(detail.get("version"))] = _Push(
                code=row.code,
                row=str(detail.get("row")),
                ended=detail.get("state") in ENDED,
                says_steps="steps" in detail,
                steps=detail.get("steps"),
            )
            return
        key = (str(detail.get("rule")), str(row.code))
        if row.action == CARRIED_EXCLUSION:
            names = ("reason", "actor", "until_us", "made_us")
            self.exclusions[key] = tuple(detail.get(name) for name in names)  # type: ignore[assignment]
        elif row.action == CARRIED_FINDING:
            answer = (
                detail.get("assignee"),
                detail.get("answer_due_us"),
                detail.get("explanation"),
            )
            times = {name: detail.get(name) for name in _TIMES}
            state, content = str(detail.get("state")), detail.get("content")
            self.findings[key] = _Finding(state, content, answer, **times)
        elif row.action.startswith(FINDING_ACTION):
            self._finding(key, row.action.removeprefix(FINDING_ACTION), row)

    def _finding(self, key: _Key, event: str, row: Row) -> None:
        detail = row.detail
        before = self.findings.get(key, _Finding(FindingState.OPEN, None))
        content = detail.get("content", before.content)
        same = replace(before, content=content)
        opened = replace(same, answer=_NOBODY).opens(event, row.at_us)
        match event:
            case "open" | "reopen" | "exclusion_end":
                after = replace(opened, state=str(detail.get("state")))
            case "update":
                after = same
            case "resolve":
                after = replace(same, state=FindingState.RESOLVED)
            case "assign":
                asked = (detail.get("to"), _day_us(detail.get("until")), None)
                after = replace(same, state=FindingState.ASSIGNED, answer=asked)
            case "explain":
                answer = (*before.answer[:2], detail.get("text"))
                after = replace(same, state=FindingState.EXPLAINED, answer=answer)
            case "exclude" if "reason" in detail:
                self._put_exclusion(key, row)
                after = replace(same, state=FindingState.EXCLUDED)
            case "exclude":  # by a run, for an exclusion that is in force
                after = replace(opened, state=FindingState.EXCLUDED)
            case "take_back":
                self.exclusions.pop(key, None)
                resolved = before.state == FindingState.RESOLVED
                after = before if resolved else replace(opened, state=FindingState.OPEN)
            case _:
                return
        self.findings[key] = after

    def _put_exclusion(self, key: _Key, row: Row) -> None:
        until = _day_us(row.detail.get("until"), days=1)
        last = None if until is None else until - 1
        self.exclusions[key] = (row.detail["reason"], row.actor, last, row.at_us)


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
        **{name: getattr(due, name) in (None, row[name]) for name in _TIMES},
    }


def _compare_exclusions(connection: sa.Connection, replay: _Replay, problems: Problems) -> None:
    said = dict(replay.exclusions)
    for row in connection.execute(sa.select(exclusion)).mappings():
        rule, subject = row["rule"], row["subject"]
        due = said.pop((rule, subject), None)
        if due is None:
            problems.add("exclusion_added", rule=rule, subject=subject)
        elif due[:3] != (row["reason"], row["actor"], row["until_us"]) or due[3] not in (
            None,
            row["made_us"],
        ):
            problems.add("exclusion_changed", rule=rule, subject=subject)
    for rule, subject in said:
        problems.add("exclusion_removed", rule=rule, subject=subject)


def _compare_pushes(connection: sa.Connection, replay: _Replay, problems: Problems) -> None:
    said = dict(replay.pushes)
    for row in connection.execute(sa.select(outbox)).mappings():
        due = said.pop(row["version"], None)
        if due is None:
            problems.add("push_added", code=row["code"])
        elif due.row != push_content(dict(row)):
            problems.add("push_changed", code=row["code"])
    for push in said.values():
        problems.add("push_removed", code=push.code)
    _compare_steps(connection, replay, problems)


def _compare_steps(connection: sa.Connection, replay: _Replay, problems: Problems) -> None:
    """Those of pushes that have ended: the steps of the others may still change."""
    said = {
        version: push
        for version, push in replay.pushes.items()
        if push.says_steps and push.ended and push.steps is not None
    }
    for version, code, digest in all_steps(connection):
        push = replay.pushes.get(version)
        said.pop(version, None)
        if push is None or (push.ended and push.says_steps and push.steps != digest):
            problems.add("steps_changed", code=code)
    for push in said.values():
        problems.add("steps_changed", code=push.code)

"""Lists of work: what the people of each unit have to do, in their words."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from khop.audit.rules import RuleWords, rule_words
from khop.audit.values import describe, local_time
from khop.audit.words import report_words, todo_words
from khop.sync.findings.subjects import short_subject
from khop.sync.findings.work import Task
from khop.sync.repairing.plan import NOT_REPAIRABLE
from khop.sync.results import Finding, Freshness
from khop.text.safe_display import plain
from khop.text.words import Words

#: The name of the file for tasks whose unit is not known.
NO_UNIT = "khong-ro-don-vi"

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One thing to do. ``place``: the dossier's code, or where the row of paper is."""

    place: str
    finding: str
    severity: str
    saw: str
    todo: str
    why: str
    acts: str
    since: date | None
    due: date | None
    assignee: str
    state: str
    link: str | None


@dataclass(frozen=True, slots=True)
class UnitWork:
    """The tasks of one unit. ``unit``: "" when it is not known."""

    unit: str
    tasks: Sequence[Task]

    @property
    def file_name(self) -> str:
        """Name of the unit's file without its ending: the same in every run, and different for
        different units, hence the digest."""
        if not self.unit:
            return NO_UNIT
        digest = hashlib.blake2b(self.unit.encode("utf-8", "replace"), digest_size=4).hexdigest()
        return "-".join(filter(None, (slug(self.unit), digest)))


@dataclass(frozen=True, slots=True)
class WorkReport:
    """What every list of work needs beside its tasks.

    ``words``: of lists of work; ``report``: of reports. ``rules``: by id. ``made_at``: with a zone.
    ``reason``: the sentence for a ``Task.reason``. ``freshness``: as of when, from which sources.
    """

    words: Words
    report: Words
    rules: Mapping[str, RuleWords]
    province: str
    made_at: datetime
    reason: Callable[[str], str]
    freshness: Freshness | None = None

    @classmethod
    def of(
        cls,
        lang: str,
        province: str,
        made_at: datetime,
        reason: Callable[[str], str],
        freshness: Freshness | None = None,
    ) -> WorkReport:
        """With the words of a language."""
        words = todo_words(lang), report_words(lang), rule_words(lang)
        return cls(*words, province, made_at, reason, freshness)

    def rows(self, tasks: Iterable[Task]) -> Iterator[TaskRow]:
        """Each task in a person's words."""
        return map(self._row, tasks)

    def _row(self, task: Task) -> TaskRow:
        finding, report = task.finding, self.report
        rule = self.rules.get(finding.rule) or RuleWords("", "")
        reason = "" if task.reason == NOT_REPAIRABLE else _sentence(self.reason(task.reason))
        return TaskRow(
            place=place_of(finding, self.words),
            finding=f"{finding.rule} {rule.name}".strip(),
            severity=report.get(f"severity.{finding.severity}", finding.severity),
            saw=describe(finding.values, report),
            todo=self.words.get(f"todo.{finding.rule}", ""),
            why=f"{rule.meaning} {reason}".strip(),
            acts=report.get(f"acts.{finding.acts}", finding.acts),
            since=_day(finding.first_seen),
            due=_day(finding.answer_due),
            assignee=plain(finding.assignee or ""),
            state=report.get(f"state.{finding.state}", str(finding.state)),
            link=task.link,
        )


def by_unit(tasks: Iterable[Task]) -> list[UnitWork]:
    """The tasks of each unit, in the order of the units' names."""
    ordered = sorted(tasks, key=lambda task: task.finding.unit or "")
    return [
        UnitWork(unit, tuple(group))
        for unit, group in groupby(ordered, key=lambda task: task.finding.unit or "")
    ]


def slug(text: str) -> str:
    """``text`` as part of a file's name on any system: ASCII small letters, digits, hyphens."""
    bare = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    kept = (c if c.isascii() and c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return "-".join("".join(kept).split())[:_LONGEST_NAME].rstrip("-")


def place_of(finding: Finding, words: Words) -> str:
    """The dossier's code; for a row of paper its file, sheet and row."""
    if finding.code:
        return plain(finding.code)
    for item in finding.evidence:
        if item.get("row") is not None:
            where = {name: plain(str(item.get(name) or "")) for name in ("file", "sheet", "row")}
            return words("work.row" if where["sheet"] else "work.row_of_file", **where)
    return plain(short_subject(finding.subject))


def work_json(
    tasks: Sequence[Task], report: WorkReport, files: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """All tasks as one JSON document. ``files``: the workbooks beside it."""
    rows = zip(tasks, report.rows(tasks), strict=True)
    return {
        "province": report.province,
        "made_at": report.made_at.isoformat(),
        "notice": report.words("work.notice"),
        "about": None if report.freshness is None else report.freshness.as_json(),
        "files": [dict(file) for file in files],
        "work": [_task_json(task, row) for task, row in rows],
    }


def _task_json(task: Task, row: TaskRow) -> dict[str, Any]:
    in_words = {name: getattr(row, name) for name in ("place", "finding", "saw", "todo", "why")}
    return {**task.as_json(), "in_words": in_words}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _day(text: str | None) -> date | None:
    moment = local_time(text) if text and len(text) > len("2026-11-20") else None
    if moment is not None:
        return moment.date()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

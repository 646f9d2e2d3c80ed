"""A report of findings: what every format needs to know of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from khop.audit.formats.columns import ANSWER_COLUMNS
from khop.audit.rules import RuleWords
from khop.audit.values import (
    describe,
    describe_all,
    event_time,
    in_minutes,
    local_time,
    show_time,
)
from khop.sync.findings.subjects import short_subject
from khop.sync.reconciling.rules import place
from khop.sync.results import Finding, Freshness
from khop.text.safe_display import plain
from khop.text.words import Words

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding in plain words. Times are Viet Nam time, without a zone.

    ``code``: the dossier's code; for a row of paper without one, its file, sheet, row and subject.
    ``event``: when it happened; a day where only that is known. ``resolved``: when it was no
    longer found. ``explanation``: the answer, or why the finding is excluded. ``change``: in a
    list of changes, whether the finding is new or gone.
    """

    rule: str
    name: str
    severity: str
    state: str
    code: str
    unit: str
    acts: str
    event: datetime | date | None
    first_seen: datetime | None
    last_seen: datetime | None
    resolved: datetime | None
    assignee: str
    answer_due: date | None
    explanation: str
    saw: str
    evidence: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """``findings``, in the order they are listed. ``rules``: by id. ``made_at``: with a zone; it is
    shown in Viet Nam time.

    ``freshness``: as of when the findings are, and from which sources. ``filters``: what was
    chosen, such as ``{"state": ("open",)}``. ``changes``: "new" or "gone" for each finding, in a
    list of changes between two days; empty otherwise.
    """

    findings: Sequence[Finding]
    words: Words
    rules: Mapping[str, RuleWords]
    province: str
    made_at: datetime
    freshness: Freshness | None = None
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    changes: Sequence[str] = ()

    @property
    def made(self) -> str:
        return in_minutes(self.made_at.isoformat())

    @property
    def dossiers(self) -> int:
        """How many dossiers have a finding; rows of paper without a dossier code do not count."""
        return len({finding.code for finding in self.findings if finding.code})

    @property
    def paper_rows(self) -> int:
        """How many rows of paper without a dossier code have a finding."""
        return len({finding.subject for finding in self.findings if not finding.code})

    @property
    def changes_column(self) -> tuple[str, ...]:
        """The column of ``changes``, where the report has them."""
        return ("change",) if self.changes else ()

    @property
    def resolved_column(self) -> tuple[str, ...]:
        """The day of the end, where a finding has one."""
        return ("resolved",) if any(finding.resolved for finding in self.findings) else ()

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns of ``ANSWER_COLUMNS`` that are not empty for every finding."""
        value = {
            "assignee": lambda f: f.assignee,
            "answer_due": lambda f: f.answer_due,
            "explanation": lambda f: f.explanation or f.exclusion,
        }
        return tuple(name for name in ANSWER_COLUMNS if any(map(value[name], self.findings)))

    def rows(self) -> Iterator[FindingRow]:
        """Every finding in the report's order."""
        return map(self.row_at, range(len(self.findings)))

    def row_at(self, place: int) -> FindingRow:
        """The finding at this place of ``findings``."""
        return self.row(self.findings[place], self.changes[place] if self.changes else "")

    def row(self, finding: Finding, change: str = "") -> FindingRow:
        """One finding. ``change``: "new" or "gone", in a list of changes."""
        words = self.words
        return FindingRow(
            rule=finding.rule,
            name=self.rule_words(finding.rule).name,
            severity=words.get(f"severity.{finding.severity}", finding.severity),
            state=words.get(f"state.{finding.state}", str(finding.state)),
            code=_place(finding, words),
            unit=plain(finding.unit or ""),
            acts=words.get(f"acts.{finding.acts}", finding.acts),
            event=event_time(finding.event),
            first_seen=local_time(finding.first_seen),
            last_seen=local_time(finding.last_seen),
            resolved=local_time(finding.resolved) if finding.resolved else None,
            assignee=plain(finding.assignee or ""),
            answer_due=date.fromisoformat(finding.answer_due) if finding.answer_due else None,
            explanation=_explanation(finding, words),
            saw=describe(finding.values, words),
            evidence=describe_all(finding.evidence, words),
            change=words(f"change.{change}") if change else "",
        )

    def rule_words(self, rule: str) -> RuleWords:
        """A rule's words; a rule that this version of khop does not have is named by its id."""
        return self.rules.get(rule) or RuleWords(rule, "")

    def by_rule(self) -> list[Count]:
        """Of each rule and severity, the gravest severity first."""
        counted = _counted(self.findings, lambda f: (f.severity, f.rule))
        ordered = sorted(counted.items(), key=lambda item: (item[0][0], place(item[0][1])))
        return [Count(rule, severity, *numbers) for (severity, rule), numbers in ordered]

    def by_unit(self) -> list[Count]:
        """Of each unit, the greatest number of findings first."""
        counted = _counted(self.findings, lambda f: plain(f.unit or ""))
        ordered = sorted(counted.items(), key=lambda item: (-item[1][0], item[0]))
        return [Count(unit, "", *numbers) for unit, numbers in ordered]

    def acts_in_words(self) -> list[tuple[str, str]]:
        """(abbreviation, meaning) of those who act in these findings."""
        used = sorted({finding.acts for finding in self.findings})
        return [(acts, self.words.get(f"acts.{acts}", acts)) for acts in used]

    def severities_in_words(self) -> list[tuple[str, str]]:
        """(short name, name) of the severities of these findings."""
        used = sorted({finding.severity for finding in self.findings})
        return [(short, self.words.get(f"severity.{short}", short)) for short in used]


class Count(NamedTuple):
    """Numbers of one rule or unit. ``findings``: how many; ``dossiers``: about how many dossiers
    and rows of paper without a code."""

    name: str
    severity: str
    findings: int
    dossiers: int


def _counted(findings: Iterable[Finding], key: Callable[[Finding], K]) -> dict[K, tuple[int, int]]:
    """By key: (findings, dossiers and rows of paper)."""
    numbers: Counter[K] = Counter()
    subjects: dict[K, set[str]] = {}
    for finding in findings:
        numbers[key(finding)] += 1
        subjects.setdefault(key(finding), set()).add(finding.subject)
    return {each: (number, len(subjects[each])) for each, number in numbers.items()}


def _place(finding: Finding, words: Words) -> str:
    """The dossier's code; for a row of paper the file, the sheet and the row."""
    if finding.code or not finding.subject:
        return plain(finding.code or "")
    row = next((item for item in finding.evidence if item.get("file")), None)
    subject = plain(short_subject(finding.subject))
    if row is None:
        return words("report.row_unplaced", subject=subject)
    where = {name: plain(str(row.get(name) or "–")) for name in ("file", "sheet", "row")}
    key = "report.row" if row.get("sheet") else "report.row_of_file"
    return words(key, subject=subject, **where)


def _explanation(finding: Finding, words: Words) -> str:
    """The answer; before it, for an excluded finding, the reason, who excluded it and when."""
    answer = plain(finding.explanation or "")
    if finding.exclusion is None:
        return answer
    shown = {name: plain(show_time(str(text or ""))) for name, text in finding.exclusion.items()}
    key = "report.excluded_until" if finding.exclusion["until"] else "report.excluded"
    return " ".join(filter(None, (words(key, **shown), answer)))

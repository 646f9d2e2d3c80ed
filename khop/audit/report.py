"""A report of findings: what every format needs to know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import repeat, starmap
from typing import NamedTuple

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
from khop.sync.findings.finding_list import Totals, totals_of, units_of
from khop.sync.findings.subjects import short_subject
from khop.sync.reconciling.rules import place
from khop.sync.results import Finding, Freshness
from khop.text.safe_display import plain
from khop.text.words import Words


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


@dataclass(frozen=True)
class Report:
    """``findings``, in the order they are listed: the gravest first, then by rule. They are gone
    through more than once. ``rules``: by id. ``made_at``: with a zone; it is
    shown in Viet Nam time.

    ``freshness``: as of when the findings are, and from which sources. ``filters``: what was
    chosen, such as ``{"state": ("open",)}``. ``changes``: "new" or "gone" for each finding, in a
    list of changes between two days; empty otherwise.
    """

    findings: Iterable[Finding]
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

    @cached_property
    def totals(self) -> Totals:
        """What is said of the whole list, before its first finding."""
        return totals_of(self.findings)

    @property
    def changes_column(self) -> tuple[str, ...]:
        """The column of ``changes``, where the report has them."""
        return ("change",) if self.changes else ()

    @property
    def resolved_column(self) -> tuple[str, ...]:
        """The day of the end, where a finding has one."""
        return tuple(self.totals.filled & {"resolved"})

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns of ``ANSWER_COLUMNS`` that are not empty for every finding."""
        return tuple(name for name in ANSWER_COLUMNS if name in self.totals.filled)

    def listed(self) -> Iterator[tuple[Finding, str]]:
        """Every finding in the report's order, each with its change."""
        return zip(self.findings, self.changes or repeat(""), strict=False)

    def rows(self) -> Iterator[FindingRow]:
        """The same in words."""
        return starmap(self.row, self.listed())

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
        """Of each rule and severity, the gravest severity first. A rule finds a dossier once."""
        counted = self.totals.by_rule.items()
        ordered = sorted(counted, key=lambda item: (item[0][0], place(item[0][1])))
        return [Count(rule, severity, number, number) for (severity, rule), number in ordered]

    def by_unit(self) -> list[Count]:
        """Of each unit, the greatest number of findings first."""
        counts = [
            Count(plain(unit or ""), "", *numbers)
            for unit, numbers in units_of(self.findings).items()
        ]
        return sorted(counts, key=lambda count: (-count.findings, count.name))

    def acts_in_words(self) -> list[tuple[str, str]]:
        """(abbreviation, meaning) of those who act in these findings."""
        return [(acts, self.words.get(f"acts.{acts}", acts)) for acts in sorted(self.totals.acts)]

    def severities_in_words(self) -> list[tuple[str, str]]:
        """(short name, name) of the severities of these findings."""
        used = sorted({severity for severity, _ in self.totals.by_rule})
        return [(short, self.words.get(f"severity.{short}", short)) for short in used]


class Count(NamedTuple):
    """Numbers of one rule or unit. ``findings``: how many; ``dossiers``: about how many dossiers
    and rows of paper without a code."""

    name: str
    severity: str
    findings: int
    dossiers: int


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

"""A report: findings and what every way of writing them needs to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from khop.audit.plain import plain
from khop.audit.values import describe, describe_all, local_time
from khop.audit.words import Words
from khop.sync.results import Finding
from khop.sync.rules import place

#: The columns of a list of findings, in order; their headers are ``column.NAME`` of the words.
COLUMNS = (
    "rule",
    "name",
    "severity",
    "state",
    "code",
    "unit",
    "acts",
    "first_seen",
    "last_seen",
    "saw",
    "evidence",
)


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule's name and explanation in one language."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Row:
    """One finding in a person's words. Times are of Viet Nam, without zone."""

    rule: str
    name: str
    severity: str
    state: str
    code: str
    unit: str
    acts: str
    first_seen: datetime | None
    last_seen: datetime | None
    saw: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Report:
    """``made_at``: aware; shown on a clock of Viet Nam."""

    findings: Sequence[Finding]
    words: Words
    rules: Mapping[str, RuleWords]
    province: str
    made_at: datetime

    @property
    def made(self) -> str:
        moment = local_time(self.made_at.isoformat())
        return f"{moment:%d/%m/%Y %H:%M}"

    def rows(self) -> Iterator[Row]:
        """Every finding in the report's order."""
        return map(self.row, self.findings)

    def row(self, finding: Finding) -> Row:
        words = self.words
        return Row(
            rule=finding.rule,
            name=self.rule_words(finding.rule).name,
            severity=words.get(f"severity.{finding.severity}", finding.severity),
            state=words.get(f"state.{finding.state}", str(finding.state)),
            code=plain(finding.code or ""),
            unit=plain(finding.unit or ""),
            acts=words.get(f"acts.{finding.acts}", finding.acts),
            first_seen=local_time(finding.first_seen),
            last_seen=local_time(finding.last_seen),
            saw=describe(finding.values, words),
            evidence=describe_all(finding.evidence, words),
        )

    def rule_words(self, rule: str) -> RuleWords:
        """A rule's words; a rule that this program no longer has keeps its id as name."""
        return self.rules.get(rule) or RuleWords(rule, "")

    def by_rule(self) -> list[tuple[str, str, int]]:
        """(rule, severity, how many), the gravest severity first."""
        counts = Counter((f.severity, f.rule) for f in self.findings)
        ordered = sorted(counts.items(), key=lambda item: (item[0][0], place(item[0][1])))
        return [(rule, severity, n) for (severity, rule), n in ordered]

    def by_unit(self) -> list[tuple[str, int]]:
        """(unit, how many), the greatest number first."""
        counts = Counter(plain(f.unit or "") for f in self.findings)
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

"""A report: findings and what every way of writing them needs to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from khop.audit.values import describe, describe_all, local_time, show_time
from khop.sync.reconciling.rules import place
from khop.sync.results import Finding
from khop.text.safe_display import plain
from khop.text.words import Words

#: The columns of what people did about a finding.
ANSWERS = ("assignee", "answer_due", "explanation")
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
    *ANSWERS,
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
    """One finding in a person's words. Times are of Viet Nam, without zone.

    ``code``: for a row of paper without one, where it stands and how it is named.
    ``explanation``: what was answered, or why it was ruled out.
    """

    rule: str
    name: str
    severity: str
    state: str
    code: str
    unit: str
    acts: str
    first_seen: datetime | None
    last_seen: datetime | None
    assignee: str
    answer_due: date | None
    explanation: str
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

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns of ``ANSWERS`` that say something of any finding."""
        told = {
            "assignee": lambda f: f.assignee,
            "answer_due": lambda f: f.answer_due,
            "explanation": lambda f: f.explanation or f.exclusion,
        }
        return tuple(name for name in ANSWERS if any(map(told[name], self.findings)))

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
            code=_place(finding, words),
            unit=plain(finding.unit or ""),
            acts=words.get(f"acts.{finding.acts}", finding.acts),
            first_seen=local_time(finding.first_seen),
            last_seen=local_time(finding.last_seen),
            assignee=plain(finding.assignee or ""),
            answer_due=date.fromisoformat(finding.answer_due) if finding.answer_due else None,
            explanation=_explanation(finding, words),
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


def _place(finding: Finding, words: Words) -> str:
    """The dossier's code; for a row of paper the file, the sheet and the row."""
    if finding.code or not finding.subject:
        return plain(finding.code or "")
    row = next((item for item in finding.evidence if item.get("file")), None)
    subject = plain(finding.subject)
    if row is None:
        return words("report.row_unplaced", subject=subject)
    at = {name: plain(str(row.get(name) or "–")) for name in ("file", "sheet", "row")}
    return words("report.row" if row.get("sheet") else "report.row_of_file", subject=subject, **at)


def _explanation(finding: Finding, words: Words) -> str:
    """What was answered; why it was ruled out, by whom and since when."""
    answer = plain(finding.explanation or "")
    if finding.exclusion is None:
        return answer
    told = {name: plain(show_time(str(text or ""))) for name, text in finding.exclusion.items()}
    key = "report.excluded_until" if finding.exclusion["until"] else "report.excluded"
    return " ".join(filter(None, (words(key, **told), answer)))

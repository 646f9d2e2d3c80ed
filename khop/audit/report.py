"""A report of findings: what every format needs to know of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from khop.audit.formats.columns import ANSWER_COLUMNS
from khop.audit.rules import RuleWords
from khop.audit.values import describe, describe_all, local_time, show_time
from khop.sync.reconciling.rules import place
from khop.sync.results import Finding
from khop.text.safe_display import plain
from khop.text.words import Words


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding in plain words. Times are Viet Nam time, without a zone.

    ``code``: the dossier's code; for a row of paper without one, its file, sheet, row and subject.
    ``explanation``: the answer, or why the finding is excluded.
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
    """``findings``, in the order they are listed. ``rules``: by id. ``made_at``: with a zone; it is
    shown in Viet Nam time."""

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
        """The columns of ``ANSWER_COLUMNS`` that are not empty for every finding."""
        value = {
            "assignee": lambda f: f.assignee,
            "answer_due": lambda f: f.answer_due,
            "explanation": lambda f: f.explanation or f.exclusion,
        }
        return tuple(name for name in ANSWER_COLUMNS if any(map(value[name], self.findings)))

    def rows(self) -> Iterator[FindingRow]:
        """Every finding in the report's order."""
        return map(self.row, self.findings)

    def row(self, finding: Finding) -> FindingRow:
        words = self.words
        return FindingRow(
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
        """A rule's words; a rule that this version of khop does not have is named by its id."""
        return self.rules.get(rule) or RuleWords(rule, "")

    def by_rule(self) -> list[tuple[str, str, int]]:
        """(rule, severity, number of findings), the gravest severity first."""
        counts = Counter((f.severity, f.rule) for f in self.findings)
        ordered = sorted(counts.items(), key=lambda item: (item[0][0], place(item[0][1])))
        return [(rule, severity, n) for (severity, rule), n in ordered]

    def by_unit(self) -> list[tuple[str, int]]:
        """(unit, number of findings), the greatest number first."""
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

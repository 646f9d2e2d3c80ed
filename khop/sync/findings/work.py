"""The work for people: the findings that no machine may repair, with a link to the dossier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from khop.adapters.links import dossier_link
from khop.sync.findings.redaction import redacted
from khop.sync.reconciling.rules import place
from khop.sync.results import Finding, Plan, Result


@dataclass(frozen=True, slots=True)
class Task(Result):
    """One finding that people have to repair. ``reason``: as in ``WorkItem``. ``link``: address of
    the dossier in the one-stop, if the source has a pattern of addresses."""

    finding: Finding
    reason: str
    link: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {**self.finding.as_json(), "reason": self.reason, "link": self.link}


def work_list(
    findings: Iterable[Finding],
    plan: Plan,
    pages: Mapping[str, str],
) -> list[Task]:
    """The findings that the plan leaves to people, by unit, the gravest first.

    ``pages``: patterns of the addresses of dossiers, by source.
    """
    left = {(item.subject, rule): item.reason for item in plan.work for rule in item.rules}
    tasks = [
        Task(redacted(finding), left[finding.subject, finding.rule], _link(finding, pages))
        for finding in findings
        if (finding.subject, finding.rule) in left
    ]
    return sorted(tasks, key=_order)


def _order(task: Task) -> tuple[str, str, tuple[int, str], str]:
    finding = task.finding
    return finding.unit or "", finding.severity, place(finding.rule), finding.subject


def _link(finding: Finding, pages: Mapping[str, str]) -> str | None:
    for item in finding.evidence:
        pattern = pages.get(str(item.get("source")))
        if item.get("kind") == "record" and pattern is not None:
            return dossier_link(pattern, code=finding.code, native_id=item.get("native_id"))
    return None

"""Findings for programs: one JSON document, or JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, TextIO

from khop.audit.about import about_json
from khop.audit.report import Report


def findings_document(report: Report) -> dict[str, Any]:
    """``about``: as of when, sources, filters, counts. ``findings``: each as ``finding_rows``."""
    return {"about": about_json(report), "findings": list(finding_rows(report))}


def finding_rows(report: Report) -> Iterator[dict[str, Any]]:
    """Each finding as ``Finding.as_json``; in a list of changes with ``change``, new or gone."""
    for place, finding in enumerate(report.findings):
        change = {"change": report.changes[place]} if report.changes else {}
        yield {**change, **finding.as_json()}


def findings_json(report: Report, out: TextIO) -> None:
    """One JSON object, ``findings_document``."""
    json.dump(findings_document(report), out, ensure_ascii=False, indent=2, default=str)
    out.write("\n")


def findings_jsonl(report: Report, out: TextIO, *, ascii_only: bool = False) -> None:
    """The first line is ``{"about": …}``, as in ``findings_document``; then one finding a line, as
    ``finding_rows``."""
    for row in chain([{"about": about_json(report)}], finding_rows(report)):
        out.write(json.dumps(row, ensure_ascii=ascii_only, default=str))
        out.write("\n")

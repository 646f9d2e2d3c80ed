"""Findings for programs: one JSON document, or JSON Lines. Both are written as they are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any, TextIO

from khop.audit.about import about_json
from khop.audit.report import Report


def finding_rows(report: Report) -> Iterator[dict[str, Any]]:
    """Each finding as ``Finding.as_json``; in a list of changes with ``change``, new or gone."""
    for finding, change in report.listed():
        yield {**({"change": change} if change else {}), **finding.as_json()}


def findings_json(report: Report, out: TextIO, *, ascii_only: bool = False) -> None:
    """One JSON object. ``about``: as of when, sources, filters, counts. ``findings``: each as
    ``finding_rows``."""
    text = partial(json.dumps, ensure_ascii=ascii_only, indent=2, default=str)
    out.write(f'{{\n  "about": {_indented(text(about_json(report)), 2)},\n  "findings": [')
    number = 0
    for number, row in enumerate(finding_rows(report), start=1):
        out.write(f"{',' if number > 1 else ''}\n    {_indented(text(row), 4)}")
    out.write("\n  ]\n}\n" if number else "]\n}\n")


def _indented(text: str, spaces: int) -> str:
    """No text in JSON holds a line break itself."""
    return text.replace("\n", "\n" + " " * spaces)


def findings_jsonl(report: Report, out: TextIO, *, ascii_only: bool = False) -> None:
    """The first line is ``{"about": …}``, as in ``findings_json``; then one finding a line, as
    ``finding_rows``."""
    for row in chain([{"about": about_json(report)}], finding_rows(report)):
        out.write(json.dumps(row, ensure_ascii=ascii_only, default=str))
        out.write("\n")

"""The columns of the lists of findings and of work, in their order.

To add, remove or move a column, change its list here. The header of a column is the sentence
``column.NAME``: of ``sentences/LANG.toml`` for findings, of ``todo/LANG.toml`` for work. NAME is a
field of ``khop.audit.report.FindingRow`` or of ``khop.audit.worklist.TaskRow``.
"""

from __future__ import annotations

from collections.abc import Mapping

#: What people did about a finding. On a screen and on a page these columns are left out when no
#: finding has a value for them.
ANSWER_COLUMNS = ("assignee", "answer_due", "explanation")

#: Findings in the workbook: each column's width, in characters. A list of changes has the column
#: ``change`` before them. The sheet is printed on one page's width of A4 (``workbook.paper``).
SHEET_COLUMNS: Mapping[str, int] = {
    "rule": 6,
    "name": 18,
    "severity": 10,
    "state": 11,
    "code": 26,
    "unit": 20,
    "acts": 13,
    "event": 17,
    "first_seen": 12,
    "saw": 44,
    "evidence": 50,
}

#: The other columns of the same findings, on a sheet of their own, line by line beside the first.
ANSWER_SHEET_COLUMNS: Mapping[str, int] = {
    "rule": 6,
    "code": 26,
    "unit": 20,
    "state": 11,
    "first_seen": 17,
    "last_seen": 17,
    "resolved": 17,
    "assignee": 18,
    "answer_due": 12,
    "explanation": 60,
}

#: Findings in CSV, in their order.
FINDING_COLUMNS = (
    *("rule", "name", "severity", "state", "code", "unit", "acts"),
    *("event", "first_seen", "last_seen", "resolved"),
    *ANSWER_COLUMNS,
    *("saw", "evidence"),
)

#: Findings on a terminal: the columns before and after those of the answers.
TERMINAL_COLUMNS = (
    ("severity", "rule", "name", "code", "unit", "acts", "first_seen", "state"),
    ("saw",),
)

#: Findings on the page, in the section of one rule: before and after those of the answers.
PAGE_COLUMNS = (("code", "unit", "acts", "state", "event", "first_seen"), ("saw", "evidence"))

#: Work in the workbook of a unit: each column's width, in characters. ``number``, the first, counts
#: the rows; ``link``, the last, leads to the dossier.
WORK_COLUMNS: Mapping[str, int] = {
    "number": 5,
    "place": 26,
    "finding": 21,
    "severity": 12,
    "saw": 33,
    "todo": 36,
    "why": 30,
    "acts": 14,
    "since": 11,
    "due": 11,
    "assignee": 14,
    "state": 12,
    "link": 8,
}

"""Findings as a table on the terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.console import Console

from khop.audit.formats import terminal
from khop.audit.formats.terminal import findings_tables
from khop.audit.report import Report
from khop.sync.results import Finding
from tests.audit.made import make_report
from tests.findings import make_finding


def _shown(report: Report, width: int) -> str:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(*findings_tables(report))
    return out.getvalue()


def test_a_narrow_terminal_folds_the_code_without_cutting_it() -> None:
    shown = _shown(make_report(make_finding(code="H99.18.03-261112-0001")), 60)
    assert "…" not in shown


def test_foreign_text_is_neither_markup_nor_a_terminal_command() -> None:
    shown = _shown(make_report(make_finding(unit="[red]x[/red]\x1b]0;t\x07")), 300)
    assert "[red]x[/red]]0;t" in shown
    assert "\x1b" not in shown


class Read(list[Finding]):
    """Findings that count how many of them were read."""

    number = 0

    def __iter__(self) -> Iterator[Finding]:
        for finding in super().__iter__():
            self.number += 1
            yield finding


def test_a_long_list_is_several_tables_and_the_first_needs_no_finding_of_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal, "_ROWS", 2)
    findings = Read(make_finding(code=f"H99-{n}") for n in range(3))
    made = replace(make_report(), findings=findings)
    tables = findings_tables(made)
    assert made.totals.findings == 3
    findings.number = 0
    assert [row[3].plain for row in next(tables).rows] == ["H99-0", "H99-1"]
    assert findings.number == 2
    assert [len(table.rows) for table in tables] == [1]

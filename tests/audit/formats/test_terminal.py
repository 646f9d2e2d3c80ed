"""Findings as a table on the terminal."""

from __future__ import annotations

import io

from rich.console import Console

from khop.audit.formats.terminal import findings_tables
from khop.audit.report import Report
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

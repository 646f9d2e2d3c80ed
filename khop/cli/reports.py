"""The report of findings, made, printed and written to files."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from khop.cli.files import write_whole
from khop.cli.options import ReportFormat
from khop.cli.shell import Shell

if TYPE_CHECKING:
    from khop.audit.report import Report
    from khop.config.model import Config
    from khop.sync.results import Finding, Freshness


def make_report(
    shell: Shell,
    config: Config,
    findings: Iterable[Finding],
    freshness: Freshness | None = None,
) -> Report:
    """A report of these findings, in the language of the invocation."""
    from khop.audit.report import Report
    from khop.audit.rules import rule_words
    from khop.audit.words import report_words

    lang = shell.words.lang
    now = datetime.now(UTC)
    words, rules = report_words(lang), rule_words(lang)
    return Report(findings, words, rules, config.province.name, now, freshness)


def print_report(shell: Shell, report: Report, form: ReportFormat) -> None:
    """Print the report on stdout, in any format but XLSX."""
    from khop.audit.about import about_lines, counts_line, legend_line
    from khop.audit.formats.csv_text import findings_csv
    from khop.audit.formats.html import findings_html
    from khop.audit.formats.json_text import findings_json, findings_jsonl
    from khop.audit.formats.terminal import findings_tables

    match form:
        case ReportFormat.JSON:
            findings_json(report, sys.stdout, ascii_only=shell.plain_ascii)
        case ReportFormat.JSONL:
            findings_jsonl(report, sys.stdout, ascii_only=shell.plain_ascii)
        case ReportFormat.CSV:
            findings_csv(report, sys.stdout)
        case ReportFormat.HTML:
            findings_html(report, sys.stdout)
        case ReportFormat.TABLE:
            shell.show(*about_lines(report), "")
            for table in findings_tables(report):
                shell.show(table)
            if report.totals.findings:
                shell.show(legend_line(report))
            shell.show(counts_line(report))
            _note_count(shell, report)
        case ReportFormat.XLSX:
            raise ValueError("a workbook is written to a file")
        case _:
            assert_never(form)


def _note_count(shell: Shell, report: Report) -> None:
    """No finding is told only where something was compared."""
    if report.totals.findings:
        shell.note("audit.count", count=report.totals.findings)
    elif report.freshness is None or report.freshness.as_of is not None:
        shell.note("audit.none")


def write_report(shell: Shell, report: Report, form: ReportFormat, path: Path) -> None:
    """Write the report to a file, whole or not at all. Raises KhopError."""
    write_whole(path, shell, lambda beside: _write(report, form, beside))


def _write(report: Report, form: ReportFormat, path: Path) -> None:
    from khop.audit.formats.csv_text import findings_csv
    from khop.audit.formats.findings_xlsx import findings_xlsx
    from khop.audit.formats.html import findings_html
    from khop.audit.formats.json_text import findings_json, findings_jsonl

    if form is ReportFormat.XLSX:
        findings_xlsx(report, path)
        return
    # The byte order mark tells spreadsheet programs that a CSV file is UTF-8.
    encoding = "utf-8-sig" if form is ReportFormat.CSV else "utf-8"
    writers = {
        ReportFormat.JSON: findings_json,
        ReportFormat.JSONL: findings_jsonl,
        ReportFormat.CSV: findings_csv,
        ReportFormat.HTML: findings_html,
    }
    with path.open("w", encoding=encoding, newline="") as file:
        writers[form](report, file)

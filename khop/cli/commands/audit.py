"""``khop audit``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.files import write_whole
from khop.cli.rulenames import known_rules
from khop.cli.session import engine, load, refuse_kept
from khop.cli.shell import (
    OK,
    WORK,
    ConfigOption,
    LangOption,
    ReportFormat,
    ReportFormatOption,
    RulesOption,
    Shell,
    shell_of,
)
from khop.errors import KhopError
from khop.text.local_time import LOCAL

if TYPE_CHECKING:
    from khop.audit.report import Report
    from khop.config.model import Config
    from khop.sync.results import Finding

_SEVERITIES = ("S1", "S2", "S3", "S4")
_STATES = ("open", "assigned", "explained", "excluded", "resolved")


def audit(
    context: typer.Context,
    rules: RulesOption = None,
    units: Annotated[
        list[str] | None, typer.Option("--unit", help="option.unit", metavar="NAME")
    ] = None,
    severities: Annotated[
        list[str] | None, typer.Option("--severity", help="option.severity", metavar="S1..S4")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="option.since", metavar="DAY")
    ] = None,
    states: Annotated[
        list[str] | None, typer.Option("--state", help="option.state", metavar="STATE")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="option.audit_out", metavar="FILE")
    ] = None,
    config: ConfigOption = None,
    format: ReportFormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.sync.results import UNSETTLED

    shell = shell_of(context, config, format, allowed=ReportFormat)
    form = _form(shell, out)
    refuse_kept(shell, out)
    chosen = known_rules(shell, rules or ())
    with engine(shell, sources=()) as opened:
        findings = opened.findings(
            rules=chosen,
            units=units or (),
            severities=_severities(shell, severities or ()),
            since=_day(shell, since) if since else None,
            states=_states(shell, states or ()),
        )
    report = make_report(shell, load(shell), findings)
    if out is None:
        _print(shell, report, form)
    else:
        write_report(shell, report, form, out)
        shell.note("audit.written", count=len(findings), path=out)
    return WORK if any(finding.state in UNSETTLED for finding in findings) else OK


def make_report(shell: Shell, config: Config, findings: Sequence[Finding]) -> Report:
    """The findings with all that a report says beside them."""
    from khop.audit.report import Report
    from khop.audit.rulebook import rule_words
    from khop.text.words import report_words

    lang = shell.words.lang
    now = datetime.now(UTC)
    return Report(findings, report_words(lang), rule_words(lang), config.province.name, now)


def write_report(shell: Shell, report: Report, form: ReportFormat, path: Path) -> None:
    """Write the report to a file, whole or not at all. Raises KhopError."""
    write_whole(path, shell.words, lambda beside: _write(report, form, beside))


def _write(report: Report, form: ReportFormat, path: Path) -> None:
    from khop.audit.formats.html import findings_html
    from khop.audit.formats.lists import findings_csv, findings_json, findings_jsonl
    from khop.audit.formats.xlsx import findings_xlsx

    if form is ReportFormat.XLSX:
        findings_xlsx(report, path)
        return
    # With a byte order mark, spreadsheets read the Vietnamese of a CSV file right.
    encoding = "utf-8-sig" if form is ReportFormat.CSV else "utf-8"
    writers = {
        ReportFormat.JSON: findings_json,
        ReportFormat.JSONL: findings_jsonl,
        ReportFormat.CSV: findings_csv,
        ReportFormat.HTML: findings_html,
    }
    with path.open("w", encoding=encoding, newline="") as file:
        writers[form](report, file)


def _print(shell: Shell, report: Report, form: ReportFormat) -> None:
    from khop.audit.formats.html import findings_html
    from khop.audit.formats.lists import findings_csv, findings_jsonl
    from khop.audit.formats.terminal import findings_table

    match form:
        case ReportFormat.JSON:
            shell.show_json([finding.as_json() for finding in report.findings])
        case ReportFormat.JSONL:
            findings_jsonl(report, sys.stdout, ascii_only=shell.plain_ascii)
        case ReportFormat.CSV:
            findings_csv(report, sys.stdout)
        case ReportFormat.HTML:
            findings_html(report, sys.stdout)
        case _:
            if report.findings:
                shell.show(findings_table(report))
            shell.note(
                "audit.count" if report.findings else "audit.none", count=len(report.findings)
            )


def _form(shell: Shell, out: Path | None) -> ReportFormat:
    """The format asked for, else that of the file's ending. Raises KhopError."""
    words = shell.words
    if out is None:
        form = ReportFormat(shell.format or "table")
        if form is ReportFormat.XLSX:
            raise KhopError(words("error.out_needed"))
        return form
    ending = out.suffix.removeprefix(".").lower()
    chosen = shell.format or ending
    if chosen == ReportFormat.TABLE:
        raise KhopError(words("error.out_table"))
    if chosen not in set(ReportFormat):
        raise KhopError(words("error.out_format", path=out))
    return ReportFormat(chosen)


def _severities(shell: Shell, given: Sequence[str]) -> tuple[str, ...]:
    chosen = tuple(text.upper() for text in given)
    for text in chosen:
        if text not in _SEVERITIES:
            raise KhopError(shell.words("error.severity", text=text))
    return chosen


def _states(shell: Shell, given: Sequence[str]) -> tuple[str, ...]:
    """The states asked for; those that somebody still has to act on when none is."""
    from khop.sync.results import UNSETTLED

    for text in given:
        if text not in (*_STATES, "all"):
            known = ", ".join((*_STATES, "all"))
            raise KhopError(shell.words("error.state", text=text, states=known))
    return _STATES if "all" in given else tuple(given) or UNSETTLED


def _day(shell: Shell, text: str) -> datetime:
    """The beginning of a day of Viet Nam, or the moment given. Raises KhopError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise KhopError(shell.words("error.day", text=text)) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)

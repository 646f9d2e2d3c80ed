"""``khop audit``: the list of findings, on the terminal or as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from khop.cli.arguments import moment, rule_ids
from khop.cli.exit_codes import OK, WORK
from khop.cli.options import ConfigOption, LangOption, ReportFormat, ReportFormatOption, RulesOption
from khop.cli.reports import make_report, print_report, write_report
from khop.cli.session import check_out, engine, load
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError

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
    check_out(shell, out)
    chosen = rule_ids(shell, rules)
    with engine(shell, sources=()) as opened:
        findings = opened.findings(
            rules=chosen,
            units=units or (),
            severities=_severities(shell, severities or ()),
            since=moment(shell, since or None, "error.day"),
            states=_states(shell, states or ()),
        )
    report = make_report(shell, load(shell), findings)
    if out is None:
        print_report(shell, report, form)
    else:
        write_report(shell, report, form, out)
        shell.note("audit.written", count=len(findings), path=out)
    return WORK if any(finding.state in UNSETTLED for finding in findings) else OK


def _form(shell: Shell, out: Path | None) -> ReportFormat:
    """The format of --format, else of the file's ending. Raises KhopError."""
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
    """The given severities in capitals. Raises KhopError."""
    chosen = tuple(text.upper() for text in given)
    for text in chosen:
        if text not in _SEVERITIES:
            raise KhopError(shell.words("error.severity", text=text))
    return chosen


def _states(shell: Shell, given: Sequence[str]) -> tuple[str, ...]:
    """The given states; without any, those that need somebody to act. Raises KhopError."""
    from khop.sync.results import UNSETTLED

    for text in given:
        if text not in (*_STATES, "all"):
            known = ", ".join((*_STATES, "all"))
            raise KhopError(shell.words("error.state", text=text, states=known))
    return _STATES if "all" in given else tuple(given) or UNSETTLED

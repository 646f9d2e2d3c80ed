"""``khop audit``: the list of findings, on the terminal or as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.arguments import day, moment, rule_ids
from khop.cli.exit_codes import OK, WORK
from khop.cli.options import ConfigOption, LangOption, ReportFormat, ReportFormatOption, RulesOption
from khop.cli.reports import make_report, print_report, write_report
from khop.cli.session import check_out, compared, engine, load
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError
from khop.text.local_time import LOCAL

if TYPE_CHECKING:
    from khop.audit.report import Report
    from khop.sync.findings.filters import FindingFilters

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
    until: Annotated[
        str | None, typer.Option("--until", help="option.seen_until", metavar="DAY")
    ] = None,
    event_since: Annotated[
        str | None, typer.Option("--event-since", help="option.event_since", metavar="DAY")
    ] = None,
    event_until: Annotated[
        str | None, typer.Option("--event-until", help="option.event_until", metavar="DAY")
    ] = None,
    states: Annotated[
        list[str] | None, typer.Option("--state", help="option.state", metavar="STATE")
    ] = None,
    between: Annotated[
        tuple[str, str] | None,
        typer.Option("--between", help="option.between", metavar="DAY DAY"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="option.audit_out", metavar="FILE")
    ] = None,
    config: ConfigOption = None,
    format: ReportFormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format, allowed=ReportFormat)
    form = _form(shell, out)
    check_out(shell, out)
    wanted: FindingFilters = {
        "rules": rule_ids(shell, rules),
        "units": units or (),
        "severities": _severities(shell, severities or ()),
        "states": _states(shell, states or ()),
        "since": moment(shell, since or None, "error.day"),
        "until": _end_of(shell, until),
        "event_since": day(shell, event_since or None),
        "event_until": day(shell, event_until or None),
    }
    _in_order(shell, "--since, --until", _local_day(wanted["since"]), day(shell, until or None))
    _in_order(shell, "--event-since, --event-until", wanted["event_since"], wanted["event_until"])
    days = _days(shell, between)
    if days is not None and states:
        raise KhopError(shell.words("error.between_states"))
    chosen = _filters(wanted, days, since=since, until=until)
    with engine(shell, sources=()) as opened:
        if days is None:
            with opened.lists.whole(**wanted) as findings:
                report = make_report(shell, load(shell), findings, findings.freshness)
                unsettled = _give(shell, replace(report, filters=chosen), form, out)
        else:
            start, end = map(_next_midnight, days)
            changed = opened.changes_between(start, end, **wanted)
            findings_then = [finding for _, finding in changed]
            report = make_report(shell, load(shell), findings_then, opened.freshness())
            changes = [change for change, _ in changed]
            unsettled = _give(shell, replace(report, filters=chosen, changes=changes), form, out)
        known = compared(shell, opened)
    return WORK if unsettled or not known else OK


def _give(shell: Shell, report: Report, form: ReportFormat, out: Path | None) -> bool:
    """Print the report or write it; whether a finding in it needs work."""
    if out is None:
        print_report(shell, report, form)
    else:
        write_report(shell, report, form, out)
        shell.note("audit.written", count=report.totals.findings, path=out)
    return report.totals.unsettled


def _days(shell: Shell, between: tuple[str, str] | None) -> tuple[date, date] | None:
    """The two days of --between, the earlier one first. Raises KhopError."""
    if between is None:
        return None
    first, last = sorted(filter(None, (day(shell, text) for text in between)))
    return first, last


def _in_order(shell: Shell, option: str, first: date | None, last: date | None) -> None:
    """Raises KhopError when the first day is after the last: such a list is always empty."""
    if first and last and first > last:
        shown = {"first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"}
        raise KhopError(shell.words("error.days_reversed", option=option, **shown))


def _local_day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(LOCAL).date()


def _end_of(shell: Shell, text: str | None) -> datetime | None:
    """The end of a local day; None for none. Raises KhopError."""
    read = day(shell, text or None)
    return None if read is None else _next_midnight(read)


def _next_midnight(before: date) -> datetime:
    return datetime.combine(before + timedelta(days=1), time(), LOCAL)


def _filters(
    wanted: FindingFilters,
    days: tuple[date, date] | None,
    *,
    since: str | None,
    until: str | None,
) -> dict[str, Sequence[str]]:
    """What was chosen, as the list says it of itself."""
    each_day = [f"{each:%d/%m/%Y}" for each in days or ()]
    first, last = wanted.get("event_since"), wanted.get("event_until")
    return {
        "between": [" – ".join(each_day)] if each_day else [],
        "rule": wanted["rules"],
        "unit": wanted["units"],
        "severity": wanted["severities"],
        "state": [] if each_day else [str(state) for state in wanted["states"]],
        "since": [since] if since else [],
        "until": [until] if until else [],
        "event_since": [first.isoformat()] if first else [],
        "event_until": [last.isoformat()] if last else [],
    }


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

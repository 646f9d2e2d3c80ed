"""``khop notify``: send notices of new, reopened, resolved and excluded findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.exit_codes import ERROR, OK, WORK
from khop.cli.options import AcceptClockOption, ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import compared, engine
from khop.cli.shell import Shell, shell_of

if TYPE_CHECKING:
    from khop.sync.findings.notices import NoticeSummary


def notify(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="option.notify_dry_run")] = False,
    again: Annotated[bool, typer.Option("--again", help="option.notify_again")] = False,
    accept_clock: AcceptClockOption = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    with (
        engine(shell, sources=(), accept_clock=accept_clock) as opened,
        shell.progress() as progress,
    ):
        summary = opened.notify(dry_run=dry_run, again=again, progress=progress)
        known = compared(shell, opened)
    if shell.as_json:
        shell.show_json(summary.as_json())
    else:
        _show(shell, summary)
    if not summary.ok:
        return ERROR
    return OK if known else WORK


def _show(shell: Shell, summary: NoticeSummary) -> None:
    words = shell.words
    rows = [(words(f"notify.{event}"), n) for event, n in summary.events.items() if n]
    if rows:
        shell.show(result_table(words, ("event", "count"), rows))
    if summary.dry_run:
        shell.note("notify.would", count=sum(summary.events.values()), notices=len(summary.notices))
    else:
        shell.note("notify.done", sent=summary.sent, count=sum(summary.events.values()))
    for failure in summary.failures:
        shell.note("notify.failed", error=failure)
    if summary.pending:
        shell.note("notify.pending", count=summary.pending)
    if refused := summary.refused + summary.refused_before:
        shell.note("notify.refused", count=refused)

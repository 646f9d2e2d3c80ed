"""``khop reconcile``: compare the sources and record the differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.arguments import moment
from khop.cli.exit_codes import OK, WORK
from khop.cli.options import AcceptClockOption, ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import engine
from khop.cli.shell import Shell, shell_of

if TYPE_CHECKING:
    from khop.sync.results import ReconcileSummary

_COLUMNS = ("rule", "severity", "name", "open", "new", "reopened", "resolved")


def reconcile(
    context: typer.Context,
    now: Annotated[str | None, typer.Option("--now", help="option.now", metavar="TIME")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="option.whole")] = False,
    force: Annotated[bool, typer.Option("--force", help="option.force_past")] = False,
    accept_clock: AcceptClockOption = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    at = moment(shell, now or None, "error.time")
    with engine(shell, sources=(), accept_clock=accept_clock) as opened:
        summary = opened.reconcile(at, whole=whole, force=force)
    if shell.as_json:
        shell.show_json(summary.as_json())
    else:
        show_reconcile(shell, summary)
    return WORK if summary.open else OK


def show_reconcile(shell: Shell, summary: ReconcileSummary) -> None:
    """Print the rules with open or resolved findings, and the sums."""
    from khop.audit.rules import rule_words
    from khop.sync.reconciling.rules import RULES

    names = rule_words(shell.words.lang)
    rows = [
        (c.rule, RULES[c.rule].severity, names[c.rule].name, c.open, c.new, c.reopened, c.resolved)
        for c in summary.counts
        if c.open or c.resolved
    ]
    if rows:
        shell.show(result_table(shell.words, _COLUMNS, rows))
    shell.note(
        "reconcile.done",
        cases=summary.cases,
        now=summary.now,
        run=summary.run,
        open=summary.open,
    )
    if summary.on_copy:
        shell.note("reconcile.on_copy")
    if not summary.whole:
        shell.note("reconcile.examined", count=summary.examined)
    excluded = sum(count.excluded for count in summary.counts)
    if excluded:
        shell.note("reconcile.excluded", count=excluded)
    if summary.excused:
        shell.note("reconcile.excused", count=summary.excused)
    if summary.unmapped:
        shell.note("reconcile.unmapped", count=summary.unmapped)

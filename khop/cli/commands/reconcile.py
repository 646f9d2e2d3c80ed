"""``khop reconcile``: compare the sources and record the differences."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.arguments import moment
from khop.cli.exit_codes import OK, WORK
from khop.cli.options import AcceptClockOption, ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import engine
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError

if TYPE_CHECKING:
    from khop.sync.results import CountrySummary, ReconcileSummary, RuleCount


class Where(StrEnum):
    """Where the rules run: where the ledger is, or on a cluster over exports of provinces."""

    LEDGER = "ledger"
    SPARK = "spark"


#: Where Spark's own programs look for the address of the cluster.
_REMOTE = "SPARK_REMOTE"
#: Rows of codes of several provinces that are shown; JSON has all.
_SHARED_SHOWN = 20
_SHARED = ("code", "province", "dossier")
_COLUMNS = ("rule", "severity", "name", "open", "new", "reopened", "resolved")


def reconcile(
    context: typer.Context,
    now: Annotated[str | None, typer.Option("--now", help="option.now", metavar="TIME")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="option.whole")] = False,
    force: Annotated[bool, typer.Option("--force", help="option.force_past")] = False,
    where: Annotated[Where, typer.Option("--engine", help="option.engine")] = Where.LEDGER,
    remote: Annotated[
        str | None, typer.Option("--remote", help="option.remote", metavar="URL")
    ] = None,
    exports: Annotated[
        list[str] | None, typer.Option("--exports", help="option.exports", metavar="FOLDER")
    ] = None,
    accept_clock: AcceptClockOption = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    at = moment(shell, now or None, "error.time")
    if where is Where.SPARK:
        if whole or force:
            raise KhopError(shell.words("error.always_whole"))
        return _on_cluster(shell, at, remote, exports or [], accept_clock=accept_clock)
    if remote or exports:
        raise KhopError(shell.words("error.engine_needed"))
    with (
        engine(shell, sources=(), accept_clock=accept_clock) as opened,
        shell.progress() as progress,
    ):
        summary = opened.reconcile(at, whole=whole, force=force, progress=progress)
    if shell.as_json:
        shell.show_json(summary.as_json())
    else:
        show_reconcile(shell, summary)
    return WORK if summary.open else OK


def _on_cluster(
    shell: Shell,
    now: datetime | None,
    remote: str | None,
    exports: Sequence[str],
    *,
    accept_clock: bool,
) -> int:
    address = remote or os.environ.get(_REMOTE)
    if not address or not exports:
        raise KhopError(shell.words("error.cluster_needed"))
    with (
        engine(shell, sources=(), accept_clock=accept_clock) as opened,
        shell.progress() as progress,
    ):
        summary = opened.exports.reconcile(address, exports, now, progress=progress)
    if shell.as_json:
        shell.show_json(summary.as_json())
    else:
        _show_country(shell, summary)
    return WORK if summary.open or summary.shared else OK


def _show_country(shell: Shell, summary: CountrySummary) -> None:
    _show_counts(shell, summary.counts)
    if summary.shared:
        rows = [(s.code, s.province, s.dossier) for s in summary.shared[:_SHARED_SHOWN]]
        shell.show(result_table(shell.words, _SHARED, rows))
    for province, made in summary.provinces.items():
        shell.note("reconcile.export", province=province, made=made)
    shell.note("reconcile.country", cases=summary.cases, run=summary.run, open=summary.open)
    if summary.shared:
        codes = len({shared.code for shared in summary.shared})
        shell.note("reconcile.shared", count=codes)
    _note_sums(shell, summary)


def show_reconcile(shell: Shell, summary: ReconcileSummary) -> None:
    """Print the rules with open or resolved findings, and the sums."""
    _show_counts(shell, summary.counts)
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
    _note_sums(shell, summary)


def _show_counts(shell: Shell, counts: Sequence[RuleCount]) -> None:
    from khop.audit.rules import rule_words
    from khop.sync.reconciling.rules import RULES

    names = rule_words(shell.words.lang)
    rows = [
        (c.rule, RULES[c.rule].severity, names[c.rule].name, c.open, c.new, c.reopened, c.resolved)
        for c in counts
        if c.open or c.resolved
    ]
    if rows:
        shell.show(result_table(shell.words, _COLUMNS, rows))


def _note_sums(shell: Shell, summary: ReconcileSummary | CountrySummary) -> None:
    excluded = sum(count.excluded for count in summary.counts)
    if excluded:
        shell.note("reconcile.excluded", count=excluded)
    if summary.excused:
        shell.note("reconcile.excused", count=summary.excused)
    if summary.unmapped:
        shell.note("reconcile.unmapped", count=summary.unmapped)

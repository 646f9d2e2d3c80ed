"""``khop catalogue``: the portal's catalogue of procedures, units and sectors."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from khop.cli.exit_codes import ERROR, OK
from khop.cli.options import AcceptClockOption, ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import engine
from khop.cli.shell import shell_of

_COLUMNS = ("source", "units", "sectors", "procedures", "unknown", "failed")


def catalogue(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(help="option.sources", metavar="SOURCE")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="option.every_procedure")] = False,
    older_than: Annotated[
        int, typer.Option("--older-than", help="option.older_than", metavar="DAYS", min=0, max=3660)
    ] = 30,
    accept_clock: AcceptClockOption = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    with engine(shell, accept_clock=accept_clock) as opened, shell.progress() as progress:
        read = opened.read_catalogues(
            sources or (), every=every, older_than=timedelta(days=older_than), progress=progress
        )
    parts = [part.as_json() for part in read]
    if shell.as_json:
        shell.show_json({"sources": parts})
    elif parts:
        shell.show(
            result_table(shell.words, _COLUMNS, [[part[c] for c in _COLUMNS] for part in parts])
        )
    else:
        shell.note("catalogue.nothing")
    for part in read:
        if part.error is not None:
            shell.note("pull.failed", source=part.source, error=part.error)
    return ERROR if any(part.error is not None for part in read) else OK

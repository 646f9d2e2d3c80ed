"""``khop log verify``: whether an entry of the audit log was changed."""

from __future__ import annotations

from typing import Annotated

import typer

from khop.cli.exit_codes import ERROR, OK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.session import engine
from khop.cli.shell import shell_of


def verify(
    context: typer.Context,
    anchor: Annotated[
        str | None, typer.Option("--anchor", help="option.anchor", metavar="NUMBER:DIGEST")
    ] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    with engine(shell, sources=()) as opened:
        found = opened.verify_log(anchor)
    if shell.as_json:
        shell.show_json({"entries": found.entries, "head": str(found.head), "first_bad": found.bad})
    elif found.bad is None:
        shell.show(shell.words("log.whole", entries=found.entries, head=found.head))
    else:
        shell.show(shell.words("log.broken", entries=found.entries, bad=found.bad))
    return OK if found.bad is None else ERROR

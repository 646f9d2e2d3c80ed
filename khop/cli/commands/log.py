"""``khop log verify``: whether the audit log, and the tables that it covers, are as khop wrote
them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.exit_codes import ERROR, OK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.session import engine
from khop.cli.shell import Shell, shell_of

if TYPE_CHECKING:
    from khop.sync.ledger.sealed.chain import Verified

#: Problems that are printed; all are in the JSON.
_SHOWN = 50


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
        shell.show_json(_as_json(found))
    else:
        _show(shell, found)
    return OK if found.ok else ERROR


def _as_json(found: Verified) -> dict[str, object]:
    return {
        "ok": found.ok,
        "entries": found.entries,
        "head": str(found.head),
        "first_bad": found.bad,
        "unproven": found.unproven,
        "problems": [one.as_json() for one in found.problems],
        "more": found.more,
    }


def _show(shell: Shell, found: Verified) -> None:
    words = shell.words
    for one in found.problems[:_SHOWN]:
        shell.show(words(f"log.problem_{one.kind}", **one.about))
    hidden = found.more + max(len(found.problems) - _SHOWN, 0)
    if hidden:
        shell.show(words("log.more", count=hidden))
    if found.ok:
        shell.show(words("log.whole", entries=found.entries, head=found.head))
    else:
        count = len(found.problems) + found.more
        shell.show(words("log.broken", entries=found.entries, count=count))
    if found.unproven:
        shell.note("log.unproven", number=found.unproven)

"""``khop ledger check``: whether the ledger's database is sound."""

from __future__ import annotations

import typer

from khop.cli.exit_codes import ERROR, OK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.session import load
from khop.cli.shell import shell_of


def check(
    context: typer.Context,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.sync.ledger import check_ledger

    shell = shell_of(context, config, format)
    found = check_ledger(load(shell).ledger_url)
    if shell.as_json:
        shell.show_json(
            {"ok": found.ok, "ledger": found.place, "problems": list(found.problems),
             "checked": found.checked}
        )  # fmt: skip
        return OK if found.ok else ERROR
    for problem in found.problems:
        shell.show(problem)
    key = "ledger.sound" if found.ok else "ledger.damaged"
    shell.show(shell.words(key, place=found.place, count=len(found.problems)))
    if not found.checked:
        shell.note("ledger.not_checked")
    return OK if found.ok else ERROR

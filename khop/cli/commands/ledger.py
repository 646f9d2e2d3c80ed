"""``khop ledger check | backup``: whether the ledger's database is sound, and copies of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

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


def backup(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", help="option.backup_to", metavar="FOLDER")
    ] = None,
    keep: Annotated[
        int | None, typer.Option("--keep", help="option.backup_keep", metavar="NUMBER", min=1)
    ] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.sync.ledger.copies.backup import back_up

    shell = shell_of(context, config, format)
    settings = load(shell)
    with shell.progress() as progress:
        done = back_up(
            settings,
            lambda: datetime.now(UTC),
            folder=None if to is None else to.absolute(),
            keep=keep,
            progress=progress,
        )
    if shell.as_json:
        shell.show_json(done.as_json())
    else:
        size = f"{done.size / 1_000_000:,.1f}"
        shell.show(shell.words("ledger.backed_up", file=done.file, size=size, head=done.head))
    if done.removed:
        shell.note("ledger.removed", count=len(done.removed))
    if done.key_beside:
        shell.note("ledger.key_beside", key=settings.key_path)
    return OK

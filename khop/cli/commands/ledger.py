"""``khop ledger check | backup | restore | move``: whether the ledger's database is sound, copies
of it, going back to one, and another database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from khop.cli.arguments import account
from khop.cli.exit_codes import ERROR, OK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.session import load
from khop.cli.shell import shell_of
from khop.errors import KhopError


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


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="option.backup_file", metavar="FILE")],
    replace: Annotated[bool, typer.Option("--replace", help="option.replace")] = False,
    by: Annotated[str | None, typer.Option("--by", help="option.by", metavar="ACCOUNT")] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.sync.ledger.copies.restore import restore as put_back

    shell = shell_of(context, config, format)
    settings, actor = load(shell), by or account(shell)
    with shell.progress() as progress:
        done = put_back(
            settings,
            file.absolute(),
            lambda: datetime.now(UTC),
            actor=actor,
            replace=replace,
            progress=progress,
        )
    if shell.as_json:
        shell.show_json(done.as_json())
    else:
        shell.show(shell.words("ledger.restored", file=done.file, as_of=done.as_of, head=done.head))
    if done.replaced is not None:
        shell.note("ledger.replaced", file=done.replaced)
    if done.newer:
        shell.note("ledger.newer", count=done.newer)
    if done.held:
        shell.note("ledger.held", count=done.held)
    shell.note("ledger.after_restore")
    return OK


def move(
    context: typer.Context,
    url: Annotated[str | None, typer.Argument(help="option.move_url", metavar="URL")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="option.move_undo")] = False,
    by: Annotated[str | None, typer.Option("--by", help="option.by", metavar="ACCOUNT")] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.sync.ledger.copies.move import move_ledger, take_back_move

    shell = shell_of(context, config, format)
    settings, actor = load(shell), by or account(shell)
    if (url is None) != undo:
        raise KhopError(shell.words("error.move_where"))
    if url is None:
        place = take_back_move(settings)
        if shell.as_json:
            shell.show_json({"ledger": place})
        shell.note("ledger.taken_back", place=place)
        return OK
    with shell.progress() as progress:
        done = move_ledger(settings, url, lambda: datetime.now(UTC), actor=actor, progress=progress)
    if shell.as_json:
        shell.show_json(done.as_json())
    else:
        for line in ("[ledger]", f'url = "{done.url}"'):
            shell.out.print(line, markup=False, soft_wrap=True)
    shell.note("ledger.moved", old=done.old, new=done.new, rows=done.rows)
    return OK

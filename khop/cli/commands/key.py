"""``khop key show | rotate``: the installation's key."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from khop.cli.arguments import account
from khop.cli.exit_codes import OK, WORK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.session import load
from khop.cli.shell import shell_of


def show(
    context: typer.Context,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.sync.key_rotation import key_state

    shell = shell_of(context, config, format)
    settings = load(shell)
    state = key_state(settings)
    if shell.as_json:
        shell.show_json(asdict(state))
    else:
        path, earlier = settings.key_path, state.earlier
        shell.show(shell.words("key.shown", path=path, fingerprint=state.file, earlier=earlier))
    if state.pending:
        shell.note("key.pending", fingerprint=state.ledger)
    return WORK if state.pending else OK


def rotate(
    context: typer.Context,
    lost: Annotated[bool, typer.Option("--lost", help="option.key_lost")] = False,
    by: Annotated[str | None, typer.Option("--by", help="option.by", metavar="ACCOUNT")] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.sync.key_rotation import replace_lost_key, rotate_key

    shell = shell_of(context, config, format)
    settings = load(shell)
    change = replace_lost_key if lost else rotate_key
    state = change(settings, actor=by or account(shell), clock=lambda: datetime.now(UTC))
    if shell.as_json:
        shell.show_json(asdict(state))
    shell.note(
        "key.replaced" if lost else "key.rotated",
        path=settings.key_path,
        fingerprint=state.file,
    )
    return OK

"""``khop identity CODE``: check the applicant of one dossier in the population database."""

from __future__ import annotations

from typing import Annotated

import typer

from khop.cli.exit_codes import OK, WORK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.session import engine
from khop.cli.shell import shell_of


def identity(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="option.code", metavar="CODE")],
    officer: Annotated[str, typer.Option("--officer", help="option.officer", metavar="ACCOUNT")],
    source: Annotated[
        str | None, typer.Option("--source", help="option.source", metavar="NAME")
    ] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    with engine(shell) as opened:
        view = opened.check_identity(code, officer=officer, source=source)
    if shell.as_json:
        shell.show_json(view.as_json())
    else:
        shell.show(shell.words(f"identity.{view.verdict}", code=view.code))
        for warning in view.warnings:
            key = f"identity.warning_{warning}"
            shell.show(f"  {shell.words.get(key, warning)}")
    return OK if view.verdict == "match" else WORK

"""``khop service``: the systemd unit of this installation."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from khop.cli.exit_codes import OK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.session import load
from khop.cli.shell import shell_of


def service(
    context: typer.Context,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.daemon.service_unit import service_unit

    shell = shell_of(context, config, format)
    # not resolved: the link is what makes it the Python of its virtual environment
    python = Path.cwd() / sys.executable
    settings = load(shell)
    unit = service_unit(settings, shell.config_path, python)
    missing = [str(folder) for folder in unit.missing]
    if shell.as_json:
        about = {"user": unit.user, "missing": missing, "variables": unit.variables}
        shell.show_json({"unit": unit.text, **about})
    else:
        typer.echo(unit.text, nl=False)
    for folder in missing:
        shell.note("service.missing", folder=folder)
    if unit.variables:
        names = ", ".join(unit.variables)
        shell.note("service.variables", names=names, file=unit.environment)
    if settings.base_dir.stat().st_uid == 0:
        shell.note("service.of_root", folder=settings.base_dir.resolve(), user=unit.user)
    shell.note("service.made", user=unit.user)
    return OK
